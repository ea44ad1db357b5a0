/*
 * manager.c - AMI: the actions, and those that are about callers, queues and the log
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each is there as TrunklineX, and where app_queue is not loaded, by app_queue's name, QueueX, too.
 */
#include "line.h"

#include "asterisk/logger.h"

/* ---- callers ------------------------------------------------------------------------------------------- */

/* Something to do to a caller who waits. */
struct to_caller {
    const char *queue, *caller, *info;
    int priority;
    enum { CALLER_DONE, CALLER_NO_QUEUE, CALLER_NOT_THERE, CALLER_GOES_ALREADY } outcome;
};

static struct call *find(cc_center *center, struct to_caller *to)
{
    struct cc_call *call = cc_find_waiting(center, to->queue, to->caller);

    to->outcome = call ? CALLER_DONE : cc_find_queue(center, to->queue) ? CALLER_NOT_THERE :
        CALLER_NO_QUEUE;
    return (struct call *)call;
}

static void change_priority(cc_center *center, void *arg)
{
    struct to_caller *to = arg;
    struct call *call = find(center, to);

    if (call && tl_acd_set_priority(cc_engine(center), cc_now(), call->center.handle, to->priority) < 0) {
        to->outcome = CALLER_NOT_THERE;
    } else if (call) {
        call->priority = to->priority;
    }
}

static void withdraw(cc_center *center, void *arg)
{
    struct to_caller *to = arg;
    struct call *call = find(center, to);

    if (!call) {
        return;
    }
    if (call->withdrawn) {
        to->outcome = CALLER_GOES_ALREADY;
        return;
    }
    /* Before the engine's word about it, which its own thread waits for. */
    call->withdrawn = true;
    ast_copy_string(call->withdraw_info, to->info, sizeof(call->withdraw_info));
    if (!cc_take_out(center, &call->center)) {
        call->withdrawn = false;
        to->outcome = CALLER_NOT_THERE;
    }
}

/* The two headers that both want; false when one is missing, and said so. */
static bool named(struct mansession *session, const struct message *message, struct to_caller *to)
{
    to->queue = astman_get_header(message, "Queue");
    to->caller = astman_get_header(message, "Caller");
    if (ast_strlen_zero(to->queue)) {
        astman_send_error(session, message, "'Queue' not specified.");
        return false;
    }
    if (ast_strlen_zero(to->caller)) {
        astman_send_error(session, message, "'Caller' not specified.");
        return false;
    }
    return true;
}

enum cc_change manager_set_priority(const char *queue, const char *caller, int priority)
{
    struct to_caller to = { .queue = queue, .caller = caller, .priority = priority };

    cc_ask(trunkline_center, change_priority, &to);
    return to.outcome == CALLER_DONE ? CC_DONE : to.outcome == CALLER_NO_QUEUE ? CC_NO_QUEUE : CC_NOT_THERE;
}

static int action_priority(struct mansession *session, const struct message *message)
{
    const char *priority = astman_get_header(message, "Priority");
    struct to_caller to = { 0 };
    enum cc_change outcome;

    if (!named(session, message, &to)) {
        return 0;
    }
    if (ast_strlen_zero(priority)) {
        astman_send_error(session, message, "'Priority' not specified.");
        return 0;
    }
    if (sscanf(priority, "%30d", &to.priority) != 1) {
        astman_send_error(session, message, "'Priority' need integer.");
        return 0;
    }
    outcome = manager_set_priority(to.queue, to.caller, to.priority);
    if (outcome == CC_DONE) {
        astman_send_ack(session, message, "Priority change for caller on queue");
    } else {
        astman_send_error(session, message, outcome == CC_NO_QUEUE ?
            "Unable to change priority caller on queue: No such queue" :
            "Unable to change priority caller on queue: No such caller");
    }
    return 0;
}

static int action_withdraw(struct mansession *session, const struct message *message)
{
    static char *const SAYS[] = {
        [CALLER_NO_QUEUE] = "Unable to request withdraw from queue: No such queue",
        [CALLER_NOT_THERE] = "Unable to request withdraw from queue: No such caller",
        [CALLER_GOES_ALREADY] = "Unable to request withdraw from queue: Already requested",
    };
    struct to_caller to = { .info = astman_get_header(message, "WithdrawInfo") };

    if (!named(session, message, &to)) {
        return 0;
    }
    cc_ask(trunkline_center, withdraw, &to);
    if (to.outcome == CALLER_DONE) {
        astman_send_ack(session, message, "Withdraw requested successfully");
    } else {
        astman_send_error(session, message, SAYS[to.outcome]);
    }
    return 0;
}

/* ---- queues -------------------------------------------------------------------------------------------- */

/* Whatever part of it is asked for: the whole configuration is taken in anew. */
static int action_reload(struct mansession *session, const struct message *message)
{
    if (ast_module_reload("app_trunkline") == AST_MODULE_RELOAD_SUCCESS) {
        astman_send_ack(session, message, "Queue reloaded successfully");
    } else {
        astman_send_error(session, message, "Error encountered while reloading queue");
    }
    return 0;
}

static void reset(cc_center *center, void *arg)
{
    cc_reset(center, arg);
}

static int action_reset(struct mansession *session, const struct message *message)
{
    cc_ask(trunkline_center, reset, (char *)astman_get_header(message, "Queue"));
    astman_send_ack(session, message, "Queue stats reset successfully");
    return 0;
}

/* Which rules are asked for, and what they are. */
struct rules {
    const char *name;
    struct ast_str *text;
};

static void write_rules(cc_center *center, void *arg)
{
    struct rules *rules = arg;
    const struct cc_config *config = cc_configuration(center);
    size_t i, at;

    for (i = 0; i < config->rule_count; i++) {
        const struct cc_rule *rule = &config->rules[i];
        if (!ast_strlen_zero(rules->name) && strcasecmp(rules->name, rule->name)) {
            continue;
        }
        ast_str_append(&rules->text, 0, "RuleList: %s\r\n", rule->name);
        for (at = 0; at < rule->count; at++) {
            const struct cc_rule_step *step = &rule->steps[at];
            ast_str_append(&rules->text, 0, "Rule: %u,%s%d,%s%d\r\n", step->after_s,
                step->max.relative && step->max.value >= 0 ? "+" : "", step->max.value,
                step->min.relative && step->min.value >= 0 ? "+" : "", step->min.value);
        }
    }
}

static int action_rule(struct mansession *session, const struct message *message)
{
    struct rules rules = { .name = astman_get_header(message, "Rule"), .text = ast_str_create(256) };
    const char *id = astman_get_header(message, "ActionID");

    if (!rules.text) {
        return -1;
    }
    cc_ask(trunkline_center, write_rules, &rules);
    astman_append(session, "Response: Success\r\n");
    if (!ast_strlen_zero(id)) {
        astman_append(session, "ActionID: %s\r\n", id);
    }
    /* Two empty lines, as app_queue has them. */
    astman_append(session, "%s\r\n\r\n", ast_str_buffer(rules.text));
    ast_free(rules.text);
    return 0;
}

static int action_log(struct mansession *session, const struct message *message)
{
    const char *queue = astman_get_header(message, "Queue"), *event = astman_get_header(message, "Event");

    if (ast_strlen_zero(queue) || ast_strlen_zero(event)) {
        astman_send_error(session, message, "Need 'Queue' and 'Event' parameters.");
        return 0;
    }
    ast_queue_log(queue, S_OR(astman_get_header(message, "UniqueId"), "NONE"),
        astman_get_header(message, "Interface"), event, "%s", astman_get_header(message, "Message"));
    astman_send_ack(session, message, "Event added successfully");
    return 0;
}

/* ---- the table ----------------------------------------------------------------------------------------- */

#define BOTH(name, run, synopsis) \
    { "Trunkline" name, run, synopsis }, { "Queue" name, run, synopsis }

static const struct {
    const char *name;
    int (*run)(struct mansession *session, const struct message *message);
    const char *synopsis;
} ACTIONS[] = {
    BOTH("Status", status_action_status, "Queues, agents and waiting calls."),
    BOTH("Summary", status_action_summary, "Each queue in a few numbers."),
    BOTH("Pause", members_action_pause, "Pauses an agent."),
    BOTH("Penalty", members_action_penalty, "Sets an agent's penalty."),
    BOTH("MemberRingInUse", members_action_ring_in_use, "Rings an agent whose phone is in use, or not."),
    BOTH("Add", members_action_add, "Puts an agent into a queue."),
    BOTH("Remove", members_action_remove, "Takes such an agent out."),
    BOTH("ChangePriorityCaller", action_priority, "Another priority for a caller who waits."),
    BOTH("WithdrawCaller", action_withdraw, "Takes a caller out of a queue, back to the dialplan."),
    BOTH("Reload", action_reload, "Takes the configuration in anew."),
    BOTH("Reset", action_reset, "Begins to count anew, in one queue or in all."),
    BOTH("Rule", action_rule, "How callers' penalties change while they wait."),
    BOTH("Log", action_log, "Writes a line of queue_log."),
};
static bool registered[ARRAY_LEN(ACTIONS)];

void manager_start(void)
{
    /* Beside app_queue, its own actions stay its own. */
    bool beside_app_queue = ast_module_check("app_queue.so");
    size_t i;

    for (i = 0; i < ARRAY_LEN(ACTIONS); i++) {
        registered[i] = (strncmp(ACTIONS[i].name, "Queue", 5) || !beside_app_queue) &&
            !ast_manager_register2(ACTIONS[i].name, EVENT_FLAG_AGENT, ACTIONS[i].run,
                AST_MODULE_SELF, ACTIONS[i].synopsis, NULL);
    }
}

void manager_stop(void)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(ACTIONS); i++) {
        if (registered[i]) {
            ast_manager_unregister(ACTIONS[i].name);
            registered[i] = false;
        }
    }
}
