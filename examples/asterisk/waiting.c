/*
 * waiting.c - TrunklineQueue, and Queue where app_queue is not loaded: what they are asked for
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"

#include "asterisk/app.h"
#include "asterisk/features.h"
#include "asterisk/max_forwards.h"

/* Whether it is written as rN. What is no number says nothing. */
static bool set_penalty(struct ast_channel *chan, const char *name, uint32_t *penalty)
{
    const char *value = S_OR(pbx_builtin_getvar_helper(chan, name), "");
    bool within = *value == 'r';
    int number;

    if (sscanf(value + within, "%30d", &number) == 1) {
        *penalty = number > 0 ? (uint32_t)number : 0;
    }
    return within;
}

static void arrival_from_channel(struct ast_channel *chan, struct cc_arrival *arrival)
{
    const char *value;

    ast_channel_lock(chan);
    if ((value = pbx_builtin_getvar_helper(chan, "QUEUE_PRIO"))) {
        arrival->priority = atoi(value);
    }
    set_penalty(chan, "QUEUE_MIN_PENALTY", &arrival->penalties.min);
    set_penalty(chan, "QUEUE_MAX_PENALTY", &arrival->penalties.max);
    arrival->penalties.raise_within = set_penalty(chan, "QUEUE_RAISE_PENALTY", &arrival->penalties.raise);
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

/* A call that is passed on from queue to queue comes to an end. */
static bool may_ring_others(struct ast_channel *chan)
{
    int hops;

    ast_channel_lock(chan);
    hops = ast_max_forwards_get(chan);
    ast_channel_unlock(chan);
    if (hops <= 0) {
        ast_log(LOG_WARNING, "%s has been passed on too often to wait in a queue\n", ast_channel_name(chan));
    }
    return hops > 0;
}

/* Waits and talks; what the application returns. */
static int wait_and_talk(struct line *line, struct cc_arrival *arrival, bool go_on)
{
    enum how how = HOW_WAITING;

    static const char *const TIMES[] = { "QUEUEWAIT", "QUEUEWAIT_MS", "ANSWEREDTIME", "ANSWEREDTIME_MS",
        "DIALEDTIME", "DIALEDTIME_MS" };
    size_t i;

    if (!may_ring_others(line->chan)) {
        return -1;
    }
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

/* ---- options ----------------------------------------------------------------------------------- */

enum {
    GO_ON = 1 << 0, ELSEWHERE = 1 << 1, KEEP_NAMES = 1 << 2, RING = 1 << 3, RING_WITH_PHONES = 1 << 4, ONCE = 1 << 5,
    NO_FORWARD = 1 << 6, AGENT_GOES_ON = 1 << 7, KEYS = 1 << 8, MUSIC = 1 << 9, PREDIAL = 1 << 10, FIRST = 1 << 11,
    DATA_QUALITY = 1 << 12, AGENT_TRANSFERS = 1 << 13, CALLER_TRANSFERS = 1 << 14, AGENT_HANGS_UP = 1 << 15,
    CALLER_HANGS_UP = 1 << 16, AGENT_PARKS = 1 << 17, CALLER_PARKS = 1 << 18, AGENT_RECORDS = 1 << 19,
    CALLER_RECORDS = 1 << 20, AGENT_MIXES = 1 << 21, CALLER_MIXES = 1 << 22,
};
enum { PLACE_ARG, KEYS_ARG, MUSIC_ARG, PREDIAL_ARG, FIRST_ARG, ARGS };

#define SHARED                                                                                     \
    AST_APP_OPTION('c', GO_ON), AST_APP_OPTION('C', ELSEWHERE), AST_APP_OPTION('I', KEEP_NAMES),   \
    AST_APP_OPTION('r', RING), AST_APP_OPTION('R', RING_WITH_PHONES), AST_APP_OPTION('n', ONCE),   \
    AST_APP_OPTION('i', NO_FORWARD), AST_APP_OPTION_ARG('F', AGENT_GOES_ON, PLACE_ARG),            \
    AST_APP_OPTION('t', AGENT_TRANSFERS), AST_APP_OPTION('T', CALLER_TRANSFERS),                   \
    AST_APP_OPTION('h', AGENT_HANGS_UP), AST_APP_OPTION('H', CALLER_HANGS_UP),                     \
    AST_APP_OPTION('w', AGENT_RECORDS), AST_APP_OPTION('W', CALLER_RECORDS),                       \
    AST_APP_OPTION('x', AGENT_MIXES), AST_APP_OPTION('X', CALLER_MIXES),                           \
    AST_APP_OPTION('K', CALLER_PARKS)
AST_APP_OPTIONS(OURS, BEGIN_OPTIONS
    SHARED,
    AST_APP_OPTION_ARG('k', KEYS, KEYS_ARG),
END_OPTIONS);
AST_APP_OPTIONS(THEIRS, BEGIN_OPTIONS
    SHARED,
    AST_APP_OPTION('k', AGENT_PARKS),
    AST_APP_OPTION('d', DATA_QUALITY),
    AST_APP_OPTION_ARG('m', MUSIC, MUSIC_ARG),
    AST_APP_OPTION_ARG('b', PREDIAL, PREDIAL_ARG),
    AST_APP_OPTION_ARG('B', FIRST, FIRST_ARG),
END_OPTIONS);

/* What they may do by keys while they talk: the agent, the caller. */
static const struct {
    uint32_t agent, caller;
    unsigned feature;
} FEATURES[] = {
    { AGENT_TRANSFERS, CALLER_TRANSFERS, AST_FEATURE_REDIRECT },
    { AGENT_HANGS_UP, CALLER_HANGS_UP, AST_FEATURE_DISCONNECT },
    { AGENT_PARKS, CALLER_PARKS, AST_FEATURE_PARKCALL },
    { AGENT_RECORDS, CALLER_RECORDS, AST_FEATURE_AUTOMON },
    { AGENT_MIXES, CALLER_MIXES, AST_FEATURE_AUTOMIXMON },
};

/* Whether the dialplan goes on afterwards. `args` become parts of `text`. */
static bool follow_options(struct line *line, const struct ast_app_option *table, char *text, char *args[ARGS])
{
    struct ast_flags options = { 0 };
    size_t i;

    memset(args, 0, ARGS * sizeof(*args));
    if (!ast_strlen_zero(text)) {
        ast_app_parse_options(table, &options, args, text);
    }
    line->ring = ast_test_flag(&options, RING);
    line->ring_with_phones = !line->ring && ast_test_flag(&options, RING_WITH_PHONES);
    line->keep_names = ast_test_flag(&options, KEEP_NAMES);
    line->elsewhere = ast_test_flag(&options, ELSEWHERE);
    line->once = ast_test_flag(&options, ONCE);
    line->no_forward = ast_test_flag(&options, NO_FORWARD);
    line->agent_goes_on = ast_test_flag(&options, AGENT_GOES_ON) ? S_OR(args[PLACE_ARG], "") : NULL;
    for (i = 0; i < ARRAY_LEN(FEATURES); i++) {
        line->by_agent |= ast_test_flag(&options, FEATURES[i].agent) ? FEATURES[i].feature : 0;
        line->by_caller |= ast_test_flag(&options, FEATURES[i].caller) ? FEATURES[i].feature : 0;
    }
    ast_copy_string(line->exit_keys, S_OR(args[KEYS_ARG], ""), sizeof(line->exit_keys));
    ast_copy_string(line->own_music, S_OR(args[MUSIC_ARG], ""), sizeof(line->own_music));
    return ast_test_flag(&options, GO_ON);
}

/* ---- the applications -------------------------------------------------------------------------- */

static bool begin(struct cc_arrival *arrival, const char *queue, const char *timeout, const char *agent,
    const char *rule)
{
    int seconds;

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
    if (!ast_strlen_zero(timeout) && (seconds = atoi(timeout)) >= 0) {
        arrival->max_wait_ms = (uint64_t)seconds * 1000;
    }
    return true;
}

/* TrunklineQueue(queue[,options[,timeout[,agent[,rule]]]]) */
int waiting_exec(struct ast_channel *chan, const char *data)
{
    struct line line = { .chan = chan, .up = true };
    struct cc_arrival arrival;
    char *parse = ast_strdupa(S_OR(data, "")), *values[ARGS];

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(options); AST_APP_ARG(timeout);
        AST_APP_ARG(agent); AST_APP_ARG(rule););
    AST_STANDARD_APP_ARGS(args, parse);
    if (!begin(&arrival, args.queue, args.timeout, args.agent, args.rule)) {
        return -1;
    }
    return wait_and_talk(&line, &arrival, follow_options(&line, OURS, args.options, values));
}

/* Queue(queue[,options[,URL[,announce[,timeout[,AGI[,gosub[,rule[,position]]]]]]]]) */
int waiting_its_exec(struct ast_channel *chan, const char *data)
{
    struct line line = { .chan = chan, .up = true };
    struct cc_arrival arrival;
    char *parse = ast_strdupa(S_OR(data, "")), *values[ARGS];
    unsigned place;
    bool go_on;

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(options); AST_APP_ARG(url);
        AST_APP_ARG(announce); AST_APP_ARG(timeout); AST_APP_ARG(agi); AST_APP_ARG(gosub);
        AST_APP_ARG(rule); AST_APP_ARG(position););
    AST_STANDARD_APP_ARGS(args, parse);
    /* A timeout of 0 is none there. */
    if (!begin(&arrival, args.queue, S_COR(atoi(S_OR(args.timeout, "")) > 0, args.timeout, ""), NULL,
            args.rule)) {
        return -1;
    }
    go_on = follow_options(&line, THEIRS, args.options, values);
    line.predial = values[PREDIAL_ARG];
    line.announce = args.announce;
    line.url = args.url;
    line.agi = args.agi;
    line.gosub = args.gosub;
    if (!ast_strlen_zero(args.position) && sscanf(args.position, "%30u", &place) == 1 && place > 0) {
        arrival.position = place;
    }
    if (line.predial) {
        ast_replace_subargument_delimiter(values[PREDIAL_ARG]);
    }
    if (!ast_strlen_zero(values[FIRST_ARG])) {
        ast_replace_subargument_delimiter(values[FIRST_ARG]);
        ast_app_exec_sub(NULL, chan, values[FIRST_ARG], 0);
    }
    return wait_and_talk(&line, &arrival, go_on);
}
