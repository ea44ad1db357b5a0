/*
 * rounds.c - phones that ring in vain: how long those of one round may ring, and when a caller has had enough
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A round begins with a phone that rings alone or with others, goes on with those that are rung at once in place
 * of one that was busy, and is over when nobody has answered for so long, or nobody is left. It is app_queue's
 * try: of its option n and of timeoutpriority and timeoutrestart.
 */
#include "line.h"

/* What is left of a round when it is too short to ring anybody. */
#define TOO_SHORT_MS 500

void line_rounds_start(struct line *line, struct cc_arrival *arrival)
{
    line->round = ROUND_GOES_ON;
    line->rings_until = line->turned_away_at = TL_NONE;
    if (line->again) {
        return;
    }
    line->rounds = 0;
    line->expires = TL_NONE;
    if (line->treatment->ring_out && arrival->max_wait_ms != TL_NONE) {
        line->expires = cc_now() + arrival->max_wait_ms;
        arrival->max_wait_ms = TL_NONE;
    }
}

void line_round_rings(struct line *line, const struct word *word)
{
    const tl_acd_output *offer = &word->output;
    bool instead = !AST_VECTOR_SIZE(&line->legs) && line->turned_away_at == offer->at &&
        line->rings_until != TL_NONE && line->rings_until > offer->at + TOO_SHORT_MS;

    line->round = ROUND_GOES_ON;
    if (!instead) {
        line->rings_until = line->treatment->ring_restart ? TL_NONE : offer->until;
    }
}

void line_round_ends(struct line *line, const struct word *word)
{
    bool rejected = word->output.reason == TL_ACD_OFFER_REJECTED;

    line->turned_away_at = rejected ? word->output.at : TL_NONE;
    if (!AST_VECTOR_SIZE(&line->legs)) {
        line->round = rejected ? ROUND_MAY_BE_OVER : ROUND_IS_OVER;
    }
}

/* A strategy that goes from one to the next has each of them rung once. */
static unsigned most_rounds(cc_center *center, const struct cc_queue *queue)
{
    tl_acd_queue_counters counters;

    switch (queue->config.strategy) {
    case TL_ACD_ROUND_ROBIN:
    case TL_ACD_ROUND_ROBIN_ORDERED:
    case TL_ACD_LINEAR:
    case TL_ACD_ASTERISK_RRMEMORY:
    case TL_ACD_ASTERISK_RRORDERED:
    case TL_ACD_ASTERISK_LINEAR:
        return tl_acd_get_queue(cc_engine(center), queue->handle, &counters) >= 0 ? counters.members : 1;
    default:
        return 1;
    }
}

static void look(cc_center *center, void *arg)
{
    struct line *line = arg;
    struct call *call = line->call;
    bool enough;

    if (call->center.over || !call->center.queue || call->timed_out ||
        (line->round != ROUND_IS_OVER && call->center.offers)) {
        return;
    }
    line->rounds += line->round != ROUND_GOES_ON;
    enough = line->once && line->rounds >= most_rounds(center, call->center.queue);
    if (enough || cc_now() >= line->expires) {
        /* Before the engine's word about it, which its own thread waits for. */
        call->timed_out = true;
        call->timed_out = cc_take_out(center, &call->center);
    }
}

void line_round_look(struct line *line)
{
    if (line->round != ROUND_GOES_ON && line->call && (line->once || line->expires != TL_NONE)) {
        cc_ask(trunkline_center, look, line);
    }
    line->round = ROUND_GOES_ON;
}

tl_time line_rounds_due(const struct line *line)
{
    return !line->call || line->call->timed_out ? TL_NONE :
        AST_VECTOR_SIZE(&line->legs) ? line->rings_until : line->expires;
}

void line_rounds_run(struct line *line)
{
    size_t at;

    if (cc_now() < line_rounds_due(line)) {
        return;
    }
    if (!AST_VECTOR_SIZE(&line->legs)) {
        /* Unless a phone is to be rung, of which there is word already: then when that is over. */
        cc_ask(trunkline_center, look, line);
        return;
    }
    line->rings_until = TL_NONE;
    for (at = 0; at < AST_VECTOR_SIZE(&line->legs); at++) {
        const struct leg *leg = AST_VECTOR_GET_ADDR(&line->legs, at);
        if (!leg->answered && !leg->gone) {
            cc_not_answered(trunkline_center, leg->offer);
        }
    }
}
