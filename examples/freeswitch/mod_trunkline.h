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

/** Its rwlock, held for reading, keeps the module from being unloaded. */
extern switch_loadable_module_interface_t *trunkline_module;

/* ---- settings.c: trunkline.conf.xml ------------------------------------------------------------------- */

#define SETTING 256

/** Before anything else. */
void settings_start(switch_memory_pool_t *pool);

/** What the file says that is this module's, not the center's. */
struct settings {
    char recordings[SETTING], announcement[SETTING];
};

/** Reads the file; NULL when it makes no sense, which the log says. */
struct cc_config *settings_read(struct settings *own);

/** From now on these. False, and as before, when the directory of recordings cannot be made. */
bool settings_use(const struct settings *own);

/** Where recordings go when no path is given. */
void trunkline_recordings(char *into, size_t room);

/** What tells waiting callers their place: something to be played, variables not expanded. */
void trunkline_announcement(char *into, size_t room);

/* ---- caller.c, ivr.c: the applications; mailbox.c: the hooks ----------------------------------------- */

void trunkline_queue_app(switch_core_session_t *session, const char *data);
void trunkline_ivr_app(switch_core_session_t *session, const char *data);

/** hooks.event and hooks.release of the center. */
void trunkline_call_event(void *host, const struct cc_event *event);
void trunkline_call_release(void *host, struct cc_call *call);

/* ---- agent.c: one offered phone ---------------------------------------------------------------------- */

/** A phone to be rung, and for whom. */
struct phone {
    const char *agent, *dial;
    const char *queue;                      /* NULL: for no queue, a transfer */
    const char *member_uuid, *session_uuid; /* the caller's */
    const char *caller_name, *caller_number;
    time_t joined;
};

/** A phone that rings for a call, on a thread of its own as originating waits. */
struct offer;

/**
 * Starts ringing it; the answer to an offer goes to the center, that of a transfer (TL_NONE) is in
 * offer_outcome. NULL when there is no thread.
 */
struct offer *offer_start(uint64_t id, const struct phone *phone);

/** How far it is. */
enum offer_outcome { OFFER_RINGS, OFFER_ANSWERED, OFFER_BUSY, OFFER_DECLINED, OFFER_FAILED };
enum offer_outcome offer_outcome(const struct offer *offer);

/** Why nobody answered, once it is said to be busy, declined or failed. */
const char *offer_cause(const struct offer *offer);

/** Its number, its agent, and when it began and was answered, in seconds. */
uint64_t offer_id(const struct offer *offer);
const char *offer_agent(const struct offer *offer);
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
    const char *queue, *member_uuid;
    const struct offer *offer;  /* or NULL */
    switch_core_session_t *leg; /* the agent's, or NULL */
    time_t joined;
};

void event_member_start(const struct caller_facts *facts);

/** `cancel` is NONE, TIMEOUT, NO_AGENT_TIMEOUT, EXIT_WITH_KEY or BREAK_OUT; NULL: the call was answered. */
void event_member_end(const struct caller_facts *facts, const char *cancel);
void event_members_count(const char *queue, uint32_t count);
void event_agent_offering(const struct caller_facts *facts);
void event_bridge_start(const struct caller_facts *facts);
void event_bridge_end(const struct caller_facts *facts);
void event_bridge_fail(const struct caller_facts *facts, const char *cause);
void event_agent_state(const struct cc_agent *agent, uint32_t state);
void event_roster(void *host, const struct cc_queue *queue, const struct cc_agent *agent,
                  enum cc_roster_event what);

#endif
