/*
 * places.c - what an agent is in one of its queues: paused there, its penalty, rung though in use
 *
 * A pause in one queue is the engine's; so is that an agent whose phone is in use gets nothing from the
 * queues that do not ring it then, while others do.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include "roster.h"

bool cc_member_paused(const struct cc_member *member)
{
    return member->agent->paused || member->paused;
}

const char *cc_member_reason(const struct cc_member *member)
{
    /* One that has just ended has one, too, until it was told. */
    return member->pause_reason[0] || member->paused ? member->pause_reason : member->agent->pause_reason;
}

uint64_t cc_member_last_pause(const struct cc_member *member)
{
    const struct cc_agent *agent = member->agent;

    return member->last_pause_ms > agent->last_pause_ms ? member->last_pause_ms : agent->last_pause_ms;
}

/* ---- what the engine has ------------------------------------------------------------------------------- */

bool cc_places_ring_in_use(const struct cc_agent *agent)
{
    for (const struct cc_member *member = agent->members; member; member = member->next) {
        if (member->ring_in_use) {
            return true;
        }
    }
    return false;
}

static void fit(cc_center *center, struct cc_member *member, bool busy)
{
    struct cc_agent *agent = member->agent;
    uint32_t held = member->paused ? CC_REASON_PAUSED
        : busy && !member->ring_in_use ? CC_REASON_DEVICE : TL_NONE32;

    if (held == member->held) {
        return;
    }
    cc_poll(center);
    if (tl_acd_set_pause(center->engine, cc_now(), agent->handle, member->queue->handle, held) < 0) {
        cc_log(center, 0, "queue %s, agent %s: %s", member->queue->name, agent->name, tl_last_error());
        return;
    }
    member->held = held;
}

void cc_places_fit(cc_center *center, struct cc_agent *agent, bool busy)
{
    for (struct cc_member *member = agent->members; member; member = member->next) {
        fit(center, member, busy);
    }
}

/* ---- changes ------------------------------------------------------------------------------------------- */

static void tell(cc_center *center, const struct cc_queue *queue, const struct cc_agent *agent,
                 enum cc_roster_event event)
{
    if (center->hooks.roster) {
        center->hooks.roster(center->hooks.host, queue, agent, event);
    }
}

static void write_reason(char *to, const char *reason)
{
    snprintf(to, CC_NAME, "%.79s", reason ? reason : "");
}

void cc_places_pause_all(cc_center *center, struct cc_agent *agent, bool paused, const char *reason)
{
    for (struct cc_member *member = agent->members; member; member = member->next) {
        member->paused = false;
        member->pause_reason[0] = '\0';
    }
    agent->paused = paused;
    agent->last_pause_ms = paused ? cc_now() : agent->last_pause_ms;
    write_reason(agent->pause_reason, reason);
    tell(center, NULL, agent, CC_ROSTER_PAUSE);
    if (!paused) {
        agent->pause_reason[0] = '\0'; /* of the end, and told */
    }
    cc_roster_state(center, agent);
}

/* A pause of all becomes one of each, so that one of them can end. */
static void pause_each(struct cc_agent *agent)
{
    for (struct cc_member *member = agent->members; member; member = member->next) {
        member->paused = true;
        memcpy(member->pause_reason, agent->pause_reason, sizeof member->pause_reason);
        member->last_pause_ms = agent->last_pause_ms;
    }
    agent->paused = false;
    agent->pause_reason[0] = '\0';
}

static void pause_one(cc_center *center, struct cc_member *member, bool paused, const char *reason)
{
    if (cc_member_paused(member) == paused) {
        return;
    }
    if (member->agent->paused) {
        pause_each(member->agent);
    }
    member->paused = paused;
    member->last_pause_ms = paused ? cc_now() : member->last_pause_ms;
    write_reason(member->pause_reason, reason);
    tell(center, member->queue, member->agent, CC_ROSTER_PAUSE);
    if (!paused) {
        member->pause_reason[0] = '\0';
    }
    cc_roster_state(center, member->agent);
}

static void penalty_of_one(cc_center *center, struct cc_member *member, uint32_t penalty)
{
    member->config.penalty = penalty;
    cc_few_tell(center, member);
    tell(center, member->queue, member->agent, CC_ROSTER_PENALTY);
}

static void ring_of_one(cc_center *center, struct cc_member *member, uint32_t ring)
{
    member->ring_in_use = ring != 0;
    tell(center, member->queue, member->agent, CC_ROSTER_RING_IN_USE);
    cc_roster_state(center, member->agent);
}

/* The agent, and its place in the queue if one is named; NULL where there is none. */
static struct cc_agent *find(cc_center *center, const char *queue, const char *phone,
                             struct cc_member **member, enum cc_change *change)
{
    struct cc_agent *agent = cc_find_phone(center, phone);
    struct cc_queue *in = queue && *queue ? cc_find_queue(center, queue) : NULL;

    *member = agent && in ? cc_member_of(agent, in) : NULL;
    if (queue && *queue && !*member) {
        agent = NULL;
    }
    *change = agent && agent->members ? CC_DONE : queue && *queue && !in ? CC_NO_QUEUE : CC_NOT_THERE;
    return *change == CC_DONE ? agent : NULL;
}

enum cc_change cc_set_paused(cc_center *center, const char *queue, const char *phone, bool paused,
                             const char *reason)
{
    enum cc_change change;
    struct cc_member *member;
    struct cc_agent *agent = find(center, queue, phone, &member, &change);

    if (member) {
        pause_one(center, member, paused, reason);
    } else if (agent) {
        cc_places_pause_all(center, agent, paused, reason);
    }
    return change;
}

/* Changes the place that is named, or each of the agent's. */
static enum cc_change change_places(cc_center *center, const char *queue, const char *phone,
                                    void (*set)(cc_center *center, struct cc_member *member, uint32_t to),
                                    uint32_t to)
{
    enum cc_change change;
    struct cc_member *only;
    struct cc_agent *agent = find(center, queue, phone, &only, &change);

    for (struct cc_member *member = agent ? agent->members : NULL; member; member = member->next) {
        if (!only || member == only) {
            set(center, member, to);
        }
    }
    return change;
}

enum cc_change cc_set_penalty(cc_center *center, const char *queue, const char *phone, uint32_t penalty)
{
    return change_places(center, queue, phone, penalty_of_one, penalty);
}

enum cc_change cc_set_ring_in_use(cc_center *center, const char *queue, const char *phone, bool ring)
{
    return change_places(center, queue, phone, ring_of_one, ring);
}
