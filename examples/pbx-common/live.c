/*
 * live.c - queues and members that a database has, as it has them just now
 *
 * They are there beside the configuration's, and a reload leaves them alone. Of a row counts what has changed
 * in it: a pause that it has said already was perhaps ended since by somebody else.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include "roster.h"

static struct cc_member *if_of_row(const struct cc_agent *agent, const struct cc_queue *queue, const char *id)
{
    struct cc_member *member = agent ? cc_member_of(agent, queue) : NULL;

    return member && member->origin == CC_FROM_ROWS && !strcmp(member->row, id) ? member : NULL;
}

static struct cc_member *member_of_row(cc_center *center, const struct cc_queue *queue, const struct cc_row *row)
{
    const char *name = row->who.name && *row->who.name ? row->who.name : row->who.phone;
    struct cc_member *member = if_of_row(cc_find_agent(center, name), queue, row->id);

    /* Almost always found by its name; one that has another name now is looked for. */
    for (struct cc_agent *agent = center->agents; agent && !member; agent = agent->next) {
        member = if_of_row(agent, queue, row->id);
    }
    return member;
}

static bool rings_in_use(const struct cc_member *member, const struct cc_row *row)
{
    return row->ring_in_use < 0 ? member->queue->ring_in_use : row->ring_in_use;
}

static void follow_row(cc_center *center, struct cc_member *member, const struct cc_row *row)
{
    const struct cc_newcomer *who = &row->who;

    if (member->row_penalty != who->penalty && member->config.penalty != who->penalty) {
        cc_set_penalty(center, who->queue, member->agent->phone, who->penalty);
    }
    if (member->row_paused != who->paused && cc_member_paused(member) != who->paused) {
        cc_set_paused(center, who->queue, member->agent->phone, who->paused, who->reason);
    }
    if (member->ring_in_use != rings_in_use(member, row)) {
        cc_set_ring_in_use(center, who->queue, member->agent->phone, rings_in_use(member, row));
    }
    if (member->config.wrap_up_ms != who->wrap_up_ms) {
        member->config.wrap_up_ms = who->wrap_up_ms;
        cc_few_tell(center, member);
    }
}

static struct cc_member *add_row(cc_center *center, const struct cc_row *row)
{
    enum cc_change change = cc_add_member_from(center, &row->who, CC_FROM_ROWS);
    struct cc_agent *agent = change == CC_DONE ? cc_find_phone(center, row->who.phone) : NULL;
    struct cc_member *member = agent ? cc_member_of(agent, cc_find_queue(center, row->who.queue)) : NULL;

    if (change != CC_DONE && change != CC_THERE_ALREADY) {
        cc_log(center, 1, "queue %s: %s of the database is not added", row->who.queue, row->who.phone);
    }
    if (!member) {
        return NULL;
    }
    snprintf(member->row, sizeof member->row, "%s", row->id);
    member->by_row = true;
    if (member->ring_in_use != rings_in_use(member, row)) {
        member->ring_in_use = rings_in_use(member, row);
        cc_roster_state(center, agent);
    }
    return member;
}

/* It has been followed. */
static void remember(struct cc_member *member, const struct cc_row *row)
{
    member->row_penalty = row->who.penalty;
    member->row_paused = row->who.paused;
    member->by_row = false;
}

static void drop_members(cc_center *center, const struct cc_queue *queue)
{
    for (struct cc_agent *agent = center->agents, *next; agent; agent = next) {
        struct cc_member *member = cc_member_of(agent, queue);
        next = agent->next;
        if (member && member->origin == CC_FROM_ROWS && !member->wanted && cc_roster_leave(center, member) &&
            agent->dynamic && !agent->members) {
            cc_roster_remove_agent(center, agent);
        }
    }
}

static void follow_rows(cc_center *center, const struct cc_queue *queue, const struct cc_row *rows, size_t count)
{
    for (struct cc_agent *agent = center->agents; agent; agent = agent->next) {
        struct cc_member *member = cc_member_of(agent, queue);
        if (member && member->origin == CC_FROM_ROWS) {
            member->wanted = false;
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct cc_member *member = member_of_row(center, queue, &rows[i]);
        if (member && strcmp(member->agent->phone, rows[i].who.phone)) {
            continue; /* another phone by now: the old one goes, and this one comes below */
        }
        if (member) {
            member->by_row = true;
            follow_row(center, member, &rows[i]);
            remember(member, &rows[i]);
            member->wanted = true;
        }
    }
    drop_members(center, queue);
    for (size_t i = 0; i < count; i++) {
        struct cc_member *member =
            member_of_row(center, queue, &rows[i]) ? NULL : add_row(center, &rows[i]);
        if (member) {
            remember(member, &rows[i]);
        }
    }
}

void cc_live(cc_center *center, const char *name, const struct cc_config_queue *from, const struct cc_row *rows,
             size_t count)
{
    struct cc_queue *queue = cc_find_queue(center, name);

    if (from && (!queue || queue->live)) {
        queue = cc_roster_put_queue(center, from);
        if (queue) {
            queue->live = true;
        }
    } else if (!from && queue && queue->live) {
        /* Its row is gone: it goes when its last caller has left. */
        queue->leaving = true;
        count = 0;
    }
    if (queue) {
        follow_rows(center, queue, rows, count);
    }
    cc_roster_sweep(center);
}
