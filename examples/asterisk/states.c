/*
 * states.c - device states of queues, for hints: Queue:NAME rings while somebody waits, Queue:NAME_avail is
 * in use while no agent is free, Queue:NAME_pause_INTERFACE while that one is paused
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * As app_queue tells them. Where that is loaded these are its names: ours are Trunkline:NAME and so on, which
 * are there always.
 */
#include "app_trunkline.h"

/* cc_queue.host_state: what was told last; that something may have changed since. */
enum { TOLD = 1, WAITING = 2, FREE = 4, CHANGED = 8 };

struct state {
    enum ast_device_state state;
    char name[3 * CC_NAME];
};

static bool beside_app_queue;
static bool changed; /* of some queue; the engine thread's */

void states_start(void)
{
    beside_app_queue = ast_module_check("app_queue.so");
}

/* What listens to devices is not run on the engine's thread. */
static int tell(void *arg)
{
    struct state *state = arg;

    ast_devstate_changed(state->state, AST_DEVSTATE_CACHABLE, "Trunkline:%s", state->name);
    if (!beside_app_queue) {
        ast_devstate_changed(state->state, AST_DEVSTATE_CACHABLE, "Queue:%s", state->name);
    }
    ast_free(state);
    return 0;
}

static void push(enum ast_device_state is, const char *queue, const char *what, const char *phone)
{
    struct state *state = ast_calloc(1, sizeof(*state));

    if (state) {
        state->state = is;
        snprintf(state->name, sizeof(state->name), "%s%s%s", queue, what, phone);
        events_push(tell, state);
    }
}

static void look(struct cc_queue *queue)
{
    tl_acd_queue_counters counters;
    unsigned is, was = queue->host_state;

    if (tl_acd_get_queue(cc_engine(trunkline_center), queue->handle, &counters) < 0) {
        return;
    }
    is = TOLD | (counters.waiting ? WAITING : 0) | (counters.free ? FREE : 0);
    queue->host_state = is;
    if ((is ^ was) & (TOLD | WAITING)) {
        push(is & WAITING ? AST_DEVICE_RINGING : AST_DEVICE_NOT_INUSE, queue->name, "", "");
    }
    if ((is ^ was) & (TOLD | FREE)) {
        push(is & FREE ? AST_DEVICE_NOT_INUSE : AST_DEVICE_INUSE, queue->name, "_avail", "");
    }
}

void states_settled(void *host)
{
    struct cc_queue *queue;

    for (queue = changed ? cc_queues(trunkline_center) : NULL; queue; queue = queue->next) {
        if (queue->host_state & CHANGED) {
            look(queue);
        }
    }
    changed = false;
}

void states_of_queue(struct cc_queue *queue)
{
    queue->host_state |= CHANGED;
    changed = true;
}

void states_of_agent(const struct cc_agent *agent)
{
    const struct cc_member *member;

    for (member = agent->members; member; member = member->next) {
        states_of_queue(member->queue);
    }
}

void states_of_member(const struct cc_member *member, bool there)
{
    push(there && cc_member_paused(member) ? AST_DEVICE_INUSE : AST_DEVICE_NOT_INUSE, member->queue->name,
        "_pause_", member->agent->phone);
}
