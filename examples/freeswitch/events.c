/*
 * events.c - callcenter::info events in the shape of mod_callcenter's, for what listens to those
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "mod_trunkline.h"

/* Not reserved: firing needs no reservation, and mod_callcenter cannot be loaded when it is taken. */
#define SUBCLASS "callcenter::info"

static switch_event_t *begin(void)
{
    switch_event_t *event = NULL;

    return switch_event_create_subclass(&event, SWITCH_EVENT_CUSTOM, SUBCLASS) == SWITCH_STATUS_SUCCESS
        ? event : NULL;
}

static void add(switch_event_t *event, const char *name, const char *value)
{
    switch_event_add_header_string(event, SWITCH_STACK_BOTTOM, name, value ? value : "");
}

static void add_time(switch_event_t *event, const char *name, time_t at)
{
    switch_event_add_header(event, SWITCH_STACK_BOTTOM, name, "%ld", (long)at);
}

/* ---- about a caller --------------------------------------------------------------------------------- */

/* An event in a queue; `session`: whose channel's data it has, or NULL. */
static switch_event_t *in_queue(const char *action, const char *queue, switch_core_session_t *session)
{
    switch_event_t *event = begin();

    if (event) {
        if (session) {
            switch_channel_event_set_data(switch_core_session_get_channel(session), event);
        }
        add(event, "CC-Queue", queue);
        add(event, "CC-Action", action);
    }
    return event;
}

static void add_member(switch_event_t *event, const struct caller_facts *facts)
{
    switch_caller_profile_t *profile =
        switch_channel_get_caller_profile(switch_core_session_get_channel(facts->session));

    add(event, "CC-Member-UUID", facts->member_uuid);
    add(event, "CC-Member-Session-UUID", switch_core_session_get_uuid(facts->session));
    add(event, "CC-Member-CID-Name", profile ? profile->caller_id_name : "");
    add(event, "CC-Member-CID-Number", profile ? profile->caller_id_number : "");
}

static void add_dnis(switch_event_t *event, const struct caller_facts *facts)
{
    switch_caller_profile_t *profile =
        switch_channel_get_caller_profile(switch_core_session_get_channel(facts->session));

    if (profile && profile->rdnis) {
        add(event, "CC-Member-DNIS", profile->rdnis);
    }
}

static void add_agent(switch_event_t *event, const struct caller_facts *facts)
{
    add(event, "CC-Agent", offer_agent(facts->offer));
    add(event, "CC-Agent-System", "single_box");
    if (facts->leg) {
        add(event, "CC-Agent-UUID", switch_core_session_get_uuid(facts->leg));
    }
}

static void add_agent_times(switch_event_t *event, const struct caller_facts *facts)
{
    add_time(event, "CC-Agent-Called-Time", offer_called(facts->offer));
    add_time(event, "CC-Agent-Answered-Time", offer_answered(facts->offer));
}

static void add_hangup_cause(switch_event_t *event, const struct caller_facts *facts)
{
    switch_channel_t *channel = switch_core_session_get_channel(facts->leg);

    add(event, "CC-Hangup-Cause", switch_channel_cause2str(switch_channel_get_cause(channel)));
}

void event_member_start(const struct caller_facts *facts)
{
    switch_event_t *event = in_queue("member-queue-start", facts->queue, facts->session);

    if (event) {
        add_member(event, facts);
        switch_event_fire(&event);
    }
}

void event_member_end(const struct caller_facts *facts, const char *cancel)
{
    switch_event_t *event = in_queue("member-queue-end", facts->queue, facts->session);

    if (!event) {
        return;
    }
    if (cancel) {
        add(event, "CC-Cause", "Cancel");
        add(event, "CC-Cancel-Reason", cancel);
    } else {
        add_hangup_cause(event, facts);
        add(event, "CC-Cause", "Terminated");
        add_agent(event, facts);
        add_agent_times(event, facts);
    }
    add_time(event, "CC-Member-Leaving-Time", time(NULL));
    add_time(event, "CC-Member-Joined-Time", facts->joined);
    add_member(event, facts);
    switch_event_fire(&event);
}

void event_members_count(const char *queue, uint32_t count)
{
    switch_event_t *event = in_queue("members-count", queue, NULL);

    if (event) {
        switch_event_add_header(event, SWITCH_STACK_BOTTOM, "CC-Count", "%u", count);
        add(event, "CC-Selection", "Single-Queue");
        switch_event_fire(&event);
    }
}

void event_agent_offering(const struct caller_facts *facts)
{
    switch_event_t *event = in_queue("agent-offering", facts->queue, NULL);

    if (event) {
        add_agent(event, facts);
        add(event, "CC-Agent-Type", "callback");
        add_member(event, facts);
        add_dnis(event, facts);
        switch_event_fire(&event);
    }
}

void event_bridge_start(const struct caller_facts *facts)
{
    switch_event_t *event = in_queue("bridge-agent-start", facts->queue, facts->leg);

    if (event) {
        add_agent(event, facts);
        add_agent_times(event, facts);
        add_time(event, "CC-Member-Joined-Time", facts->joined);
        add_member(event, facts);
        add_dnis(event, facts);
        switch_event_fire(&event);
    }
}

void event_bridge_end(const struct caller_facts *facts)
{
    switch_event_t *event = in_queue("bridge-agent-end", facts->queue, facts->leg);

    if (event) {
        add_hangup_cause(event, facts);
        add_agent(event, facts);
        add(event, "CC-Agent-Bridged", "true");
        add_agent_times(event, facts);
        add_time(event, "CC-Member-Joined-Time", facts->joined);
        add_time(event, "CC-Bridge-Terminated-Time", time(NULL));
        add_member(event, facts);
        switch_event_fire(&event);
    }
}

void event_bridge_fail(const struct caller_facts *facts, const char *cause)
{
    switch_event_t *event = in_queue("bridge-agent-fail", facts->queue, NULL);

    if (event) {
        add(event, "CC-Hangup-Cause", cause);
        add_agent(event, facts);
        add_time(event, "CC-Agent-Called-Time", offer_called(facts->offer));
        add_time(event, "CC-Agent-Aborted-Time", time(NULL));
        add_member(event, facts);
        add_time(event, "CC-Member-Joined-Time", facts->joined);
        switch_event_fire(&event);
    }
}

/* ---- about an agent ------------------------------------------------------------------------------------ */

static void about_agent(const struct cc_agent *agent, const char *action, const char *name, const char *value)
{
    switch_event_t *event = begin();

    if (event) {
        add(event, "CC-Agent", agent->name);
        add(event, "CC-Action", action);
        add(event, name, value);
        switch_event_fire(&event);
    }
}

/* mod_callcenter's states: Waiting, Receiving (ringing), In a queue call, Idle (gets nothing). */
void event_agent_state(const struct cc_agent *agent, uint32_t state)
{
    about_agent(agent, "agent-state-change", "CC-Agent-State", state == TL_ACD_AVAILABLE ? "Waiting" :
                state == TL_ACD_RINGING ? "Receiving" : state == TL_ACD_TALKING ? "In a queue call" : "Idle");
}

static void status(const struct cc_agent *agent, bool gone)
{
    about_agent(agent, "agent-status-change", "CC-Agent-Status", gone || agent->logged_out ? "Logged Out" :
                agent->paused ? "On Break" : "Available");
}

/* The center tells of each queue; listeners know agents, who come with their first and go with the last. */
void event_roster(void *host, const struct cc_queue *queue, const struct cc_agent *agent,
                  enum cc_roster_event what)
{
    bool only = agent->members && !agent->members->next;

    (void)host;
    if (what == CC_ROSTER_JOINED && only) {
        about_agent(agent, "agent-add", "CC-Agent-Type", "callback");
        about_agent(agent, "agent-contact-change", "CC-Agent-Contact", agent->phone);
        status(agent, false);
    } else if (what == CC_ROSTER_LEFT && only) {
        status(agent, true);
    } else if (!queue && (what == CC_ROSTER_PAUSE || what == CC_ROSTER_LOGIN)) {
        status(agent, false);
    }
}
