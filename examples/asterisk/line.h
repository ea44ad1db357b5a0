/*
 * line.h - a caller in the module: its mailbox, its line, and what is done with it
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef LINE_H
#define LINE_H

#include "app_trunkline.h"
#include "treatment.h"

/* ---- mailbox.c: from the engine's thread to the caller's ------------------------------------------- */

struct word {
    AST_LIST_ENTRY(word) next;
    tl_acd_output output;
    char queue[CC_NAME], music[CC_NAME], announce[CC_NAME], agent[CC_NAME], phone[CC_NAME];
    int waiting; /* in the queue, this call included */
    struct cc_member member; /* what the agent is in the queue; its pointers are nothing here */
};

struct call {
    struct cc_call center; /* first: a cc_call is a call */
    ast_mutex_t lock;
    AST_LIST_HEAD_NOLOCK(, word) words;
    int wake;
    /* What the line was when it came, for QueueStatus. */
    char uniqueid[AST_MAX_UNIQUEID], name[CC_NAME], connected_number[CC_NAME], connected_name[CC_NAME];
    int32_t priority;
    /* Taken out of the queue by QueueWithdrawCaller. */
    bool withdrawn;
    char withdraw_info[CC_NAME];
    /* Taken out of the queue because it has waited, or phones have rung, for long enough. */
    bool timed_out;
};

/** A call with an empty mailbox; NULL when there is no memory. */
struct call *mailbox_new(struct ast_channel *chan);

/** Takes the oldest word out, or NULL. call->wake can be read while there are more. */
struct word *mailbox_next(struct call *call);

/* ---- a line: everything the loop holds -------------------------------------------------------------- */

/* An agent's phone that rings, or has answered and waits for the engine's word. */
struct leg {
    struct ast_channel *chan;
    uint64_t offer; /* TL_NONE: a transfer of the dialogue */
    bool answered;
    const char *gone; /* it has hung up: its dial status; the engine's word about it is to come */
    bool forwards;  /* it wants to be rung elsewhere and is not: nobody has missed anything */
    bool cancelled; /* the call went away: its last word says why */
    uint32_t rang_ms;
    struct timeval since;
    char agent[CC_NAME], phone[CC_NAME];
};

struct line {
    struct ast_channel *chan;
    struct call *call; /* NULL: in no queue */
    AST_VECTOR(, struct leg) legs;
    bool up;        /* the caller is there */
    bool music_on;
    bool want_music; /* in a queue, when nothing else is played */
    /* The queue. */
    char queue[CC_NAME], music[CC_NAME], exit_keys[20];
    char own_music[CC_NAME]; /* the caller's, whatever the queue's is */
    struct cc_arrival arrival; /* what the caller asked for; its texts are `queue` and `skills` */
    char *skills;
    tl_time since;         /* it began to wait */
    uint64_t waited_ms;    /* before the engine's present call */
    bool again;            /* the call is back in its place: an agent has dumped it */
    bool ring, keep_names; /* ringing instead of music; the connected party is not shown */
    bool ring_with_phones; /* ringing while a phone rings, music else */
    bool elsewhere; /* phones that do not ring any more are told that somebody else has answered */
    bool once;       /* leaves when phones have rung in vain */
    bool no_forward; /* phones are not followed elsewhere */
    const char *agent_goes_on; /* where in the dialplan when the caller has hung up, "" is behind it; or NULL */
    unsigned by_caller, by_agent; /* AST_FEATURE_*: what they may do by keys while they talk */
    const char *announce, *url, *agi, *gosub, *predial; /* of this call alone, or NULL */
    int first_position, position;
    /* Rounds of ringing, rounds.c. */
    enum round { ROUND_GOES_ON, ROUND_MAY_BE_OVER, ROUND_IS_OVER } round;
    unsigned rounds;    /* that were in vain */
    tl_time rings_until, turned_away_at; /* TL_NONE: phones ring for as long as the engine says; nobody was */
    tl_time expires;    /* TL_NONE: that is the engine's to say */
    char key, keys[AST_MAX_EXTENSION]; /* that left the queue; or those so far */
    /* How the queue treats it, what it was told and when. */
    struct treatment *treatment;
    tl_time told_at;
    unsigned told_place, periodic_next;
    struct timeval periodic_at;
    bool periodic_plays;
    /* What is played. */
    char **files;
    size_t file_count, file_at;
    uint32_t play_op;
    bool playing, keys_stop;
    /* The dialogue, if there is one. */
    struct dialogue *dialogue;
    uint32_t queue_op, transfer_op;
    struct timeval transfer_until;
    bool gone_to_dialplan;
    /* Recording the caller, for the dialogue. */
    struct ast_filestream *recording;
    struct ast_dsp *dsp;
    uint32_t record_op, record_silence_ms;
    struct timeval record_since, record_until;
    char record_keys[20];
};

/** What an event says of the line and, unless NULL, of one of its legs. */
struct call_facts line_facts(const struct line *line, const struct leg *leg);

/* ---- sound.c ----------------------------------------------------------------------------------------- */

void line_music(struct line *line, bool on);

/** Ringing instead of music from now on, or music again. */
void line_ring(struct line *line, bool ring);

/** Plays the files one after the other; tells the dialogue when they were played. */
void line_play(struct line *line, uint32_t op, const char *const *files, size_t count, bool keys_stop);
void line_play_next(struct line *line);
void line_stop_playing(struct line *line);

/** Plays files, as "one&another", after what is played already. Those that there are not are left out. */
void line_say(struct line *line, const char *files);

/* ---- announce.c -------------------------------------------------------------------------------------- */

/** It is time to tell the caller its place, and how long it may still wait; TL_NONE when nobody knows. */
void line_announce(struct line *line, unsigned place, uint64_t wait_ms);

/** What is played again and again: begins with the wait; is due; was played. */
void line_periodic_start(struct line *line);
void line_periodic(struct line *line);
void line_periodic_played(struct line *line);

/* ---- introduce.c: between the agent's answer and the conversation -------------------------------------- */

/** Whether the agent hears anything before it talks to the caller; that, while the caller hears music. */
bool line_introduces(const struct line *line, const struct word *word);
void line_introduce(struct line *line, struct ast_channel *leg, const struct word *word);

/** What is left to do before they are bridged: the caller is told, the dialplan runs. */
void line_last_words(struct line *line, struct ast_channel *leg);

/** For the dialplan, on both channels: who has answered, how long the caller had waited, where it began. */
void line_set_variables(const struct line *line, const struct leg *leg, const struct word *word,
    uint64_t waited_ms);
void line_queue_variables(const struct line *line, struct ast_channel *chan);
void line_set_number(struct ast_channel *chan, const char *name, long long value);

/** NAME in seconds, NAME_MS in milliseconds. */
void line_set_time(struct ast_channel *chan, const char *name, uint64_t ms);

/* ---- phones.c ------------------------------------------------------------------------------------------ */

/** Asks for a channel to a phone as "PJSIP/1001" and calls it; NULL when that failed at once. */
struct ast_channel *line_ring_phone(struct line *line, const char *phone, int *cause);

/** The engine offers the call to an agent; that is over. */
void line_offer(struct line *line, const struct word *word);
void line_offer_ended(struct line *line, const struct word *word);

/** Hangs up all phones but that one; which leg it is then. */
size_t line_only_leg(struct line *line, size_t at);

/** The call has left the queue this way: phones that rang for it do not any more. */
void line_offers_over(struct line *line, enum how how);

/** An agent's phone has something to say. */
void line_read_leg(struct line *line, struct ast_channel *chan);

/** Which leg an offer's is; the number of legs when none. */
size_t line_leg_of(const struct line *line, uint64_t offer);

void line_drop_legs(struct line *line);

/** Takes the leg out of the line and talks; the leg is gone afterwards. Returns who ended it. */
uint32_t line_converse(struct line *line, size_t at);

/* ---- rounds.c: phones that ring in vain ------------------------------------------------------------------ */

/** The call begins to wait; with what is left to the engine of how long it is to. */
void line_rounds_start(struct line *line, struct cc_arrival *arrival);

/** Another phone is to be rung; one does not ring any more, which was not answered. */
void line_round_rings(struct line *line, const struct word *word);
void line_round_ends(struct line *line, const struct word *word);

/** Whether that was all for this caller: it is taken out of the queue then. */
void line_round_look(struct line *line);

/** When there is something to do, TL_NONE when not; does it when it is time. */
tl_time line_rounds_due(const struct line *line);
void line_rounds_run(struct line *line);

/* ---- transfers.c --------------------------------------------------------------------------------------- */

struct conversation;

/** The caller and the agent talk; NULL when there is no memory. Before they are bridged. */
struct conversation *conversation_begin(const struct line *line, const struct leg *leg, uint64_t waited_ms);

/** They do not any more; told to AMI and queue_log unless a transfer has been, and freed. */
void conversation_over(struct conversation *conversation, uint32_t by, uint64_t talked_ms,
    bool gone_to_dialplan);

/* ---- queue.c --------------------------------------------------------------------------------------------- */

/** The caller asks to join a queue; `hear` has the rest. */
bool line_arrive(struct line *line, const struct cc_arrival *asked);

/** The engine has something to say. */
enum how line_hear(struct line *line);

/** The caller is gone, or taken out: the engine is told, and its last word waited for. */
enum how line_leave(struct line *line);

/* ---- line.c ------------------------------------------------------------------------------------------------ */

/** Waits for whatever comes first and deals with it. */
enum how line_step(struct line *line);

void line_stop_recording(struct line *line, bool tell);

/** Lets go of everything. */
void line_end(struct line *line);

#endif
