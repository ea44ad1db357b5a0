/*
 * events.c - callcenter::info events in the shape of mod_callcenter's, for what listens to those
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "mod_trunkline.h"

#define SUBCLASS "callcenter::info"

/* mod_callcenter may have the name reserved already: events of that subclass can be fired by both. */
static bool reserved;

bool events_start(void)
{
    reserved = switch_event_reserve_subclass(SUBCLASS) == SWITCH_STATUS_SUCCESS;
    return true;
}

void events_stop(void)
{
    if (reserved) {
        switch_event_free_subclass(SUBCLASS);
    }
}

static switch_event_t *begin(const char *action)
{
    switch_event_t *event = NULL;

    if (switch_event_create_subclass(&event, SWITCH_EVENT_CUSTOM, SUBCLASS) != SWITCH_STATUS_SUCCESS) {
        return NULL;
    }
    switch_event_add_header_string(event, SWITCH_STACK_BOTTOM, "CC-Action", action);
    return event;
}

static void add(switch_event_t *event, const char *name, const char *value)
{
    switch_event_add_header_string(event, SWITCH_STACK_BOTTOM, name, value ? value : "");
}

static void add_time(switch_event_t *event, const char *name, time_t at)
{
    switch_event_add_header(event, SWITCH_STACK_BOTTOM, name, "%ld", (long)at);
}

static void add_member(switch_event_t *event, const struct caller_facts *facts, bool dnis)
{
    switch_caller_profile_t *profile =
        switch_channel_get_caller_profile(switch_core_session_get_channel(facts->session));
    const char *uuid = switch_core_session_get_uuid(facts->session);

    add(event, "CC-Member-UUID", uuid);
    add(event, "CC-Member-Session-UUID", uuid);
    add(event, "CC-Member-CID-Name", profile ? profile->caller_id_name : "");
    add(event, "CC-Member-CID-Number", profile ? profile->caller_id_number : "");
    if (dnis) {
        add(event, "CC-Member-DNIS", profile ? profile->destination_number : "");
    }
}

static void add_agent(switch_event_t *event, const struct caller_facts *facts)
{
    add(event, "CC-Agent", offer_agent(facts->offer));
    add(event, "CC-Agent-System", "single_box");
}

static switch_event_t *about_call(const char *action, const struct caller_facts *facts, bool channel_data)
{
    switch_event_t *event = begin(action);

    if (event) {
        if (channel_data) {
            switch_channel_event_set_data(switch_core_session_get_channel(facts->session), event);
        }
        add(event, "CC-Queue", facts->queue);
    }
    return event;
}

void event_member_start(const struct caller_facts *facts)
{
    switch_event_t *event = about_call("member-queue-start", facts, true);

    if (event) {
        add_member(event, facts, false);
        switch_event_fire(&event);
    }
}

void event_member_end(const struct caller_facts *facts, const char *cancel)
{
    switch_event_t *event = about_call("member-queue-end", facts, false);
    switch_channel_t *channel = switch_core_session_get_channel(facts->session);

    if (!event) {
        return;
    }
    add_time(event, "CC-Member-Leaving-Time", time(NULL));
    add_time(event, "CC-Member-Joined-Time", facts->joined);
    add(event, "CC-Cause", cancel ? "Cancel" : "Terminated");
    if (cancel) {
        add(event, "CC-Cancel-Reason", cancel);
    } else {
        add(event, "CC-Hangup-Cause", switch_channel_cause2str(switch_channel_get_cause(channel)));
        if (facts->offer) {
            add_agent(event, facts);
            add_time(event, "CC-Agent-Called-Time", offer_called(facts->offer));
            add_time(event, "CC-Agent-Answered-Time", offer_answered(facts->offer));
        }
        add(event, "CC-Agent-UUID", facts->agent_uuid);
    }
    add_member(event, facts, false);
    switch_event_fire(&event);
}

void event_agent_offering(const struct caller_facts *facts)
{
    switch_event_t *event = about_call("agent-offering", facts, false);

    if (event) {
        add(event, "CC-Agent-Type", "callback");
        add_agent(event, facts);
        add_member(event, facts, true);
        switch_event_fire(&event);
    }
}

static switch_event_t *bridge(const char *action, const struct caller_facts *facts)
{
    switch_event_t *event = about_call(action, facts, true);

    if (event) {
        add_agent(event, facts);
        add(event, "CC-Agent-UUID", facts->agent_uuid);
        add_time(event, "CC-Agent-Called-Time", offer_called(facts->offer));
        add_time(event, "CC-Agent-Answered-Time", offer_answered(facts->offer));
        add_time(event, "CC-Member-Joined-Time", facts->joined);
    }
    return event;
}

void event_bridge_start(const struct caller_facts *facts)
{
    switch_event_t *event = bridge("bridge-agent-start", facts);

    if (event) {
        add_member(event, facts, true);
        switch_event_fire(&event);
    }
}

void event_bridge_end(const struct caller_facts *facts, time_t bridged)
{
    switch_event_t *event = bridge("bridge-agent-end", facts);
    switch_channel_t *channel = switch_core_session_get_channel(facts->session);

    if (event) {
        add(event, "CC-Hangup-Cause", switch_channel_cause2str(switch_channel_get_cause(channel)));
        add_time(event, "CC-Agent-Bridged", bridged);
        add_time(event, "CC-Bridge-Terminated-Time", time(NULL));
        add_member(event, facts, false);
        switch_event_fire(&event);
    }
}

void event_bridge_fail(const struct caller_facts *facts, const char *cause)
{
    switch_event_t *event = about_call("bridge-agent-fail", facts, false);

    if (event) {
        add(event, "CC-Hangup-Cause", cause);
        add_agent(event, facts);
        add_time(event, "CC-Agent-Called-Time", offer_called(facts->offer));
        add_time(event, "CC-Agent-Aborted-Time", time(NULL));
        add_time(event, "CC-Member-Joined-Time", facts->joined);
        add_member(event, facts, false);
        switch_event_fire(&event);
    }
}

/* mod_callcenter's states: Waiting, Receiving (ringing), In a queue call, Idle. */
void event_agent_state(const struct cc_agent *agent, uint32_t state)
{
    switch_event_t *event = begin("agent-state-change");

    if (event) {
        add(event, "CC-Agent", agent->name);
        add(event, "CC-Agent-State", state == TL_ACD_AVAILABLE ? "Waiting" :
            state == TL_ACD_RINGING ? "Receiving" : state == TL_ACD_TALKING ? "In a queue call" : "Idle");
        switch_event_fire(&event);
    }
}

void event_roster(void *host, const struct cc_queue *queue, const struct cc_agent *agent, int what)
{
    switch_event_t *event = begin(what == 1 ? "agent-add" : "agent-status-change");

    (void)host, (void)queue;
    if (event) {
        add(event, "CC-Agent", agent->name);
        if (what == 1) {
            add(event, "CC-Agent-Type", "callback");
        } else {
            add(event, "CC-Agent-Status", what == 2 || agent->logged_out ? "Logged Out" :
                agent->paused ? "On Break" : "Available");
        }
        switch_event_fire(&event);
    }
}
