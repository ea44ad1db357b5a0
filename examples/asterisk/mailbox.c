/*
 * mailbox.c - the mailbox: from the engine's thread to the caller's
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"

#include <sys/eventfd.h>
#include <unistd.h>

/* Whether a call comes to its queue then, or leaves it. */
static bool moves(uint32_t kind)
{
    return kind == TL_ACD_JOINED || kind == TL_ACD_LEFT || kind == TL_ACD_CONNECTED;
}

void trunkline_call_event(void *host, const struct cc_event *event)
{
    struct call *call = (struct call *)event->call;
    const struct cc_member *member;
    struct cc_queue *left;
    tl_acd_queue_counters counters;
    struct word *word;

    if (!call) {
        if (event->output->kind == TL_ACD_AGENT_CHANGED && event->agent) {
            event_agent(event->agent);
        }
        return;
    }
    if (moves(event->output->kind)) {
        states_of_queue(call->center.queue);
    } else if (event->output->kind == TL_ACD_MOVED) {
        for (left = cc_queues(trunkline_center); left; left = left->next) {
            states_of_queue(left);
        }
    }
    if (!(word = ast_calloc(1, sizeof(*word)))) {
        return;
    }
    word->output = *event->output;
    if (event->queue) {
        ast_copy_string(word->queue, event->queue->name, sizeof(word->queue));
        ast_copy_string(word->music, event->queue->music, sizeof(word->music));
        ast_copy_string(word->announce, event->queue->announce, sizeof(word->announce));
        if (tl_acd_get_queue(cc_engine(trunkline_center), event->queue->handle, &counters) >= 0) {
            word->waiting = (int)counters.waiting;
            if (event->output->kind == TL_ACD_JOINED && !word->waiting) {
                word->waiting = 1; /* it is on its way out again */
            }
        }
    }
    if (event->agent) {
        ast_copy_string(word->agent, event->agent->name, sizeof(word->agent));
        ast_copy_string(word->phone, event->agent->phone, sizeof(word->phone));
        if (event->output->kind == TL_ACD_CONNECTED && (member = cc_member_of(event->agent, event->queue))) {
            word->member = *member;
        }
    }
    ast_mutex_lock(&call->lock);
    AST_LIST_INSERT_TAIL(&call->words, word, next);
    ast_mutex_unlock(&call->lock);
    eventfd_write(call->wake, 1);
}

void trunkline_call_release(void *host, struct cc_call *center)
{
    struct call *call = (struct call *)center;
    struct word *word;

    while ((word = AST_LIST_REMOVE_HEAD(&call->words, next))) {
        ast_free(word);
    }
    ast_mutex_destroy(&call->lock);
    close(call->wake);
    ast_free(call);
}

struct call *mailbox_new(struct ast_channel *chan)
{
    struct call *call = ast_calloc(1, sizeof(*call));
    char caller[80];

    if (!call || (call->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0) {
        ast_free(call);
        return NULL;
    }
    ast_channel_lock(chan);
    /* A `|` would end a field of queue_log. */
    cc_plain(caller, sizeof(caller), S_COR(ast_channel_caller(chan)->id.number.valid,
        ast_channel_caller(chan)->id.number.str, ""), "|");
    cc_call_init(&call->center, ast_channel_name(chan), caller);
    ast_copy_string(call->uniqueid, ast_channel_uniqueid(chan), sizeof(call->uniqueid));
    cc_plain(call->name, sizeof(call->name), S_COR(ast_channel_caller(chan)->id.name.valid,
        ast_channel_caller(chan)->id.name.str, ""), "");
    cc_plain(call->connected_number, sizeof(call->connected_number),
        S_COR(ast_channel_connected(chan)->id.number.valid,
            ast_channel_connected(chan)->id.number.str, ""), "");
    cc_plain(call->connected_name, sizeof(call->connected_name),
        S_COR(ast_channel_connected(chan)->id.name.valid, ast_channel_connected(chan)->id.name.str, ""),
        "");
    ast_channel_unlock(chan);
    ast_mutex_init(&call->lock);
    return call;
}

struct word *mailbox_next(struct call *call)
{
    struct word *word;
    eventfd_t value;

    eventfd_read(call->wake, &value);
    ast_mutex_lock(&call->lock);
    word = AST_LIST_REMOVE_HEAD(&call->words, next);
    if (!AST_LIST_EMPTY(&call->words)) {
        eventfd_write(call->wake, 1);
    }
    ast_mutex_unlock(&call->lock);
    return word;
}
