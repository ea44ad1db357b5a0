/*
 * applications.c - what the dialplan calls
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where app_queue is not loaded, those that do exactly what one of its does have its name, too.
 */
#include "app_trunkline.h"

#include "asterisk/app.h"
#include "asterisk/logger.h"

/* TrunklineLog(queue,uniqueid,member,event[,text]) */
static int log_exec(struct ast_channel *chan, const char *data)
{
    char *parse = ast_strdupa(S_OR(data, ""));

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(uniqueid); AST_APP_ARG(member);
        AST_APP_ARG(event); AST_APP_ARG(text););
    AST_STANDARD_APP_ARGS(args, parse);
    if (ast_strlen_zero(args.queue) || ast_strlen_zero(args.uniqueid) ||
        ast_strlen_zero(args.member) || ast_strlen_zero(args.event)) {
        ast_log(LOG_WARNING, "A line of queue_log wants (queue,uniqueid,member,event[,text])\n");
        return -1;
    }
    ast_queue_log(args.queue, args.uniqueid, args.member, args.event, "%s", S_OR(args.text, ""));
    return 0;
}

/* A call that an agent has made for a queue. */
struct outcall {
    const char *queue, *agent;
    bool answered;
    uint64_t talked_ms;
    enum cc_change outcome;
};

static void count_outcall(cc_center *center, void *arg)
{
    struct outcall *call = arg;

    call->outcome = cc_count_call(center, call->queue, call->agent, call->answered, call->talked_ms);
}

/* TrunklineUpdate(queue,uniqueid,member,status,talktime[,params]) */
static int update_exec(struct ast_channel *chan, const char *data)
{
    char *parse = ast_strdupa(S_OR(data, ""));
    struct outcall call = { 0 };

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(uniqueid); AST_APP_ARG(member);
        AST_APP_ARG(status); AST_APP_ARG(talked); AST_APP_ARG(rest););
    AST_STANDARD_APP_ARGS(args, parse);
    if (ast_strlen_zero(args.queue) || ast_strlen_zero(args.uniqueid) ||
        ast_strlen_zero(args.member) || ast_strlen_zero(args.status)) {
        ast_log(LOG_WARNING, "A call made for a queue is (queue,uniqueid,member,status,talktime[,params])\n");
        return -1;
    }
    call.queue = args.queue;
    call.agent = args.member;
    call.answered = !strcasecmp(args.status, "ANSWER");
    call.talked_ms = strtoull(S_OR(args.talked, "0"), NULL, 10) * 1000;
    realtime_look(call.queue);
    cc_ask(trunkline_center, count_outcall, &call);
    if (call.outcome == CC_NO_QUEUE) {
        ast_log(LOG_WARNING, "There is no queue %s\n", call.queue);
    } else if (call.outcome == CC_DONE) {
        ast_queue_log(args.queue, args.uniqueid, args.member, "OUTCALL", "%s|%s|%s", args.status,
            S_OR(args.talked, ""), S_OR(args.rest, ""));
    }
    return 0;
}

/*
 * How many calls are in an application. Asterisk counts them too, but looks at its count before it
 * asks the module to go: who comes between the two is only seen here.
 */
static int inside;

#define COUNTED(run)                                                                               \
    static int counted_##run(struct ast_channel *chan, const char *data)                           \
    {                                                                                              \
        int result;                                                                                \
        ast_atomic_fetchadd_int(&inside, 1);                                                       \
        result = run(chan, data);                                                                  \
        ast_atomic_fetchadd_int(&inside, -1);                                                      \
        return result;                                                                             \
    }

COUNTED(waiting_exec)
COUNTED(waiting_its_exec)
COUNTED(trunkline_ivr_exec)
COUNTED(trunkline_record_exec)
COUNTED(members_add_exec)
COUNTED(members_remove_exec)
COUNTED(members_pause_exec)
COUNTED(members_unpause_exec)
COUNTED(log_exec)
COUNTED(update_exec)

static const struct {
    const char *name, *its; /* ours, and app_queue's; either may be NULL */
    int (*run)(struct ast_channel *chan, const char *data);
    const char *synopsis, *description;
} APPLICATIONS[] = {
    { "TrunklineQueue", NULL, counted_waiting_exec, "Waits in a queue for an agent.",
      "TrunklineQueue(queue[,options[,timeout[,agent[,rule]]]])\n"
      "  c        go on in the dialplan when the agent hangs up\n"
      "  k(keys)  a key that leaves the queue; it is in QUEUEKEY then\n"
      "  r        ringing instead of music\n"
      "  R        the same, but only while a phone rings\n"
      "  n        leaves when phones have rung in vain, round by round each member's\n"
      "  i        phones are not followed to where they pass calls on\n"
      "  F(place) the agent goes on in the dialplan, there or behind it, when the caller hangs up\n"
      "  C        phones that ring no more are told that somebody else has answered\n"
      "  I        the display of the caller's phone is left alone\n"
      "  t h w x  the agent may transfer, hang up, record, mix by keys; T H W X: the caller\n"
      "timeout is the longest wait in seconds; agent is offered the call first; by rule, instead of\n"
      "the queue's, change the penalties of those whom the caller may go to.\n"
      "Reads QUEUE_PRIO, QUEUE_MIN_PENALTY, QUEUE_MAX_PENALTY, QUEUE_RAISE_PENALTY,\n"
      "TRUNKLINE_SKILLS.\n"
      "Sets QUEUESTATUS: CONTINUE, TIMEOUT, KEY, FULL, JOINEMPTY, LEAVEEMPTY, WITHDRAW, FAILED.\n" },
    { NULL, "Queue", counted_waiting_its_exec, "Waits in a queue for an agent, asked for as of app_queue.",
      "Queue(queue[,options[,URL[,announce[,timeout[,AGI[,gosub[,rule[,position]]]]]]]])\n"
      "All of it is followed as app_queue does.\n"
      "Reads and sets what TrunklineQueue does.\n" },
    { "TrunklineIVR", NULL, counted_trunkline_ivr_exec, "Runs a flow.",
      "TrunklineIVR(flow)\n"
      "Runs a flow of trunkline.conf with the caller: prompts, keys, queues, recordings.\n"
      "Sets IVRSTATUS: DONE, FAILED.\n" },
    { "TrunklineRecord", NULL, counted_trunkline_record_exec, "Records both directions of a call.",
      "TrunklineRecord([file])\n"
      "Records from now until the channel ends, as a .tlr file with a direction each.\n"
      "Sets TRUNKLINE_RECORDING to the file's path.\n" },
    { "TrunklineAddMember", "AddQueueMember", counted_members_add_exec, "Puts an agent into a queue.",
      "(queue[,interface[,penalty[,options[,name[,stateinterface[,wrapuptime]]]]]])\n"
      "  p          paused\n"
      "  r(reason)  why\n"
      "Until it is taken out or the module unloaded. Sets AQMSTATUS: ADDED, MEMBERALREADY,\n"
      "NOSUCHQUEUE, FAILED.\n" },
    { "TrunklineRemoveMember", "RemoveQueueMember", counted_members_remove_exec,
      "Takes such an agent out again.",
      "(queue[,interface])\n"
      "Sets RQMSTATUS: REMOVED, NOTINQUEUE, NOSUCHQUEUE, NOTDYNAMIC.\n" },
    { "TrunklinePauseMember", "PauseQueueMember", counted_members_pause_exec, "Pauses an agent.",
      "([queue],interface[,options[,reason]])\n"
      "In one queue, or in all of its queues. Sets PQMSTATUS: PAUSED, NOTFOUND.\n" },
    { "TrunklineUnpauseMember", "UnpauseQueueMember", counted_members_unpause_exec,
      "Ends an agent's pause.",
      "([queue],interface[,options[,reason]])\n"
      "In one queue, or in all of its queues. Sets UPQMSTATUS: UNPAUSED, NOTFOUND.\n" },
    { "TrunklineLog", "QueueLog", counted_log_exec, "Writes a line of queue_log.",
      "(queue,uniqueid,member,event[,text])\n" },
    { "TrunklineUpdate", "QueueUpdate", counted_update_exec, "Counts a call that an agent has made for a queue.",
      "(queue,uniqueid,member,status,talktime[,params])\n"
      "status is ANSWER or anything else.\n" },
};
static bool by_its_name[ARRAY_LEN(APPLICATIONS)];

void applications_start(void)
{
    bool beside_app_queue = ast_module_check("app_queue.so");
    size_t i;

    for (i = 0; i < ARRAY_LEN(APPLICATIONS); i++) {
        if (APPLICATIONS[i].name && ast_register_application(APPLICATIONS[i].name, APPLICATIONS[i].run,
                APPLICATIONS[i].synopsis, APPLICATIONS[i].description)) {
            ast_log(LOG_ERROR, "%s cannot be registered\n", APPLICATIONS[i].name);
        }
        by_its_name[i] = APPLICATIONS[i].its && !beside_app_queue &&
            !ast_register_application(APPLICATIONS[i].its, APPLICATIONS[i].run,
                APPLICATIONS[i].synopsis, APPLICATIONS[i].description);
    }
}

/* ---- taking the applications away --------------------------------------------------------------- */

static bool is_ours(const char *application)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(APPLICATIONS); i++) {
        if ((APPLICATIONS[i].name && !strcmp(application, APPLICATIONS[i].name)) ||
            (by_its_name[i] && !strcmp(application, APPLICATIONS[i].its))) {
            return true;
        }
    }
    return false;
}

/* No channel is in one of our applications, or may have looked one up and be about to enter it. */
static bool all_are_elsewhere(void)
{
    struct ast_channel_iterator *all = ast_channel_iterator_all_new();
    struct ast_channel *chan;
    bool elsewhere = all != NULL;

    while (elsewhere && (chan = ast_channel_iterator_next(all))) {
        /* Others lock a channel first and the contexts then: one that is locked is waited for outside. */
        if (ast_channel_trylock(chan)) {
            elsewhere = false;
        } else {
            const char *application = ast_channel_appl(chan);
            elsewhere = !ast_channel_pbx(chan) || (application && !is_ours(application));
            ast_channel_unlock(chan);
        }
        ast_channel_unref(chan);
    }
    if (all) {
        ast_channel_iterator_destroy(all);
    }
    return elsewhere;
}

/*
 * A channel looks its next application up under the lock of the contexts and gets a bare pointer,
 * which it goes by when it has let go of the lock; only then is it counted. An application that is
 * unregistered between the two is called though it is freed. So ours go under that lock, at a moment
 * when every channel is in an application of somebody else.
 */
static bool unregister_applications(void)
{
    bool elsewhere;
    size_t i;

    ast_wrlock_contexts();
    elsewhere = all_are_elsewhere();
    for (i = 0; elsewhere && i < ARRAY_LEN(APPLICATIONS); i++) {
        if (APPLICATIONS[i].name) {
            ast_unregister_application(APPLICATIONS[i].name);
        }
        if (by_its_name[i]) {
            ast_unregister_application(APPLICATIONS[i].its);
            by_its_name[i] = false;
        }
    }
    ast_unlock_contexts();
    return elsewhere;
}

bool applications_stop(void)
{
    int tries;

    /* Between two applications a channel is for microseconds, or while it waits for digits. */
    for (tries = 0; !unregister_applications(); tries++) {
        if (tries == 200) {
            return false;
        }
        usleep(1000);
    }
    if (ast_atomic_fetchadd_int(&inside, 0)) {
        applications_start();
        return false;
    }
    return true;
}
