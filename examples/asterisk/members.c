/*
 * members.c - agents who come to a queue and leave it while Asterisk runs, as app_queue has them
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "app_trunkline.h"

#include "asterisk/app.h"
#include "asterisk/logger.h"

static void make(cc_center *center, void *arg)
{
    struct member_change *change = arg;
    const struct cc_newcomer *who = &change->who;
    const struct cc_agent *agent = cc_find_phone(center, who->phone);

    ast_copy_string(change->name, agent ? agent->name : S_OR(who->name, ""), sizeof(change->name));
    switch (change->what) {
    case MEMBER_ADD:
        change->outcome = cc_add_member(center, who);
        break;
    case MEMBER_REMOVE:
        change->outcome = cc_remove_member(center, who->queue, who->phone);
        break;
    case MEMBER_PAUSE:
        change->outcome = cc_set_paused(center, who->queue, who->phone, who->paused, who->reason);
        break;
    case MEMBER_PENALTY:
        change->outcome = cc_set_penalty(center, who->queue, who->phone, who->penalty);
        break;
    case MEMBER_NEGATIVE:
        break; /* of rows: withdraw */
    case MEMBER_RING_IN_USE:
        change->outcome = cc_set_ring_in_use(center, who->queue, who->phone, change->ring_in_use);
        break;
    }
}

static void write_log(const struct member_change *change)
{
    const struct cc_newcomer *who = &change->who;

    if (change->what == MEMBER_ADD || change->what == MEMBER_REMOVE) {
        ast_queue_log(who->queue, change->by, event_log_member(who->phone, change->name),
            change->what == MEMBER_ADD ? "ADDMEMBER" : "REMOVEMEMBER", "%s",
            change->what == MEMBER_ADD && who->paused ? "PAUSED" : "");
    } else if (change->what == MEMBER_PAUSE && ast_strlen_zero(who->queue)) {
        /* Besides a line for each queue. */
        ast_queue_log("NONE", "NONE", change->name, who->paused ? "PAUSEALL" : "UNPAUSEALL", "%s", "");
    }
}

/* ---- rows of a database that a negative penalty withdraws ------------------------------------------- */

struct row {
    const char *queue, *phone;
    bool leaves;                            /* it is the host's from now on, and can be removed */
    char name[CC_NAME], row[CC_NAME], in[CC_NAME]; /* the agent, the row, its queue: what was found */
};

static void find_row(cc_center *center, void *arg)
{
    struct row *row = arg;
    struct cc_agent *agent = cc_find_phone(center, row->phone);
    struct cc_member *member = agent ? agent->members : NULL;

    while (member && (member->origin != CC_FROM_ROWS ||
        (!ast_strlen_zero(row->queue) && strcmp(member->queue->name, row->queue)))) {
        member = member->next;
    }
    row->row[0] = '\0';
    if (member) {
        ast_copy_string(row->name, agent->name, sizeof(row->name));
        ast_copy_string(row->row, member->row, sizeof(row->row));
        ast_copy_string(row->in, member->queue->name, sizeof(row->in));
        member->origin = row->leaves ? CC_FROM_HOST : CC_FROM_ROWS;
    }
}

/* Who is removed goes as anybody does whom the host has added; its row says so. */
static void let_go(const struct cc_newcomer *who)
{
    struct row row = { .queue = who->queue, .phone = who->phone };

    cc_ask(trunkline_center, find_row, &row);
    if (row.row[0] && realtime_write_penalty(row.row, "-1")) {
        row.leaves = true;
        cc_ask(trunkline_center, find_row, &row);
    }
}

/* In one queue, or in all; the next look takes them out. */
static enum cc_change withdraw(const struct cc_newcomer *who, int penalty)
{
    struct row row = { .queue = who->queue, .phone = who->phone };
    enum cc_change outcome = CC_NOT_THERE;
    char text[12], last[CC_NAME] = "";

    snprintf(text, sizeof(text), "%d", penalty);
    for (;;) {
        cc_ask(trunkline_center, find_row, &row);
        if (!row.row[0] || !strcmp(row.row, last) || !realtime_write_penalty(row.row, text)) {
            return outcome;
        }
        ast_queue_log(row.in, "NONE", row.phone, "PENALTY", "%d", penalty);
        ast_copy_string(last, row.row, sizeof(last));
        realtime_look(row.in);
        outcome = CC_DONE;
    }
}

bool members_set_penalty(struct member_change *change, const char *penalty)
{
    int value;

    if (sscanf(penalty, "%30d", &value) != 1) {
        return false;
    }
    change->what = value < 0 ? MEMBER_NEGATIVE : MEMBER_PENALTY;
    change->who.penalty = (uint32_t)(value < 0 ? -value : value);
    return true;
}

enum cc_change members_change(struct member_change *change)
{
    struct cc_newcomer *who = &change->who;
    char device[CC_NAME];

    if (strlen(S_OR(who->queue, "")) >= CC_NAME || strlen(who->phone) >= CC_NAME) {
        return CC_NOT_THERE;
    }
    if (ast_strlen_zero(who->device)) {
        trunkline_device(who->phone, device, sizeof(device));
        who->device = device;
    }
    if (!ast_strlen_zero(who->queue)) {
        realtime_look(who->queue);
    }
    if (change->what == MEMBER_NEGATIVE) {
        if (!realtime_takes_negative()) {
            ast_log(LOG_ERROR, "Invalid penalty (-%u)\n", who->penalty);
            return change->outcome = CC_NOT_THERE;
        }
        return change->outcome = withdraw(who, -(int)who->penalty);
    }
    if (change->what == MEMBER_REMOVE && realtime_takes_negative()) {
        let_go(who);
    }
    cc_ask(trunkline_center, make, change);
    if (change->outcome == CC_DONE) {
        write_log(change);
        kept_write(ast_strlen_zero(who->queue) ? NULL : who->queue);
    }
    return change->outcome;
}

static uint32_t number(const char *text, uint32_t other)
{
    uint32_t value;

    return !ast_strlen_zero(text) && sscanf(text, "%30u", &value) == 1 ? value : other;
}

/* Of its own, in seconds; 0 is the queue's. */
static uint32_t wrap_up(const char *text)
{
    uint32_t seconds = number(text, 0);

    return seconds && seconds < TL_NONE32 / 1000 ? seconds * 1000 : TL_NONE32;
}

/* The options pr(lunch): paused, for lunch. */
static const char *pause_reason(const char *options, char *reason, size_t room)
{
    const char *at = strstr(options, "r(");

    snprintf(reason, room, "%.*s", at ? (int)strcspn(at + 2, ")") : 0, at ? at + 2 : "");
    return reason;
}

/* ---- AMI ------------------------------------------------------------------------------------------- */

int members_action_add(struct mansession *session, const struct message *message)
{
    struct member_change change = {
        .what = MEMBER_ADD,
        .by = "MANAGER",
        .who = {
            .queue = astman_get_header(message, "Queue"),
            .phone = astman_get_header(message, "Interface"),
            .name = astman_get_header(message, "MemberName"),
            .device = astman_get_header(message, "StateInterface"),
            .penalty = number(astman_get_header(message, "Penalty"), 0),
            .wrap_up_ms = wrap_up(astman_get_header(message, "Wrapuptime")),
            .paused = ast_true(astman_get_header(message, "Paused")),
            .reason = astman_get_header(message, "Reason"),
        },
    };
    if (ast_strlen_zero(change.who.queue)) {
        astman_send_error(session, message, "'Queue' not specified.");
        return 0;
    }
    if (ast_strlen_zero(change.who.phone)) {
        astman_send_error(session, message, "'Interface' not specified.");
        return 0;
    }
    switch (members_change(&change)) {
    case CC_DONE:
        astman_send_ack(session, message, "Added interface to queue");
        break;
    case CC_THERE_ALREADY:
        astman_send_error(session, message, "Unable to add interface: Already there");
        break;
    case CC_NO_QUEUE:
        astman_send_error(session, message, "Unable to add interface to queue: No such queue");
        break;
    default:
        astman_send_error(session, message, "Unable to add interface to queue: No room");
        break;
    }
    return 0;
}

int members_action_remove(struct mansession *session, const struct message *message)
{
    struct member_change change = {
        .what = MEMBER_REMOVE,
        .by = "MANAGER",
        .who = {
            .queue = astman_get_header(message, "Queue"),
            .phone = astman_get_header(message, "Interface"),
        },
    };

    if (ast_strlen_zero(change.who.queue) || ast_strlen_zero(change.who.phone)) {
        astman_send_error(session, message, "Need 'Queue' and 'Interface' parameters.");
        return 0;
    }
    switch (members_change(&change)) {
    case CC_DONE:
        astman_send_ack(session, message, "Removed interface from queue");
        break;
    case CC_NO_QUEUE:
        astman_send_error(session, message, "Unable to remove interface from queue: No such queue");
        break;
    case CC_CONFIGURED:
        astman_send_error(session, message, "Member not dynamic");
        break;
    default:
        astman_send_error(session, message, "Unable to remove interface: Not there");
        break;
    }
    return 0;
}

/* What the three actions below have in common: whose, and in which queue. */
static struct cc_newcomer named(const struct message *message)
{
    const struct cc_newcomer who = {
        .queue = astman_get_header(message, "Queue"),
        .phone = astman_get_header(message, "Interface"),
    };

    return who;
}

static int answer(struct mansession *session, const struct message *message, struct member_change *change,
    char *done, char *not_done)
{
    if (members_change(change) == CC_DONE) {
        astman_send_ack(session, message, done);
    } else {
        astman_send_error(session, message, not_done);
    }
    return 0;
}

int members_action_pause(struct mansession *session, const struct message *message)
{
    const char *paused = astman_get_header(message, "Paused");
    struct member_change change = { .what = MEMBER_PAUSE, .who = named(message) };

    if (ast_strlen_zero(change.who.phone) || ast_strlen_zero(paused)) {
        astman_send_error(session, message, "Need 'Interface' and 'Paused' parameters.");
        return 0;
    }
    change.who.paused = ast_true(paused);
    change.who.reason = astman_get_header(message, "Reason");
    return answer(session, message, &change, change.who.paused ? "Interface paused successfully" :
        "Interface unpaused successfully", "Interface not found");
}

int members_action_penalty(struct mansession *session, const struct message *message)
{
    const char *penalty = astman_get_header(message, "Penalty");
    struct member_change change = { .what = MEMBER_PENALTY, .who = named(message) };

    if (ast_strlen_zero(change.who.phone) || ast_strlen_zero(penalty)) {
        astman_send_error(session, message, "Need 'Interface' and 'Penalty' parameters.");
        return 0;
    }
    members_set_penalty(&change, penalty); /* what is no number is 0, as app_queue takes it */
    return answer(session, message, &change, "Interface penalty set successfully",
        "Invalid interface, queuename or penalty");
}

int members_action_ring_in_use(struct mansession *session, const struct message *message)
{
    const char *ring = astman_get_header(message, "RingInUse");
    struct member_change change = { .what = MEMBER_RING_IN_USE, .who = named(message) };

    if (ast_strlen_zero(change.who.phone) || ast_strlen_zero(ring)) {
        astman_send_error(session, message, "Need 'Interface' and 'RingInUse' parameters.");
        return 0;
    }
    change.ring_in_use = ast_true(ring);
    return answer(session, message, &change, "Interface ringinuse set successfully",
        "Invalid interface, queuename, or ringinuse value\n");
}

/* ---- the dialplan -------------------------------------------------------------------------------- */

/* Without an interface it is the caller's own phone: PJSIP/1001 of PJSIP/1001-00000007. */
static const char *own_phone(struct ast_channel *chan, char *phone, size_t room)
{
    char *end;

    ast_copy_string(phone, ast_channel_name(chan), room);
    if ((end = strrchr(phone, '-'))) {
        *end = '\0';
    }
    return phone;
}

/* TrunklineAddMember(queue[,interface[,penalty[,options[,name[,stateinterface]]]]]) */
int members_add_exec(struct ast_channel *chan, const char *data)
{
    static const char *const STATUS[] = {
        [CC_DONE] = "ADDED", [CC_THERE_ALREADY] = "MEMBERALREADY", [CC_NO_QUEUE] = "NOSUCHQUEUE",
        [CC_NOT_THERE] = "FAILED", [CC_CONFIGURED] = "FAILED", [CC_NO_ROOM] = "FAILED",
    };
    char *parse = ast_strdupa(S_OR(data, "")), own[CC_NAME], reason[CC_NAME];
    struct member_change change = { .what = MEMBER_ADD, .by = ast_channel_uniqueid(chan) };

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(phone); AST_APP_ARG(penalty);
        AST_APP_ARG(options); AST_APP_ARG(name); AST_APP_ARG(device); AST_APP_ARG(wrap_up););
    AST_STANDARD_APP_ARGS(args, parse);
    if (ast_strlen_zero(args.queue)) {
        ast_log(LOG_WARNING, "TrunklineAddMember wants a queue\n");
        return -1;
    }
    change.who = (struct cc_newcomer){
        .queue = args.queue,
        .phone = ast_strlen_zero(args.phone) ? own_phone(chan, own, sizeof(own)) : args.phone,
        .name = args.name, .device = args.device, .penalty = number(args.penalty, 0),
        .wrap_up_ms = wrap_up(args.wrap_up), .paused = strchr(S_OR(args.options, ""), 'p'),
        .reason = pause_reason(S_OR(args.options, ""), reason, sizeof(reason)),
    };
    pbx_builtin_setvar_helper(chan, "AQMSTATUS", STATUS[members_change(&change)]);
    return 0;
}

/* In one queue, or in all of the agent's. */
static int pause_exec(struct ast_channel *chan, const char *data, bool paused)
{
    char *parse = ast_strdupa(S_OR(data, ""));
    struct member_change change = { .what = MEMBER_PAUSE };

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(phone); AST_APP_ARG(options);
        AST_APP_ARG(reason););
    AST_STANDARD_APP_ARGS(args, parse);
    if (ast_strlen_zero(args.phone)) {
        ast_log(LOG_WARNING, "An interface is wanted: ([queue],interface[,options[,reason]])\n");
        return -1;
    }
    change.who = (struct cc_newcomer){
        .queue = args.queue, .phone = args.phone, .paused = paused, .reason = args.reason,
    };
    if (members_change(&change) != CC_DONE) {
        ast_log(LOG_WARNING, "%s is not paused or unpaused: not found\n", args.phone);
        pbx_builtin_setvar_helper(chan, paused ? "PQMSTATUS" : "UPQMSTATUS", "NOTFOUND");
        return 0;
    }
    pbx_builtin_setvar_helper(chan, paused ? "PQMSTATUS" : "UPQMSTATUS", paused ? "PAUSED" : "UNPAUSED");
    return 0;
}

/* TrunklinePauseMember([queue],interface[,options[,reason]]) */
int members_pause_exec(struct ast_channel *chan, const char *data)
{
    return pause_exec(chan, data, true);
}

/* TrunklineUnpauseMember([queue],interface[,options[,reason]]) */
int members_unpause_exec(struct ast_channel *chan, const char *data)
{
    return pause_exec(chan, data, false);
}

/* TrunklineRemoveMember(queue[,interface]) */
int members_remove_exec(struct ast_channel *chan, const char *data)
{
    static const char *const STATUS[] = {
        [CC_DONE] = "REMOVED", [CC_THERE_ALREADY] = "NOTINQUEUE", [CC_NO_QUEUE] = "NOSUCHQUEUE",
        [CC_NOT_THERE] = "NOTINQUEUE", [CC_CONFIGURED] = "NOTDYNAMIC", [CC_NO_ROOM] = "NOTINQUEUE",
    };
    char *parse = ast_strdupa(S_OR(data, "")), own[CC_NAME];
    struct member_change change = { .what = MEMBER_REMOVE, .by = ast_channel_uniqueid(chan) };

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(phone););
    AST_STANDARD_APP_ARGS(args, parse);
    if (ast_strlen_zero(args.queue)) {
        ast_log(LOG_WARNING, "TrunklineRemoveMember wants a queue\n");
        return -1;
    }
    change.who.queue = args.queue;
    change.who.phone = ast_strlen_zero(args.phone) ? own_phone(chan, own, sizeof(own)) : args.phone;
    pbx_builtin_setvar_helper(chan, "RQMSTATUS", STATUS[members_change(&change)]);
    return 0;
}
