/*
 * line.h - a caller in the module: everything its session's thread holds
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef LINE_H
#define LINE_H

#include "mod_trunkline.h"

#include <pthread.h>
#include <stdatomic.h>

#define MAX_FILES 64
#define MAX_OFFERS 256 /* as many as the engine rings at once for one call */

/* ---- mailbox.c: from the engine's thread to the session's ------------------------------------------- */

/** Something the engine said about a call. */
struct word {
    struct word *next;
    tl_acd_output output;
    char queue[CC_NAME], music[CC_NAME];
    uint32_t waiting;    /* in that queue, now */
    struct offer *offer; /* of TL_ACD_OFFER, whose phone rings already */
};

/** A caller's call in the center, and what has been said about it. */
struct call {
    struct cc_call center; /* first: a cc_call is a call */
    char uuid[SWITCH_UUID_FORMATTED_LENGTH + 1]; /* of this stay in the queue, as mod_callcenter has it */
    char caller_name[CC_NAME];
    time_t joined;
    pthread_mutex_t lock;
    pthread_cond_t came;
    struct word *first, *last;
    atomic_bool some;
};

struct call *call_new(switch_core_session_t *session);

/** The oldest word, the taker's to free, or NULL; `wait`: until there is one. */
struct word *call_next(struct call *call, bool wait);

/** Whether there is a word. */
bool call_news(struct call *call);

/* ---- the caller ------------------------------------------------------------------------------------------- */

struct line {
    switch_core_session_t *session;
    switch_channel_t *channel;
    struct call *call; /* NULL: in no queue */
    struct offer *offers[MAX_OFFERS];
    unsigned offer_count;
    char queue[CC_NAME], music[CC_NAME], exit_keys[20];
    char key;
    /* What is played. */
    char *files[MAX_FILES];
    size_t file_count, file_at;
    uint32_t play_op;
    bool playing, restart; /* restart: what sounds is not what should */
    const char *announcement; /* the place in the queue, to be said once */
    /* The dialogue, if there is one. */
    struct dialogue *dialogue;
    uint32_t queue_op, record_op, record_silence_ms, transfer_op;
    uint32_t record_ms;
    char record_path[400], record_keys[20];
    bool recording, transferred;
    switch_time_t record_until;
    struct offer *transfer; /* the phone of a bridged transfer, while it rings */
    switch_time_t transfer_until;
};

/* ---- sound.c: what the caller hears, and its keys ---------------------------------------------------------- */

/** Answers, and has every frame come by. */
void line_begin(struct line *line);

/** Forgets what is played. */
void line_stop_playing(struct line *line);

/** Plays what is to be played until something happens. */
void line_sound(struct line *line);

/* ---- caller.c: the queue ------------------------------------------------------------------------------------ */

/** The caller asks to join a queue; line_step has the rest. */
void line_arrive(struct line *line, const struct cc_arrival *arrival);

/** The caller leaves the queue by a key. */
void line_exit(struct line *line, char key);

/** All that was said, then sound until there is more. */
enum how line_step(struct line *line);

/** The caller is gone: the engine is told, and its last word waited for. */
enum how line_leave(struct line *line);

/** Talks with a leg until one of the two has enough: a tl_acd_ended_by. Unlocks the leg. */
uint32_t line_converse(struct line *line, switch_core_session_t *leg);

#endif
