/*
 * app_trunkline.h - what the files of the Asterisk module share
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * (These files are made part of Asterisk, which is GPL-2.0. The library and ../pbx-common stay
 * under their own licence, MIT OR Apache-2.0.)
 */
#ifndef APP_TRUNKLINE_H
#define APP_TRUNKLINE_H

#define AST_MODULE "app_trunkline"
#define AST_MODULE_SELF_SYM __internal_app_trunkline_self
#include "asterisk.h"

#include "asterisk/channel.h"
#include "asterisk/devicestate.h"
#include "asterisk/lock.h"
#include "asterisk/manager.h"
#include "asterisk/module.h"
#include "asterisk/pbx.h"
#include "asterisk/strings.h"
#include "asterisk/utils.h"

#include "../pbx-common/callcenter.h"
#include "../pbx-common/config.h"
#include "../pbx-common/flow.h"
#include "../pbx-common/how.h"
#include "../pbx-common/report.h"
#include "../pbx-common/text.h"

/** The one center of this PBX, and its flows. They live as long as the module is loaded. */
extern cc_center *trunkline_center;
extern struct flows *trunkline_flows;

/** The device of a phone: a Local channel's without the options after its second slash. */
void trunkline_device(const char *phone, char *device, size_t room);

/** Where recordings go when no path is given. */
void trunkline_recordings(char *directory, size_t room);

/* ---- applications.c ------------------------------------------ */

void applications_start(void);

/** False, and all is as it was, while a channel is in one of them or on its way there. */
bool applications_stop(void);

/* ---- waiting.c, ivr.c --------------------------------------- */

int waiting_exec(struct ast_channel *chan, const char *data);
int waiting_its_exec(struct ast_channel *chan, const char *data);
int trunkline_ivr_exec(struct ast_channel *chan, const char *data);

/* ---- members.c ------------------------------------------------------------------------------------------- */

int members_add_exec(struct ast_channel *chan, const char *data);
int members_remove_exec(struct ast_channel *chan, const char *data);
int members_pause_exec(struct ast_channel *chan, const char *data);
int members_unpause_exec(struct ast_channel *chan, const char *data);
int members_action_add(struct mansession *session, const struct message *message);
int members_action_remove(struct mansession *session, const struct message *message);
int members_action_pause(struct mansession *session, const struct message *message);
int members_action_penalty(struct mansession *session, const struct message *message);
int members_action_ring_in_use(struct mansession *session, const struct message *message);

/** One change of an agent's places in queues, written to the log and, where members are kept, down. */
struct member_change {
    enum { MEMBER_ADD, MEMBER_REMOVE, MEMBER_PAUSE, MEMBER_PENALTY, MEMBER_NEGATIVE, MEMBER_RING_IN_USE } what;
    struct cc_newcomer who; /* paused, reason, penalty: of the change it is; no queue: all, but of the first two */
    bool ring_in_use;
    const char *by; /* of the first two: a channel's uniqueid, or MANAGER */
    enum cc_change outcome;
    char name[CC_NAME]; /* of the agent that was found */
};
enum cc_change members_change(struct member_change *change);

/** Makes it a change of the penalty; false where that is no number. */
bool members_set_penalty(struct member_change *change, const char *penalty);

/* ---- kept.c: members that outlive Asterisk ------------------------------------------------------------- */

/** Whether members are kept from now on. */
void kept_use(bool keep);

/** Puts back who was kept. */
void kept_restore(void);

/** Writes down a queue's members that no configuration names; every queue's when it is NULL. */
void kept_write(const char *queue);

/* ---- realtime.c, theirs.c: queues and members in a database ------------------------------------------------ */

/** Whether a row of a member whose penalty is negative is none: app_queue's negative_penalty_invalid. */
void realtime_use(bool negative_penalty_invalid);
bool realtime_takes_negative(void);

/** Looks what the database has of a queue just now, before it is used. Not on the engine's thread. */
void realtime_look(const char *queue);

/** Adds the database's rules to a configuration; false when one makes no sense, with a sentence in `why`. */
struct cc_config;
bool realtime_rules(struct cc_config *config, char *why, size_t room);

/** Writes a member's new pause or penalty into its row; on the engine's thread. */
void realtime_write(const struct cc_member *member, const char *column, uint32_t value);

/** Writes a penalty into a row at once; false when that failed. Not on the engine's thread. */
bool realtime_write_penalty(const char *row, const char *penalty);

/** Takes in an option of app_queue's; with app_queue's defaults before the first one. What is none is left out. */
void theirs_defaults(struct cc_config *config, struct ao2_container *treatments, const char *queue);
void theirs_set(struct cc_config *config, struct ao2_container *treatments, const char *queue, const char *key,
    const char *value);

/* ---- functions.c: what the dialplan asks about queues -------------------------------------------------- */

void functions_start(void);

/** QUEUENAME, QUEUEMAX and so on; false where there is no such queue. */
bool functions_set_variables(struct ast_channel *chan, const char *queue);
void functions_stop(void);

/* ---- mailbox.c ------------------------------------------------------------------------------------------- */

/** hooks.event and hooks.release of the center. */
void trunkline_call_event(void *host, const struct cc_event *event);
void trunkline_call_release(void *host, struct cc_call *call);

/* ---- transfers.c ----------------------------------------------------------------------------------------- */

bool transfers_start(void);
void transfers_stop(void);

/* ---- record.c ------------------------------------------------------------------------------------------ */

int trunkline_record_exec(struct ast_channel *chan, const char *data);
bool record_start(void);
bool record_stop(void);

/* ---- events.c: AMI and queue_log, in the shape of app_queue's -------------------------------------------- */

/** What an event about a caller and an agent says. */
struct call_facts {
    struct ast_channel *chan, *leg; /* leg: NULL, or the agent's */
    struct ast_channel_snapshot *chan_was, *leg_was; /* where there is no channel any more; or NULL */
    const char *queue, *agent, *phone, *url;
    int position, first_position;
    bool hide_restricted; /* the log has no number and no name that is not to be shown */
    uint64_t waited_ms, talked_ms, rang_ms;
};

/** How a channel looks now; to be given back with ao2_cleanup. */
struct ast_channel_snapshot *event_snapshot(struct ast_channel *chan);

void event_joined(const struct call_facts *facts, int waiting);
void event_left(const struct call_facts *facts, int waiting);
void event_abandoned(const struct call_facts *facts);
void event_timed_out(const struct call_facts *facts);
void event_empty(const struct call_facts *facts);
void event_exit_keys(const struct call_facts *facts, const char *keys);
void event_withdrawn(const struct call_facts *facts, const char *info);
void event_called(const struct call_facts *facts);
void event_not_answered(const struct call_facts *facts, bool caller_left);
void event_connected(const struct call_facts *facts);
/** The agent hung up while it heard what is announced to it. */
void event_dumped(const struct call_facts *facts);

/** The conversation is over: a tl_acd_ended_by, or the agent passed the caller on. */
void event_completed(const struct call_facts *facts, uint32_t by);
void event_blind_transfer(const struct call_facts *facts, const char *exten, const char *context);
/** `to` is in app_queue's words: BRIDGE|id, APP|name, LINK|channel|channel. */
void event_attended_transfer(const struct call_facts *facts, const char *to);

/** hooks.roster, and an agent's change of state. */
void event_roster(void *host, const struct cc_queue *queue, const struct cc_agent *agent,
                  enum cc_roster_event event);
void event_agent(const struct cc_agent *agent);

/** static, dynamic or realtime. */
const char *event_membership(const struct cc_member *member);

/** What app_queue calls StateInterface: the device, with the options of a Local channel. */
const char *event_state_interface(const struct cc_agent *agent);

/** Whether queue_log names members, not their phones, where they come and go; and callers who come. */
void events_use_names(bool of_members, bool of_callers);
const char *event_log_member(const char *phone, const char *name);

bool events_start(void);
void events_stop(void);

/** Runs `task` on the thread that writes agents' events, never on the engine's. */
void events_push(int (*task)(void *arg), void *arg);

/* ---- states.c: queues as devices. On the engine's thread, but for the first ------------------------------- */

void states_start(void);

/** Something of the queue, of one of an agent's queues, of an agent's pause may have changed. */
void states_of_queue(struct cc_queue *queue);
void states_of_agent(const struct cc_agent *agent);
void states_of_member(const struct cc_member *member, bool there);

/** hooks.settled: tells what has changed. */
void states_settled(void *host);

/* ---- cli.c ----------------------------------------------------------------------------------------------- */

void cli_start(void);
void cli_stop(void);

/* ---- commands.c, show.c: app_queue's commands -------------------------------------------------------------- */

void commands_start(void);
void commands_stop(void);

/** What `queue show` and `queue show rules` say; all of them when it is NULL. To be freed. */
struct ast_str *show_queue(const char *queue);
struct ast_str *show_rule(const char *rule);

/* ---- status.c, manager.c: AMI actions ---------------------------------------------------------------------- */

int status_action_status(struct mansession *session, const struct message *message);
int status_action_summary(struct mansession *session, const struct message *message);

/** A queue's strategy, and who has left it unanswered but by a key, in app_queue's terms. */
const char *status_strategy(const struct cc_queue *queue);
uint64_t status_abandoned(const tl_acd_queue_counters *counters);

/** The state of an agent's phone. */
enum ast_device_state status_device(const struct cc_agent *agent);

/** Another priority for a caller who waits, at once. */
enum cc_change manager_set_priority(const char *queue, const char *caller, int priority);

void manager_start(void);
void manager_stop(void);

#endif
