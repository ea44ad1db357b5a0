/*
 * reload.c - brings queues, agents and memberships in line with a configuration
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster.h"

/* ---- agents ---------------------------------------------------------------------------------------- */

static bool agent_config(cc_center *center, const struct cc_config_agent *from,
                         tl_acd_agent_config *config)
{
    tl_acd_skill list[CC_SKILLS];
    int count = cc_config_skills(from->skills, list, cc_roster_skill, center);

    tl_acd_agent_defaults(config);
    config->wrap_up_ms = from->wrap_up_ms;
    if (count > 0 &&
        tl_acd_add_profile(center->engine, list, (size_t)count, &config->profile) < 0) {
        cc_log(center, 0, "agent %s: %s", from->name, tl_last_error());
        return false;
    }
    return true;
}

/* The configuration says later which of them stay, but for those that are in no configuration. */
static void keep_members(cc_center *center, const struct cc_agent *from, struct cc_agent *to)
{
    for (const struct cc_member *member = from->members; member; member = member->next) {
        struct cc_member *kept =
            cc_roster_join(center, to, member->queue, &member->config, member->origin, NULL);
        if (kept) {
            kept->wanted = false;
            kept->calls = member->calls;
            kept->last_call_ms = member->last_call_ms;
            kept->paused = member->paused;
            memcpy(kept->pause_reason, member->pause_reason, sizeof kept->pause_reason);
            kept->last_pause_ms = member->last_pause_ms;
            kept->ring_in_use = member->ring_in_use;
            memcpy(kept->row, member->row, sizeof kept->row);
            kept->row_penalty = member->row_penalty;
            kept->row_paused = member->row_paused;
        }
    }
}

static void apply_agent(cc_center *center, const struct cc_config_agent *from)
{
    struct cc_agent *agent = cc_find_agent(center, from->name);
    const char *device = from->device[0] ? from->device : from->phone;
    tl_acd_agent_config config;

    if (!agent_config(center, from, &config)) {
        if (agent) {
            agent->wanted = true; /* as it was */
        }
        return;
    }
    bool fresh = !agent;
    if (agent && (agent->config.profile != config.profile ||
                  agent->config.wrap_up_ms != config.wrap_up_ms || strcmp(agent->device, device))) {
        /*
         * The engine knows no other way to change these. A conversation goes on under the old
         * agent; its phone is busy for the new one until it is over.
         */
        struct cc_agent *old = agent;
        agent = cc_roster_add_agent(center, from, &config);
        if (!agent) {
            cc_log(center, 1, "agent %s goes on as it was", old->name);
            old->wanted = true;
            return;
        }
        agent->paused = old->paused;
        agent->logged_out = old->logged_out;
        memcpy(agent->pause_reason, old->pause_reason, sizeof agent->pause_reason);
        agent->calls = old->calls;
        agent->last_call_ms = old->last_call_ms;
        agent->last_pause_ms = old->last_pause_ms;
        agent->login_ms = old->login_ms;
        agent->device_state = old->legs ? CC_DEVICE_BUSY : old->device_state;
        keep_members(center, old, agent);
        cc_roster_remove_agent(center, old);
        fresh = true;
    } else if (!agent) {
        agent = cc_roster_add_agent(center, from, &config);
    }
    if (!agent) {
        return;
    }
    agent->wanted = true;
    snprintf(agent->phone, sizeof agent->phone, "%s", from->phone);
    agent->dynamic = false;
    if (fresh) {
        cc_roster_present(center, agent);
    }
}

/* ---- queues and memberships ---------------------------------------------------------------------------- */

static void apply_queue(cc_center *center, const struct cc_config_queue *from)
{
    struct cc_queue *queue = cc_find_queue(center, from->name);
    tl_acd_queue_config config = from->config;

    cc_missed_fit(&from->missed, &config);
    /* Where it overflows to is set when all queues are there. */
    config.overflow_queue = TL_NONE;
    if (!queue) {
        queue = calloc(1, sizeof *queue);
        if (!queue) {
            return;
        }
        snprintf(queue->name, sizeof queue->name, "%s", from->name);
        config.tag = (uintptr_t)queue;
        if (tl_acd_add_queue(center->engine, &config, &queue->handle) < 0) {
            cc_log(center, 0, "queue %s: %s", from->name, tl_last_error());
            free(queue);
            return;
        }
        /* At the end, so that they are listed as they are written. */
        struct cc_queue **end = &center->queues;
        while (*end) {
            end = &(*end)->next;
        }
        *end = queue;
        queue->chain = center->queue_names[cc_roster_bucket(queue->name)];
        center->queue_names[cc_roster_bucket(queue->name)] = queue;
    }
    queue->wanted = true;
    queue->leaving = queue->live = false;
    queue->config = config;
    queue->config.tag = (uintptr_t)queue;
    queue->ring_in_use = from->ring_in_use;
    queue->penalties = from->penalties;
    queue->missed = from->missed;
    queue->missed.limit = from->config.missed_limit;
    queue->penalties_above = from->penalties_above;
    memcpy(queue->rule, from->rule, sizeof queue->rule);
    memcpy(queue->music, from->music, sizeof queue->music);
    memcpy(queue->announce, from->announce, sizeof queue->announce);
    memcpy(queue->strategy, from->strategy, sizeof queue->strategy);
}

static void finish_queue(cc_center *center, const struct cc_config_queue *from)
{
    struct cc_queue *queue = cc_find_queue(center, from->name);

    if (!queue) {
        return;
    }
    if (from->overflow[0]) {
        struct cc_queue *next = cc_find_queue(center, from->overflow);
        if (next) {
            queue->config.overflow_queue = next->handle;
        } else {
            cc_log(center, 1, "queue %s: there is no queue %s to overflow to", from->name,
                   from->overflow);
        }
    }
    cc_poll(center);
    if (tl_acd_set_queue(center->engine, queue->handle, &queue->config) < 0) {
        cc_log(center, 0, "queue %s: %s", from->name, tl_last_error());
    }
    cc_few_look(center, queue, 0, true);
}

static void apply_member(cc_center *center, struct cc_queue *queue,
                         const struct cc_config_member *from)
{
    struct cc_agent *agent = cc_find_agent(center, from->agent);

    if (!agent) {
        return;
    }
    cc_poll(center);
    struct cc_member *member = cc_member_of(agent, queue);
    if (!member) {
        cc_roster_join(center, agent, queue, &from->membership, CC_FROM_CONFIG, NULL);
        return;
    }
    member->wanted = true;
    member->origin = CC_FROM_CONFIG;
    if (member->ring_in_use != queue->ring_in_use) {
        member->ring_in_use = queue->ring_in_use;
        cc_roster_state(center, agent);
    }
    if (!memcmp(&member->config, &from->membership, sizeof from->membership)) {
        return;
    }
    member->config = from->membership;
    cc_few_tell(center, member);
}

static void drop_unwanted_members(cc_center *center, struct cc_agent *agent)
{
    for (struct cc_member *member = agent->members, *next; member; member = next) {
        next = member->next;
        if (!member->wanted) {
            cc_roster_leave(center, member);
        }
    }
}

/* Who was added while the program ran, or is of a database, stays, as long as the queue does. */
static void keep_dynamic(struct cc_agent *agent)
{
    for (struct cc_member *member = agent->members; member; member = member->next) {
        if (member->origin != CC_FROM_CONFIG && member->queue->wanted) {
            member->wanted = agent->wanted = true;
        }
    }
}

struct cc_queue *cc_roster_put_queue(cc_center *center, const struct cc_config_queue *from)
{
    apply_queue(center, from);
    finish_queue(center, from);
    return cc_find_queue(center, from->name);
}

void cc_roster_apply(cc_center *center, struct cc_config *config)
{
    cc_poll(center);
    tl_acd_set_call_order(center->engine, config->call_order);
    for (struct cc_queue *queue = center->queues; queue; queue = queue->next) {
        queue->wanted = queue->live && !queue->leaving;
    }
    for (struct cc_agent *agent = center->agents; agent; agent = agent->next) {
        agent->wanted = false;
        for (struct cc_member *member = agent->members; member; member = member->next) {
            member->wanted = false;
        }
    }
    for (size_t i = 0; i < config->queue_count; i++) {
        apply_queue(center, &config->queues[i]);
    }
    for (size_t i = 0; i < config->queue_count; i++) {
        finish_queue(center, &config->queues[i]);
    }
    for (size_t i = 0; i < config->agent_count; i++) {
        apply_agent(center, &config->agents[i]);
    }
    for (size_t i = 0; i < config->queue_count; i++) {
        struct cc_queue *queue = cc_find_queue(center, config->queues[i].name);
        for (size_t m = 0; queue && m < config->queues[i].member_count; m++) {
            apply_member(center, queue, &config->queues[i].members[m]);
        }
    }
    for (struct cc_agent *agent = center->agents, *next; agent; agent = next) {
        next = agent->next;
        keep_dynamic(agent);
        if (agent->wanted) {
            drop_unwanted_members(center, agent);
        } else {
            cc_roster_remove_agent(center, agent);
        }
    }
    for (struct cc_queue *queue = center->queues; queue; queue = queue->next) {
        queue->leaving = !queue->wanted;
    }
    cc_roster_drop_left_queues(center);
    cc_roster_rules(center, config);
    if (center->config != config) {
        cc_config_free(center->config);
        center->config = config;
    }
}
