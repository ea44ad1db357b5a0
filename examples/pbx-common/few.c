/*
 * few.c - queues with too few members for penalties, as app_queue's penaltymemberslimit has it: while there are
 * no more than so many, everybody's penalty counts for nothing, and so does what callers want of penalties
 *
 * The engine is told of other penalties then than the center reports: of members without any, and of callers who
 * ask for none. weighted-random goes by penalties even so, as it does in app_queue.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "roster.h"

static bool goes_by_penalties(const struct cc_queue *queue)
{
    return queue->config.strategy == TL_ACD_WEIGHTED_RANDOM || queue->config.strategy == TL_ACD_ASTERISK_WRANDOM;
}

tl_acd_membership cc_few_place(const struct cc_queue *queue, const tl_acd_membership *config)
{
    tl_acd_membership place = *config;

    if (queue->few && !goes_by_penalties(queue)) {
        place.penalty = 0;
    }
    return place;
}

void cc_few_tell(cc_center *center, const struct cc_member *member)
{
    const tl_acd_membership place = cc_few_place(member->queue, &member->config);

    cc_poll(center);
    if (tl_acd_set_membership(center->engine, member->agent->handle, member->queue->handle, &place) < 0) {
        cc_log(center, 0, "queue %s, agent %s: %s", member->queue->name, member->agent->name, tl_last_error());
    }
}

void cc_few_look(cc_center *center, struct cc_queue *queue, uint32_t coming, bool anew)
{
    tl_acd_queue_counters counters;

    if (tl_acd_get_queue(center->engine, queue->handle, &counters) < 0) {
        return;
    }
    const bool few = queue->penalties_above && counters.members + coming <= queue->penalties_above;
    if (few == queue->few && !(few && anew)) {
        return;
    }
    center->unfit = center->unfit || few != queue->few;
    queue->few = few;
    for (struct cc_agent *agent = center->agents; agent; agent = agent->next) {
        const struct cc_member *member = cc_member_of(agent, queue);
        if (member && member->config.penalty) {
            cc_few_tell(center, member);
        }
    }
    cc_few_sweep(center);
}

/* ---- calls ----------------------------------------------------------------------------------------------- */

void cc_few_begin(struct cc_call *call, tl_acd_call *config)
{
    call->few = call->queue->few;
    call->rule = config->rule;
    call->begin = (struct cc_penalties){
        .min = config->penalty_min, .max = config->penalty_max, .raise = config->penalty_raise,
        .raise_within = config->penalty_raise_within != 0,
    };
    if (call->few) {
        config->penalty_min = 0;
        config->penalty_max = TL_NONE32;
        config->penalty_raise = 0;
        config->rule = TL_NONE;
    }
}

/* The call may be gone afterwards, as any other. */
static void fit(cc_center *center, struct cc_call *call)
{
    const struct cc_penalties begin = call->queue->few ? (struct cc_penalties){.max = TL_NONE32} : call->begin;
    const uint64_t handle = call->handle, rule = call->queue->few ? TL_NONE : call->rule;

    call->few = call->queue->few;
    cc_poll(center);
    tl_acd_set_rule(center->engine, cc_now(), handle, TL_NONE);
    cc_poll(center);
    tl_acd_set_penalties(center->engine, cc_now(), handle, begin.min, begin.max, begin.raise, begin.raise_within);
    if (rule != TL_NONE) {
        /* It takes at once what it would have come to by now. */
        cc_poll(center);
        tl_acd_set_rule(center->engine, cc_now(), handle, rule);
    }
}

void cc_few_sweep(cc_center *center)
{
    while (center->unfit) {
        struct cc_call *call = center->calls;
        while (call && (!call->queue || call->few == call->queue->few)) {
            call = call->next;
        }
        center->unfit = call != NULL;
        if (call) {
            fit(center, call);
        }
    }
}
