/*
 * counters.c - what queues have counted, and counting anew
 *
 * The engine counts from its start on. What is to be forgotten is put aside, and taken off.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "roster.h"

bool cc_counters(cc_center *center, const struct cc_queue *queue, tl_acd_queue_counters *counters)
{
    const tl_acd_queue_counters *before = &queue->before;

    if (tl_acd_get_queue(center->engine, queue->handle, counters) < 0) {
        return false;
    }
    counters->offered -= before->offered;
    counters->refused -= before->refused;
    counters->answered -= before->answered;
    counters->abandoned -= before->abandoned;
    counters->timed_out -= before->timed_out;
    counters->exited -= before->exited;
    counters->left_empty -= before->left_empty;
    counters->overflowed -= before->overflowed;
    counters->answered_in_level -= before->answered_in_level;
    counters->abandoned_in_level -= before->abandoned_in_level;
    counters->completed -= before->completed;
    counters->waited_ms -= before->waited_ms;
    counters->answered_waited_ms -= before->answered_waited_ms;
    counters->talked_ms -= before->talked_ms;
    return true;
}

void cc_counters_forget(struct cc_queue *queue, const tl_acd_output *completed)
{
    tl_acd_queue_counters *before = &queue->before;

    before->answered++;
    before->completed++;
    before->talked_ms += completed->talked_ms;
    before->answered_in_level += completed->waited_ms <= queue->config.service_level_ms;
    if (completed->reason == TL_ACD_BY_CALLER) {
        before->abandoned--; /* one more than the engine says */
        before->answered_waited_ms += completed->waited_ms;
    } else {
        before->offered++; /* when it comes again; it has waited for both times then */
    }
}

bool cc_take_out(cc_center *center, struct cc_call *call)
{
    tl_acd_call_info info;

    cc_poll(center);
    if (call->over || !call->queue || tl_acd_get_call(center->engine, call->handle, &info) < 0 ||
        info.state == TL_ACD_CALL_CONNECTED) {
        return false;
    }
    tl_time now = cc_now();
    if (tl_acd_exit(center->engine, now, call->handle, 0) < 0) {
        return false;
    }
    tl_acd_queue_counters *before = &call->queue->before;
    before->exited++;
    before->abandoned--;
    before->abandoned_in_level -= now - info.arrived <= call->queue->config.service_level_ms;
    return true;
}

enum cc_change cc_count_call(cc_center *center, const char *queue, const char *agent, bool answered,
                             uint64_t talked_ms)
{
    struct cc_queue *of = cc_find_queue(center, queue);
    struct cc_agent *by = cc_find_agent(center, agent);
    struct cc_member *member = of && by ? cc_member_of(by, of) : NULL;

    if (!member) {
        return of ? CC_NOT_THERE : CC_NO_QUEUE;
    }
    /* What is put aside may be less than nothing. */
    if (answered) {
        of->before.completed--;
        of->before.talked_ms -= talked_ms;
        member->calls++;
    } else {
        of->before.abandoned--;
    }
    member->last_call_ms = cc_now();
    return CC_DONE;
}

static void reset(cc_center *center, struct cc_queue *queue)
{
    tl_acd_get_queue(center->engine, queue->handle, &queue->before);
    for (struct cc_agent *agent = center->agents; agent; agent = agent->next) {
        struct cc_member *member = cc_member_of(agent, queue);
        if (member) {
            member->calls = 0;
            member->last_call_ms = 0;
        }
    }
}

enum cc_change cc_reset(cc_center *center, const char *queue)
{
    enum cc_change change = queue && *queue ? CC_NO_QUEUE : CC_DONE;

    for (struct cc_queue *at = center->queues; at; at = at->next) {
        if (!queue || !*queue || !strcmp(at->name, queue)) {
            reset(center, at);
            change = CC_DONE;
        }
    }
    return change;
}
