/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * For so long after a call of ours the phone may still look busy: its state follows the call's end
 * by some milliseconds. When nothing was heard by then, the phone is busy with something else.
 */
#define SETTLE_MS 1000

unsigned cc_roster_bucket(const char *name)
{
    unsigned hash = 2166136261u;

    for (; *name; name++) {
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    }
    return hash % CC_BUCKETS;
}

struct cc_queue *cc_find_queue(cc_center *center, const char *name)
{
    struct cc_queue *queue = center->queue_names[cc_roster_bucket(name)];

    while (queue && strcmp(queue->name, name)) {
        queue = queue->chain;
    }
    return queue;
}

struct cc_agent *cc_find_agent(cc_center *center, const char *name)
{
    struct cc_agent *agent = center->agent_names[cc_roster_bucket(name)];

    while (agent && strcmp(agent->name, name)) {
        agent = agent->chain;
    }
    return agent;
}

struct cc_member *cc_member_of(const struct cc_agent *agent, const struct cc_queue *queue)
{
    struct cc_member *member = agent->members;

    while (member && member->queue != queue) {
        member = member->next;
    }
    return member;
}

uint16_t cc_roster_skill(void *arg, const char *name, size_t length)
{
    cc_center *center = arg;
    size_t i;

    for (i = 0; i < center->skill_count; i++) {
        if (!strncmp(center->skills[i], name, length) && !center->skills[i][length]) {
            return (uint16_t)i;
        }
    }
    void *larger = realloc(center->skills, (i + 1) * sizeof *center->skills);
    if (!larger || i == UINT16_MAX) {
        center->skills = larger ? larger : center->skills;
        return UINT16_MAX;
    }
    center->skills = larger;
    snprintf(center->skills[i], sizeof *center->skills, "%.*s", (int)length, name);
    center->skill_count++;
    return (uint16_t)i;
}

uint32_t cc_roster_class(cc_center *center, const char *skills)
{
    tl_acd_skill list[CC_SKILLS];
    uint32_t call_class = 0;
    int count = skills ? cc_config_skills(skills, list, cc_roster_skill, center) : 0;

    /* Better anybody than nobody: the caller is there already. */
    if (count < 0) {
        cc_log(center, 1, "skills are written \"english:5, billing\", not \"%s\"", skills);
    } else if (count > 0 &&
               tl_acd_add_class(center->engine, list, (size_t)count, &call_class) < 0) {
        cc_log(center, 1, "skills \"%s\" are not asked for: %s", skills, tl_last_error());
        call_class = 0;
    }
    return call_class;
}

/* ---- agents ---------------------------------------------------------------------------------------- */

void cc_roster_state(cc_center *center, struct cc_agent *agent)
{
    uint32_t state = TL_ACD_AVAILABLE;
    uint16_t reason = 0;
    /* While a call of ours is there, the phone is busy with that. */
    int device = agent->legs || agent->settling ? CC_DEVICE_FREE : agent->device_state;

    bool busy = device == CC_DEVICE_BUSY;

    if (busy && cc_places_ring_in_use(agent)) {
        device = CC_DEVICE_FREE;
    }
    cc_places_fit(center, agent, busy && device == CC_DEVICE_FREE);
    if (agent->logged_out || device == CC_DEVICE_GONE) {
        state = TL_ACD_LOGGED_OUT;
    } else if (agent->paused) {
        state = TL_ACD_NOT_READY;
        reason = CC_REASON_PAUSED;
    } else if (device == CC_DEVICE_BUSY) {
        state = TL_ACD_NOT_READY;
        reason = CC_REASON_DEVICE;
    }
    cc_poll(center);
    if (tl_acd_set_agent_state(center->engine, cc_now(), agent->handle, state, reason) < 0) {
        cc_log(center, 0, "agent %s: %s", agent->name, tl_last_error());
    }
}

void cc_roster_settle(cc_center *center, struct cc_agent *agent)
{
    if (agent->device_state == CC_DEVICE_FREE || agent->settling || !agent->attached) {
        return;
    }
    agent->settling = true;
    agent->settle_at = cc_now() + SETTLE_MS;
    agent->settle_next = NULL;
    if (center->settle_last) {
        center->settle_last->settle_next = agent;
    } else {
        center->settle_first = agent;
    }
    center->settle_last = agent;
}

/* All wait equally long, so the first one that came is the first one due. */
void cc_roster_settled(cc_center *center, tl_time now)
{
    while (center->settle_first && center->settle_first->settle_at <= now) {
        struct cc_agent *agent = center->settle_first;
        center->settle_first = agent->settle_next;
        if (!center->settle_first) {
            center->settle_last = NULL;
        }
        agent->settling = false;
        if (agent->attached && !agent->legs) {
            cc_roster_state(center, agent);
        }
    }
}

void cc_roster_device(cc_center *center, const char *device, enum cc_device state, bool first)
{
    struct cc_agent *agent = center->agent_devices[cc_roster_bucket(device)];

    for (; agent; agent = agent->device_chain) {
        if (strcmp(agent->device, device) || (first && agent->device_told)) {
            continue;
        }
        agent->device_told = agent->device_told || !first;
        if (agent->device_state != (int)state) {
            agent->device_state = (int)state;
            if (!agent->legs) {
                cc_roster_state(center, agent);
            }
        }
    }
}

/* ---- the end of things ------------------------------------------------------------------------------------ */

/* A queue that is gone from the configuration goes when its last call has left. */
void cc_roster_drop_left_queues(cc_center *center)
{
    cc_poll(center); /* outputs are about calls of queues that are gone */

    struct cc_queue **at = &center->queues;

    while (*at) {
        struct cc_queue *queue = *at;
        if (!queue->leaving || tl_acd_remove_queue(center->engine, queue->handle) < 0) {
            at = &queue->next;
            continue;
        }
        struct cc_queue **chain = &center->queue_names[cc_roster_bucket(queue->name)];
        while (*chain != queue) {
            chain = &(*chain)->chain;
        }
        *chain = queue->chain;
        *at = queue->next;
        free(queue);
    }
}

void cc_roster_sweep(cc_center *center)
{
    cc_poll(center); /* outputs name agents that are gone */

    struct cc_agent **at = &center->gone;

    while (*at) {
        struct cc_agent *agent = *at;
        if (agent->legs || agent->settling) {
            at = &agent->next;
            continue;
        }
        *at = agent->next;
        if (!center->hooks.watch) {
            /* Nobody else would say so to the one that took its place. */
            cc_roster_device(center, agent->device, CC_DEVICE_FREE, false);
        }
        free(agent);
    }
    for (struct cc_queue *queue = center->queues; queue; queue = queue->next) {
        if (queue->leaving) {
            cc_roster_drop_left_queues(center);
            break;
        }
    }
}

void cc_roster_free(cc_center *center)
{
    struct cc_agent *lists[] = {center->agents, center->gone};

    for (size_t i = 0; i < 2; i++) {
        for (struct cc_agent *agent = lists[i], *next; agent; agent = next) {
            next = agent->next;
            for (struct cc_member *member = agent->members, *after; member; member = after) {
                after = member->next;
                free(member);
            }
            free(agent);
        }
    }
    for (struct cc_queue *queue = center->queues, *next; queue; queue = next) {
        next = queue->next;
        free(queue);
    }
    free(center->skills);
}
