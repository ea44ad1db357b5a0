/*
 * call.c - a caller: one loop on the channel's own thread, for the queue and the dialogue alike
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The loop sleeps until the caller's channel, one of the agents' channels, or the engine has
 * something to say; the engine's word comes through a mailbox and an eventfd. No lock is held when
 * a channel is asked for, called, answered, bridged or hung up.
 */
#include "app_trunkline.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "asterisk/app.h"
#include "asterisk/bridge.h"
#include "asterisk/causes.h"
#include "asterisk/dsp.h"
#include "asterisk/features.h"
#include "asterisk/file.h"
#include "asterisk/format_cache.h"
#include "asterisk/musiconhold.h"
#include "asterisk/sched.h"
#include "asterisk/stasis_channels.h"

/* ---- the mailbox: from the engine's thread to the caller's ---------------------------------------- */

struct word {
    AST_LIST_ENTRY(word) next;
    tl_acd_output output;
    char queue[CC_NAME], music[CC_NAME], agent[CC_NAME], phone[CC_NAME];
    int waiting; /* in the queue, this call included */
};

struct call {
    struct cc_call center; /* first: a cc_call is a call */
    ast_mutex_t lock;
    AST_LIST_HEAD_NOLOCK(, word) words;
    int wake;
};

void trunkline_call_event(void *host, const struct cc_event *event)
{
    struct call *call = (struct call *)event->call;
    tl_acd_queue_counters counters;
    struct word *word;

    if (!call) {
        if (event->output->kind == TL_ACD_AGENT_CHANGED && event->agent) {
            event_agent(event->agent);
        }
        return;
    }
    if (!(word = ast_calloc(1, sizeof(*word)))) {
        return;
    }
    word->output = *event->output;
    if (event->queue) {
        ast_copy_string(word->queue, event->queue->name, sizeof(word->queue));
        ast_copy_string(word->music, event->queue->music, sizeof(word->music));
        if (tl_acd_get_queue(cc_engine(trunkline_center), event->queue->handle, &counters) >= 0) {
            word->waiting = counters.waiting;
        }
    }
    if (event->agent) {
        ast_copy_string(word->agent, event->agent->name, sizeof(word->agent));
        ast_copy_string(word->phone, event->agent->phone, sizeof(word->phone));
    }
    ast_mutex_lock(&call->lock);
    AST_LIST_INSERT_TAIL(&call->words, word, next);
    ast_mutex_unlock(&call->lock);
    eventfd_write(call->wake, 1);
}

void trunkline_call_release(void *host, struct cc_call *center)
{
    struct call *call = (struct call *)center;
    struct word *word;

    while ((word = AST_LIST_REMOVE_HEAD(&call->words, next))) {
        ast_free(word);
    }
    ast_mutex_destroy(&call->lock);
    close(call->wake);
    ast_free(call);
}

static struct call *new_call(struct ast_channel *chan)
{
    struct call *call = ast_calloc(1, sizeof(*call));

    if (!call || (call->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0) {
        ast_free(call);
        return NULL;
    }
    cc_call_init(&call->center, ast_channel_name(chan),
        S_COR(ast_channel_caller(chan)->id.number.valid,
            ast_channel_caller(chan)->id.number.str, ""));
    ast_mutex_init(&call->lock);
    return call;
}

static struct word *next_word(struct call *call)
{
    struct word *word;
    eventfd_t value;

    eventfd_read(call->wake, &value);
    ast_mutex_lock(&call->lock);
    word = AST_LIST_REMOVE_HEAD(&call->words, next);
    if (!AST_LIST_EMPTY(&call->words)) {
        eventfd_write(call->wake, 1);
    }
    ast_mutex_unlock(&call->lock);
    return word;
}

/* ---- a line: everything the loop holds -------------------------------------------------------------- */

/* An agent's phone that rings, or has answered and waits for the engine's word. */
struct leg {
    struct ast_channel *chan;
    uint64_t offer; /* TL_NONE: a transfer of the dialogue */
    bool answered;
    char agent[CC_NAME], phone[CC_NAME];
};

enum how { WAITING, ANSWERED, CALLER_LEFT, TIMED_OUT, WENT_EMPTY, KEY, FULL, EMPTY, FAILED };

struct line {
    struct ast_channel *chan;
    struct call *call; /* NULL: in no queue */
    AST_VECTOR(, struct leg) legs;
    bool up;        /* the caller is there */
    bool music_on;
    bool want_music; /* in a queue, when nothing else is played */
    /* The queue. */
    char queue[CC_NAME], music[CC_NAME], exit_keys[20];
    bool ring, transfer_by_caller, transfer_by_agent;
    int first_position, position;
    char key;
    /* What is played. */
    char **files;
    size_t file_count, file_at;
    uint32_t play_op;
    bool playing, keys_stop;
    /* The dialogue, if there is one. */
    struct dialogue *dialogue;
    uint32_t queue_op, transfer_op;
    struct timeval transfer_until;
    bool gone_to_dialplan;
    /* Recording the caller, for the dialogue. */
    struct ast_filestream *recording;
    struct ast_dsp *dsp;
    uint32_t record_op, record_silence_ms;
    struct timeval record_since, record_until;
    char record_keys[20];
};

static struct call_facts facts(const struct line *line, const struct leg *leg)
{
    struct call_facts facts = {
        .chan = line->chan,
        .leg = leg ? leg->chan : NULL,
        .queue = line->queue,
        .agent = leg ? leg->agent : "",
        .phone = leg ? leg->phone : "",
        .position = line->position,
        .first_position = line->first_position,
    };

    return facts;
}

/* ---- what the caller hears ----------------------------------------------------------------------------- */

static void music(struct line *line, bool on)
{
    if (on == line->music_on) {
        return;
    }
    line->music_on = on;
    if (line->ring) {
        ast_indicate(line->chan, on ? AST_CONTROL_RINGING : -1);
    } else if (on) {
        ast_moh_start(line->chan, S_OR(line->music, NULL), NULL);
    } else {
        ast_moh_stop(line->chan);
    }
}

static void forget_files(struct line *line)
{
    size_t i;

    for (i = 0; i < line->file_count; i++) {
        ast_free(line->files[i]);
    }
    ast_free(line->files);
    line->files = NULL;
    line->file_count = line->file_at = 0;
    line->playing = false;
}

static void stop_playing(struct line *line)
{
    if (line->playing) {
        ast_stopstream(line->chan);
        forget_files(line);
    }
}

/* Begins the next file; when there is none, the whole prompt was played. */
static void play_next(struct line *line)
{
    while (line->file_at < line->file_count) {
        if (ast_streamfile(line->chan, line->files[line->file_at++],
                ast_channel_language(line->chan)) == 0) {
            return;
        }
    }
    uint32_t op = line->play_op;
    ast_stopstream(line->chan);
    forget_files(line);
    if (line->dialogue && op) {
        tl_ivr_finished(line->dialogue->session, cc_now(), op);
        flow_follow(line->dialogue);
    }
    if (!line->playing && line->want_music && line->call) {
        music(line, true);
    }
}

static void play(struct line *line, uint32_t op, const char *const *files, size_t count, bool keys_stop)
{
    size_t i;

    stop_playing(line);
    music(line, false);
    line->files = count ? ast_calloc(count, sizeof(*line->files)) : NULL;
    for (i = 0; line->files && i < count; i++) {
        line->files[line->file_count++] = ast_strdup(files[i]);
    }
    line->playing = true;
    line->play_op = op;
    line->keys_stop = keys_stop;
    if (!line->up) {
        line->file_at = line->file_count;
    }
}

/* "You are number three": in app_queue's sounds, which every installation has. */
static void say_position(struct line *line, uint32_t position)
{
    char digits[12], names[16][24];
    const char *files[16];
    size_t count = 0, i;

    if (position == 1) {
        files[count++] = "queue-youarenext";
    } else {
        files[count++] = "queue-thereare";
        snprintf(digits, sizeof(digits), "%u", position - 1);
        if (position - 1 <= 20) {
            snprintf(names[count], sizeof(names[0]), "digits/%s", digits);
            files[count] = names[count];
            count++;
        } else {
            for (i = 0; digits[i]; i++) {
                snprintf(names[count], sizeof(names[0]), "digits/%c", digits[i]);
                files[count] = names[count];
                count++;
            }
        }
        files[count++] = "queue-callswaiting";
    }
    play(line, 0, files, count, false);
    play_next(line);
}

/* ---- agents' phones -------------------------------------------------------------------------------------- */

static uint32_t cause_of(int hangupcause)
{
    switch (hangupcause) {
    case AST_CAUSE_BUSY:
        return TL_ACD_CAUSE_BUSY;
    case AST_CAUSE_CALL_REJECTED:
        return TL_ACD_CAUSE_DECLINED;
    case AST_CAUSE_UNREGISTERED:
    case AST_CAUSE_NO_ROUTE_DESTINATION:
    case AST_CAUSE_NO_ROUTE_TRANSIT_NET:
    case AST_CAUSE_DESTINATION_OUT_OF_ORDER:
        return TL_ACD_CAUSE_UNREACHABLE;
    default:
        return TL_ACD_CAUSE_FAILED;
    }
}

/* Asks for a channel to a phone as "PJSIP/1001" and calls it; NULL when that failed at once. */
static struct ast_channel *ring_phone(struct line *line, const char *phone, int *cause)
{
    char *tech = ast_strdupa(phone), *where = strchr(tech, '/');
    struct ast_format_cap *formats;
    struct ast_channel *leg;

    *cause = AST_CAUSE_NO_ROUTE_DESTINATION;
    if (!where) {
        return NULL;
    }
    *where++ = '\0';
    ast_channel_lock(line->chan);
    formats = ao2_bump(ast_channel_nativeformats(line->chan));
    ast_channel_unlock(line->chan);
    leg = ast_request(tech, formats, NULL, line->chan, where, cause);
    ao2_cleanup(formats);
    if (!leg) {
        return NULL;
    }
    ast_channel_lock_both(leg, line->chan);
    ast_channel_stage_snapshot(leg);
    ast_channel_req_accountcodes(leg, line->chan, AST_CHANNEL_REQUESTOR_BRIDGE_PEER);
    ast_connected_line_copy_from_caller(ast_channel_connected(leg), ast_channel_caller(line->chan));
    ast_channel_inherit_variables(line->chan, leg);
    ast_channel_datastore_inherit(line->chan, leg);
    ast_channel_appl_set(leg, "AppTrunkline");
    ast_channel_data_set(leg, "(Outgoing Line)");
    ast_channel_context_set(leg, ast_channel_context(line->chan));
    ast_channel_exten_set(leg, ast_channel_exten(line->chan));
    ast_channel_stage_snapshot_done(leg);
    ast_channel_unlock(leg);
    ast_channel_unlock(line->chan);
    if (ast_call(leg, where, 0)) {
        *cause = ast_channel_hangupcause(leg);
        ast_hangup(leg);
        return NULL;
    }
    ast_channel_lock_both(leg, line->chan);
    ast_channel_publish_dial(line->chan, leg, where, NULL);
    ast_channel_unlock(leg);
    ast_channel_unlock(line->chan);
    return leg;
}

static void drop_leg(struct line *line, size_t at, const char *status)
{
    struct leg leg = AST_VECTOR_REMOVE_UNORDERED(&line->legs, at);

    ast_channel_publish_dial(line->chan, leg.chan, NULL, status);
    ast_hangup(leg.chan);
}

static void drop_legs(struct line *line)
{
    while (AST_VECTOR_SIZE(&line->legs)) {
        drop_leg(line, 0, "CANCEL");
    }
}

static size_t leg_of(const struct line *line, uint64_t offer)
{
    size_t i;

    for (i = 0; i < AST_VECTOR_SIZE(&line->legs); i++) {
        if (AST_VECTOR_GET_ADDR(&line->legs, i)->offer == offer) {
            break;
        }
    }
    return i;
}

static void offer(struct line *line, const struct word *word)
{
    struct leg leg = { .offer = word->output.offer };
    struct call_facts about;
    int cause;

    ast_copy_string(leg.agent, word->agent, sizeof(leg.agent));
    ast_copy_string(leg.phone, word->phone, sizeof(leg.phone));
    leg.chan = ring_phone(line, word->phone, &cause);
    if (!leg.chan || AST_VECTOR_APPEND(&line->legs, leg)) {
        if (leg.chan) {
            ast_hangup(leg.chan);
        }
        cc_reject(trunkline_center, leg.offer, cause_of(cause));
        return;
    }
    about = facts(line, &leg);
    event_called(&about);
}

static void offer_ended(struct line *line, const struct word *word)
{
    size_t at = leg_of(line, word->output.offer);
    struct leg named = { .offer = word->output.offer };
    struct call_facts about;

    ast_copy_string(named.agent, word->agent, sizeof(named.agent));
    ast_copy_string(named.phone, word->phone, sizeof(named.phone));
    if (word->output.reason == TL_ACD_OFFER_TIMED_OUT ||
        word->output.reason == TL_ACD_OFFER_REJECTED ||
        word->output.reason == TL_ACD_OFFER_CANCELLED) {
        if (at < AST_VECTOR_SIZE(&line->legs)) {
            named.chan = AST_VECTOR_GET_ADDR(&line->legs, at)->chan;
        }
        about = facts(line, &named);
        about.rang_ms = word->output.rang_ms;
        event_not_answered(&about, word->output.reason == TL_ACD_OFFER_CANCELLED);
    }
    if (word->output.reason != TL_ACD_OFFER_ACCEPTED && at < AST_VECTOR_SIZE(&line->legs)) {
        drop_leg(line, at, word->output.reason == TL_ACD_OFFER_TIMED_OUT ? "NOANSWER" : "CANCEL");
    }
}

/* An agent's phone has something to say. */
static void read_leg(struct line *line, struct ast_channel *chan)
{
    struct ast_frame *frame = ast_read(chan);
    struct leg *leg = NULL;
    size_t at;
    bool gone = !frame, answered = false;
    int cause = frame ? AST_CAUSE_NORMAL_CLEARING : ast_channel_hangupcause(chan);

    for (at = 0; at < AST_VECTOR_SIZE(&line->legs); at++) {
        leg = AST_VECTOR_GET_ADDR(&line->legs, at);
        if (leg->chan == chan) {
            break;
        }
    }
    if (frame && frame->frametype == AST_FRAME_CONTROL) {
        switch (frame->subclass.integer) {
        case AST_CONTROL_ANSWER:
            answered = true;
            break;
        case AST_CONTROL_BUSY:
            gone = true;
            cause = AST_CAUSE_BUSY;
            break;
        case AST_CONTROL_CONGESTION:
            gone = true;
            cause = ast_channel_hangupcause(chan);
            break;
        }
    }
    if (frame) {
        ast_frfree(frame);
    }
    if (at == AST_VECTOR_SIZE(&line->legs)) {
        return;
    }
    if (gone) {
        uint64_t offer = leg->offer;
        drop_leg(line, at, cause == AST_CAUSE_BUSY ? "BUSY" : "CONGESTION");
        if (offer != TL_NONE) {
            cc_reject(trunkline_center, offer, cause_of(cause));
        } else {
            tl_ivr_transferred(line->dialogue->session, cc_now(), line->transfer_op,
                cause == AST_CAUSE_BUSY ? TL_IVR_TRANSFER_BUSY :
                cause == AST_CAUSE_CALL_REJECTED ? TL_IVR_TRANSFER_REJECTED : TL_IVR_TRANSFER_FAILED);
            flow_follow(line->dialogue);
        }
    } else if (answered && !leg->answered) {
        leg->answered = true;
        ast_channel_publish_dial(line->chan, chan, NULL, "ANSWER");
        if (leg->offer != TL_NONE) {
            cc_accept(trunkline_center, leg->offer);
        }
    }
}

/* ---- the conversation -------------------------------------------------------------------------------------- */

/* Takes the leg out of the line and talks; the leg is gone afterwards. Returns who ended it. */
static uint32_t converse(struct line *line, size_t at)
{
    struct leg leg = AST_VECTOR_REMOVE_UNORDERED(&line->legs, at);
    struct ast_bridge_config config;
    struct ast_party_connected_line connected;

    drop_legs(line);
    stop_playing(line);
    music(line, false);
    ast_deactivate_generator(line->chan);
    ast_party_connected_line_init(&connected);
    ast_channel_lock(leg.chan);
    ast_connected_line_copy_from_caller(&connected, ast_channel_caller(leg.chan));
    ast_channel_unlock(leg.chan);
    ast_channel_update_connected_line(line->chan, &connected, NULL);
    ast_party_connected_line_free(&connected);
    memset(&config, 0, sizeof(config));
    if (line->transfer_by_caller) {
        ast_set_flag(&config.features_caller, AST_FEATURE_REDIRECT);
    }
    if (line->transfer_by_agent) {
        ast_set_flag(&config.features_callee, AST_FEATURE_REDIRECT);
    }
    ast_bridge_call(line->chan, leg.chan, &config);
    if (ast_channel_softhangup_internal_flag(line->chan) & AST_SOFTHANGUP_ASYNCGOTO) {
        return TL_ACD_BY_TRANSFER;
    }
    return ast_check_hangup(line->chan) ? TL_ACD_BY_CALLER : TL_ACD_BY_AGENT;
}

/* Waits for the engine's last word about the call, and gives it. Everything else is answered. */
static struct word *last_word(struct line *line)
{
    struct pollfd fd = { .fd = line->call->wake, .events = POLLIN };
    struct word *word;

    for (;;) {
        while (!(word = next_word(line->call))) {
            poll(&fd, 1, -1);
        }
        switch (word->output.kind) {
        case TL_ACD_LEFT:
        case TL_ACD_REFUSED:
        case TL_ACD_COMPLETED:
            return word;
        case TL_ACD_OFFER_ENDED:
            offer_ended(line, word);
            break;
        }
        ast_free(word);
    }
}

static void set_number(struct ast_channel *chan, const char *name, long long value)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", value);
    pbx_builtin_setvar_helper(chan, name, text);
}

static void forget_call(struct line *line)
{
    drop_legs(line);
    music(line, false);
    line->want_music = false;
    cc_call_release(trunkline_center, &line->call->center);
    line->call = NULL;
}

static enum how talk(struct line *line, const struct word *word)
{
    size_t at = leg_of(line, word->output.offer);
    struct call_facts about;
    struct leg leg = { .chan = NULL };
    struct word *last;
    uint32_t by = TL_ACD_BY_AGENT;

    if (at < AST_VECTOR_SIZE(&line->legs)) {
        leg = AST_VECTOR_GET(&line->legs, at);
        about = facts(line, &leg);
        about.waited_ms = word->output.waited_ms;
        event_left(&about, word->waiting);
        event_connected(&about);
        pbx_builtin_setvar_helper(line->chan, "MEMBERINTERFACE", leg.phone);
        pbx_builtin_setvar_helper(line->chan, "MEMBERNAME", leg.agent);
        if (line->dialogue) {
            tl_ivr_answered(line->dialogue->session, cc_now(), line->queue_op);
            flow_follow(line->dialogue);
        }
        /* The events about its end want the channel's last known state. */
        ast_channel_ref(leg.chan);
        by = converse(line, at);
    }
    cc_complete(trunkline_center, &line->call->center, by);
    last = last_word(line);
    if (leg.chan) {
        about = facts(line, &leg);
        about.waited_ms = word->output.waited_ms;
        about.talked_ms = last->output.talked_ms;
        event_completed(&about, by);
        ast_channel_unref(leg.chan);
    }
    set_number(line->chan, "QUEUETALKTIME", (long long)last->output.talked_ms);
    ast_free(last);
    line->up = !ast_check_hangup(line->chan);
    line->gone_to_dialplan = by == TL_ACD_BY_TRANSFER;
    forget_call(line);
    return ANSWERED;
}

/* ---- the queue ------------------------------------------------------------------------------------------------ */

static enum how how_left(struct line *line, const struct word *word)
{
    struct call_facts about = facts(line, NULL);

    about.position = word->output.position ? (int)word->output.position : line->position;
    about.waited_ms = word->output.waited_ms;
    if (word->output.kind == TL_ACD_REFUSED) {
        return word->output.reason == TL_ACD_REFUSED_FULL ? FULL :
            word->output.reason == TL_ACD_REFUSED_EMPTY ? EMPTY : FAILED;
    }
    switch (word->output.reason) {
    case TL_ACD_LEFT_TIMEOUT:
    case TL_ACD_LEFT_OVERFLOW:
        event_timed_out(&about);
        event_left(&about, word->waiting);
        return TIMED_OUT;
    case TL_ACD_LEFT_EXIT:
        event_exit_key(&about, (char)word->output.detail);
        event_left(&about, word->waiting);
        line->key = (char)word->output.detail;
        return KEY;
    case TL_ACD_LEFT_EMPTY:
        event_empty(&about);
        event_left(&about, word->waiting);
        return WENT_EMPTY;
    case TL_ACD_LEFT_ABANDONED:
        event_abandoned(&about);
        event_left(&about, word->waiting);
        return CALLER_LEFT;
    default:
        return FAILED;
    }
}

static bool arrive(struct line *line, const struct cc_arrival *arrival)
{
    if (!(line->call = new_call(line->chan))) {
        return false;
    }
    ast_copy_string(line->queue, arrival->queue, sizeof(line->queue));
    line->first_position = line->position = 0;
    line->want_music = true;
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
static enum how hear(struct line *line)
{
    enum how how = WAITING;
    struct word *word = next_word(line->call);
    struct call_facts about;

    if (!word) {
        return WAITING;
    }
    switch (word->output.kind) {
    case TL_ACD_JOINED:
        line->position = line->first_position = (int)word->output.position;
        ast_copy_string(line->music, word->music, sizeof(line->music));
        about = facts(line, NULL);
        event_joined(&about, word->waiting);
        tell_place(line, word);
        if (!line->playing) {
            music(line, true);
        }
        break;
    case TL_ACD_MOVED:
        about = facts(line, NULL);
        event_left(&about, 0);
        ast_copy_string(line->queue, word->queue, sizeof(line->queue));
        line->position = line->first_position = (int)word->output.position;
        about = facts(line, NULL);
        event_joined(&about, word->waiting);
        break;
    case TL_ACD_OFFER:
        offer(line, word);
        break;
    case TL_ACD_OFFER_ENDED:
        offer_ended(line, word);
        break;
    case TL_ACD_ANNOUNCE:
        line->position = (int)word->output.position;
        tell_place(line, word);
        if (!line->dialogue) {
            say_position(line, word->output.position);
        }
        break;
    case TL_ACD_CONNECTED:
        how = talk(line, word);
        break;
    case TL_ACD_LEFT:
    case TL_ACD_REFUSED:
        how = how_left(line, word);
        set_number(line->chan, "QUEUEPOSITION", word->output.position);
        forget_call(line);
        break;
    }
    ast_free(word);
    return how;
}

/* The caller is gone, or taken out: the engine is told, and its last word waited for. */
static enum how leave(struct line *line)
{
    enum how how;
    struct word *word;

    cc_hangup(trunkline_center, &line->call->center);
    word = last_word(line);
    how = word->output.kind == TL_ACD_COMPLETED ? ANSWERED : how_left(line, word);
    ast_free(word);
    forget_call(line);
    return how;
}

/* ---- recording the caller ------------------------------------------------------------------------------------- */

static void stop_recording(struct line *line, bool tell)
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

static void record_frame(struct line *line, struct ast_frame *frame)
{
    int silence = 0;

    ast_writestream(line->recording, frame);
    if (line->dsp) {
        ast_dsp_silence(line->dsp, frame, &silence);
        if (silence >= (int)line->record_silence_ms) {
            stop_recording(line, true);
        }
    }
}

/* ---- the loop ----------------------------------------------------------------------------------------------------- */

/* A key was pressed. */
static void key(struct line *line, char digit)
{
    if (line->recording && strchr(line->record_keys, digit)) {
        stop_recording(line, true);
    } else if (line->dialogue) {
        tl_ivr_digit(line->dialogue->session, cc_now(), digit);
        flow_follow(line->dialogue);
    } else if (line->call && strchr(line->exit_keys, digit)) {
        cc_exit(trunkline_center, &line->call->center, digit);
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
        record_frame(line, frame);
    }
    ast_frfree(frame);
}

static int until(struct timeval when, int most)
{
    int64_t ms = ast_tvdiff_ms(when, ast_tvnow());

    ms = ms < 0 ? 0 : ms;
    return most < 0 || ms < most ? (int)ms : most;
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
    if (line->transfer_op && AST_VECTOR_SIZE(&line->legs)) {
        ms = until(line->transfer_until, ms);
    }
    return ms;
}

/* Waits for whatever comes first and deals with it. */
static enum how step(struct line *line)
{
    size_t count = AST_VECTOR_SIZE(&line->legs), i;
    struct ast_channel *chans[count + 1], *active;
    int fd = line->call ? line->call->wake : -1, out = -1, exception = 0;
    int ms = patience(line);

    chans[0] = line->chan;
    for (i = 0; i < count; i++) {
        chans[i + 1] = AST_VECTOR_GET_ADDR(&line->legs, i)->chan;
    }
    active = ast_waitfor_nandfds(chans, (int)count + 1, &fd, fd >= 0, &exception, &out, &ms);
    if (line->playing) {
        ast_sched_runq(ast_channel_sched(line->chan));
    }
    if (active == line->chan) {
        read_caller(line);
    } else if (active) {
        read_leg(line, active);
    } else if (fd >= 0 && out == fd) {
        return hear(line);
    } else if (ast_check_hangup(line->chan)) {
        line->up = false;
    }
    if (line->playing && !ast_channel_stream(line->chan)) {
        play_next(line);
    } else if (line->playing && ast_sched_wait(ast_channel_sched(line->chan)) < 0 &&
               !ast_channel_timingfunc(line->chan)) {
        play_next(line);
    }
    if (line->recording && ast_tvdiff_ms(line->record_until, ast_tvnow()) <= 0) {
        stop_recording(line, true);
    }
    return WAITING;
}

static void line_end(struct line *line)
{
    stop_playing(line);
    stop_recording(line, false);
    drop_legs(line);
    AST_VECTOR_FREE(&line->legs);
}

static const char *const STATUS[] = {
    [WAITING] = "", [ANSWERED] = "CONTINUE", [CALLER_LEFT] = "", [TIMED_OUT] = "TIMEOUT",
    [WENT_EMPTY] = "LEAVEEMPTY", [KEY] = "KEY", [FULL] = "FULL", [EMPTY] = "JOINEMPTY",
    [FAILED] = "FAILED",
};

/* ---- TrunklineQueue ------------------------------------------------------------------------------------------------- */

static void arrival_from_channel(struct ast_channel *chan, struct cc_arrival *arrival)
{
    const char *value;

    ast_channel_lock(chan);
    if ((value = pbx_builtin_getvar_helper(chan, "QUEUE_PRIO"))) {
        arrival->priority = atoi(value);
    }
    if ((value = pbx_builtin_getvar_helper(chan, "QUEUE_MIN_PENALTY"))) {
        arrival->penalty_min = (uint32_t)strtoul(value, NULL, 10);
    }
    if ((value = pbx_builtin_getvar_helper(chan, "QUEUE_MAX_PENALTY"))) {
        arrival->penalty_max = (uint32_t)strtoul(value, NULL, 10);
    }
    if ((value = pbx_builtin_getvar_helper(chan, "TRUNKLINE_SKILLS"))) {
        arrival->skills = ast_strdup(value);
    }
    ast_channel_unlock(chan);
}

/* TrunklineQueue(queue[,options[,timeout[,agent]]]) */
int trunkline_queue_exec(struct ast_channel *chan, const char *data)
{
    struct line line = { .chan = chan, .up = true };
    struct cc_arrival arrival;
    enum how how = WAITING;
    char *parse = ast_strdupa(S_OR(data, "")), *keys;
    bool go_on;

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(options); AST_APP_ARG(timeout);
        AST_APP_ARG(agent););
    AST_STANDARD_APP_ARGS(args, parse);
    if (ast_strlen_zero(args.queue)) {
        ast_log(LOG_WARNING, "TrunklineQueue wants a queue\n");
        return -1;
    }
    if (strlen(S_OR(args.agent, "")) >= CC_NAME || strlen(args.queue) >= CC_NAME) {
        ast_log(LOG_WARNING, "TrunklineQueue: a name is too long\n");
        return -1;
    }
    cc_arrival_defaults(&arrival);
    arrival.queue = args.queue;
    arrival.preferred = args.agent;
    if (!ast_strlen_zero(args.timeout)) {
        arrival.max_wait_ms = strtoull(args.timeout, NULL, 10) * 1000;
    }
    arrival_from_channel(chan, &arrival);
    args.options = S_OR(args.options, "");
    keys = strchr(args.options, 'k');
    if (keys && keys[1] == '(') {
        size_t length = strcspn(keys + 2, ")");
        snprintf(line.exit_keys, sizeof(line.exit_keys), "%.*s", (int)length, keys + 2);
        /* The keys are no options. */
        memset(keys, ' ', length + 2);
    }
    line.ring = strchr(args.options, 'r');
    line.transfer_by_agent = strchr(args.options, 't');
    line.transfer_by_caller = strchr(args.options, 'T');
    go_on = strchr(args.options, 'c');
    AST_VECTOR_INIT(&line.legs, 4);
    pbx_builtin_setvar_helper(chan, "QUEUESTATUS", "");
    if (!arrive(&line, &arrival)) {
        how = FAILED;
    }
    ast_free((char *)arrival.skills);
    while (how == WAITING) {
        how = line.up ? step(&line) : leave(&line);
    }
    line_end(&line);
    pbx_builtin_setvar_helper(chan, "QUEUESTATUS", STATUS[how]);
    if (how == KEY) {
        char text[2] = { line.key, '\0' };
        pbx_builtin_setvar_helper(chan, "QUEUEKEY", text);
    }
    if (how == CALLER_LEFT || line.gone_to_dialplan || ast_check_hangup(chan)) {
        return -1;
    }
    return how == ANSWERED && !go_on ? -1 : 0;
}

/* ---- TrunklineIVR ------------------------------------------------------------------------------------------------------- */

static void flow_play(void *host, uint32_t op, const char *const *files, size_t count, bool keys_stop)
{
    play(host, op, files, count, keys_stop);
}

static bool flow_playable(void *host, const char *file)
{
    struct line *line = host;

    if (ast_fileexists(file, NULL, ast_channel_language(line->chan)) > 0) {
        return true;
    }
    ast_log(LOG_WARNING, "%s: there is no sound \"%s\"\n", ast_channel_name(line->chan), file);
    return false;
}

static void flow_stop(void *host, uint32_t op)
{
    struct line *line = host;

    if (line->playing && line->play_op == op) {
        stop_playing(line);
    } else if (line->recording && line->record_op == op) {
        stop_recording(line, true);
    } else if (line->call && line->queue_op == op) {
        cc_exit(trunkline_center, &line->call->center, '*');
    } else if (line->transfer_op == op) {
        drop_legs(line);
        line->transfer_op = 0;
    }
}

static void flow_enqueue(void *host, uint32_t op, const tl_ivr_output *queue)
{
    struct line *line = host;
    struct cc_arrival arrival;

    cc_arrival_defaults(&arrival);
    arrival.queue = queue->name;
    arrival.priority = queue->priority;
    if (queue->timeout_ms) {
        arrival.max_wait_ms = queue->timeout_ms;
    }
    line->queue_op = op;
    if (line->call || !arrive(line, &arrival)) {
        tl_ivr_failed(line->dialogue->session, cc_now(), op);
    }
}

static void flow_record(void *host, uint32_t op, const tl_ivr_output *record)
{
    struct line *line = host;
    char directory[200], path[320];

    trunkline_recordings(directory, sizeof(directory));
    snprintf(path, sizeof(path), "%s/%s-%u", directory, ast_channel_uniqueid(line->chan), op);
    if (record->flag) {
        /* The tone is short, and there is nothing to do while it sounds. */
        if (ast_streamfile(line->chan, "beep", ast_channel_language(line->chan)) == 0) {
            ast_waitstream(line->chan, AST_DIGIT_NONE);
            ast_stopstream(line->chan);
        }
    }
    ast_set_read_format(line->chan, ast_format_slin);
    line->recording = ast_writefile(path, "wav", NULL, O_CREAT | O_TRUNC | O_WRONLY, 0, 0640);
    if (!line->recording) {
        tl_ivr_failed(line->dialogue->session, cc_now(), op);
        return;
    }
    pbx_builtin_setvar_helper(line->chan, "TRUNKLINE_RECORDED", path);
    line->record_op = op;
    line->record_since = ast_tvnow();
    line->record_until = ast_tvadd(line->record_since,
        ast_samp2tv(record->timeout_ms ? record->timeout_ms : 3600000, 1000));
    line->record_silence_ms = record->silence_ms;
    line->dsp = record->silence_ms ? ast_dsp_new() : NULL;
    ast_copy_string(line->record_keys, S_OR(record->keys, ""), sizeof(line->record_keys));
}

static void flow_transfer(void *host, uint32_t op, const tl_ivr_output *transfer)
{
    struct line *line = host;
    char target[200], *context;
    struct leg leg = { .offer = TL_NONE };
    int cause;

    ast_copy_string(target, transfer->name, sizeof(target));
    if (transfer->reason == TL_IVR_TRANSFER_BLIND) {
        /* exten@context: the dialplan goes on there when the application has ended. */
        context = strchr(target, '@');
        if (context) {
            *context++ = '\0';
        }
        ast_explicit_goto(line->chan, context, target, 1);
        line->gone_to_dialplan = true;
        tl_ivr_transferred(line->dialogue->session, cc_now(), op, TL_IVR_TRANSFER_ANSWERED);
        return;
    }
    line->transfer_op = op;
    line->transfer_until = ast_tvadd(ast_tvnow(),
        ast_samp2tv(transfer->timeout_ms ? transfer->timeout_ms : 60000, 1000));
    if (transfer->reason != TL_IVR_TRANSFER_BRIDGED ||
        !(leg.chan = ring_phone(line, target, &cause)) || AST_VECTOR_APPEND(&line->legs, leg)) {
        line->transfer_op = 0;
        tl_ivr_transferred(line->dialogue->session, cc_now(), op, TL_IVR_TRANSFER_FAILED);
    }
}

/*
 * Asks the dialplan: Gosub(queries,NAME,1(args)) leaves its answers in channel variables, whose
 * names it lists in TRUNKLINE_ANSWER.
 */
static void flow_query(void *host, uint32_t op, const tl_ivr_output *query)
{
    struct line *line = host;
    struct ast_str *args = ast_str_create(128);
    tl_ivr_value values[32];
    char *names, *name;
    size_t count = 0;
    uint32_t i;
    char where[200];
    bool asked = false;

    memset(values, 0, sizeof(values));
    for (i = 0; args && i < query->arg_count; i++) {
        ast_str_append(&args, 0, "%s%s", i ? "," : "", S_OR(query->args[i].text, ""));
    }
    pbx_builtin_setvar_helper(line->chan, "TRUNKLINE_ANSWER", "");
    if (args && line->dialogue->queries[0]) {
        snprintf(where, sizeof(where), "%s,%s,1", line->dialogue->queries, query->name);
        asked = !ast_app_run_sub(NULL, line->chan, where, ast_str_buffer(args), 0);
    }
    ast_free(args);
    if (!asked) {
        tl_ivr_failed(line->dialogue->session, cc_now(), op);
        return;
    }
    ast_channel_lock(line->chan);
    names = ast_strdupa(S_OR(pbx_builtin_getvar_helper(line->chan, "TRUNKLINE_ANSWER"), ""));
    while ((name = strsep(&names, ",")) && count < ARRAY_LEN(values)) {
        values[count].name = name;
        values[count].value_type = TL_IVR_TEXT;
        values[count].text = ast_strdupa(S_OR(pbx_builtin_getvar_helper(line->chan, name), ""));
        count += *name != '\0';
    }
    ast_channel_unlock(line->chan);
    if (tl_ivr_query_ok(line->dialogue->session, cc_now(), op, values, count) < 0) {
        ast_log(LOG_WARNING, "%s: %s\n", query->name, tl_last_error());
        tl_ivr_failed(line->dialogue->session, cc_now(), op);
    }
}

static void flow_attach(void *host, const tl_ivr_value *value)
{
    struct line *line = host;
    char name[CC_NAME];

    /* Inherited, so that the agent's channel has it for the screen. */
    snprintf(name, sizeof(name), "__TRUNKLINE_%s", value->name);
    pbx_builtin_setvar_helper(line->chan, name, S_OR(value->text, ""));
}

static const struct flow_host FLOW = {
    .play = flow_play, .stop = flow_stop, .enqueue = flow_enqueue, .record = flow_record,
    .transfer = flow_transfer, .query = flow_query, .attach = flow_attach, .playable = flow_playable,
};

static void queue_ended(struct line *line, enum how how)
{
    static const uint32_t OUTCOME[] = {
        [ANSWERED] = TL_IVR_QUEUE_ANSWERED, [CALLER_LEFT] = TL_IVR_QUEUE_ABANDONED,
        [TIMED_OUT] = TL_IVR_QUEUE_TIMEOUT, [WENT_EMPTY] = TL_IVR_QUEUE_EMPTY,
        [KEY] = TL_IVR_QUEUE_EXIT_KEY, [FULL] = TL_IVR_QUEUE_FULL, [EMPTY] = TL_IVR_QUEUE_EMPTY,
        [FAILED] = TL_IVR_QUEUE_FAILED,
    };

    tl_ivr_queue_ended(line->dialogue->session, cc_now(), line->queue_op, OUTCOME[how]);
    flow_follow(line->dialogue);
}

/* A leg of a transfer: talk when it answers, give up when it does not. */
static void watch_transfer(struct line *line)
{
    uint32_t op = line->transfer_op;

    if (!op || !AST_VECTOR_SIZE(&line->legs) || line->call) {
        return;
    }
    if (AST_VECTOR_GET_ADDR(&line->legs, 0)->answered) {
        tl_ivr_answered(line->dialogue->session, cc_now(), op);
        flow_follow(line->dialogue);
        converse(line, 0);
        line->up = !ast_check_hangup(line->chan);
        line->transfer_op = 0;
        tl_ivr_transferred(line->dialogue->session, cc_now(), op, TL_IVR_TRANSFER_ANSWERED);
        flow_follow(line->dialogue);
    } else if (ast_tvdiff_ms(line->transfer_until, ast_tvnow()) <= 0) {
        drop_legs(line);
        line->transfer_op = 0;
        tl_ivr_transferred(line->dialogue->session, cc_now(), op, TL_IVR_TRANSFER_NO_ANSWER);
        flow_follow(line->dialogue);
    }
}

/* TrunklineIVR(flow) */
int trunkline_ivr_exec(struct ast_channel *chan, const char *data)
{
    struct line line = { .chan = chan, .up = true };
    struct dialogue dialogue;
    tl_ivr_config config;
    enum how how;
    bool told = false;

    if (ast_strlen_zero(data)) {
        ast_log(LOG_WARNING, "TrunklineIVR wants a flow\n");
        return -1;
    }
    if (ast_channel_state(chan) != AST_STATE_UP && ast_answer(chan)) {
        return -1;
    }
    tl_ivr_defaults(&config);
    config.now = cc_now();
    config.seed = (uint64_t)ast_random();
    config.caller = ast_strdupa(S_COR(ast_channel_caller(chan)->id.number.valid,
        ast_channel_caller(chan)->id.number.str, ""));
    config.called = ast_strdupa(ast_channel_exten(chan));
    AST_VECTOR_INIT(&line.legs, 4);
    if (!flow_begin(&dialogue, trunkline_flows, data, &config, &FLOW, &line)) {
        pbx_builtin_setvar_helper(chan, "IVRSTATUS", "FAILED");
        AST_VECTOR_FREE(&line.legs);
        return 0;
    }
    line.dialogue = &dialogue;
    flow_follow(&dialogue);
    while (!dialogue.over) {
        if (line.up) {
            how = step(&line);
        } else if (line.call) {
            how = leave(&line);
        } else {
            how = WAITING;
        }
        if (how != WAITING) {
            queue_ended(&line, how);
        }
        watch_transfer(&line);
        if (!line.up && !line.call && !told) {
            told = true;
            stop_playing(&line);
            stop_recording(&line, true);
            drop_legs(&line);
            tl_ivr_hangup(dialogue.session, cc_now());
        } else if (told && how == WAITING) {
            /* What is left to do is the host's, and all of it is answered at once. */
            break;
        }
        flow_tick(&dialogue);
    }
    if (line.call) {
        leave(&line);
    }
    line.dialogue = NULL;
    flow_end(&dialogue);
    line_end(&line);
    pbx_builtin_setvar_helper(chan, "IVRSTATUS", "DONE");
    return line.gone_to_dialplan && !ast_check_hangup(chan) ? 0 : -1;
}
