/*
 * roster.h - a center's insides: who is there, under which name. Engine thread only.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef ROSTER_H
#define ROSTER_H

#include <pthread.h>

#include "callcenter.h"
#include "config.h"

#define CC_BUCKETS 4096

/* Reasons of not ready that the center gives the engine. */
enum { CC_REASON_PAUSED = 1, CC_REASON_DEVICE = 2, CC_REASON_MISSED = 65535 };

struct letter;

struct cc_center {
    struct cc_hooks hooks;
    struct cc_config *config;
    tl_acd *engine;

    struct cc_queue *queues, *queue_names[CC_BUCKETS];
    struct cc_agent *agents, *agent_names[CC_BUCKETS], *agent_devices[CC_BUCKETS];
    struct cc_agent *gone; /* removed, but still on a call, or named in outputs not yet read */
    struct cc_agent *settle_first, *settle_last;
    struct cc_call *calls;
    struct cc_rule_held *rules;
    char (*skills)[CC_SKILL_NAME];
    size_t skill_count;
    bool missed; /* somebody has missed too many calls */
    bool unfit;  /* some call's penalties count where its queue's do not, or the reverse */
    uint64_t not_answered; /* the offer that is just being ended so; else TL_NONE */

    pthread_mutex_t lock; /* of the inbox: the letters and `stop` */
    pthread_cond_t letters_came;
    struct letter *first, *last;
    bool stop, threaded, stopped;
    pthread_t thread;
};

/** Says a sentence in the host's log. */
void cc_log(cc_center *center, int level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * Reads all that the engine has said. It takes nothing that may make it say more while its table of
 * outputs is half full, so this comes before each such call.
 */
void cc_poll(cc_center *center);

/** Room for what is configured, and for half as much again after a reload. */
tl_acd_limits cc_limits_for(const struct cc_config *config);

/** reload.c: brings all in line with the configuration, which the center keeps. */
void cc_roster_apply(cc_center *center, struct cc_config *config);

/** rules.c: brings the rules in line with the configuration, for callers who come from now on. */
void cc_roster_rules(cc_center *center, const struct cc_config *config);

/** The engine's rule of that name for callers who begin as this one; TL_NONE when it changes nothing for them. */
uint64_t cc_roster_rule(cc_center *center, const char *name, const struct cc_penalties *begin);

void cc_roster_free_rules(cc_center *center);

/** Tells the engine what an agent is, after one of the reasons for it has changed. */
void cc_roster_state(cc_center *center, struct cc_agent *agent);

/** An agent's last leg has ended: look at its device again when that had time to follow. */
void cc_roster_settle(cc_center *center, struct cc_agent *agent);

/** Does what is due by now of that. */
void cc_roster_settled(cc_center *center, tl_time now);

/** Frees what was removed and is not spoken of any more. */
void cc_roster_sweep(cc_center *center);

/** Frees everything. */
void cc_roster_free(cc_center *center);

/** An agent, not yet told of (cc_roster_present); NULL when there is no room. */
struct cc_agent *cc_roster_add_agent(cc_center *center, const struct cc_config_agent *from,
                                     const tl_acd_agent_config *config);

/** Tells the engine and the host's devices of an agent that has just been added. */
void cc_roster_present(cc_center *center, struct cc_agent *agent);

/** Takes an agent and its memberships out; it is freed when nobody speaks of it any more. */
void cc_roster_remove_agent(cc_center *center, struct cc_agent *agent);

/**
 * Puts an agent into a queue, paused there for a reason unless that is NULL; NULL when the engine does not, and
 * the log says why.
 */
struct cc_member *cc_roster_join(cc_center *center, struct cc_agent *agent, struct cc_queue *queue,
                                 const tl_acd_membership *membership, enum cc_origin origin,
                                 const char *paused);

/** cc_add_member, of a member of that origin. */
enum cc_change cc_add_member_from(cc_center *center, const struct cc_newcomer *newcomer, enum cc_origin origin);

/** Brings a queue in line with what is said of it, or makes it; its members aside. NULL when there is no room. */
struct cc_queue *cc_roster_put_queue(cc_center *center, const struct cc_config_queue *from);

/** Takes an agent out of a queue; false likewise. */
bool cc_roster_leave(cc_center *center, struct cc_member *member);

/** The device's state, for all agents that have it; `first`: for those that were told of no change. */
void cc_roster_device(cc_center *center, const char *device, enum cc_device state, bool first);

/** counters.c: takes back what was counted of a call that ended before anybody talked. */
void cc_counters_forget(struct cc_queue *queue, const tl_acd_output *completed);

/** Why the agent is paused who has missed too many calls. */
#define CC_AUTO_PAUSE "Auto-Pause"

/** missed.c: what the engine is to know of it; an offer has ended; pauses who has missed too many. */
void cc_missed_fit(const struct cc_missed *missed, tl_acd_queue_config *config);
void cc_missed_count(cc_center *center, struct cc_member *member, const tl_acd_output *ended);
void cc_missed_sweep(cc_center *center);

/**
 * few.c: looks whether a queue has too few members for penalties, before so many come or after somebody has gone;
 * or `anew`, when what is said of the queue may be another.
 */
void cc_few_look(cc_center *center, struct cc_queue *queue, uint32_t coming, bool anew);

/** What the engine is to know of a place in a queue. */
tl_acd_membership cc_few_place(const struct cc_queue *queue, const tl_acd_membership *config);

/** Tells the engine of a place that has changed. */
void cc_few_tell(cc_center *center, const struct cc_member *member);

/** Keeps what a call begins with, and takes that away in a queue of few members. */
void cc_few_begin(struct cc_call *call, tl_acd_call *config);

/** Brings the calls in line with the queues that they are in. */
void cc_few_sweep(cc_center *center);

/** places.c: an agent's pause in all queues. */
void cc_places_pause_all(cc_center *center, struct cc_agent *agent, bool paused, const char *reason);

/** Whether some queue rings the agent though its phone is in use. */
bool cc_places_ring_in_use(const struct cc_agent *agent);

/** Gives the engine the agent's places that may get a call; `busy`: its phone is in use. */
void cc_places_fit(cc_center *center, struct cc_agent *agent, bool busy);

/** Where a name is in the tables. */
unsigned cc_roster_bucket(const char *name);

/** Drops the queues that are gone from the configuration and that no call is in any more. */
void cc_roster_drop_left_queues(cc_center *center);

/** A skill's number, for cc_config_skills. */
uint16_t cc_roster_skill(void *arg, const char *name, size_t length);

/** The engine's class for skills as written in a configuration. */
uint32_t cc_roster_class(cc_center *center, const char *skills);

#endif
