/*
 * members.c - agents and their places in queues: coming and going
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster.h"

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

void cc_roster_remove_agent(cc_center *center, struct cc_agent *agent)
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
        cc_few_look(center, member->queue, 0, false);
        free(member);
    }
    if (center->hooks.watch) {
        center->hooks.watch(center->hooks.host, agent->device, false);
    }
    detach(center, agent);
}

struct cc_agent *cc_roster_add_agent(cc_center *center, const struct cc_config_agent *from,
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
    agent->last_pause_ms = from->paused ? agent->login_ms : 0;
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

void cc_roster_present(cc_center *center, struct cc_agent *agent)
{
    cc_roster_state(center, agent);
    if (center->hooks.watch) {
        center->hooks.watch(center->hooks.host, agent->device, true);
    }
}

struct cc_member *cc_roster_join(cc_center *center, struct cc_agent *agent, struct cc_queue *queue,
                                 const tl_acd_membership *membership, enum cc_origin origin,
                                 const char *paused)
{
    struct cc_member *member = calloc(1, sizeof *member);

    if (!member) {
        return NULL;
    }
    *member = (struct cc_member){.queue = queue, .agent = agent, .next = agent->members,
                                 .config = *membership, .origin = origin, .wanted = true,
                                 .held = TL_NONE32,
                                 .ring_in_use = queue->ring_in_use};
    cc_few_look(center, queue, 1, false);
    const tl_acd_membership place = cc_few_place(queue, membership);
    cc_poll(center);
    if (tl_acd_join_queue(center->engine, agent->handle, queue->handle, &place) < 0) {
        cc_log(center, 0, "queue %s, agent %s: %s", queue->name, agent->name, tl_last_error());
        cc_few_look(center, queue, 0, false);
        free(member);
        return NULL;
    }
    agent->members = member;
    if (paused) {
        member->paused = true;
        member->last_pause_ms = cc_now();
        snprintf(member->pause_reason, sizeof member->pause_reason, "%.79s", paused);
    }
    if (center->hooks.roster) {
        center->hooks.roster(center->hooks.host, queue, agent, CC_ROSTER_JOINED);
    }
    return member;
}

bool cc_roster_leave(cc_center *center, struct cc_member *member)
{
    struct cc_agent *agent = member->agent;
    struct cc_member **at = &agent->members;

    cc_poll(center);
    if (tl_acd_leave_queue(center->engine, agent->handle, member->queue->handle) < 0) {
        cc_log(center, 0, "agent %s: %s", agent->name, tl_last_error());
        return false;
    }
    if (center->hooks.roster) {
        center->hooks.roster(center->hooks.host, member->queue, agent, CC_ROSTER_LEFT);
    }
    while (*at != member) {
        at = &(*at)->next;
    }
    *at = member->next;
    bool rang_in_use = member->ring_in_use;
    cc_few_look(center, member->queue, 0, false);
    free(member);
    if (rang_in_use) {
        cc_roster_state(center, agent);
    }
    return true;
}

/* ---- without a configuration ------------------------------------------------------------------------ */

struct cc_agent *cc_find_phone(cc_center *center, const char *phone)
{
    for (struct cc_agent *agent = center->agents; agent; agent = agent->next) {
        if (!strcmp(agent->phone, phone)) {
            return agent;
        }
    }
    return cc_find_agent(center, phone);
}

static const char *or(const char *text, const char *other)
{
    return text && *text ? text : other;
}

static struct cc_agent *add_newcomer(cc_center *center, const struct cc_newcomer *newcomer)
{
    struct cc_config_agent from = {.paused = newcomer->paused};
    tl_acd_agent_config config;

    snprintf(from.name, sizeof from.name, "%s", or(newcomer->name, newcomer->phone));
    snprintf(from.phone, sizeof from.phone, "%s", newcomer->phone);
    snprintf(from.device, sizeof from.device, "%s", or(newcomer->device, ""));
    if (cc_find_agent(center, from.name)) {
        return NULL; /* whose phone is another one */
    }
    tl_acd_agent_defaults(&config);
    struct cc_agent *agent = cc_roster_add_agent(center, &from, &config);
    if (agent) {
        agent->dynamic = true;
        memcpy(agent->phone, from.phone, sizeof agent->phone);
        cc_roster_present(center, agent);
    }
    return agent;
}

enum cc_change cc_add_member(cc_center *center, const struct cc_newcomer *newcomer)
{
    return cc_add_member_from(center, newcomer, CC_FROM_HOST);
}

enum cc_change cc_add_member_from(cc_center *center, const struct cc_newcomer *newcomer, enum cc_origin origin)
{
    struct cc_queue *queue = cc_find_queue(center, newcomer->queue);
    struct cc_agent *agent = cc_find_phone(center, newcomer->phone);
    tl_acd_membership membership;

    if (!queue || queue->leaving) {
        return CC_NO_QUEUE;
    }
    if (agent && cc_member_of(agent, queue)) {
        return CC_THERE_ALREADY;
    }
    if (!agent && !(agent = add_newcomer(center, newcomer))) {
        return CC_NO_ROOM;
    }
    tl_acd_membership_defaults(&membership);
    membership.penalty = newcomer->penalty;
    membership.wrap_up_ms = newcomer->wrap_up_ms;
    /* No call comes to one who comes paused: not before the engine knows that it is in this queue only. */
    bool all_paused = agent->paused && agent->members;
    if (newcomer->paused && !all_paused) {
        agent->paused = true;
        cc_roster_state(center, agent);
    }
    struct cc_member *member = cc_roster_join(center, agent, queue, &membership, origin,
                                              newcomer->paused ? or(newcomer->reason, "") : NULL);
    if (newcomer->paused && !all_paused) {
        agent->paused = false;
        cc_roster_state(center, agent);
    }
    if (member) {
        return CC_DONE;
    }
    if (agent->dynamic && !agent->members) {
        cc_roster_remove_agent(center, agent);
    }
    return CC_NO_ROOM;
}

enum cc_change cc_remove_member(cc_center *center, const char *queue, const char *phone)
{
    struct cc_queue *from = cc_find_queue(center, queue);
    struct cc_agent *agent = cc_find_phone(center, phone);
    struct cc_member *member = from && agent ? cc_member_of(agent, from) : NULL;

    if (!from) {
        return CC_NO_QUEUE;
    }
    if (!member) {
        return CC_NOT_THERE;
    }
    if (member->origin != CC_FROM_HOST) {
        return CC_CONFIGURED;
    }
    if (!cc_roster_leave(center, member)) {
        return CC_NO_ROOM;
    }
    if (agent->dynamic && !agent->members) {
        cc_roster_remove_agent(center, agent);
    }
    return CC_DONE;
}
