/*
 * ivr.c - trunkline_ivr: what a flow wants, done in FreeSWITCH
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "line.h"

static void flow_play(void *host, uint32_t op, const char *const *files, size_t count, bool keys_stop)
{
    struct line *line = host;

    (void)keys_stop; /* the dialogue stops a prompt itself */
    line_stop_playing(line);
    for (size_t i = 0; i < count && i < MAX_FILES; i++) {
        line->files[line->file_count++] = strdup(files[i]);
    }
    line->play_op = op;
    line->playing = true;
}

static void drop_transfer(struct line *line)
{
    if (line->transfer) {
        offer_stop(line->transfer);
        line->transfer = NULL;
    }
}

static void flow_stop(void *host, uint32_t op)
{
    struct line *line = host;

    if (line->playing && line->play_op == op) {
        line_stop_playing(line);
    } else if (line->recording && line->record_op == op) {
        line->restart = true; /* record_caller tells its length */
    } else if (line->call && line->queue_op == op) {
        line_exit(line, '*');
    } else if (line->transfer && line->transfer_op == op) {
        drop_transfer(line);
    }
}

static void flow_enqueue(void *host, uint32_t op, const tl_ivr_output *queue)
{
    struct line *line = host;
    struct cc_arrival arrival;

    flow_arrival(queue, &arrival);
    line->queue_op = op;
    line->restart = true;
    if (line->call) {
        tl_ivr_failed(line->dialogue->session, cc_now(), op);
    } else {
        line_arrive(line, &arrival);
    }
}

static void flow_record(void *host, uint32_t op, const tl_ivr_output *record)
{
    struct line *line = host;
    char directory[SETTING];

    trunkline_recordings(directory, sizeof directory);
    snprintf(line->record_path, sizeof line->record_path, "%s/%s-%u.wav", directory,
             switch_core_session_get_uuid(line->session), op);
    if (record->flag) {
        switch_ivr_gentones(line->session, "%(200,0,800)", 1, NULL);
    }
    switch_copy_string(line->record_keys, record->keys ? record->keys : "", sizeof line->record_keys);
    line->record_op = op;
    line->record_ms = record->timeout_ms ? record->timeout_ms : 3600000;
    line->record_silence_ms = record->silence_ms;
    line->recording = line->restart = true;
    switch_channel_set_variable(line->channel, "trunkline_recorded", line->record_path);
}

static void transferred(struct line *line, uint32_t outcome)
{
    uint32_t op = line->transfer_op;

    line->transfer_op = 0;
    tl_ivr_transferred(line->dialogue->session, cc_now(), op, outcome);
}

static void blind_transfer(struct line *line, const char *target)
{
    char *words[3] = {0};

    switch_split(switch_core_session_strdup(line->session, target), ' ', words);
    if (switch_ivr_session_transfer(line->session, words[0], words[1], words[2]) == SWITCH_STATUS_SUCCESS) {
        line->transferred = true;
        transferred(line, TL_IVR_TRANSFER_ANSWERED);
    } else {
        transferred(line, TL_IVR_TRANSFER_FAILED);
    }
}

/* Blind: to an extension, "1000" or "1000 XML default". Bridged: to a phone, "user/1000". */
static void flow_transfer(void *host, uint32_t op, const tl_ivr_output *transfer)
{
    struct line *line = host;
    switch_caller_profile_t *profile = switch_channel_get_caller_profile(line->channel);
    const struct phone phone = {
        .agent = "", .dial = transfer->name, .member_uuid = "",
        .session_uuid = switch_core_session_get_uuid(line->session),
        .caller_name = profile ? profile->caller_id_name : "",
        .caller_number = profile ? profile->caller_id_number : "",
    };

    drop_transfer(line);
    line->transfer_op = op;
    if (transfer->reason == TL_IVR_TRANSFER_BLIND) {
        blind_transfer(line, transfer->name);
        return;
    }
    line->transfer = transfer->reason == TL_IVR_TRANSFER_BRIDGED ? offer_start(TL_NONE, &phone) : NULL;
    line->transfer_until = switch_micro_time_now() +
        (switch_time_t)(transfer->timeout_ms ? transfer->timeout_ms : 60000) * 1000;
    if (!line->transfer) {
        transferred(line, TL_IVR_TRANSFER_FAILED);
    }
}

/* The phone of a bridged transfer: talk when it answers, give up when it does not. */
static void watch_transfer(struct line *line)
{
    static const uint32_t OUTCOMES[] = {
        [OFFER_RINGS] = TL_IVR_TRANSFER_NO_ANSWER, [OFFER_BUSY] = TL_IVR_TRANSFER_BUSY,
        [OFFER_DECLINED] = TL_IVR_TRANSFER_REJECTED, [OFFER_FAILED] = TL_IVR_TRANSFER_FAILED,
    };
    switch_core_session_t *leg;
    enum offer_outcome outcome;

    if (!line->transfer) {
        return;
    }
    outcome = offer_outcome(line->transfer);
    if (outcome == OFFER_RINGS && switch_micro_time_now() < line->transfer_until) {
        return;
    }
    leg = offer_take(line->transfer);
    if (leg) {
        tl_ivr_answered(line->dialogue->session, cc_now(), line->transfer_op);
        flow_follow(line->dialogue);
        line_converse(line, leg);
        switch_core_session_rwunlock(leg);
    }
    drop_transfer(line);
    transferred(line, leg ? TL_IVR_TRANSFER_ANSWERED : outcome == OFFER_ANSWERED ? TL_IVR_TRANSFER_FAILED
                : OUTCOMES[outcome]);
    flow_follow(line->dialogue);
}

/*
 * Asks the API command `queries` of the configuration: "NAME arg arg"; it answers with
 * "name=value" pairs, separated by commas.
 */
static void flow_query(void *host, uint32_t op, const tl_ivr_output *query)
{
    struct line *line = host;
    switch_stream_handle_t answer = {0};
    tl_ivr_value values[32] = {0};
    size_t count = 0;
    char *arguments = switch_core_session_strdup(line->session, query->name), *text, *pair;

    for (uint32_t i = 0; i < query->arg_count; i++) {
        char argument[256];
        /* A space would begin an argument of its own. */
        cc_plain(argument, sizeof argument, query->args[i].text, " \"'\\$");
        arguments = switch_core_session_sprintf(line->session, "%s %s", arguments, argument);
    }
    SWITCH_STANDARD_STREAM(answer);
    if (!line->dialogue->queries[0] ||
        switch_api_execute(line->dialogue->queries, arguments, line->session, &answer) != SWITCH_STATUS_SUCCESS ||
        zstr((char *)answer.data) || !strncmp(answer.data, "-ERR", 4)) {
        tl_ivr_failed(line->dialogue->session, cc_now(), op);
        switch_safe_free(answer.data);
        return;
    }
    text = answer.data;
    while ((pair = strsep(&text, ",\n")) && count < 32) {
        char *value = strchr(pair, '=');
        if (value) {
            *value++ = '\0';
            values[count].name = pair;
            values[count].value_type = TL_IVR_TEXT;
            values[count++].text = value;
        }
    }
    if (tl_ivr_query_ok(line->dialogue->session, cc_now(), op, values, count) < 0) {
        tl_ivr_failed(line->dialogue->session, cc_now(), op);
    }
    switch_safe_free(answer.data);
}

static void flow_attach(void *host, const tl_ivr_value *value)
{
    struct line *line = host;

    /* Exported, so that the agent's channel has it for the screen. */
    switch_channel_export_variable(line->channel,
                                   switch_core_session_sprintf(line->session, "trunkline_%s", value->name),
                                   value->text ? value->text : "", "cc_export_vars");
}

static const struct flow_host FLOW = {
    .play = flow_play, .stop = flow_stop, .enqueue = flow_enqueue, .record = flow_record,
    .transfer = flow_transfer, .query = flow_query, .attach = flow_attach,
};

static void queue_ended(struct line *line, enum how how)
{
    tl_ivr_queue_ended(line->dialogue->session, cc_now(), line->queue_op, how_outcome(how));
    flow_follow(line->dialogue);
}

/* trunkline_ivr flow */
void trunkline_ivr_app(switch_core_session_t *session, const char *data)
{
    struct line line = {.session = session, .channel = switch_core_session_get_channel(session)};
    switch_caller_profile_t *profile = switch_channel_get_caller_profile(line.channel);
    struct dialogue dialogue;
    tl_ivr_config config;

    line_begin(&line);
    tl_ivr_defaults(&config);
    config.now = cc_now();
    config.seed = (uint64_t)switch_micro_time_now();
    config.caller = profile ? profile->caller_id_number : NULL;
    config.called = profile ? profile->destination_number : NULL;
    if (zstr(data) || !flow_begin(&dialogue, trunkline_flows, data, &config, &FLOW, &line)) {
        switch_channel_set_variable(line.channel, "trunkline_status", how_status(HOW_FAILED));
        return;
    }
    line.dialogue = &dialogue;
    flow_follow(&dialogue);
    while (!dialogue.over && switch_channel_ready(line.channel)) {
        enum how how = line_step(&line);
        if (how != HOW_WAITING) {
            queue_ended(&line, how);
        }
        watch_transfer(&line);
        flow_tick(&dialogue);
    }
    drop_transfer(&line);
    if (line.call) {
        enum how how = line_leave(&line);
        queue_ended(&line, how);
    }
    if (!dialogue.over) {
        /* What is left to do after a hangup is the host's, and all of it is answered at once. */
        tl_ivr_hangup(dialogue.session, cc_now());
        flow_follow(&dialogue);
    }
    line.dialogue = NULL;
    flow_end(&dialogue);
    line_stop_playing(&line);
    switch_channel_set_variable(line.channel, "trunkline_status", "DONE");
    if (!line.transferred && switch_channel_ready(line.channel)) {
        switch_channel_hangup(line.channel, SWITCH_CAUSE_NORMAL_CLEARING);
    }
}
