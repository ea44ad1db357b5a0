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

static void detach(cc_center *center, struct cc_agent *agent)
{
    struct cc_agent **at;

    for (at = &center->agents; *at != agent; at = &(*at)->next) {
    }
    *at = agent->next;
    for (at = &center->agent_names[cc_roster_bucket(agent->name)]; *at != agent; at = &(*at)->chain) {
    }
    *at = agent->chain;
    for (at = &center->agent_devices[cc_roster_bucket(agent->device)]; *at != agent;
         at = &(*at)->device_chain) {
    }
    *at = agent->device_chain;
    agent->attached = false;
    agent->next = center->gone;
    center->gone = agent;
}

static void remove_agent(cc_center *center, struct cc_agent *agent)
{
    cc_poll(center);
    if (tl_acd_remove_agent(center->engine, agent->handle) < 0) {
        /* The engine may still speak of it: it stays, and goes with the next configuration. */
        cc_log(center, 0, "agent %s: %s", agent->name, tl_last_error());
        return;
    }
    while (agent->members) {
        struct cc_member *member = agent->members;
        if (center->hooks.roster) {
            center->hooks.roster(center->hooks.host, member->queue, agent, CC_ROSTER_LEFT);
        }
        agent->members = member->next;
        free(member);
    }
    if (center->hooks.watch) {
        center->hooks.watch(center->hooks.host, agent->device, false);
    }
    detach(center, agent);
}

static struct cc_agent *add_agent(cc_center *center, const struct cc_config_agent *from,
                                  const tl_acd_agent_config *config)
{
    struct cc_agent *agent = calloc(1, sizeof *agent);

    if (!agent) {
        return NULL;
    }
    snprintf(agent->name, sizeof agent->name, "%s", from->name);
    snprintf(agent->device, sizeof agent->device, "%s", from->device[0] ? from->device : from->phone);
    agent->config = *config;
    agent->config.tag = (uintptr_t)agent;
    if (tl_acd_add_agent(center->engine, &agent->config, &agent->handle) < 0) {
        cc_log(center, 0, "agent %s: %s", from->name, tl_last_error());
        free(agent);
        return NULL;
    }
    agent->attached = true;
    agent->login_ms = cc_now();
    agent->logged_out = from->logged_out;
    agent->paused = from->paused;
    agent->next = center->agents;
    center->agents = agent;
    unsigned at = cc_roster_bucket(agent->name);
    agent->chain = center->agent_names[at];
    center->agent_names[at] = agent;
    at = cc_roster_bucket(agent->device);
    agent->device_chain = center->agent_devices[at];
    center->agent_devices[at] = agent;
    return agent;
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
        agent = add_agent(center, from, &config);
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
        remove_agent(center, old);
        fresh = true;
    } else if (!agent) {
        agent = add_agent(center, from, &config);
    }
    if (!agent) {
        return;
    }
    agent->wanted = true;
    snprintf(agent->phone, sizeof agent->phone, "%s", from->phone);
    if (fresh) {
        cc_roster_state(center, agent);
        if (center->hooks.watch) {
            center->hooks.watch(center->hooks.host, agent->device, true);
        }
    }
}

/* ---- queues and memberships ---------------------------------------------------------------------------- */

static void apply_queue(cc_center *center, const struct cc_config_queue *from)
{
    struct cc_queue *queue = cc_find_queue(center, from->name);
    tl_acd_queue_config config = from->config;

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
    queue->leaving = false;
    queue->config = config;
    queue->config.tag = (uintptr_t)queue;
    memcpy(queue->music, from->music, sizeof queue->music);
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
    if (tl_acd_set_queue(center->engine, queue->handle, &queue->config) < 0) {
        cc_log(center, 0, "queue %s: %s", from->name, tl_last_error());
    }
}

static void apply_member(cc_center *center, struct cc_queue *queue,
                         const struct cc_config_member *from)
{
    struct cc_agent *agent = cc_find_agent(center, from->agent);
    tl_status status;

    if (!agent) {
        return;
    }
    cc_poll(center);
    struct cc_member *member = cc_member_of(agent, queue);
    if (member) {
        member->wanted = true;
        if (!memcmp(&member->config, &from->membership, sizeof from->membership)) {
            return;
        }
        member->config = from->membership;
        status = tl_acd_set_membership(center->engine, agent->handle, queue->handle,
                                       &from->membership);
    } else {
        member = calloc(1, sizeof *member);
        if (!member) {
            return;
        }
        *member = (struct cc_member){.queue = queue, .agent = agent, .next = agent->members,
                                     .config = from->membership, .wanted = true};
        status =
            tl_acd_join_queue(center->engine, agent->handle, queue->handle, &from->membership);
        if (status >= 0) {
            agent->members = member;
            if (center->hooks.roster) {
                center->hooks.roster(center->hooks.host, queue, agent, CC_ROSTER_JOINED);
            }
        } else {
            free(member);
        }
    }
    if (status < 0) {
        cc_log(center, 0, "queue %s, agent %s: %s", queue->name, agent->name, tl_last_error());
    }
}

static void drop_unwanted_members(cc_center *center, struct cc_agent *agent)
{
    struct cc_member **at = &agent->members;

    while (*at) {
        struct cc_member *member = *at;
        if (member->wanted) {
            at = &member->next;
            continue;
        }
        cc_poll(center);
        if (tl_acd_leave_queue(center->engine, agent->handle, member->queue->handle) < 0) {
            cc_log(center, 0, "agent %s: %s", agent->name, tl_last_error());
            at = &member->next;
            continue;
        }
        if (center->hooks.roster) {
            center->hooks.roster(center->hooks.host, member->queue, agent, CC_ROSTER_LEFT);
        }
        *at = member->next;
        free(member);
    }
}

void cc_roster_apply(cc_center *center, struct cc_config *config)
{
    for (struct cc_queue *queue = center->queues; queue; queue = queue->next) {
        queue->wanted = false;
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
        if (agent->wanted) {
            drop_unwanted_members(center, agent);
        } else {
            remove_agent(center, agent);
        }
    }
    for (struct cc_queue *queue = center->queues; queue; queue = queue->next) {
        queue->leaving = !queue->wanted;
    }
    cc_roster_drop_left_queues(center);
    if (center->config != config) {
        cc_config_free(center->config);
        center->config = config;
    }
}
