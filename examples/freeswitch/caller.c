/*
 * caller.c - trunkline_queue: a caller in a queue, on its session's own thread
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "line.h"

static struct caller_facts facts(const struct line *line, const struct offer *offer)
{
    return (struct caller_facts){
        .session = line->session, .queue = line->queue, .offer = offer, .member_uuid = line->call->uuid,
        .joined = line->call->joined};
}

static void set_time(struct line *line, const char *name)
{
    switch_channel_set_variable_printf(line->channel, name, "%ld", (long)time(NULL));
}

/* ---- the phones that ring -------------------------------------------------------------------------------- */

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

/* `cause`: told of those that still ring. */
static void drop_offers(struct line *line, const char *cause)
{
    while (line->offer_count) {
        struct offer *offer = line->offers[--line->offer_count];
        struct caller_facts about = facts(line, offer);
        event_bridge_fail(&about, cause);
        offer_stop(offer);
    }
}

static void offered(struct line *line, const struct word *word)
{
    struct caller_facts about;

    if (!word->offer) {
        return;
    }
    if (line->offer_count == MAX_OFFERS) {
        offer_stop(word->offer);
        cc_reject(trunkline_center, word->output.offer, TL_ACD_CAUSE_FAILED);
        return;
    }
    line->offers[line->offer_count++] = word->offer;
    about = facts(line, word->offer);
    event_agent_offering(&about);
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
        word->output.reason == TL_ACD_OFFER_CANCELLED ? "ORIGINATOR_CANCEL" : offer_cause(offer));
    offer_stop(offer);
}

/* ---- how it ends ------------------------------------------------------------------------------------------ */

/* The engine's last word about the call. */
static struct word *last_word(struct line *line)
{
    for (;;) {
        struct word *word = call_next(line->call, true);
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
    drop_offers(line, "ORIGINATOR_CANCEL");
    cc_call_release(trunkline_center, &line->call->center);
    line->call = NULL;
    line->announcement = NULL;
}

static enum how how_left(struct line *line, const struct word *word)
{
    static const char *const CANCEL[] = {
        [HOW_TIMED_OUT] = "TIMEOUT", [HOW_KEY] = "EXIT_WITH_KEY", [HOW_WENT_EMPTY] = "NO_AGENT_TIMEOUT",
        [HOW_CALLER_LEFT] = "BREAK_OUT", [HOW_FAILED] = "NONE", [HOW_WITHDRAWN] = "NONE",
    };
    struct caller_facts about = facts(line, NULL);
    enum how how = how_ended(&word->output);

    if (word->output.kind == TL_ACD_LEFT) {
        line->key = (char)word->output.detail;
        set_time(line, "cc_queue_canceled_epoch");
        switch_channel_set_variable(line->channel, "cc_cause", "cancel");
        switch_channel_set_variable(line->channel, "cc_cancel_reason", CANCEL[how]);
        event_member_end(&about, CANCEL[how]);
        event_members_count(word->queue, word->waiting);
    }
    return how;
}

uint32_t line_converse(struct line *line, switch_core_session_t *leg)
{
    uint32_t by = TL_ACD_BY_AGENT;

    line_stop_playing(line);
    switch_ivr_multi_threaded_bridge(line->session, leg, NULL, NULL, NULL);
    if (switch_channel_test_flag(line->channel, CF_TRANSFER)) {
        by = TL_ACD_BY_TRANSFER;
        line->transferred = true;
    } else if (!switch_channel_ready(line->channel)) {
        by = TL_ACD_BY_CALLER;
    }
    return by;
}

static void announce_talk(struct line *line, struct caller_facts *about, const struct word *word)
{
    switch_channel_set_variable(line->channel, "cc_agent", offer_agent(about->offer));
    switch_channel_set_variable(line->channel, "cc_agent_uuid", switch_core_session_get_uuid(about->leg));
    switch_channel_set_variable(line->channel, "cc_cause", "answered");
    switch_channel_set_variable(line->channel, "cc_agent_bridged", "true");
    set_time(line, "cc_queue_answered_epoch");
    event_bridge_start(about);
    switch_channel_set_variable(switch_core_session_get_channel(about->leg), "cc_agent_bridged", "true");
    event_members_count(word->queue, word->waiting);
    if (line->dialogue) {
        tl_ivr_answered(line->dialogue->session, cc_now(), line->queue_op);
        flow_follow(line->dialogue);
    }
}

static enum how talk(struct line *line, const struct word *word)
{
    struct offer *offer = take_offer(line, word->output.offer);
    switch_core_session_t *leg = offer ? offer_take(offer) : NULL;
    uint32_t by = TL_ACD_BY_AGENT;
    struct caller_facts about = facts(line, offer);

    drop_offers(line, "LOSE_RACE");
    if (leg) {
        about.leg = leg;
        announce_talk(line, &about, word);
        by = line_converse(line, leg);
        set_time(line, "cc_queue_terminated_epoch");
        event_bridge_end(&about);
        event_member_end(&about, NULL);
        switch_core_session_rwunlock(leg);
    }
    cc_complete(trunkline_center, &line->call->center, by);
    free(last_word(line));
    if (offer) {
        offer_stop(offer);
    }
    forget_call(line);
    return HOW_ANSWERED;
}

/* ---- the wait ---------------------------------------------------------------------------------------------- */

void line_arrive(struct line *line, const struct cc_arrival *arrival)
{
    line->call = call_new(line->session);
    switch_copy_string(line->queue, arrival->queue, sizeof line->queue);
    switch_channel_set_variable(line->channel, "cc_side", "member");
    switch_channel_set_variable(line->channel, "cc_member_uuid", line->call->uuid);
    switch_channel_set_variable(line->channel, "cc_queue", line->queue);
    set_time(line, "cc_queue_joined_epoch");
    cc_arrive(trunkline_center, &line->call->center, arrival);
}

void line_exit(struct line *line, char key)
{
    cc_exit(trunkline_center, &line->call->center, key);
}

/* Its place: the flow's to tell, if there is one, else said as the configuration has it. */
static void place(struct line *line, const struct word *word)
{
    uint32_t estimate = word->output.estimate_ms < UINT32_MAX ? (uint32_t)word->output.estimate_ms : 0;
    char announcement[SETTING];

    if (line->dialogue) {
        tl_ivr_queue_update(line->dialogue->session, cc_now(), line->queue_op, word->output.position, estimate);
        flow_follow(line->dialogue);
        return;
    }
    switch_channel_set_variable_printf(line->channel, "trunkline_position", "%u", word->output.position);
    switch_channel_set_variable_printf(line->channel, "trunkline_estimate", "%u", estimate / 1000);
    trunkline_announcement(announcement, sizeof announcement);
    if (word->output.kind == TL_ACD_ANNOUNCE && announcement[0]) {
        char *expanded = switch_channel_expand_variables(line->channel, announcement);
        line->announcement = switch_core_session_strdup(line->session, expanded);
        if (expanded != announcement) {
            free(expanded);
        }
    }
}

/* The engine has something to say. */
static enum how hear(struct line *line)
{
    enum how how = HOW_WAITING;
    struct word *word = call_next(line->call, false);
    struct caller_facts about;

    if (!word) {
        return HOW_WAITING;
    }
    switch (word->output.kind) {
    case TL_ACD_JOINED:
        switch_copy_string(line->music, word->music, sizeof line->music);
        about = facts(line, NULL);
        event_member_start(&about);
        event_members_count(word->queue, word->waiting);
        place(line, word);
        break;
    case TL_ACD_ANNOUNCE:
        place(line, word);
        break;
    case TL_ACD_MOVED:
        switch_copy_string(line->queue, word->queue, sizeof line->queue);
        switch_copy_string(line->music, word->music, sizeof line->music);
        switch_channel_set_variable(line->channel, "cc_queue", line->queue);
        break;
    case TL_ACD_OFFER:
        offered(line, word);
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

enum how line_step(struct line *line)
{
    enum how how = HOW_WAITING;

    while (how == HOW_WAITING && line->call && call_news(line->call)) {
        how = hear(line);
    }
    if (how == HOW_WAITING && switch_channel_ready(line->channel)) {
        line_sound(line);
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
    line_begin(&line);
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
