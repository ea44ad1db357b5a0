/*
 * members.c - agents who come to a queue and leave it while Asterisk runs, as app_queue has them
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "app_trunkline.h"

#include "asterisk/app.h"
#include "asterisk/logger.h"

struct change {
    struct cc_newcomer newcomer;
    bool add;
    enum cc_change outcome;
};

static void make(cc_center *center, void *arg)
{
    struct change *change = arg;
    const struct cc_newcomer *who = &change->newcomer;

    change->outcome = change->add ? cc_add_member(center, who) :
        cc_remove_member(center, who->queue, who->phone);
}

/* `by` is who the log says did it: a channel's uniqueid, or MANAGER. */
static enum cc_change change_members(struct change *change, const char *by)
{
    char device[CC_NAME];

    if (strlen(change->newcomer.queue) >= CC_NAME || strlen(change->newcomer.phone) >= CC_NAME) {
        return CC_NOT_THERE;
    }
    if (ast_strlen_zero(change->newcomer.device)) {
        trunkline_device(change->newcomer.phone, device, sizeof(device));
        change->newcomer.device = device;
    }
    cc_ask(trunkline_center, make, change);
    if (change->outcome == CC_DONE) {
        ast_queue_log(change->newcomer.queue, by, change->newcomer.phone,
            change->add ? "ADDMEMBER" : "REMOVEMEMBER", "%s", change->add && change->newcomer.paused ? "PAUSED" : "");
    }
    return change->outcome;
}

static uint32_t number(const char *text, uint32_t other)
{
    uint32_t value;

    return !ast_strlen_zero(text) && sscanf(text, "%30u", &value) == 1 ? value : other;
}

/* ---- AMI ------------------------------------------------------------------------------------------- */

int members_action_add(struct mansession *session, const struct message *message)
{
    struct change change = {
        .add = true,
        .newcomer = {
            .queue = astman_get_header(message, "Queue"),
            .phone = astman_get_header(message, "Interface"),
            .name = astman_get_header(message, "MemberName"),
            .device = astman_get_header(message, "StateInterface"),
            .penalty = number(astman_get_header(message, "Penalty"), 0),
            .wrap_up_ms = TL_NONE32,
            .paused = ast_true(astman_get_header(message, "Paused")),
            .reason = astman_get_header(message, "Reason"),
        },
    };
    uint32_t wrap_up_s = number(astman_get_header(message, "Wrapuptime"), 0);

    if (ast_strlen_zero(change.newcomer.queue)) {
        astman_send_error(session, message, "'Queue' not specified.");
        return 0;
    }
    if (ast_strlen_zero(change.newcomer.phone)) {
        astman_send_error(session, message, "'Interface' not specified.");
        return 0;
    }
    if (wrap_up_s && wrap_up_s < TL_NONE32 / 1000) {
        change.newcomer.wrap_up_ms = wrap_up_s * 1000;
    }
    switch (change_members(&change, "MANAGER")) {
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
    struct change change = {
        .newcomer = {
            .queue = astman_get_header(message, "Queue"),
            .phone = astman_get_header(message, "Interface"),
        },
    };

    if (ast_strlen_zero(change.newcomer.queue) || ast_strlen_zero(change.newcomer.phone)) {
        astman_send_error(session, message, "Need 'Queue' and 'Interface' parameters.");
        return 0;
    }
    switch (change_members(&change, "MANAGER")) {
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
    char *parse = ast_strdupa(S_OR(data, "")), own[CC_NAME];
    struct change change = { .add = true };

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(phone); AST_APP_ARG(penalty);
        AST_APP_ARG(options); AST_APP_ARG(name); AST_APP_ARG(device););
    AST_STANDARD_APP_ARGS(args, parse);
    if (ast_strlen_zero(args.queue)) {
        ast_log(LOG_WARNING, "TrunklineAddMember wants a queue\n");
        return -1;
    }
    change.newcomer = (struct cc_newcomer){
        .queue = args.queue,
        .phone = ast_strlen_zero(args.phone) ? own_phone(chan, own, sizeof(own)) : args.phone,
        .name = args.name, .device = args.device, .penalty = number(args.penalty, 0),
        .wrap_up_ms = TL_NONE32, .paused = !ast_strlen_zero(args.options) && strchr(args.options, 'p'),
    };
    pbx_builtin_setvar_helper(chan, "AQMSTATUS", STATUS[change_members(&change, ast_channel_uniqueid(chan))]);
    return 0;
}

/* TrunklineRemoveMember(queue[,interface]) */
int members_remove_exec(struct ast_channel *chan, const char *data)
{
    static const char *const STATUS[] = {
        [CC_DONE] = "REMOVED", [CC_THERE_ALREADY] = "NOTINQUEUE", [CC_NO_QUEUE] = "NOSUCHQUEUE",
        [CC_NOT_THERE] = "NOTINQUEUE", [CC_CONFIGURED] = "NOTDYNAMIC", [CC_NO_ROOM] = "NOTINQUEUE",
    };
    char *parse = ast_strdupa(S_OR(data, "")), own[CC_NAME];
    struct change change = { .add = false };

    AST_DECLARE_APP_ARGS(args, AST_APP_ARG(queue); AST_APP_ARG(phone););
    AST_STANDARD_APP_ARGS(args, parse);
    if (ast_strlen_zero(args.queue)) {
        ast_log(LOG_WARNING, "TrunklineRemoveMember wants a queue\n");
        return -1;
    }
    change.newcomer.queue = args.queue;
    change.newcomer.phone = ast_strlen_zero(args.phone) ? own_phone(chan, own, sizeof(own)) : args.phone;
    pbx_builtin_setvar_helper(chan, "RQMSTATUS", STATUS[change_members(&change, ast_channel_uniqueid(chan))]);
    return 0;
}
