/*
 * line.c - a caller: one loop on the channel's own thread, for the queue and the dialogue alike
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The loop sleeps until the caller's channel, one of the agents' channels, or the engine has
 * something to say; the engine's word comes through a mailbox and an eventfd.
 */
#include "line.h"

#include "asterisk/dsp.h"
#include "asterisk/file.h"
#include "asterisk/sched.h"

struct call_facts line_facts(const struct line *line, const struct leg *leg)
{
    struct call_facts facts = {
        .chan = line->chan,
        .leg = leg ? leg->chan : NULL,
        .queue = line->queue,
        .url = line->url,
        .agent = leg ? leg->agent : "",
        .phone = leg ? leg->phone : "",
        .position = line->position,
        .first_position = line->first_position,
        .hide_restricted = line->treatment && !line->treatment->log_restricted,
    };

    return facts;
}

/* ---- recording the caller, for a dialogue ----------------------------------------------------- */

void line_stop_recording(struct line *line, bool tell)
{
    uint32_t ms = (uint32_t)ast_tvdiff_ms(ast_tvnow(), line->record_since);

    if (!line->recording) {
        return;
    }
    ast_closestream(line->recording);
    line->recording = NULL;
    if (line->dsp) {
        ast_dsp_free(line->dsp);
        line->dsp = NULL;
    }
    if (tell && line->dialogue) {
        tl_ivr_recorded(line->dialogue->session, cc_now(), line->record_op, ms);
        flow_follow(line->dialogue);
    }
}

void line_record_frame(struct line *line, struct ast_frame *frame)
{
    int silence = 0;

    ast_writestream(line->recording, frame);
    if (line->dsp) {
        ast_dsp_silence(line->dsp, frame, &silence);
        if (silence >= (int)line->record_silence_ms) {
            line_stop_recording(line, true);
        }
    }
}

/* ---- the loop --------------------------------------------------------------------------------- */

/* Keys that may become an extension of the queue's context: the call leaves by it when there is one. */
static void key_of_extension(struct line *line, char digit)
{
    const char *context = line->treatment->context;
    const char *caller = S_COR(ast_channel_caller(line->chan)->id.number.valid,
        ast_channel_caller(line->chan)->id.number.str, NULL);
    size_t length = strlen(line->keys);

    if (length + 1 >= sizeof(line->keys)) {
        length = 0;
    }
    line->keys[length] = digit;
    line->keys[length + 1] = '\0';
    if (!ast_canmatch_extension(line->chan, context, line->keys, 1, caller)) {
        line->keys[0] = '\0';
    } else if (ast_exists_extension(line->chan, context, line->keys, 1, caller)) {
        cc_exit(trunkline_center, &line->call->center, digit);
    }
}

/* A key was pressed. */
static void key(struct line *line, char digit)
{
    if (line->recording && strchr(line->record_keys, digit)) {
        line_stop_recording(line, true);
    } else if (line->dialogue) {
        tl_ivr_digit(line->dialogue->session, cc_now(), digit);
        flow_follow(line->dialogue);
    } else if (line->call && strchr(line->exit_keys, digit)) {
        snprintf(line->keys, sizeof(line->keys), "%c", digit);
        cc_exit(trunkline_center, &line->call->center, digit);
    } else if (line->call && line->treatment->context[0]) {
        key_of_extension(line, digit);
    }
}

static void read_caller(struct line *line)
{
    struct ast_frame *frame = ast_read(line->chan);

    if (!frame) {
        line->up = false;
        return;
    }
    if (frame->frametype == AST_FRAME_CONTROL && frame->subclass.integer == AST_CONTROL_HANGUP) {
        line->up = false;
    } else if (frame->frametype == AST_FRAME_DTMF_END) {
        key(line, (char)frame->subclass.integer);
    } else if (frame->frametype == AST_FRAME_VOICE && line->recording) {
        line_record_frame(line, frame);
    }
    ast_frfree(frame);
}

static int until(struct timeval when, int most)
{
    int64_t ms = ast_tvdiff_ms(when, ast_tvnow());

    ms = ms < 0 ? 0 : ms;
    return most < 0 || ms < most ? (int)ms : most;
}

static int until_time(tl_time when, int most)
{
    tl_time now = cc_now(), ms = when > now ? when - now : 0;

    return most >= 0 && (tl_time)most < ms ? most : ms < INT_MAX ? (int)ms : INT_MAX;
}

static bool periodic_waits(const struct line *line)
{
    return line->call && !line->playing && !ast_tvzero(line->periodic_at);
}

/* How long to sleep: the sound's scheduler, the dialogue's deadline, a recording's or ring's end. */
static int patience(struct line *line)
{
    int ms = -1;

    if (line->playing) {
        ms = ast_sched_wait(ast_channel_sched(line->chan));
        if (ms < 0 && !ast_channel_timingfunc(line->chan)) {
            ms = 0;
        }
    }
    if (line->dialogue) {
        ms = flow_wait(line->dialogue, ms);
    }
    if (line->recording) {
        ms = until(line->record_until, ms);
    }
    if (periodic_waits(line)) {
        ms = until(line->periodic_at, ms);
    }
    if (line->transfer_op && AST_VECTOR_SIZE(&line->legs)) {
        ms = until(line->transfer_until, ms);
    }
    if (line_rounds_due(line) != TL_NONE) {
        ms = until_time(line_rounds_due(line), ms);
    }
    return ms;
}

/* Waits for whatever comes first and deals with it. */
enum how line_step(struct line *line)
{
    size_t legs = AST_VECTOR_SIZE(&line->legs), count = 0, i;
    struct ast_channel *chans[legs + 1], *active;
    int fd = line->call ? line->call->wake : -1, out = -1, exception = 0;
    int ms = patience(line);

    chans[count++] = line->chan;
    for (i = 0; i < legs; i++) {
        const struct leg *leg = AST_VECTOR_GET_ADDR(&line->legs, i);
        if (!leg->gone) {
            chans[count++] = leg->chan;
        }
    }
    active = ast_waitfor_nandfds(chans, (int)count, &fd, fd >= 0, &exception, &out, &ms);
    if (line->playing) {
        ast_sched_runq(ast_channel_sched(line->chan));
    }
    if (active == line->chan) {
        read_caller(line);
    } else if (active) {
        line_read_leg(line, active);
    } else if (fd >= 0 && out == fd) {
        return line_hear(line);
    } else if (ast_check_hangup(line->chan)) {
        line->up = false;
    }
    if (line->playing && !ast_channel_stream(line->chan)) {
        line_play_next(line);
    } else if (line->playing && ast_sched_wait(ast_channel_sched(line->chan)) < 0 &&
               !ast_channel_timingfunc(line->chan)) {
        line_play_next(line);
    }
    if (periodic_waits(line) && ast_tvdiff_ms(line->periodic_at, ast_tvnow()) <= 0) {
        line_periodic(line);
    }
    line_rounds_run(line);
    if (line->recording && ast_tvdiff_ms(line->record_until, ast_tvnow()) <= 0) {
        line_stop_recording(line, true);
    }
    return HOW_WAITING;
}

void line_end(struct line *line)
{
    line_stop_playing(line);
    line_stop_recording(line, false);
    line_drop_legs(line);
    AST_VECTOR_FREE(&line->legs);
    ast_free(line->skills);
    line->skills = NULL;
    ao2_cleanup(line->treatment);
    line->treatment = NULL;
}
