/*
 * mailbox.c - what the engine says about a call, from its thread to the call's own
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "line.h"

static struct offer *ring(const struct call *call, const struct cc_event *event)
{
    const struct phone phone = {
        .agent = event->agent->name, .dial = event->agent->phone, .queue = event->queue->name,
        .member_uuid = call->uuid, .session_uuid = call->center.name, .joined = call->joined,
        .caller_name = call->caller_name, .caller_number = call->center.number,
    };
    struct offer *offer = offer_start(event->output->offer, &phone);

    if (!offer) {
        cc_reject(trunkline_center, event->output->offer, TL_ACD_CAUSE_FAILED);
    }
    return offer;
}

void trunkline_call_event(void *host, const struct cc_event *event)
{
    struct call *call = (struct call *)event->call;
    tl_acd_queue_counters counters;
    struct word *word;

    (void)host;
    if (!call) {
        if (event->output->kind == TL_ACD_AGENT_CHANGED && event->agent) {
            event_agent_state(event->agent, event->output->reason);
        }
        return;
    }
    switch_zmalloc(word, sizeof *word);
    word->output = *event->output;
    if (event->queue) {
        switch_copy_string(word->queue, event->queue->name, sizeof word->queue);
        switch_copy_string(word->music, event->queue->music, sizeof word->music);
        if (tl_acd_get_queue(cc_engine(trunkline_center), event->queue->handle, &counters) >= 0) {
            word->waiting = (uint32_t)counters.waiting;
        }
    }
    if (event->output->kind == TL_ACD_OFFER) {
        word->offer = ring(call, event);
    }
    pthread_mutex_lock(&call->lock);
    if (call->last) {
        call->last->next = word;
    } else {
        call->first = word;
    }
    call->last = word;
    atomic_store(&call->some, true);
    pthread_cond_signal(&call->came);
    pthread_mutex_unlock(&call->lock);
}

void trunkline_call_release(void *host, struct cc_call *center)
{
    struct call *call = (struct call *)center;

    (void)host;
    for (struct word *word = call->first, *next; word; word = next) {
        next = word->next;
        if (word->offer) {
            offer_stop(word->offer);
        }
        free(word);
    }
    pthread_cond_destroy(&call->came);
    pthread_mutex_destroy(&call->lock);
    free(call);
}

struct call *call_new(switch_core_session_t *session)
{
    switch_caller_profile_t *profile =
        switch_channel_get_caller_profile(switch_core_session_get_channel(session));
    struct call *call;

    switch_zmalloc(call, sizeof *call);
    cc_call_init(&call->center, switch_core_session_get_uuid(session),
                 profile && profile->caller_id_number ? profile->caller_id_number : "");
    switch_copy_string(call->caller_name, profile && profile->caller_id_name ? profile->caller_id_name : "",
                       sizeof call->caller_name);
    switch_uuid_str(call->uuid, sizeof call->uuid);
    call->joined = time(NULL);
    pthread_mutex_init(&call->lock, NULL);
    pthread_cond_init(&call->came, NULL);
    return call;
}

struct word *call_next(struct call *call, bool wait)
{
    struct word *word;

    pthread_mutex_lock(&call->lock);
    while (wait && !call->first) {
        pthread_cond_wait(&call->came, &call->lock);
    }
    word = call->first;
    if (word) {
        call->first = word->next;
        if (!call->first) {
            call->last = NULL;
        }
    }
    atomic_store(&call->some, call->first != NULL);
    pthread_mutex_unlock(&call->lock);
    return word;
}

bool call_news(struct call *call)
{
    return atomic_load(&call->some);
}
