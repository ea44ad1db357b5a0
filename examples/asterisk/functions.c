/*
 * functions.c - what the dialplan asks about queues, as it asks app_queue
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * TRUNKLINE_MEMBER() and its like always; where app_queue is not loaded, by its names too:
 * QUEUE_MEMBER() and so on.
 */
#include "app_trunkline.h"

#include "asterisk/app.h"

/* A question, and what the engine's thread answers. */
struct question {
    const char *queue, *option, *phone;
    bool found;
    unsigned count;
    struct ast_str *text;
};

static void ask(struct question *question, void (*what)(cc_center *center, void *arg))
{
    realtime_look(question->queue);
    cc_ask(trunkline_center, what, question);
}

/* ---- members ---------------------------------------------------------------------------------- */

/* In app_queue's words: logged in, ready for a call at once, or free but for the paperwork. */
static bool counts(cc_center *center, const struct cc_member *member, const char *option)
{
    const struct cc_agent *agent = member->agent;
    tl_acd_agent_counters counters;
    bool here = !agent->logged_out && agent->device_state != CC_DEVICE_GONE;

    if (ast_strlen_zero(option) || !strcasecmp(option, "count")) {
        return true;
    }
    if (!strcasecmp(option, "logged")) {
        return here;
    }
    if (!here || cc_member_paused(member) ||
        tl_acd_get_agent(cc_engine(center), agent->handle, &counters) < 0) {
        return false;
    }
    return counters.state == TL_ACD_AVAILABLE ||
        (counters.state == TL_ACD_WRAP_UP && !strcasecmp(option, "free"));
}

static void members(cc_center *center, void *arg)
{
    struct question *question = arg;
    const struct cc_queue *queue = cc_find_queue(center, question->queue);
    const struct cc_agent *agent;
    const struct cc_member *member;

    question->found = queue != NULL;
    for (agent = queue ? cc_agents(center) : NULL; agent; agent = agent->next) {
        if (!(member = cc_member_of(agent, queue)) || !counts(center, member, question->option)) {
            continue;
        }
        question->count++;
        if (question->text) {
            ast_str_append(&question->text, 0, "%s%s", ast_str_strlen(question->text) ? "," : "",
                agent->phone);
        }
    }
}

static void one_member(cc_center *center, void *arg)
{
    struct question *question = arg;
    const struct cc_queue *queue = cc_find_queue(center, question->queue);
    const struct cc_agent *agent = cc_find_phone(center, question->phone);
    const struct cc_member *member = queue && agent ? cc_member_of(agent, queue) : NULL;

    question->found = member != NULL;
    if (member) {
        question->count = !strcasecmp(question->option, "penalty") ? member->config.penalty :
            !strcasecmp(question->option, "paused") ? cc_member_paused(member) : member->ring_in_use;
    }
}

static bool of_one(const char *option)
{
    return !strcasecmp(option, "penalty") || !strcasecmp(option, "paused") ||
        !strcasecmp(option, "ringinuse") || !strcasecmp(option, "ignorebusy"); /* its name of old */
}

static bool of_all(const char *option)
{
    return ast_strlen_zero(option) || !strcasecmp(option, "logged") || !strcasecmp(option, "free") ||
        !strcasecmp(option, "ready") || !strcasecmp(option, "count");
}

/* MEMBER(queue[,option[,interface]]) */
static int member_read(struct ast_channel *chan, const char *name, char *data, char *text, size_t room)
{
    struct question question = { 0 };

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(option); AST_APP_ARG(phone););
    AST_STANDARD_APP_ARGS(args, data);
    question.queue = S_OR(args.queue, "");
    question.option = S_OR(args.option, "");
    question.phone = S_OR(args.phone, "");
    text[0] = '\0';
    if (of_all(question.option)) {
        ask(&question, members);
    } else if (of_one(question.option) && !ast_strlen_zero(question.phone)) {
        ask(&question, one_member);
    }
    if (!question.found) {
        ast_log(LOG_WARNING, "%s(%s,%s,%s): there is no such thing\n", name, question.queue,
            question.option, question.phone);
        return -1;
    }
    snprintf(text, room, "%u", question.count);
    return 0;
}

/* MEMBER(queue,option,interface)=value */
static int member_write(struct ast_channel *chan, const char *name, char *data, const char *value)
{
    struct member_change change = { .by = "NONE" };

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(option); AST_APP_ARG(phone););
    AST_STANDARD_APP_ARGS(args, data);
    if (ast_strlen_zero(args.option) || ast_strlen_zero(args.phone)) {
        ast_log(LOG_WARNING, "%s wants a queue, an option and an interface\n", name);
        return -1;
    }
    change.who = (struct cc_newcomer){ .queue = args.queue, .phone = args.phone };
    if (!strcasecmp(args.option, "penalty") && members_set_penalty(&change, value)) {
        /* it is that */
    } else if (!strcasecmp(args.option, "paused")) {
        change.what = MEMBER_PAUSE;
        change.who.paused = ast_true(value);
    } else if (!strcasecmp(args.option, "ringinuse") || !strcasecmp(args.option, "ignorebusy")) {
        change.what = MEMBER_RING_IN_USE;
        change.ring_in_use = ast_true(value);
    } else {
        ast_log(LOG_WARNING, "%s: %s cannot be set to %s\n", name, args.option, value);
        return -1;
    }
    if (members_change(&change) != CC_DONE) {
        ast_log(LOG_WARNING, "%s: %s is not in queue %s\n", name, args.phone, args.queue);
        return -1;
    }
    return 0;
}

/* MEMBER_PENALTY(queue,interface) */
static int penalty_read(struct ast_channel *chan, const char *name, char *data, char *text, size_t room)
{
    struct question question = { .option = "penalty" };

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(phone););
    AST_STANDARD_APP_ARGS(args, data);
    question.queue = S_OR(args.queue, "");
    question.phone = S_OR(args.phone, "");
    text[0] = '\0';
    ask(&question, one_member);
    if (question.found) {
        snprintf(text, room, "%u", question.count);
    }
    return 0;
}

/* MEMBER_PENALTY(queue,interface)=value; in all of its queues without one */
static int penalty_write(struct ast_channel *chan, const char *name, char *data, const char *value)
{
    struct member_change change = { .what = MEMBER_PENALTY, .by = "NONE" };

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(phone););
    AST_STANDARD_APP_ARGS(args, data);
    change.who = (struct cc_newcomer){ .queue = args.queue, .phone = S_OR(args.phone, "") };
    if (!members_set_penalty(&change, value) || members_change(&change) != CC_DONE) {
        ast_log(LOG_WARNING, "%s(%s,%s) cannot be %s\n", name, S_OR(args.queue, ""), change.who.phone, value);
        return -1;
    }
    return 0;
}

static int list_read(struct ast_channel *chan, const char *name, char *data, char *text, size_t room)
{
    struct question question = { .queue = S_OR(data, ""), .text = ast_str_create(256) };

    if (!question.text) {
        return -1;
    }
    ask(&question, members);
    ast_copy_string(text, ast_str_buffer(question.text), room);
    ast_free(question.text);
    return question.found ? 0 : -1;
}

/* ---- queues ----------------------------------------------------------------------------------- */

static void waiting(cc_center *center, void *arg)
{
    struct question *question = arg;
    const struct cc_queue *queue = cc_find_queue(center, question->queue);
    tl_acd_queue_counters counters;

    question->found = queue && tl_acd_get_queue(cc_engine(center), queue->handle, &counters) >= 0;
    question->count = question->found ? (unsigned)counters.waiting : 0;
}

static int waiting_read(struct ast_channel *chan, const char *name, char *data, char *text, size_t room)
{
    struct question question = { .queue = S_OR(data, "") };

    ask(&question, waiting);
    snprintf(text, room, "%u", question.count);
    return 0;
}

/* Who stands at that place of the queue. */
static void channel_at(cc_center *center, void *arg)
{
    struct question *question = arg;
    const struct cc_queue *queue = cc_find_queue(center, question->queue);
    const struct cc_call *call;
    tl_acd_call_info info;

    question->found = queue != NULL;
    for (call = queue ? cc_calls(center) : NULL; call; call = call->next) {
        if (call->queue == queue && tl_acd_get_call(cc_engine(center), call->handle, &info) >= 0 &&
            info.position == question->count) {
            ast_str_set(&question->text, 0, "%s", call->name);
        }
    }
}

/* GET_CHANNEL(queue[,place]) */
static int channel_read(struct ast_channel *chan, const char *name, char *data, char *text, size_t room)
{
    struct question question = { .count = 1 };

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(place););
    AST_STANDARD_APP_ARGS(args, data);
    text[0] = '\0';
    if (!ast_strlen_zero(args.place) &&
        (sscanf(args.place, "%30u", &question.count) != 1 || question.count == 0)) {
        ast_log(LOG_WARNING, "%s: a place is 1 or more, not %s\n", name, args.place);
        return -1;
    }
    question.queue = S_OR(args.queue, "");
    if (!(question.text = ast_str_create(CC_NAME))) {
        return -1;
    }
    ask(&question, channel_at);
    ast_copy_string(text, ast_str_buffer(question.text), room);
    ast_free(question.text);
    return question.found ? 0 : -1;
}

static int exists_read(struct ast_channel *chan, const char *name, char *data, char *text, size_t room)
{
    struct question question = { .queue = S_OR(data, "") };

    ask(&question, waiting);
    ast_copy_string(text, question.found ? "1" : "0", room);
    return 0;
}

static void variables(cc_center *center, void *arg)
{
    struct question *question = arg;
    const struct cc_queue *queue = cc_find_queue(center, question->queue);
    tl_acd_queue_counters c;

    if (!queue || !cc_counters(center, queue, &c)) {
        return;
    }
    question->found = true;
    ast_str_set(&question->text, 0,
        "QUEUENAME=%s,QUEUEMAX=%u,QUEUESTRATEGY=%s,QUEUECALLS=%u,QUEUEHOLDTIME=%u,QUEUETALKTIME=%u,"
        "QUEUECOMPLETED=%u,QUEUEABANDONED=%u,QUEUESRVLEVEL=%u,QUEUESRVLEVELPERF=%.1f",
        queue->name, queue->config.max_waiting == TL_NONE32 ? 0 : queue->config.max_waiting,
        status_strategy(queue), (unsigned)c.waiting,
        (unsigned)(c.answered ? c.answered_waited_ms / c.answered / 1000 : 0),
        (unsigned)(c.completed ? c.talked_ms / c.completed / 1000 : 0), (unsigned)c.completed,
        (unsigned)status_abandoned(&c), (unsigned)(queue->config.service_level_ms / 1000),
        c.answered ? 100.0 * c.answered_in_level / c.answered : 0.0);
}

bool functions_set_variables(struct ast_channel *chan, const char *queue)
{
    struct question question = { .queue = queue, .text = ast_str_create(256) };

    if (!question.text) {
        return false;
    }
    ask(&question, variables);
    if (question.found) {
        pbx_builtin_setvar_multiple(chan, ast_str_buffer(question.text));
    }
    ast_free(question.text);
    return question.found;
}

/* Sets variables of the channel; 0 where it could, -1 where there is no such queue. */
static int variables_read(struct ast_channel *chan, const char *name, char *data, char *text, size_t room)
{
    if (!chan) {
        return -1;
    }
    ast_copy_string(text, functions_set_variables(chan, S_OR(data, "")) ? "0" : "-1", room);
    return 0;
}

/* ---- the module ------------------------------------------------------------------------------- */

#define ONE(what, says, how, ...) \
    { .name = what, .synopsis = says, .desc = says "\n", .syntax = what "(" how ")", __VA_ARGS__ }
#define BOTH(what, ...) ONE("TRUNKLINE_" what, __VA_ARGS__), ONE("QUEUE_" what, __VA_ARGS__)

static struct ast_custom_function FUNCTIONS[] = {
    BOTH("MEMBER", "Counts a queue's members, or says and sets what one of them is.",
        "queue[,logged|free|ready|count|penalty|paused|ringinuse[,interface]]",
        .read = member_read, .write = member_write),
    BOTH("MEMBER_PENALTY", "What an agent's penalty is in a queue; sets it.", "queue,interface",
        .read = penalty_read, .write = penalty_write),
    BOTH("MEMBER_LIST", "The interfaces of a queue's members.", "queue", .read = list_read),
    BOTH("WAITING_COUNT", "How many callers wait in a queue.", "queue", .read = waiting_read),
    BOTH("GET_CHANNEL", "The caller at a place of a queue, the first one without it.", "queue[,place]",
        .read = channel_read),
    BOTH("EXISTS", "1 where there is such a queue, else 0.", "queue", .read = exists_read),
    BOTH("VARIABLES", "Sets QUEUEMAX and its like for a queue; 0, or -1 where there is none.", "queue",
        .read = variables_read),
};
static bool registered[ARRAY_LEN(FUNCTIONS)];

void functions_start(void)
{
    bool beside_app_queue = ast_module_check("app_queue.so");
    size_t i;

    for (i = 0; i < ARRAY_LEN(FUNCTIONS); i++) {
        registered[i] = (strncmp(FUNCTIONS[i].name, "QUEUE_", 6) || !beside_app_queue) &&
            !ast_custom_function_register(&FUNCTIONS[i]);
    }
}

void functions_stop(void)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(FUNCTIONS); i++) {
        if (registered[i]) {
            ast_custom_function_unregister(&FUNCTIONS[i]);
            registered[i] = false;
        }
    }
}
