/*
 * status.c - what a wallboard asks: QueueStatus and QueueSummary
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"

struct status {
    struct mansession *session;
    const char *id, *queue;
    int items;
    struct ast_str *text;
};

const char *status_strategy(const struct cc_queue *queue)
{
    const char *behind = strchr(queue->strategy, ':'); /* asterisk:ringall is ringall there */

    return behind ? behind + 1 : queue->strategy;
}

uint64_t status_abandoned(const tl_acd_queue_counters *c)
{
    return c->abandoned + c->timed_out + c->left_empty;
}

static void write_queue(struct status *status, const struct cc_queue *queue,
    const tl_acd_queue_counters *c)
{
    ast_str_append(&status->text, 0,
        "Event: QueueParams\r\nQueue: %s\r\nMax: %u\r\nStrategy: %s\r\nCalls: %u\r\n"
        "Holdtime: %u\r\nTalkTime: %u\r\nCompleted: %u\r\nAbandoned: %u\r\nServiceLevel: %u\r\n"
        "ServicelevelPerf: %.1f\r\nServicelevelPerf2: %.1f\r\nWeight: %u\r\n%s\r\n",
        queue->name, queue->config.max_waiting == TL_NONE32 ? 0 : queue->config.max_waiting,
        status_strategy(queue), (unsigned)c->waiting,
        (unsigned)(c->answered ? c->answered_waited_ms / c->answered / 1000 : 0),
        (unsigned)(c->completed ? c->talked_ms / c->completed / 1000 : 0), (unsigned)c->completed,
        (unsigned)status_abandoned(c), (unsigned)(queue->config.service_level_ms / 1000),
        c->answered ? 100.0 * c->answered_in_level / c->answered : 0.0,
        c->answered + status_abandoned(c) ? 100.0 * (c->answered_in_level + c->abandoned_in_level) /
            (c->answered + status_abandoned(c)) : 0.0,
        queue->config.weight, status->id);
    status->items++;
}

enum ast_device_state status_device(const struct cc_agent *agent)
{
    return agent->legs || agent->device_state == CC_DEVICE_BUSY ? AST_DEVICE_INUSE :
        agent->device_state == CC_DEVICE_GONE ? AST_DEVICE_UNAVAILABLE : AST_DEVICE_NOT_INUSE;
}

static void write_member(struct status *status, const struct cc_member *member)
{
    const struct cc_agent *agent = member->agent;

    ast_str_append(&status->text, 0,
        "Event: QueueMember\r\nQueue: %s\r\nName: %s\r\nLocation: %s\r\nStateInterface: %s\r\n"
        "Membership: %s\r\nPenalty: %u\r\nCallsTaken: %u\r\nLastCall: %llu\r\n"
        "LastPause: %llu\r\nLoginTime: %llu\r\nInCall: %d\r\nStatus: %d\r\nPaused: %d\r\n"
        "PausedReason: %s\r\nWrapuptime: %u\r\n%s\r\n",
        member->queue->name, agent->name, agent->phone, event_state_interface(agent),
        event_membership(member), member->config.penalty, member->calls,
        (unsigned long long)member->last_call_ms / 1000,
        (unsigned long long)cc_member_last_pause(member) / 1000,
        (unsigned long long)agent->login_ms / 1000, agent->talking, status_device(agent),
        cc_member_paused(member), cc_member_reason(member),
        member->queue->config.wrap_up_ms / 1000, status->id);
    status->items++;
}

static void write_caller(struct status *status, const struct call *call, uint32_t position)
{
    const struct cc_call *center = &call->center;

    ast_str_append(&status->text, 0,
        "Event: QueueEntry\r\nQueue: %s\r\nPosition: %u\r\nChannel: %s\r\nUniqueid: %s\r\n"
        "CallerIDNum: %s\r\nCallerIDName: %s\r\nConnectedLineNum: %s\r\nConnectedLineName: %s\r\n"
        "Wait: %llu\r\nPriority: %d\r\n%s\r\n",
        center->queue->name, position, center->name, call->uniqueid, S_OR(center->number, "unknown"),
        S_OR(call->name, "unknown"), S_OR(call->connected_number, "unknown"),
        S_OR(call->connected_name, "unknown"),
        (unsigned long long)(cc_now() - center->since_ms) / 1000, call->priority, status->id);
    status->items++;
}

static void write_status(cc_center *center, void *arg)
{
    struct status *status = arg;
    tl_acd_queue_counters c;
    tl_acd_call_info info;
    struct cc_queue *queue;
    struct cc_agent *agent;
    struct cc_member *member;
    struct cc_call *call;

    for (queue = cc_queues(center); queue; queue = queue->next) {
        if ((!ast_strlen_zero(status->queue) && strcmp(status->queue, queue->name)) ||
            !cc_counters(center, queue, &c)) {
            continue;
        }
        write_queue(status, queue, &c);
        for (agent = cc_agents(center); agent; agent = agent->next) {
            if ((member = cc_member_of(agent, queue))) {
                write_member(status, member);
            }
        }
        for (call = cc_calls(center); call; call = call->next) {
            if (call->queue == queue && tl_acd_get_call(cc_engine(center), call->handle, &info) >= 0 &&
                info.state != TL_ACD_CALL_CONNECTED) {
                write_caller(status, (const struct call *)call, info.position);
            }
        }
    }
}

/* The longest that anybody waits in the queue, in seconds. */
static unsigned longest_wait(cc_center *center, const struct cc_queue *queue)
{
    const struct cc_call *call;
    tl_acd_call_info info;
    uint64_t longest_ms = 0, now = cc_now();

    for (call = cc_calls(center); call; call = call->next) {
        if (call->queue == queue && tl_acd_get_call(cc_engine(center), call->handle, &info) >= 0 &&
            info.state != TL_ACD_CALL_CONNECTED && now - call->since_ms > longest_ms) {
            longest_ms = now - call->since_ms;
        }
    }
    return (unsigned)(longest_ms / 1000);
}

static void write_summary(cc_center *center, void *arg)
{
    struct status *status = arg;
    tl_acd_queue_counters c;
    struct cc_queue *queue;
    struct cc_agent *agent;

    for (queue = cc_queues(center); queue; queue = queue->next) {
        unsigned here = 0;
        if ((!ast_strlen_zero(status->queue) && strcmp(status->queue, queue->name)) ||
            !cc_counters(center, queue, &c)) {
            continue;
        }
        for (agent = cc_agents(center); agent; agent = agent->next) {
            here += cc_member_of(agent, queue) && !agent->logged_out &&
                agent->device_state != CC_DEVICE_GONE;
        }
        ast_str_append(&status->text, 0,
            "Event: QueueSummary\r\nQueue: %s\r\nLoggedIn: %u\r\nAvailable: %u\r\nCallers: %u\r\n"
            "HoldTime: %u\r\nTalkTime: %u\r\nLongestHoldTime: %u\r\n%s\r\n",
            queue->name, here, (unsigned)c.free, (unsigned)c.waiting,
            (unsigned)(c.answered ? c.answered_waited_ms / c.answered / 1000 : 0),
            (unsigned)(c.completed ? c.talked_ms / c.completed / 1000 : 0),
            longest_wait(center, queue), status->id);
        status->items++;
    }
}

/* A list: its start, what `write` has to say on the engine's thread, its end. */
static int list(struct mansession *session, const struct message *message,
    void (*write)(cc_center *center, void *arg), char *will_follow, const char *complete)
{
    const char *id = astman_get_header(message, "ActionID");
    char line[100] = "";
    struct status status = {
        .session = session, .id = line, .queue = astman_get_header(message, "Queue"),
        .text = ast_str_create(4096),
    };

    if (!status.text) {
        return -1;
    }
    if (!ast_strlen_zero(id)) {
        snprintf(line, sizeof(line), "ActionID: %.80s\r\n", id);
    }
    astman_send_listack(session, message, will_follow, "start");
    if (!ast_strlen_zero(status.queue)) {
        realtime_look(status.queue);
    }
    cc_ask(trunkline_center, write, &status);
    astman_append(session, "%s", ast_str_buffer(status.text));
    astman_send_list_complete_start(session, message, complete, status.items);
    astman_send_list_complete_end(session);
    ast_free(status.text);
    return 0;
}

int status_action_status(struct mansession *session, const struct message *message)
{
    return list(session, message, write_status, "Queue status will follow", "QueueStatusComplete");
}

int status_action_summary(struct mansession *session, const struct message *message)
{
    return list(session, message, write_summary, "Queue summary will follow", "QueueSummaryComplete");
}
