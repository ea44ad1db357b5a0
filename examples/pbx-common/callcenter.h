/*
 * callcenter.h - a call centre by names, over libtrunkline's routing engine
 *
 * What the Asterisk module, the FreeSWITCH module and the board application share: queues, agents
 * and calls under the names of a configuration, one tl_acd that only one thread ever enters, and an
 * inbox through which all other threads speak to it.
 *
 *     any thread      cc_arrive, cc_accept, ... : put a letter into the inbox and return at once
 *     engine thread   hands the letters to the engine, and the engine's outputs to hooks.event
 *
 * The engine thread sleeps until a letter comes or the engine's deadline has come. cc_start runs
 * it; a program with an event loop of its own calls cc_run and cc_deadline instead.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef CALLCENTER_H
#define CALLCENTER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trunkline.h>

#include "penalties.h"

#define CC_NAME 80

typedef struct cc_center cc_center;
struct cc_config;

/* ---- what the host sees, on the engine thread only ---------------------------------------------- */

/** Who lets calls of a queue ring is paused. */
struct cc_missed {
    enum { CC_PAUSE_BY_ENGINE, CC_PAUSE_QUEUE, CC_PAUSE_ALL } pause; /* by the engine it is in all, too */
    uint32_t limit;      /* after so many; but the engine's */
    bool busy, unreachable; /* these count as well */
    uint64_t spared_ms;  /* who had a call so short a time ago has missed nothing */
};

/** A queue. */
struct cc_queue {
    char name[CC_NAME];
    char music[CC_NAME]; /* what the caller hears, in the host's terms; may be empty */
    char announce[CC_NAME]; /* what the agent hears before the caller; likewise */
    uint64_t handle;
    tl_acd_queue_config config;
    char strategy[40]; /* as written in the configuration */
    struct cc_penalties penalties; /* of callers who say nothing */
    char rule[CC_NAME]; /* how that changes while they wait; may be empty */
    bool ring_in_use;  /* of its members, when they come */
    struct cc_missed missed;
    uint32_t penalties_above; /* nobody's penalty counts while there are not more members than this */
    unsigned host_state; /* the host's; 0 at first */
    /* The center's own. */
    struct cc_queue *next, *chain;
    bool wanted, leaving;
    bool live; /* of a database, not of the configuration */
    bool few;  /* members: no more than `penalties_above` */
    tl_acd_queue_counters before; /* what cc_reset has put aside */
};

/** An agent. */
struct cc_agent {
    char name[CC_NAME];
    char phone[CC_NAME];  /* how to ring it, in the host's terms */
    char device[CC_NAME]; /* whose state says whether the phone is free */
    uint64_t handle;
    unsigned legs;    /* offers and conversations of ours */
    bool talking;
    bool paused;      /* by somebody's wish */
    bool logged_out;  /* likewise */
    char pause_reason[CC_NAME];
    uint32_t calls;        /* completed */
    uint64_t last_call_ms; /* when the last one ended; 0 is never */
    uint64_t last_pause_ms, login_ms; /* when the last pause began, when it came; likewise */
    int device_state;      /* a cc_device */
    bool device_told;      /* it has changed since the agent came */
    /* The center's own. */
    struct cc_member *members;
    struct cc_agent *next, *chain, *device_chain, *settle_next;
    uint64_t settle_at;
    tl_acd_agent_config config;
    bool wanted, settling, attached;
    bool dynamic; /* in no configuration: goes with its last membership */
};

/** Whence a place in a queue is: a reload drops only what the configuration does not say any more. */
enum cc_origin { CC_FROM_CONFIG, CC_FROM_HOST, CC_FROM_ROWS };

/** An agent's place in a queue. */
struct cc_member {
    struct cc_queue *queue;
    struct cc_agent *agent;
    struct cc_member *next;
    tl_acd_membership config;
    uint32_t calls;        /* of this queue, completed */
    uint64_t last_call_ms; /* when the last of them ended; 0 is never */
    enum cc_origin origin;
    bool paused;           /* in this queue; the agent's own pause is of all */
    char pause_reason[CC_NAME];
    uint64_t last_pause_ms;
    bool ring_in_use; /* offered though its phone is busy with a call that is not ours */
    char row[CC_NAME]; /* of CC_FROM_ROWS: which one; and what it has said last */
    uint32_t row_penalty;
    bool row_paused;
    bool by_row; /* what changes just now is what it says */
    /* The center's own. */
    bool wanted;
    uint32_t missed; /* in a row */
    uint32_t held; /* why the engine has it paused in this queue; TL_NONE32: it has not */
};

/** The agent's place in that queue; NULL when it has none. */
struct cc_member *cc_member_of(const struct cc_agent *agent, const struct cc_queue *queue);

/** Whether it is paused, in this queue or in all; why ("" when not said); when that last began. */
bool cc_member_paused(const struct cc_member *member);
const char *cc_member_reason(const struct cc_member *member);
uint64_t cc_member_last_pause(const struct cc_member *member);

/** What is known of an agent's phone besides our own calls. */
enum cc_device { CC_DEVICE_FREE, CC_DEVICE_BUSY, CC_DEVICE_GONE };

/**
 * A call in the center, a part of the host's own call. Begun with cc_call_init, which makes the
 * host one of its owners; the center is another from cc_arrive on, and so is every letter about it.
 * When the last one has let it go, hooks.release has it back.
 */
struct cc_call {
    char name[CC_NAME];   /* for people: the channel */
    char number[CC_NAME]; /* for people: the caller */
    /* The center's own. */
    atomic_uint owners;
    uint64_t handle;
    struct cc_queue *queue;
    struct cc_agent *agent;
    uint64_t since_ms;
    unsigned offers;
    bool over, dumped;
    struct cc_penalties begin; /* what it has begun with */
    uint64_t rule;             /* by which that changes; TL_NONE */
    bool few;                  /* none of it counts in the queue that it is in */
    struct cc_call *next, **back;
};

/** Something to do or to know. The pointers are good until the hook returns. */
struct cc_event {
    const tl_acd_output *output;   /* its kind says what; call_tag and agent_tag are the center's */
    struct cc_call *call;          /* NULL when it is about no call */
    const struct cc_queue *queue;  /* likewise */
    const struct cc_agent *agent;
};

/** An agent joined a queue, leaves it, was paused or is back, logged in or out, has another penalty. */
enum cc_roster_event {
    CC_ROSTER_JOINED,
    CC_ROSTER_LEFT,
    CC_ROSTER_PAUSE,
    CC_ROSTER_LOGIN,
    CC_ROSTER_PENALTY,
    CC_ROSTER_RING_IN_USE,
};

/** What the host does. Called on the engine thread, so none of it may wait for anything. */
struct cc_hooks {
    void *host;
    /** The engine has something to say. */
    void (*event)(void *host, const struct cc_event *event);
    /** Nobody owns the call any more. Called on the thread that let it go last. */
    void (*release)(void *host, struct cc_call *call);
    /** Something about an agent that is no matter of calls; in all queues when there is none. May be NULL. */
    void (*roster)(void *host, const struct cc_queue *queue, const struct cc_agent *agent,
                   enum cc_roster_event event);
    /** All was said that a letter, or a moment, has caused. May be NULL. */
    void (*settled)(void *host);
    /** Starts or ends listening to an agent's device. May be NULL. */
    void (*watch)(void *host, const char *device, bool start);
    /** A sentence for the log: 0 is an error, 1 a warning, 2 a notice. */
    void (*log)(void *host, int level, const char *text);
    /** For hosts with their own loop: a letter has come. May be NULL. */
    void (*wake)(void *host);
};

/* ---- life ------------------------------------------------------------------------------------------ */

/** Makes a center of a configuration, which it keeps; NULL when it cannot, and why in `why`. */
cc_center *cc_new(const struct cc_hooks *hooks, struct cc_config *config, char *why, size_t room);

/** Starts the engine thread; false when there is none to be had. */
bool cc_start(cc_center *center);

/** Ends the thread, if any: no hook is called any more, and letters are taken but not read. */
void cc_stop(cc_center *center);

/** Ends the thread, if cc_stop has not, and the center. No call may be in it any more. */
void cc_free(cc_center *center);

/** Without a thread: does what is due. Returns the milliseconds until it is due again, or -1. */
int cc_run(cc_center *center);

/** The center's clock: milliseconds since 1970, never going back. */
tl_time cc_now(void);

/** Another clock, for simulations. Before any center is made. */
void cc_set_clock(tl_time (*now)(void));

/* ---- letters, from any thread -------------------------------------------------------------------------- */

/** How a call wants to be queued. */
struct cc_arrival {
    const char *queue;
    int32_t priority;
    uint64_t max_wait_ms;  /* TL_NONE: the queue's */
    const char *preferred; /* an agent's name, or NULL */
    uint32_t preferred_wait_ms;
    uint64_t credit_ms;    /* it has waited for so long already */
    uint32_t position;     /* a place it wants, 1 for the first; TL_NONE32: its own */
    struct cc_penalties penalties; /* what is not said is the queue's */
    const char *rule;   /* how they change, by a rule's name; NULL or "": the queue's rule */
    const char *skills; /* as in the configuration, or NULL */
};

/** Begins a call, owned by the caller. */
void cc_call_init(struct cc_call *call, const char *name, const char *number);

/** One more owner of a call that has one. */
void cc_call_own(struct cc_call *call);

/** An owner less. */
void cc_call_release(cc_center *center, struct cc_call *call);

/** Fills in the defaults. */
void cc_arrival_defaults(struct cc_arrival *arrival);

/** The call wants an agent. Answered by TL_ACD_JOINED or TL_ACD_REFUSED (reason 0: no such queue). */
void cc_arrive(cc_center *center, struct cc_call *call, const struct cc_arrival *arrival);

/**
 * The caller hung up, or leaves by a key (0: it is taken out by somebody else). Answered by TL_ACD_LEFT or
 * TL_ACD_COMPLETED, exactly one of which every call that joined gets.
 */
void cc_hangup(cc_center *center, struct cc_call *call);
void cc_exit(cc_center *center, struct cc_call *call, char key);

/** The agent's phone answered, or will not; or has rung for as long as it was to, less than its queue says. */
void cc_accept(cc_center *center, uint64_t offer);
void cc_reject(cc_center *center, uint64_t offer, uint32_t cause);
void cc_not_answered(cc_center *center, uint64_t offer);

/** The conversation is over; `by` is a tl_acd_ended_by. Answered by TL_ACD_COMPLETED. */
void cc_complete(cc_center *center, struct cc_call *call, uint32_t by);

/**
 * The same of a call that was connected and of which nobody has said a word: it is counted as one that nobody
 * has answered. Where the agent has left, its caller comes again, which is not counted either.
 */
void cc_dump(cc_center *center, struct cc_call *call, uint32_t by);

/**
 * What an agent's device is now. The first look at it may be overtaken by a change: it counts only
 * where no change was told.
 */
void cc_device(cc_center *center, const char *device, enum cc_device state);
void cc_device_first(cc_center *center, const char *device, enum cc_device state);

/** An agent's wish: pause with a reason, come back, log in, log out, end of the paperwork. */
enum cc_wish { CC_PAUSE, CC_UNPAUSE, CC_LOGIN, CC_LOGOUT, CC_END_WRAP_UP };
void cc_wish(cc_center *center, const char *agent, enum cc_wish wish, const char *reason);

/** Another configuration, which the center keeps. Waiting calls and talking agents stay. */
void cc_reload(cc_center *center, struct cc_config *config);

/**
 * Runs `ask` on the engine thread and waits for its end: for whatever wants to look at everything.
 * Not to be called from a hook.
 */
void cc_ask(cc_center *center, void (*ask)(cc_center *center, void *arg), void *arg);

/* ---- within cc_ask --------------------------------------------------------------------------------------- */

/** What became of a change. */
enum cc_change { CC_DONE, CC_THERE_ALREADY, CC_NO_QUEUE, CC_NOT_THERE, CC_CONFIGURED, CC_NO_ROOM };

tl_acd *cc_engine(cc_center *center);
struct cc_queue *cc_queues(cc_center *center);
struct cc_agent *cc_agents(cc_center *center);
struct cc_call *cc_calls(cc_center *center);
const struct cc_config *cc_configuration(cc_center *center);
struct cc_queue *cc_find_queue(cc_center *center, const char *name);

/** A call by its name, in that queue and not yet connected; NULL when there is none. */
struct cc_call *cc_find_waiting(cc_center *center, const char *queue, const char *name);

/** What a queue has counted since its start, or since cc_reset put everything back to nothing. */
bool cc_counters(cc_center *center, const struct cc_queue *queue, tl_acd_queue_counters *counters);

/**
 * Takes a call that is not connected out of its queue, as cc_exit does with a key of 0, and counts it as one that
 * nobody has answered; false when it has left already.
 */
bool cc_take_out(cc_center *center, struct cc_call *call);

/** A queue's counts begin anew, and its members' of their calls; every queue's when it is NULL or "". */
enum cc_change cc_reset(cc_center *center, const char *queue);

/**
 * Counts a call that was no call of the queue's, as one that its agent has made for it: answered and talked for
 * so long, or not answered.
 */
enum cc_change cc_count_call(cc_center *center, const char *queue, const char *agent, bool answered,
                             uint64_t talked_ms);

/** An agent by its phone, or else by its name. */
struct cc_agent *cc_find_phone(cc_center *center, const char *phone);

/** Who comes to a queue while the program runs; texts may be NULL or empty but for the first two. */
struct cc_newcomer {
    const char *queue, *phone;
    const char *name;   /* the phone's when there is none; of an agent who is known it is not asked */
    const char *device; /* likewise */
    uint32_t penalty, wrap_up_ms; /* TL_NONE32: the queue's */
    bool paused;
    const char *reason; /* of the pause */
};

/** A member as a database has it. */
struct cc_row {
    struct cc_newcomer who;
    const char *id; /* which row it is, whatever it says */
    int ring_in_use; /* 0, 1; -1: as its queue */
};

/**
 * A queue and its members as a database has them just now: those come that are new, and those go that are gone,
 * of the database's. `from` is NULL where it has only members of it, or none at all. The configuration's own
 * queue stays what it is.
 */
struct cc_config_queue;
void cc_live(cc_center *center, const char *name, const struct cc_config_queue *from, const struct cc_row *rows,
             size_t count);

/** Adds and removes members that no configuration names. They last until the center is freed. */
enum cc_change cc_add_member(cc_center *center, const struct cc_newcomer *newcomer);
enum cc_change cc_remove_member(cc_center *center, const char *queue, const char *phone);

/** Changes an agent's places in queues: in that queue, or in all of its queues when it is NULL or "". */
enum cc_change cc_set_paused(cc_center *center, const char *queue, const char *phone, bool paused,
                             const char *reason);
enum cc_change cc_set_penalty(cc_center *center, const char *queue, const char *phone, uint32_t penalty);
enum cc_change cc_set_ring_in_use(cc_center *center, const char *queue, const char *phone, bool ring);
struct cc_agent *cc_find_agent(cc_center *center, const char *name);

#endif
