/*
 * mod_trunkline.h - what the files of the FreeSWITCH module share
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef MOD_TRUNKLINE_H
#define MOD_TRUNKLINE_H

#include <switch.h>

#include "../pbx-common/callcenter.h"
#include "../pbx-common/config.h"
#include "../pbx-common/flow.h"
#include "../pbx-common/how.h"
#include "../pbx-common/report.h"
#include "../pbx-common/text.h"

/** The one center of this switch, its flows and its recorder. They live as long as the module. */
extern cc_center *trunkline_center;
extern struct flows *trunkline_flows;
extern tl_recorder *trunkline_recorder;

/** Where recordings go when no path is given. */
const char *trunkline_recordings(void);

/* ---- caller.c, ivr.c: the applications; the hooks ------------------------------------------------------ */

void trunkline_queue_app(switch_core_session_t *session, const char *data);
void trunkline_ivr_app(switch_core_session_t *session, const char *data);

/** hooks.event and hooks.release of the center. */
void trunkline_call_event(void *host, const struct cc_event *event);
void trunkline_call_release(void *host, struct cc_call *call);

/* ---- agent.c: one offered phone ---------------------------------------------------------------------- */

/** A phone that rings for a call, on a thread of its own as originating waits. */
struct offer;

/** Starts ringing `phone`; the offer's answer goes to the center. NULL when there is no thread. */
struct offer *offer_start(uint64_t id, const char *agent, const char *phone, const char *caller_name,
                          const char *caller_number);

/** Its number, its agent, and when it began and was answered, in seconds. */
uint64_t offer_id(const struct offer *offer);
const char *offer_agent(const struct offer *offer);
const char *offer_phone(const struct offer *offer);
time_t offer_called(const struct offer *offer);
time_t offer_answered(const struct offer *offer);

/** Takes the answered leg, which is the taker's to unlock; NULL when there is none. */
switch_core_session_t *offer_take(struct offer *offer);

/** Ends it: stops the ringing, clears a leg nobody took, forgets it. */
void offer_stop(struct offer *offer);

/** How many of their threads are still under way. */
unsigned offers_under_way(void);

/* ---- record.c ------------------------------------------------------------------------------------------ */

void trunkline_record_app(switch_core_session_t *session, const char *data);

/* ---- events.c: callcenter::info, in the shape of mod_callcenter's ------------------------------------------ */

/** What an event about a caller says. */
struct caller_facts {
    switch_core_session_t *session;
    const char *queue;
    const struct offer *offer; /* or NULL */
    const char *agent_uuid;    /* or NULL */
    time_t joined;
};

void event_member_start(const struct caller_facts *facts);

/** `cancel` is NONE, TIMEOUT, NO_AGENT_TIMEOUT or EXIT_WITH_KEY; NULL: the call was answered. */
void event_member_end(const struct caller_facts *facts, const char *cancel);
void event_agent_offering(const struct caller_facts *facts);
void event_bridge_start(const struct caller_facts *facts);
void event_bridge_end(const struct caller_facts *facts, time_t bridged);
void event_bridge_fail(const struct caller_facts *facts, const char *cause);
void event_agent_state(const struct cc_agent *agent, uint32_t state);
void event_roster(void *host, const struct cc_queue *queue, const struct cc_agent *agent, int event);

bool events_start(void);
void events_stop(void);

#endif
