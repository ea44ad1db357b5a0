/*
 * waiting.c - TrunklineQueue, and Queue where app_queue is not loaded: what they are asked for
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"

#include "asterisk/app.h"
#include "asterisk/features.h"

static void arrival_from_channel(struct ast_channel *chan, struct cc_arrival *arrival)
{
    const char *value;

    ast_channel_lock(chan);
    if ((value = pbx_builtin_getvar_helper(chan, "QUEUE_PRIO"))) {
        arrival->priority = atoi(value);
    }
    if ((value = pbx_builtin_getvar_helper(chan, "QUEUE_MIN_PENALTY"))) {
        arrival->penalties.min = (uint32_t)strtoul(value, NULL, 10);
    }
    if ((value = pbx_builtin_getvar_helper(chan, "QUEUE_MAX_PENALTY"))) {
        arrival->penalties.max = (uint32_t)strtoul(value, NULL, 10);
    }
    if ((value = pbx_builtin_getvar_helper(chan, "QUEUE_RAISE_PENALTY"))) {
        arrival->penalties.raise_within = *value == 'r';
        arrival->penalties.raise = (uint32_t)strtoul(value + (*value == 'r'), NULL, 10);
    }
    if ((value = pbx_builtin_getvar_helper(chan, "TRUNKLINE_SKILLS"))) {
        arrival->skills = ast_strdup(value);
    }
    ast_channel_unlock(chan);
}

/* What the dialplan learns, and where it goes on. */
static void set_result(struct line *line, enum how how)
{
    pbx_builtin_setvar_helper(line->chan, "QUEUESTATUS", how_status(how));
    if (how != HOW_ANSWERED) {
        line_set_time(line->chan, "QUEUEWAIT", line->since ? cc_now() - line->since : 0);
        line_set_time(line->chan, "ANSWEREDTIME", 0);
    }
    line_set_time(line->chan, "DIALEDTIME", (uint64_t)ast_channel_get_duration_ms(line->chan));
    if (line->treatment) {
        line_queue_variables(line, line->chan);
    }
    if (how == HOW_KEY) {
        pbx_builtin_setvar_helper(line->chan, "QUEUEKEY", line->keys);
        if (line->treatment->context[0] && !strchr(line->exit_keys, line->key)) {
            ast_goto_if_exists(line->chan, line->treatment->context, line->keys, 1);
        }
    }
}

/* Waits and talks; what the application returns. */
static int wait_and_talk(struct line *line, struct cc_arrival *arrival, bool go_on)
{
    enum how how = HOW_WAITING;

    static const char *const TIMES[] = { "QUEUEWAIT", "QUEUEWAIT_MS", "ANSWEREDTIME", "ANSWEREDTIME_MS",
        "DIALEDTIME", "DIALEDTIME_MS" };
    size_t i;

    arrival_from_channel(line->chan, arrival);
    AST_VECTOR_INIT(&line->legs, 4);
    pbx_builtin_setvar_helper(line->chan, "QUEUESTATUS", "");
    pbx_builtin_setvar_helper(line->chan, "ABANDONED", NULL);
    for (i = 0; i < ARRAY_LEN(TIMES); i++) {
        pbx_builtin_setvar_helper(line->chan, TIMES[i], "");
    }
    if (!line_arrive(line, arrival)) {
        how = HOW_FAILED;
    }
    ast_free((char *)arrival->skills);
    while (how == HOW_WAITING) {
        how = line->up ? line_step(line) : line_leave(line);
    }
    set_result(line, how);
    line_end(line);
    if (how == HOW_CALLER_LEFT || line->gone_to_dialplan || ast_check_hangup(line->chan)) {
        return -1;
    }
    return how == HOW_ANSWERED && !go_on ? -1 : 0;
}

/* Takes `letter(value)` out of the options; its value, or an empty text. */
static void take(char *options, char letter, char *value, size_t room)
{
    char *at = strchr(options, letter);

    if (at && at[1] == '(') {
        size_t length = strcspn(at + 2, ")");
        snprintf(value, room, "%.*s", (int)length, at + 2);
        memset(at, ' ', length + 2 + (at[length + 2] == ')'));
    }
}

/* What they may do by keys while they talk: the agent, the caller. */
static const struct {
    char agent, caller;
    unsigned feature;
} FEATURES[] = {
    { 't', 'T', AST_FEATURE_REDIRECT },
    { 'h', 'H', AST_FEATURE_DISCONNECT },
    { 'k', 'K', AST_FEATURE_PARKCALL },
    { 'w', 'W', AST_FEATURE_AUTOMON },
    { 'x', 'X', AST_FEATURE_AUTOMIXMON },
};

/* The options that both applications have; whether the dialplan goes on afterwards. */
static bool follow_options(struct line *line, const char *options)
{
    size_t i;

    line->ring = strchr(options, 'r');
    line->ring_with_phones = !line->ring && strchr(options, 'R');
    line->keep_names = strchr(options, 'I');
    line->elsewhere = strchr(options, 'C');
    for (i = 0; i < ARRAY_LEN(FEATURES); i++) {
        line->by_agent |= strchr(options, FEATURES[i].agent) ? FEATURES[i].feature : 0;
        line->by_caller |= strchr(options, FEATURES[i].caller) ? FEATURES[i].feature : 0;
    }
    return strchr(options, 'c');
}

static bool begin(struct cc_arrival *arrival, const char *queue, const char *timeout, const char *agent,
    const char *rule)
{
    if (ast_strlen_zero(queue)) {
        ast_log(LOG_WARNING, "A queue is wanted\n");
        return false;
    }
    if (strlen(S_OR(agent, "")) >= CC_NAME || strlen(S_OR(rule, "")) >= CC_NAME || strlen(queue) >= CC_NAME) {
        ast_log(LOG_WARNING, "A name is too long\n");
        return false;
    }
    cc_arrival_defaults(arrival);
    arrival->queue = queue;
    arrival->preferred = agent;
    arrival->rule = rule;
    if (!ast_strlen_zero(timeout)) {
        arrival->max_wait_ms = strtoull(timeout, NULL, 10) * 1000;
    }
    return true;
}

/* TrunklineQueue(queue[,options[,timeout[,agent[,rule]]]]) */
int waiting_exec(struct ast_channel *chan, const char *data)
{
    struct line line = { .chan = chan, .up = true };
    struct cc_arrival arrival;
    char *parse = ast_strdupa(S_OR(data, ""));

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(options); AST_APP_ARG(timeout);
        AST_APP_ARG(agent); AST_APP_ARG(rule););
    AST_STANDARD_APP_ARGS(args, parse);
    if (!begin(&arrival, args.queue, args.timeout, args.agent, args.rule)) {
        return -1;
    }
    args.options = S_OR(args.options, "");
    take(args.options, 'k', line.exit_keys, sizeof(line.exit_keys));
    return wait_and_talk(&line, &arrival, follow_options(&line, args.options));
}

/* Queue(queue[,options[,URL[,announce[,timeout[,AGI[,gosub[,rule[,position]]]]]]]]) */
int waiting_its_exec(struct ast_channel *chan, const char *data)
{
    static int told;
    struct line line = { .chan = chan, .up = true };
    struct cc_arrival arrival;
    char *parse = ast_strdupa(S_OR(data, "")), predial[200] = "", first[200] = "";
    unsigned place;

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(options); AST_APP_ARG(url);
        AST_APP_ARG(announce); AST_APP_ARG(timeout); AST_APP_ARG(agi); AST_APP_ARG(gosub);
        AST_APP_ARG(rule); AST_APP_ARG(position););
    AST_STANDARD_APP_ARGS(args, parse);
    /* A timeout of 0 is none there. */
    if (!begin(&arrival, args.queue, S_COR(atoi(S_OR(args.timeout, "")) > 0, args.timeout, ""), NULL,
            args.rule)) {
        return -1;
    }
    args.options = S_OR(args.options, "");
    take(args.options, 'm', line.own_music, sizeof(line.own_music));
    take(args.options, 'b', predial, sizeof(predial));
    take(args.options, 'B', first, sizeof(first));
    line.predial = predial;
    line.announce = args.announce;
    line.url = args.url;
    line.agi = args.agi;
    line.gosub = args.gosub;
    if (!ast_strlen_zero(args.position) && sscanf(args.position, "%30u", &place) == 1 && place > 0) {
        arrival.position = place;
    }
    if (args.options[strspn(args.options, "cCdhHIkKmrRtTwWxX ")] && !ast_atomic_fetchadd_int(&told, 1)) {
        ast_log(LOG_NOTICE, "Queue(%s): all is followed but the options n, i, F; not said again\n", data);
    }
    ast_replace_subargument_delimiter(predial);
    ast_replace_subargument_delimiter(first);
    if (first[0]) {
        ast_app_exec_sub(NULL, chan, first, 0);
    }
    return wait_and_talk(&line, &arrival, follow_options(&line, args.options));
}
