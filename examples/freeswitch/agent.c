/*
 * agent.c - one offered phone: originating waits for the answer, so each has a thread of its own
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "mod_trunkline.h"

#include <stdatomic.h>

struct offer {
    uint64_t id; /* TL_NONE: of a transfer, which the center knows nothing of */
    struct phone phone; /* its texts are the pool's */
    time_t called, answered;
    _Atomic(enum offer_outcome) outcome;
    switch_call_cause_t cause;  /* why nobody answered, once outcome says so */
    switch_call_cause_t cancel; /* set to stop originating, which looks at it */
    switch_mutex_t *lock;       /* of the two below */
    switch_core_session_t *leg;
    bool stopped;
    atomic_int owners;
    switch_memory_pool_t *pool;
};

static atomic_uint under_way;

unsigned offers_under_way(void)
{
    return atomic_load(&under_way);
}

uint64_t offer_id(const struct offer *offer)
{
    return offer->id;
}

const char *offer_agent(const struct offer *offer)
{
    return offer->phone.agent;
}

enum offer_outcome offer_outcome(const struct offer *offer)
{
    return atomic_load(&offer->outcome);
}

const char *offer_cause(const struct offer *offer)
{
    return switch_channel_cause2str(offer->cause);
}

time_t offer_called(const struct offer *offer)
{
    return offer->called;
}

time_t offer_answered(const struct offer *offer)
{
    return offer->answered;
}

static void let_go(struct offer *offer)
{
    switch_memory_pool_t *pool = offer->pool;

    if (atomic_fetch_sub(&offer->owners, 1) == 1) {
        switch_core_destroy_memory_pool(&pool);
    }
}

static void clear_leg(switch_core_session_t *leg)
{
    switch_channel_hangup(switch_core_session_get_channel(leg), SWITCH_CAUSE_ORIGINATOR_CANCEL);
    switch_core_session_rwunlock(leg);
}

static uint32_t cause_of(switch_call_cause_t cause)
{
    switch (cause) {
    case SWITCH_CAUSE_USER_BUSY:
        return TL_ACD_CAUSE_BUSY;
    case SWITCH_CAUSE_CALL_REJECTED:
        return TL_ACD_CAUSE_DECLINED;
    case SWITCH_CAUSE_USER_NOT_REGISTERED:
    case SWITCH_CAUSE_SUBSCRIBER_ABSENT:
    case SWITCH_CAUSE_DESTINATION_OUT_OF_ORDER:
    case SWITCH_CAUSE_NO_ROUTE_DESTINATION:
        return TL_ACD_CAUSE_UNREACHABLE;
    default:
        return TL_ACD_CAUSE_FAILED;
    }
}

static enum offer_outcome outcome_of(uint32_t cause)
{
    return cause == TL_ACD_CAUSE_BUSY ? OFFER_BUSY : cause == TL_ACD_CAUSE_DECLINED ? OFFER_DECLINED
        : OFFER_FAILED;
}

static void add(switch_event_t *variables, const char *name, const char *value)
{
    switch_event_add_header_string(variables, SWITCH_STACK_BOTTOM, name, value);
}

/* What the agent's channel has from its first moment on; names are mod_callcenter's. */
static switch_event_t *variables_of(const struct phone *phone)
{
    switch_event_t *variables = NULL;

    switch_event_create_plain(&variables, SWITCH_EVENT_CHANNEL_DATA);
    /* Only the person answers, not the ringing tone; and the leg stays the one we know. */
    add(variables, "ignore_early_media", "true");
    add(variables, "loopback_bowout", "false");
    add(variables, "loopback_bowout_on_execute", "false");
    if (phone->queue) {
        add(variables, "cc_side", "agent");
        add(variables, "cc_queue", phone->queue);
        add(variables, "cc_agent", phone->agent);
        add(variables, "cc_agent_type", "callback");
        add(variables, "cc_member_uuid", phone->member_uuid);
        add(variables, "cc_member_session_uuid", phone->session_uuid);
        switch_event_add_header(variables, SWITCH_STACK_BOTTOM, "cc_queue_joined_epoch", "%ld",
                                (long)phone->joined);
    }
    return variables;
}

/* What the caller's channel has to say about it: variables for the agent's, and who seems to call. */
static void ask_caller(struct offer *offer, switch_event_t *variables)
{
    switch_core_session_t *caller = switch_core_session_locate(offer->phone.session_uuid);
    switch_channel_t *channel;
    const char *value;

    if (!caller) {
        return;
    }
    channel = switch_core_session_get_channel(caller);
    switch_channel_process_export(channel, NULL, variables, "cc_export_vars");
    if ((value = switch_channel_get_variable(channel, "effective_caller_id_name"))) {
        offer->phone.caller_name = switch_core_strdup(offer->pool, value);
    }
    if ((value = switch_channel_get_variable(channel, "effective_caller_id_number"))) {
        offer->phone.caller_number = switch_core_strdup(offer->pool, value);
    }
    switch_core_session_rwunlock(caller);
}

static void *SWITCH_THREAD_FUNC ring(switch_thread_t *thread, void *arg)
{
    struct offer *offer = arg;
    switch_core_session_t *leg = NULL;
    switch_call_cause_t cause = SWITCH_CAUSE_NONE;
    switch_event_t *variables = variables_of(&offer->phone);
    switch_status_t status;
    bool stopped;

    (void)thread;
    ask_caller(offer, variables);
    /* The engine ends the ringing; this bound is only for a phone that is forgotten. */
    status = switch_ivr_originate(NULL, &leg, &cause, offer->phone.dial, 3600, NULL, offer->phone.caller_name,
                                  offer->phone.caller_number, NULL, variables, SOF_NONE, &offer->cancel, NULL);
    switch_event_destroy(&variables);
    switch_mutex_lock(offer->lock);
    stopped = offer->stopped;
    if (status == SWITCH_STATUS_SUCCESS && leg && !stopped) {
        offer->answered = time(NULL);
        offer->leg = leg;
        leg = NULL;
    }
    switch_mutex_unlock(offer->lock);
    if (leg) {
        clear_leg(leg);
    }
    offer->cause = cause;
    atomic_store(&offer->outcome, status == SWITCH_STATUS_SUCCESS ? OFFER_ANSWERED
                 : outcome_of(cause_of(cause)));
    if (!stopped && offer->id != TL_NONE) {
        if (status == SWITCH_STATUS_SUCCESS) {
            cc_accept(trunkline_center, offer->id);
        } else {
            cc_reject(trunkline_center, offer->id, cause_of(cause));
        }
    }
    let_go(offer);
    atomic_fetch_sub(&under_way, 1);
    return NULL;
}

struct offer *offer_start(uint64_t id, const struct phone *phone)
{
    switch_memory_pool_t *pool = NULL;
    switch_threadattr_t *attributes = NULL;
    switch_thread_t *thread = NULL;
    struct offer *offer;

    if (switch_core_new_memory_pool(&pool) != SWITCH_STATUS_SUCCESS) {
        return NULL;
    }
    offer = switch_core_alloc(pool, sizeof *offer);
    offer->pool = pool;
    offer->id = id;
    offer->called = time(NULL);
    offer->phone = (struct phone){
        .agent = switch_core_strdup(pool, phone->agent), .dial = switch_core_strdup(pool, phone->dial),
        .queue = phone->queue ? switch_core_strdup(pool, phone->queue) : NULL,
        .member_uuid = switch_core_strdup(pool, phone->member_uuid),
        .session_uuid = switch_core_strdup(pool, phone->session_uuid),
        .caller_name = switch_core_strdup(pool, phone->caller_name),
        .caller_number = switch_core_strdup(pool, phone->caller_number), .joined = phone->joined,
    };
    atomic_init(&offer->outcome, OFFER_RINGS);
    atomic_init(&offer->owners, 2); /* the caller's thread and this one's */
    switch_mutex_init(&offer->lock, SWITCH_MUTEX_NESTED, pool);
    switch_threadattr_create(&attributes, pool);
    switch_threadattr_detach_set(attributes, 1);
    switch_threadattr_stacksize_set(attributes, SWITCH_THREAD_STACKSIZE);
    atomic_fetch_add(&under_way, 1);
    if (switch_thread_create(&thread, attributes, ring, offer, pool) != SWITCH_STATUS_SUCCESS) {
        atomic_fetch_sub(&under_way, 1);
        switch_core_destroy_memory_pool(&pool);
        return NULL;
    }
    return offer;
}

switch_core_session_t *offer_take(struct offer *offer)
{
    switch_core_session_t *leg;

    switch_mutex_lock(offer->lock);
    leg = offer->leg;
    offer->leg = NULL;
    offer->stopped = true;
    switch_mutex_unlock(offer->lock);
    return leg;
}

void offer_stop(struct offer *offer)
{
    switch_core_session_t *leg;

    offer->cancel = SWITCH_CAUSE_ORIGINATOR_CANCEL;
    leg = offer_take(offer);
    if (leg) {
        clear_leg(leg);
    }
    let_go(offer);
}
