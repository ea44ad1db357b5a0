/*
 * queue.c - what the engine says to a caller who waits
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"

#include <poll.h>

#include "asterisk/datastore.h"

/* The call has its place. */
static void join(struct line *line, const struct word *word)
{
    struct call_facts about;

    line->position = (int)word->output.position;
    line->first_position = line->again ? line->first_position : line->position;
    ast_copy_string(line->music, S_OR(line->own_music, word->music), sizeof(line->music));
    about = line_facts(line, NULL);
    if (!line->again) {
        event_joined(&about, word->waiting);
    }
    line->again = false;
}

/*
 * Waits for the engine's last word about the call, and gives it. Offers that end are followed. Where
 * the engine connects the call meanwhile, its word about that is in `connected`.
 */
static struct word *last_word(struct line *line, struct word **connected)
{
    struct pollfd fd = { .fd = line->call->wake, .events = POLLIN };
    struct word *word;

    for (;;) {
        while (!(word = mailbox_next(line->call))) {
            poll(&fd, 1, -1);
        }
        switch (word->output.kind) {
        case TL_ACD_LEFT:
        case TL_ACD_REFUSED:
        case TL_ACD_COMPLETED:
            return word;
        case TL_ACD_JOINED:
            join(line, word); /* the caller has left at once */
            break;
        case TL_ACD_OFFER_ENDED:
            line_offer_ended(line, word);
            break;
        case TL_ACD_CONNECTED:
            if (connected && !*connected) {
                *connected = word;
                continue;
            }
            break;
        }
        ast_free(word);
    }
}

static void forget_call(struct line *line)
{
    line_drop_legs(line);
    line_music(line, false);
    line->want_music = false;
    cc_call_release(trunkline_center, &line->call->center);
    line->call = NULL;
}

/*
 * The agent's channel may end before the caller's conversation does: in an attended transfer. The
 * agent is free from that moment on, so the engine hears of it from the channel itself.
 */
static void leg_gone(void *data)
{
    struct call *call = data;

    cc_complete(trunkline_center, &call->center, TL_ACD_BY_TRANSFER);
    cc_call_release(trunkline_center, &call->center);
    /* At the very end: from here on the module may go. */
    ast_module_unref(AST_MODULE_SELF);
}

static const struct ast_datastore_info LEG = { .type = "trunkline-leg", .destroy = leg_gone };

static void watch_leg(struct line *line, struct ast_channel *leg)
{
    struct ast_datastore *store = ast_datastore_alloc(&LEG, NULL);

    if (store) {
        ast_module_ref(AST_MODULE_SELF);
        cc_call_own(&line->call->center);
        store->data = line->call;
        ast_channel_lock(leg);
        ast_channel_datastore_add(leg, store);
        ast_channel_unlock(leg);
    }
}

/* Tells that the engine has connected the call to the agent of this leg. */
static struct conversation *tell_connected(struct line *line, const struct leg *leg,
    const struct word *word, uint64_t rang_ms, uint64_t announced_ms)
{
    struct call_facts about = line_facts(line, leg);

    about.waited_ms = line->waited_ms + word->output.waited_ms + announced_ms;
    about.rang_ms = rang_ms;
    event_left(&about, word->waiting);
    line_set_variables(line, leg, word, about.waited_ms);
    line_last_words(line, leg->chan);
    event_connected(&about);
    return conversation_begin(line, leg, about.waited_ms);
}

/* ---- what the agent hears first ------------------------------------------------------------------- */

/* The agent has left before it talked to the caller, who waits again, in its place. */
static enum how wait_again(struct line *line, const struct leg *leg)
{
    struct call_facts about = line_facts(line, leg);
    struct cc_arrival arrival = line->arrival;
    uint64_t waited_ms = cc_now() - line->since;

    event_dumped(&about);
    cc_dump(trunkline_center, &line->call->center, TL_ACD_BY_AGENT);
    ast_free(last_word(line, NULL));
    forget_call(line);
    arrival.credit_ms = waited_ms;
    arrival.position = TL_NONE32;
    if (arrival.max_wait_ms != TL_NONE) {
        arrival.max_wait_ms -= waited_ms < arrival.max_wait_ms ? waited_ms : arrival.max_wait_ms;
    }
    line->again = true;
    line->waited_ms = waited_ms;
    line->keys[0] = '\0';
    return line_arrive(line, &arrival) ? HOW_WAITING : HOW_FAILED;
}

/* The caller has left while the agent heard of it. */
static enum how left_in_vain(struct line *line, const struct leg *leg, const struct word *word)
{
    struct call_facts about = line_facts(line, leg);

    about.leg = NULL; /* it is named in the log, and has no part in the event */
    about.waited_ms = cc_now() - line->since;
    cc_dump(trunkline_center, &line->call->center, TL_ACD_BY_CALLER);
    ast_free(last_word(line, NULL));
    pbx_builtin_setvar_helper(line->chan, "ABANDONED", "TRUE");
    event_abandoned(&about);
    event_left(&about, word->waiting);
    line->up = false;
    forget_call(line);
    return HOW_CALLER_LEFT;
}

/* HOW_ANSWERED: both are there still, and may talk. */
static enum how announce(struct line *line, size_t at, const struct word *word)
{
    const struct leg *leg = AST_VECTOR_GET_ADDR(&line->legs, at);

    line_stop_playing(line);
    line_music(line, line->want_music);
    line_introduce(line, leg->chan, word);
    if (ast_check_hangup(leg->chan)) {
        return wait_again(line, leg);
    }
    return ast_check_hangup(line->chan) ? left_in_vain(line, leg, word) : HOW_ANSWERED;
}

static enum how talk(struct line *line, const struct word *word)
{
    size_t at = line_leg_of(line, word->output.offer);
    struct conversation *conversation = NULL;
    struct word *last;
    uint32_t by = TL_ACD_BY_AGENT;
    uint64_t rang_ms;
    tl_time answered = cc_now();
    enum how how;

    if (at < AST_VECTOR_SIZE(&line->legs)) {
        rang_ms = (uint64_t)ast_tvdiff_ms(ast_tvnow(), AST_VECTOR_GET_ADDR(&line->legs, at)->since);
        if (line_introduces(line, word)) {
            at = line_only_leg(line, at);
            if ((how = announce(line, at, word)) != HOW_ANSWERED) {
                return how;
            }
        }
        conversation = tell_connected(line, AST_VECTOR_GET_ADDR(&line->legs, at), word, rang_ms,
            cc_now() - answered);
        if (line->dialogue) {
            tl_ivr_answered(line->dialogue->session, cc_now(), line->queue_op);
            flow_follow(line->dialogue);
        }
        watch_leg(line, AST_VECTOR_GET_ADDR(&line->legs, at)->chan);
        by = line_converse(line, at);
    }
    cc_complete(trunkline_center, &line->call->center, by);
    last = last_word(line, NULL);
    if (conversation) {
        if (cc_now() - last->output.at > 1000) {
            /* The agent had gone long before: it passed the caller on to somebody else. */
            by = TL_ACD_BY_TRANSFER;
        }
        conversation_over(conversation, by, last->output.talked_ms, line->gone_to_dialplan);
    }
    line_set_number(line->chan, "QUEUETALKTIME", (long long)last->output.talked_ms);
    line_set_time(line->chan, "ANSWEREDTIME", last->output.talked_ms);
    ast_free(last);
    line->up = !ast_check_hangup(line->chan);
    forget_call(line);
    return HOW_ANSWERED;
}

/* ---- the queue -------------------------------------------------------------------------------- */

static enum how how_left(struct line *line, const struct word *word)
{
    struct call_facts about = line_facts(line, NULL);
    enum how how = how_ended(&word->output);

    if (how == HOW_WITHDRAWN && line->call->timed_out) {
        how = HOW_TIMED_OUT;
    }
    about.position = word->output.position ? (int)word->output.position : line->position;
    about.waited_ms = line->waited_ms + word->output.waited_ms;
    if (word->output.kind == TL_ACD_REFUSED) {
        return how;
    }
    line_offers_over(line, how);
    if (how != HOW_KEY) {
        pbx_builtin_setvar_helper(line->chan, "ABANDONED", "TRUE");
    }
    switch (how) {
    case HOW_TIMED_OUT:
        event_timed_out(&about);
        break;
    case HOW_KEY:
        line->key = (char)word->output.detail;
        if (!line->keys[0]) {
            snprintf(line->keys, sizeof(line->keys), "%c", line->key);
        }
        event_exit_keys(&about, line->keys);
        break;
    case HOW_WITHDRAWN:
        event_withdrawn(&about, line->call->withdraw_info);
        if (line->call->withdraw_info[0]) {
            pbx_builtin_setvar_helper(line->chan, "QUEUE_WITHDRAW_INFO", line->call->withdraw_info);
        }
        break;
    case HOW_WENT_EMPTY:
        event_empty(&about);
        break;
    case HOW_CALLER_LEFT:
        event_abandoned(&about);
        break;
    default:
        break;
    }
    event_left(&about, word->waiting);
    return how;
}

/* The queue's, as it is now; what was there stays when there is no memory. */
static bool use_treatment(struct line *line)
{
    struct treatment *treatment = treatment_of(line->queue);

    if (treatment) {
        ao2_cleanup(line->treatment);
        line->treatment = treatment;
        line_periodic_start(line);
    }
    return line->treatment != NULL;
}

bool line_arrive(struct line *line, const struct cc_arrival *asked)
{
    struct cc_arrival copy = *asked, *arrival = &copy;

    ast_copy_string(line->queue, arrival->queue, sizeof(line->queue));
    realtime_look(line->queue);
    if ((!line->again && !use_treatment(line)) || !(line->call = mailbox_new(line->chan))) {
        return false;
    }
    line_rounds_start(line, arrival);
    if (!line->again) {
        line->keys[0] = '\0';
        ast_free(line->skills);
        line->skills = arrival->skills ? ast_strdup(arrival->skills) : NULL;
        line->arrival = *arrival;
        line->arrival.queue = line->queue;
        line->arrival.skills = line->skills;
        line->arrival.preferred = NULL;
        line->since = cc_now();
        line->waited_ms = 0;
        line->first_position = line->position = 0;
    }
    line->want_music = true;
    line->call->priority = arrival->priority;
    cc_arrive(trunkline_center, &line->call->center, arrival);
    return true;
}

/* The dialogue says it in its own words. */
static void tell_place(struct line *line, const struct word *word)
{
    uint64_t estimate = word->output.estimate_ms;

    if (line->dialogue) {
        tl_ivr_queue_update(line->dialogue->session, cc_now(), line->queue_op,
            word->output.position, estimate < UINT32_MAX ? (uint32_t)estimate : 0);
        flow_follow(line->dialogue);
    }
}

/* The engine has something to say. */
enum how line_hear(struct line *line)
{
    enum how how = HOW_WAITING;
    struct word *word = mailbox_next(line->call);
    struct call_facts about;

    if (!word) {
        return HOW_WAITING;
    }
    switch (word->output.kind) {
    case TL_ACD_JOINED:
        join(line, word);
        tell_place(line, word);
        if (!line->playing) {
            line_music(line, true);
        }
        break;
    case TL_ACD_MOVED:
        about = line_facts(line, NULL);
        event_left(&about, 0);
        ast_copy_string(line->queue, word->queue, sizeof(line->queue));
        realtime_look(line->queue);
        line->position = line->first_position = (int)word->output.position;
        use_treatment(line);
        about = line_facts(line, NULL);
        event_joined(&about, word->waiting);
        break;
    case TL_ACD_OFFER:
        line_offer(line, word);
        break;
    case TL_ACD_OFFER_ENDED:
        line_offer_ended(line, word);
        line_round_look(line);
        break;
    case TL_ACD_ANNOUNCE:
        line->position = (int)word->output.position;
        tell_place(line, word);
        if (!line->dialogue) {
            line_announce(line, word->output.position, word->output.estimate_ms);
        }
        break;
    case TL_ACD_CONNECTED:
        how = talk(line, word);
        break;
    case TL_ACD_LEFT:
    case TL_ACD_REFUSED:
        how = how_left(line, word);
        line_set_number(line->chan, "QUEUEPOSITION", word->output.position);
        forget_call(line);
        break;
    }
    ast_free(word);
    return how;
}

/* The caller is gone, or taken out: the engine is told, and its last word waited for. */
enum how line_leave(struct line *line)
{
    enum how how = HOW_ANSWERED;
    struct word *word, *connected = NULL;

    cc_hangup(trunkline_center, &line->call->center);
    word = last_word(line, &connected);
    if (word->output.kind != TL_ACD_COMPLETED) {
        how = how_left(line, word);
    } else if (connected) {
        /* Answered and gone in one instant: a conversation of no length. */
        size_t at = line_leg_of(line, connected->output.offer);
        struct conversation *conversation = at < AST_VECTOR_SIZE(&line->legs) ?
            tell_connected(line, AST_VECTOR_GET_ADDR(&line->legs, at), connected,
                (uint64_t)ast_tvdiff_ms(ast_tvnow(), AST_VECTOR_GET_ADDR(&line->legs, at)->since), 0) : NULL;
        if (conversation) {
            conversation_over(conversation, TL_ACD_BY_CALLER, word->output.talked_ms, false);
        }
    }
    ast_free(connected);
    ast_free(word);
    forget_call(line);
    return how;
}
