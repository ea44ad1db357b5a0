/*
 * caller.c - trunkline_queue: a caller, on its session's own thread
 *
 * The session's thread plays something all the time, music if nothing else, and looks at each of
 * its frames whether the engine, the flow or the caller has something to say.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "line.h"

#include <pthread.h>
#include <stdatomic.h>

#define SILENCE "silence_stream://-1"

/* ---- the mailbox: from the engine's thread to the session's ----------------------------------------- */

struct word {
    struct word *next;
    tl_acd_output output;
    char queue[CC_NAME], music[CC_NAME];
    struct offer *offer; /* of TL_ACD_OFFER, whose phone rings already */
};

struct call {
    struct cc_call center; /* first: a cc_call is a call */
    pthread_mutex_t lock;
    pthread_cond_t came;
    struct word *first, *last;
    atomic_bool some;
    char caller_name[CC_NAME];
};

void trunkline_call_event(void *host, const struct cc_event *event)
{
    struct call *call = (struct call *)event->call;
    struct word *word;

    (void)host;
    if (!call) {
        if (event->output->kind == TL_ACD_AGENT_CHANGED && event->agent) {
            event_agent_state(event->agent, event->output->reason);
        }
        return;
    }
    switch_zmalloc(word, sizeof *word);
    word->output = *event->output;
    if (event->queue) {
        switch_copy_string(word->queue, event->queue->name, sizeof word->queue);
        switch_copy_string(word->music, event->queue->music, sizeof word->music);
    }
    if (event->output->kind == TL_ACD_OFFER) {
        word->offer = offer_start(event->output->offer, event->agent->name, event->agent->phone,
                                  call->caller_name, call->center.number);
        if (!word->offer) {
            cc_reject(trunkline_center, event->output->offer, TL_ACD_CAUSE_FAILED);
        }
    }
    pthread_mutex_lock(&call->lock);
    if (call->last) {
        call->last->next = word;
    } else {
        call->first = word;
    }
    call->last = word;
    atomic_store(&call->some, true);
    pthread_cond_signal(&call->came);
    pthread_mutex_unlock(&call->lock);
}

void trunkline_call_release(void *host, struct cc_call *center)
{
    struct call *call = (struct call *)center;

    (void)host;
    for (struct word *word = call->first, *next; word; word = next) {
        next = word->next;
        if (word->offer) {
            offer_stop(word->offer);
        }
        free(word);
    }
    pthread_cond_destroy(&call->came);
    pthread_mutex_destroy(&call->lock);
    free(call);
}

static struct call *new_call(switch_core_session_t *session)
{
    switch_caller_profile_t *profile =
        switch_channel_get_caller_profile(switch_core_session_get_channel(session));
    struct call *call;

    switch_zmalloc(call, sizeof *call);
    cc_call_init(&call->center, switch_core_session_get_uuid(session),
                 profile && profile->caller_id_number ? profile->caller_id_number : "");
    switch_copy_string(call->caller_name, profile && profile->caller_id_name ? profile->caller_id_name : "",
                       sizeof call->caller_name);
    pthread_mutex_init(&call->lock, NULL);
    pthread_cond_init(&call->came, NULL);
    return call;
}

/* The oldest word, or NULL; `wait`: until there is one. */
static struct word *next_word(struct call *call, bool wait)
{
    struct word *word;

    pthread_mutex_lock(&call->lock);
    while (wait && !call->first) {
        pthread_cond_wait(&call->came, &call->lock);
    }
    word = call->first;
    if (word) {
        call->first = word->next;
        if (!call->first) {
            call->last = NULL;
        }
    }
    atomic_store(&call->some, call->first != NULL);
    pthread_mutex_unlock(&call->lock);
    return word;
}

static struct caller_facts facts(const struct line *line, const struct offer *offer)
{
    return (struct caller_facts){
        .session = line->session, .queue = line->queue, .offer = offer, .joined = line->joined};
}

/* ---- what the caller hears ------------------------------------------------------------------------------ */

void line_stop_playing(struct line *line)
{
    for (size_t i = 0; i < line->file_count; i++) {
        free(line->files[i]);
    }
    line->file_count = line->file_at = 0;
    line->playing = false;
    line->restart = true;
}

static void played(struct line *line)
{
    uint32_t op = line->play_op;

    line_stop_playing(line);
    if (line->dialogue && op) {
        tl_ivr_finished(line->dialogue->session, cc_now(), op);
        flow_follow(line->dialogue);
    }
}

/* Each frame: whether to stop playing and look around. */
static switch_status_t on_frame(switch_core_session_t *session, switch_frame_t *frame, void *data)
{
    const struct line *line = data;

    (void)session, (void)frame;
    return line->restart || (line->call && atomic_load(&line->call->some)) ||
            (line->dialogue && flow_wait(line->dialogue, -1) == 0)
        ? SWITCH_STATUS_BREAK : SWITCH_STATUS_SUCCESS;
}

static switch_status_t on_input(switch_core_session_t *session, void *input, switch_input_type_t type,
                                void *data, unsigned int length)
{
    struct line *line = data;
    char key;

    (void)session, (void)length;
    if (type != SWITCH_INPUT_TYPE_DTMF) {
        return SWITCH_STATUS_SUCCESS;
    }
    key = ((switch_dtmf_t *)input)->digit;
    if (line->recording && strchr(line->record_keys, key)) {
        return SWITCH_STATUS_BREAK;
    }
    if (line->dialogue) {
        tl_ivr_digit(line->dialogue->session, cc_now(), key);
        flow_follow(line->dialogue);
    } else if (line->call && strchr(line->exit_keys, key)) {
        line_exit(line, key);
    }
    return line->restart ? SWITCH_STATUS_BREAK : SWITCH_STATUS_SUCCESS;
}

static void record_caller(struct line *line, switch_input_args_t *args)
{
    switch_file_handle_t file = {0};
    switch_time_t began = switch_micro_time_now();

    file.silence_hits = line->record_silence_ms / 20;
    file.thresh = line->record_silence_ms ? 200 : 0;
    switch_ivr_record_file(line->session, &file, line->record_path, args,
                           line->record_ms ? (line->record_ms + 999) / 1000 : 3600);
    line->recording = false;
    tl_ivr_recorded(line->dialogue->session, cc_now(), line->record_op,
                    (uint32_t)((switch_micro_time_now() - began) / 1000));
    flow_follow(line->dialogue);
}

/* Plays what is to be played until something happens. */
static void sound(struct line *line)
{
    switch_input_args_t args = {0};
    switch_file_handle_t file = {0};

    line->restart = false;
    args.input_callback = on_input;
    args.read_frame_callback = on_frame;
    args.buf = line;
    args.buflen = sizeof *line;
    args.user_data = line;
    if (line->recording) {
        record_caller(line, &args);
    } else if (line->playing && line->file_at == line->file_count) {
        played(line);
    } else if (line->playing) {
        switch_status_t status =
            switch_ivr_play_file(line->session, &file, line->files[line->file_at], &args);
        /* Interrupted by a word that left the prompt as it was, it begins again: prompts are short. */
        if (status != SWITCH_STATUS_BREAK && !line->restart) {
            line->file_at++;
        }
    } else {
        switch_ivr_play_file(line->session, &file,
                             line->call && line->music[0] ? line->music : SILENCE, &args);
    }
}

/* ---- the queue ---------------------------------------------------------------------------------------------- */

static struct offer *take_offer(struct line *line, uint64_t id)
{
    for (unsigned i = 0; i < line->offer_count; i++) {
        if (offer_id(line->offers[i]) == id) {
            struct offer *offer = line->offers[i];
            line->offers[i] = line->offers[--line->offer_count];
            return offer;
        }
    }
    return NULL;
}

static void drop_offers(struct line *line)
{
    while (line->offer_count) {
        offer_stop(line->offers[--line->offer_count]);
    }
}

static void offer_ended(struct line *line, const struct word *word)
{
    struct offer *offer;
    struct caller_facts about;

    if (word->output.reason == TL_ACD_OFFER_ACCEPTED ||
        !(offer = take_offer(line, word->output.offer))) {
        return;
    }
    about = facts(line, offer);
    event_bridge_fail(&about, word->output.reason == TL_ACD_OFFER_TIMED_OUT ? "NO_ANSWER" :
        word->output.reason == TL_ACD_OFFER_LOST ? "LOSE_RACE" :
        word->output.reason == TL_ACD_OFFER_CANCELLED ? "ORIGINATOR_CANCEL" :
        word->output.detail == TL_ACD_CAUSE_BUSY ? "USER_BUSY" :
        word->output.detail == TL_ACD_CAUSE_DECLINED ? "CALL_REJECTED" : "NORMAL_TEMPORARY_FAILURE");
    offer_stop(offer);
}

/* The engine's last word about the call. */
static struct word *last_word(struct line *line)
{
    for (;;) {
        struct word *word = next_word(line->call, true);
        switch (word->output.kind) {
        case TL_ACD_LEFT:
        case TL_ACD_REFUSED:
        case TL_ACD_COMPLETED:
            return word;
        case TL_ACD_OFFER:
            if (word->offer) {
                offer_stop(word->offer);
            }
            break;
        case TL_ACD_OFFER_ENDED:
            offer_ended(line, word);
            break;
        }
        free(word);
    }
}

static void forget_call(struct line *line)
{
    drop_offers(line);
    cc_call_release(trunkline_center, &line->call->center);
    line->call = NULL;
}

static enum how talk(struct line *line, const struct word *word)
{
    struct offer *offer = take_offer(line, word->output.offer);
    switch_core_session_t *leg = offer ? offer_take(offer) : NULL;
    uint32_t by = TL_ACD_BY_AGENT;
    struct caller_facts about = facts(line, offer);
    time_t bridged = time(NULL);

    drop_offers(line);
    if (leg) {
        about.agent_uuid = switch_core_session_get_uuid(leg);
        switch_channel_set_variable(line->channel, "cc_agent", offer_agent(offer));
        switch_channel_set_variable(line->channel, "cc_agent_uuid", about.agent_uuid);
        switch_channel_set_variable(line->channel, "cc_queue", line->queue);
        event_bridge_start(&about);
        if (line->dialogue) {
            tl_ivr_answered(line->dialogue->session, cc_now(), line->queue_op);
            flow_follow(line->dialogue);
        }
        line_stop_playing(line);
        switch_ivr_multi_threaded_bridge(line->session, leg, NULL, NULL, NULL);
        if (switch_channel_test_flag(line->channel, CF_TRANSFER)) {
            by = TL_ACD_BY_TRANSFER;
            line->transferred = true;
        } else if (!switch_channel_ready(line->channel)) {
            by = TL_ACD_BY_CALLER;
        }
        event_bridge_end(&about, bridged);
    }
    cc_complete(trunkline_center, &line->call->center, by);
    free(last_word(line));
    event_member_end(&about, NULL);
    if (leg) {
        switch_core_session_rwunlock(leg);
    }
    if (offer) {
        offer_stop(offer);
    }
    forget_call(line);
    return HOW_ANSWERED;
}

static enum how how_left(struct line *line, const struct word *word)
{
    static const char *const CANCEL[] = {
        [HOW_TIMED_OUT] = "TIMEOUT", [HOW_KEY] = "EXIT_WITH_KEY", [HOW_WENT_EMPTY] = "NO_AGENT_TIMEOUT",
        [HOW_CALLER_LEFT] = "BREAK_OUT", [HOW_FAILED] = "NONE",
    };
    struct caller_facts about = facts(line, NULL);
    enum how how = how_ended(&word->output);

    if (word->output.kind == TL_ACD_LEFT) {
        line->key = (char)word->output.detail;
        event_member_end(&about, CANCEL[how]);
    }
    return how;
}

void line_arrive(struct line *line, const struct cc_arrival *arrival)
{
    line->call = new_call(line->session);
    line->joined = time(NULL);
    switch_copy_string(line->queue, arrival->queue, sizeof line->queue);
    cc_arrive(trunkline_center, &line->call->center, arrival);
}

void line_exit(struct line *line, char key)
{
    cc_exit(trunkline_center, &line->call->center, key);
}

/* The engine has something to say. */
static enum how hear(struct line *line)
{
    enum how how = HOW_WAITING;
    struct word *word = next_word(line->call, false);
    struct caller_facts about;

    if (!word) {
        return HOW_WAITING;
    }
    switch (word->output.kind) {
    case TL_ACD_JOINED:
        switch_copy_string(line->music, word->music, sizeof line->music);
        about = facts(line, NULL);
        event_member_start(&about);
        /* fall through */
    case TL_ACD_ANNOUNCE:
        if (line->dialogue) {
            tl_ivr_queue_update(line->dialogue->session, cc_now(), line->queue_op, word->output.position,
                                word->output.estimate_ms < UINT32_MAX ? (uint32_t)word->output.estimate_ms : 0);
            flow_follow(line->dialogue);
        }
        break;
    case TL_ACD_MOVED:
        switch_copy_string(line->queue, word->queue, sizeof line->queue);
        break;
    case TL_ACD_OFFER:
        if (word->offer && line->offer_count == 64) {
            offer_stop(word->offer);
            cc_reject(trunkline_center, word->output.offer, TL_ACD_CAUSE_FAILED);
        } else if (word->offer) {
            line->offers[line->offer_count++] = word->offer;
            about = facts(line, word->offer);
            event_agent_offering(&about);
        }
        break;
    case TL_ACD_OFFER_ENDED:
        offer_ended(line, word);
        break;
    case TL_ACD_CONNECTED:
        how = talk(line, word);
        break;
    case TL_ACD_LEFT:
    case TL_ACD_REFUSED:
        how = how_left(line, word);
        forget_call(line);
        break;
    }
    free(word);
    return how;
}

/* The caller is gone: the engine is told, and its last word waited for. */
enum how line_leave(struct line *line)
{
    struct word *word;
    enum how how;

    cc_hangup(trunkline_center, &line->call->center);
    word = last_word(line);
    how = word->output.kind == TL_ACD_COMPLETED ? HOW_ANSWERED : how_left(line, word);
    free(word);
    forget_call(line);
    return how;
}

/* All that was said, then sound until there is more. */
enum how line_step(struct line *line)
{
    enum how how = HOW_WAITING;

    while (how == HOW_WAITING && line->call && atomic_load(&line->call->some)) {
        how = hear(line);
    }
    if (how == HOW_WAITING && switch_channel_ready(line->channel)) {
        sound(line);
    }
    return how;
}

/* trunkline_queue queue [timeout [keys]] */
void trunkline_queue_app(switch_core_session_t *session, const char *data)
{
    struct line line = {.session = session, .channel = switch_core_session_get_channel(session)};
    struct cc_arrival arrival;
    enum how how = HOW_WAITING;
    char *words[3] = {0};
    const char *value;

    if (zstr(data)) {
        switch_log_printf(SWITCH_CHANNEL_SESSION_LOG(session), SWITCH_LOG_WARNING,
                          "trunkline_queue wants a queue\n");
        return;
    }
    switch_split(switch_core_session_strdup(session, data), ' ', words);
    if (strlen(words[0]) >= CC_NAME) {
        switch_channel_set_variable(line.channel, "trunkline_status", how_status(HOW_FAILED));
        return;
    }
    cc_arrival_defaults(&arrival);
    arrival.queue = words[0];
    if (words[1] && atoi(words[1]) > 0) {
        arrival.max_wait_ms = (uint64_t)atoi(words[1]) * 1000;
    }
    if (words[2]) {
        switch_copy_string(line.exit_keys, words[2], sizeof line.exit_keys);
    }
    if ((value = switch_channel_get_variable(line.channel, "cc_base_score"))) {
        arrival.priority = atoi(value);
    }
    arrival.skills = switch_channel_get_variable(line.channel, "trunkline_skills");
    switch_channel_answer(line.channel);
    line_arrive(&line, &arrival);
    while (how == HOW_WAITING) {
        how = switch_channel_ready(line.channel) ? line_step(&line) : line_leave(&line);
    }
    line_stop_playing(&line);
    switch_channel_set_variable(line.channel, "trunkline_status", how_status(how));
    if (how == HOW_KEY) {
        char text[2] = {line.key, '\0'};
        switch_channel_set_variable(line.channel, "cc_exit_key", text);
    }
}
