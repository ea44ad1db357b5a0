/*
 * waiting.c - TrunklineQueue, and Queue where app_queue is not loaded: what they are asked for
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"

#include "asterisk/app.h"

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

/* Waits and talks; what the application returns. */
static int wait_and_talk(struct line *line, struct cc_arrival *arrival, bool go_on)
{
    enum how how = HOW_WAITING;

    arrival_from_channel(line->chan, arrival);
    AST_VECTOR_INIT(&line->legs, 4);
    pbx_builtin_setvar_helper(line->chan, "QUEUESTATUS", "");
    if (!line_arrive(line, arrival)) {
        how = HOW_FAILED;
    }
    ast_free((char *)arrival->skills);
    while (how == HOW_WAITING) {
        how = line->up ? line_step(line) : line_leave(line);
    }
    line_end(line);
    pbx_builtin_setvar_helper(line->chan, "QUEUESTATUS", how_status(how));
    if (how == HOW_KEY) {
        char text[2] = { line->key, '\0' };
        pbx_builtin_setvar_helper(line->chan, "QUEUEKEY", text);
    }
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

/* The options that both applications have; whether the dialplan goes on afterwards. */
static bool follow_options(struct line *line, const char *options)
{
    line->ring = strchr(options, 'r');
    line->transfer_by_agent = strchr(options, 't');
    line->transfer_by_caller = strchr(options, 'T');
    return strchr(options, 'c');
}

static bool begin(struct cc_arrival *arrival, const char *queue, const char *timeout, const char *agent)
{
    if (ast_strlen_zero(queue)) {
        ast_log(LOG_WARNING, "A queue is wanted\n");
        return false;
    }
    if (strlen(S_OR(agent, "")) >= CC_NAME || strlen(queue) >= CC_NAME) {
        ast_log(LOG_WARNING, "A name is too long\n");
        return false;
    }
    cc_arrival_defaults(arrival);
    arrival->queue = queue;
    arrival->preferred = agent;
    if (!ast_strlen_zero(timeout)) {
        arrival->max_wait_ms = strtoull(timeout, NULL, 10) * 1000;
    }
    return true;
}

/* TrunklineQueue(queue[,options[,timeout[,agent]]]) */
int waiting_exec(struct ast_channel *chan, const char *data)
{
    struct line line = { .chan = chan, .up = true };
    struct cc_arrival arrival;
    char *parse = ast_strdupa(S_OR(data, ""));

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(options); AST_APP_ARG(timeout);
        AST_APP_ARG(agent););
    AST_STANDARD_APP_ARGS(args, parse);
    if (!begin(&arrival, args.queue, args.timeout, args.agent)) {
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
    char *parse = ast_strdupa(S_OR(data, ""));
    unsigned place;

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(options); AST_APP_ARG(url);
        AST_APP_ARG(announce); AST_APP_ARG(timeout); AST_APP_ARG(agi); AST_APP_ARG(gosub);
        AST_APP_ARG(rule); AST_APP_ARG(position););
    AST_STANDARD_APP_ARGS(args, parse);
    /* A timeout of 0 is none there. */
    if (!begin(&arrival, args.queue, S_COR(atoi(S_OR(args.timeout, "")) > 0, args.timeout, ""), NULL)) {
        return -1;
    }
    args.options = S_OR(args.options, "");
    take(args.options, 'm', line.own_music, sizeof(line.own_music));
    if (!ast_strlen_zero(args.position) && sscanf(args.position, "%30u", &place) == 1 && place > 0) {
        arrival.position = place;
    }
    if ((args.options[strspn(args.options, "cCdmrtT ")] || !ast_strlen_zero(args.announce) ||
            !ast_strlen_zero(args.agi) || !ast_strlen_zero(args.gosub) || !ast_strlen_zero(args.rule)) &&
        !ast_atomic_fetchadd_int(&told, 1)) {
        ast_log(LOG_NOTICE, "Queue(%s): of its options c, C, m, r, t, T are followed, and its timeout and position; "
            "not said again\n", data);
    }
    return wait_and_talk(&line, &arrival, follow_options(&line, args.options));
}
