/*
 * events.c - AMI events and queue_log lines, in the very shape of app_queue's, so that existing
 * wallboards and reports keep working
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A caller's events are written on the caller's thread, which has the channels at hand; an agent's
 * on a task processor, as the engine's thread must not wait for a log file.
 */
#include "app_trunkline.h"

#include "asterisk/callerid.h"
#include "asterisk/logger.h"
#include "asterisk/stasis_channels.h"
#include "asterisk/taskprocessor.h"

static struct ast_taskprocessor *agents_tps;
static bool member_names, caller_names;

void events_use_names(bool of_members, bool of_callers)
{
    member_names = of_members;
    caller_names = of_callers;
}

const char *event_log_member(const char *phone, const char *name)
{
    return member_names ? S_OR(name, phone) : phone;
}

/* ---- callers ---------------------------------------------------------------------------------- */

struct ast_channel_snapshot *event_snapshot(struct ast_channel *chan)
{
    struct ast_channel_snapshot *snapshot;

    ast_channel_lock(chan);
    snapshot = ao2_bump(ast_channel_snapshot(chan));
    ast_channel_unlock(chan);
    return snapshot;
}

/* The fourteen lines about a channel that AMI events begin with. */
static struct ast_str *channel_lines(struct ast_channel *chan, struct ast_channel_snapshot *was,
    const char *prefix)
{
    struct ast_channel_snapshot *snapshot = chan ? event_snapshot(chan) : ao2_bump(was);
    struct ast_str *lines = snapshot ? ast_manager_build_channel_state_string_prefix(snapshot, prefix)
        : NULL;

    ao2_cleanup(snapshot);
    return lines;
}

static void __attribute__((format(printf, 3, 4)))
call_event(const struct call_facts *facts, const char *name, const char *format, ...)
{
    struct ast_str *caller = channel_lines(facts->chan, facts->chan_was, "");
    struct ast_str *leg = channel_lines(facts->leg, facts->leg_was, "Dest");
    struct ast_str *rest = ast_str_create(256);
    va_list args;

    if (caller && rest) {
        va_start(args, format);
        ast_str_set_va(&rest, 0, format, args);
        va_end(args);
        manager_event(EVENT_FLAG_AGENT, name, "%s%s%s", ast_str_buffer(caller),
            leg ? ast_str_buffer(leg) : "", ast_str_buffer(rest));
    }
    ast_free(caller);
    ast_free(leg);
    ast_free(rest);
}

#define QUEUE_LOG(facts, agent, event, ...)                                                        \
    ast_queue_log((facts)->queue, caller_id(facts), agent, event, __VA_ARGS__)

static const char *caller_id(const struct call_facts *facts)
{
    return facts->chan ? ast_channel_uniqueid(facts->chan) : facts->chan_was->base->uniqueid;
}

static int hold_s(const struct call_facts *facts)
{
    return (int)(facts->waited_ms / 1000);
}

void event_joined(const struct call_facts *facts, int waiting)
{
    const struct ast_party_id *caller;
    const char *number;
    char name[CC_NAME] = "|";
    bool shown;

    ast_channel_lock(facts->chan);
    caller = &ast_channel_caller(facts->chan)->id;
    shown = !facts->hide_restricted ||
        (ast_party_id_presentation(caller) & AST_PRES_RESTRICTION) == AST_PRES_ALLOWED;
    number = ast_strdupa(S_COR(shown && caller->number.valid, caller->number.str, ""));
    cc_plain(name + 1, sizeof(name) - 1, S_COR(shown && caller->name.valid, caller->name.str, ""), "|");
    ast_channel_unlock(facts->chan);
    QUEUE_LOG(facts, "NONE", "ENTERQUEUE", "%s|%s|%d%s", S_OR(facts->url, ""), number, facts->first_position,
        caller_names ? name : "");
    call_event(facts, "QueueCallerJoin", "Queue: %s\r\nPosition: %d\r\nCount: %d\r\n", facts->queue,
        facts->position, waiting);
}

void event_left(const struct call_facts *facts, int waiting)
{
    struct call_facts caller = *facts;

    caller.leg = NULL; /* it is nobody's business here who answered */
    call_event(&caller, "QueueCallerLeave", "Queue: %s\r\nPosition: %d\r\nCount: %d\r\n", facts->queue,
        facts->position, waiting);
}

static void abandon_event(const struct call_facts *facts)
{
    call_event(facts, "QueueCallerAbandon",
        "Queue: %s\r\nPosition: %d\r\nOriginalPosition: %d\r\nHoldTime: %d\r\n", facts->queue,
        facts->position, facts->first_position, hold_s(facts));
}

/* A caller whom nobody has answered, and who did not leave by a key. */
static void abandoned(const struct call_facts *facts, const char *log)
{
    /* Somebody may have answered, and heard an announcement until the caller left. */
    QUEUE_LOG(facts, S_OR(facts->agent, "NONE"), log, "%d|%d|%d", facts->position, facts->first_position,
        hold_s(facts));
    abandon_event(facts);
}

void event_abandoned(const struct call_facts *facts)
{
    abandoned(facts, "ABANDON");
}

void event_timed_out(const struct call_facts *facts)
{
    abandoned(facts, "EXITWITHTIMEOUT");
}

void event_empty(const struct call_facts *facts)
{
    abandoned(facts, "EXITEMPTY");
}

void event_withdrawn(const struct call_facts *facts, const char *info)
{
    char text[CC_NAME];

    cc_plain(text, sizeof(text), info, "|");
    QUEUE_LOG(facts, "NONE", "WITHDRAW", "%d|%d|%d|%.40s", facts->position, facts->first_position,
        hold_s(facts), text);
    abandon_event(facts);
}

void event_exit_keys(const struct call_facts *facts, const char *keys)
{
    QUEUE_LOG(facts, "NONE", "EXITWITHKEY", "%s|%d|%d|%d", keys, facts->position,
        facts->first_position, hold_s(facts));
}

void event_called(const struct call_facts *facts)
{
    call_event(facts, "AgentCalled", "Queue: %s\r\nInterface: %s\r\nMemberName: %s\r\n",
        facts->queue, facts->phone, facts->agent);
}

void event_not_answered(const struct call_facts *facts, bool caller_left)
{
    int rang = (int)facts->rang_ms;

    QUEUE_LOG(facts, facts->agent, caller_left ? "RINGCANCELED" : "RINGNOANSWER", "%d", rang);
    if (!caller_left) {
        call_event(facts, "AgentRingNoAnswer",
            "Queue: %s\r\nInterface: %s\r\nMemberName: %s\r\nRingTime: %d\r\n", facts->queue,
            facts->phone, facts->agent, rang);
    }
}

void event_connected(const struct call_facts *facts)
{
    int hold = hold_s(facts), ring = (int)(facts->rang_ms / 1000);

    QUEUE_LOG(facts, facts->agent, "CONNECT", "%d|%s|%d", hold, ast_channel_uniqueid(facts->leg),
        ring);
    call_event(facts, "AgentConnect",
        "Queue: %s\r\nInterface: %s\r\nMemberName: %s\r\nHoldTime: %d\r\nRingTime: %d\r\n",
        facts->queue, facts->phone, facts->agent, hold, ring);
}

void event_dumped(const struct call_facts *facts)
{
    QUEUE_LOG(facts, facts->agent, "AGENTDUMP", "%s", "");
    call_event(facts, "AgentDump", "Queue: %s\r\nInterface: %s\r\nMemberName: %s\r\n", facts->queue,
        facts->phone, facts->agent);
}

static int talk_s(const struct call_facts *facts)
{
    return (int)(facts->talked_ms / 1000);
}

static void agent_complete(const struct call_facts *facts, const char *reason)
{
    call_event(facts, "AgentComplete",
        "Queue: %s\r\nInterface: %s\r\nMemberName: %s\r\nHoldTime: %d\r\nTalkTime: %d\r\nReason: %s\r\n",
        facts->queue, facts->phone, facts->agent, hold_s(facts), talk_s(facts), reason);
}

void event_completed(const struct call_facts *facts, uint32_t by)
{
    QUEUE_LOG(facts, facts->agent, by == TL_ACD_BY_CALLER ? "COMPLETECALLER" : "COMPLETEAGENT",
        "%d|%d|%d", hold_s(facts), talk_s(facts), facts->first_position);
    agent_complete(facts, by == TL_ACD_BY_CALLER ? "caller" : by == TL_ACD_BY_AGENT ? "agent" : "transfer");
}

void event_blind_transfer(const struct call_facts *facts, const char *exten, const char *context)
{
    QUEUE_LOG(facts, facts->agent, "BLINDTRANSFER", "%s|%s|%d|%d|%d", exten, context, hold_s(facts),
        talk_s(facts), facts->first_position);
    agent_complete(facts, "transfer");
}

void event_attended_transfer(const struct call_facts *facts, const char *to)
{
    QUEUE_LOG(facts, facts->agent, "ATTENDEDTRANSFER", "%s|%d|%d|%d", to, hold_s(facts),
        talk_s(facts), facts->first_position);
    agent_complete(facts, "transfer");
}

/* ---- agents ----------------------------------------------------------------------------------- */

/* One agent in one queue, as it was when it happened. */
struct member_event {
    const char *name; /* of the AMI event */
    const char *log;  /* of the queue_log line, or NULL; and what that says */
    char text[CC_NAME];
    char queue[CC_NAME], agent[CC_NAME], phone[CC_NAME], reason[CC_NAME];
    char device[CC_NAME], interface[CC_NAME];
    uint32_t penalty, calls, wrap_up_s;
    uint64_t last_call_s, last_pause_s, login_s;
    const char *membership;
    bool paused, in_call, ring_in_use;
    bool by_phone; /* the line names the phone, not the agent */
    bool of_row;   /* a database has it come or go */
};

const char *event_state_interface(const struct cc_agent *agent)
{
    size_t length = strlen(agent->device);

    return !strncmp(agent->device, agent->phone, length) && agent->phone[length] == '/' ?
        agent->phone : agent->device;
}

const char *event_membership(const struct cc_member *member)
{
    static const char *const NAMES[] = {
        [CC_FROM_CONFIG] = "static", [CC_FROM_HOST] = "dynamic", [CC_FROM_ROWS] = "realtime",
    };

    return NAMES[member->origin];
}

static int write_member_event(void *arg)
{
    struct member_event *event = arg;

    if (event->log) {
        ast_queue_log(event->queue, event->of_row ? "REALTIME" : "NONE",
            event->of_row ? event_log_member(event->phone, event->agent) :
            event->by_phone ? event->phone : event->agent, event->log, "%s", event->text);
    }
    manager_event(EVENT_FLAG_AGENT, event->name,
        "Queue: %s\r\nMemberName: %s\r\nInterface: %s\r\nStateInterface: %s\r\n"
        "Membership: %s\r\nPenalty: %u\r\nCallsTaken: %u\r\nLastCall: %llu\r\nLastPause: %llu\r\n"
        "LoginTime: %llu\r\nInCall: %d\r\nStatus: %d\r\nPaused: %d\r\nPausedReason: %s\r\n"
        "Ringinuse: %d\r\nWrapuptime: %u\r\n",
        event->queue, event->agent, event->phone, event->interface,
        event->membership, event->penalty, event->calls,
        (unsigned long long)event->last_call_s, (unsigned long long)event->last_pause_s,
        (unsigned long long)event->login_s, event->in_call, ast_device_state(event->device),
        event->paused, event->reason, event->ring_in_use, event->wrap_up_s);
    ast_free(event);
    return 0;
}

static void push_member(const char *name, const char *log, const struct cc_queue *queue,
    const struct cc_agent *agent)
{
    struct member_event *event = ast_calloc(1, sizeof(*event));
    const struct cc_member *member = cc_member_of(agent, queue);

    if (!event) {
        return;
    }
    event->name = name;
    event->log = log;
    ast_copy_string(event->queue, queue->name, sizeof(event->queue));
    ast_copy_string(event->agent, agent->name, sizeof(event->agent));
    ast_copy_string(event->phone, agent->phone, sizeof(event->phone));
    ast_copy_string(event->device, agent->device, sizeof(event->device));
    ast_copy_string(event->interface, event_state_interface(agent), sizeof(event->interface));
    ast_copy_string(event->reason, member ? cc_member_reason(member) : agent->pause_reason,
        sizeof(event->reason));
    ast_copy_string(event->text, event->reason, sizeof(event->text));
    event->penalty = member ? member->config.penalty : 0;
    event->membership = member ? event_membership(member) : "static";
    event->wrap_up_s = queue->config.wrap_up_ms / 1000;
    event->calls = member ? member->calls : 0;
    event->last_call_s = member ? member->last_call_ms / 1000 : 0;
    event->last_pause_s = (member ? cc_member_last_pause(member) : agent->last_pause_ms) / 1000;
    event->login_s = agent->login_ms / 1000;
    event->paused = member ? cc_member_paused(member) : agent->paused;
    event->ring_in_use = member && member->ring_in_use;
    event->in_call = agent->talking;
    if (log && strstr(log, "MEMBER")) {
        event->of_row = true;
        ast_copy_string(event->text, event->paused ? "PAUSED" : "", sizeof(event->text));
    } else if (log && !strcmp(log, "PENALTY")) {
        event->by_phone = true;
        snprintf(event->text, sizeof(event->text), "%u", event->penalty);
    } else if (log && !strcmp(log, "RINGINUSE")) {
        event->by_phone = true;
        snprintf(event->text, sizeof(event->text), "%d", event->ring_in_use);
    }
    events_push(write_member_event, event);
}

static void member_event(const struct cc_member *member, enum cc_roster_event event)
{
    const struct cc_queue *queue = member->queue;
    const struct cc_agent *agent = member->agent;
    bool of_row = member->origin == CC_FROM_ROWS;

    if (event == CC_ROSTER_JOINED || event == CC_ROSTER_LEFT || event == CC_ROSTER_PAUSE) {
        states_of_member(member, event != CC_ROSTER_LEFT);
        states_of_queue(member->queue);
    }
    if (of_row && !member->by_row && event == CC_ROSTER_PAUSE) {
        realtime_write(member, "paused", cc_member_paused(member));
    } else if (of_row && !member->by_row && event == CC_ROSTER_PENALTY) {
        realtime_write(member, "penalty", member->config.penalty);
    }
    switch (event) {
    case CC_ROSTER_JOINED:
        push_member("QueueMemberAdded", of_row ? "ADDMEMBER" : NULL, queue, agent);
        break;
    case CC_ROSTER_LEFT:
        push_member("QueueMemberRemoved", of_row ? "REMOVEMEMBER" : NULL, queue, agent);
        break;
    case CC_ROSTER_PAUSE:
        push_member("QueueMemberPause", cc_member_paused(member) ? "PAUSE" : "UNPAUSE", queue, agent);
        break;
    case CC_ROSTER_PENALTY:
        push_member("QueueMemberPenalty", "PENALTY", queue, agent);
        break;
    case CC_ROSTER_RING_IN_USE:
        push_member("QueueMemberRinginuse", "RINGINUSE", queue, agent);
        break;
    case CC_ROSTER_LOGIN:
        break; /* changes the status, which event_agent tells */
    }
}

void event_roster(void *host, const struct cc_queue *queue, const struct cc_agent *agent,
                  enum cc_roster_event event)
{
    const struct cc_member *member;

    for (member = agent->members; member; member = member->next) {
        if (!queue || member->queue == queue) {
            member_event(member, event);
        }
    }
}

void event_agent(const struct cc_agent *agent)
{
    const struct cc_member *member;

    states_of_agent(agent);
    if (!ast_manager_check_enabled()) {
        return;
    }
    for (member = agent->members; member; member = member->next) {
        push_member("QueueMemberStatus", NULL, member->queue, agent);
    }
}

void events_push(int (*task)(void *arg), void *arg)
{
    if (ast_taskprocessor_push(agents_tps, task, arg)) {
        ast_free(arg);
    }
}

bool events_start(void)
{
    agents_tps = ast_taskprocessor_get("trunkline/agents", TPS_REF_DEFAULT);
    /* A reload pushes thousands at once; PJSIP answers 503 while any processor is over its level. */
    if (agents_tps) {
        ast_taskprocessor_alert_set_levels(agents_tps, -1, 1000000);
    }
    return agents_tps != NULL;
}

void events_stop(void)
{
    /* What is queued is still written: the last reference ends the processor after that. */
    agents_tps = ast_taskprocessor_unreference(agents_tps);
}
