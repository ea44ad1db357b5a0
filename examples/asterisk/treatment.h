/*
 * treatment.h - how a queue treats its callers and agents beyond routing: what they hear, and are told
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The engine knows nothing of it: a caller's thread takes its queue's treatment when it comes, and keeps it.
 */
#ifndef TREATMENT_H
#define TREATMENT_H

#include "app_trunkline.h"

enum treatment_sound {
    SOUND_NEXT, SOUND_NUMBER, SOUND_WAITING, SOUND_MORE_THAN, SOUND_MORE_WAITING, SOUND_HOLD, SOUND_MINUTE,
    SOUND_MINUTES, SOUND_SECONDS, SOUND_THANKS, SOUND_CALLER, SOUND_REPORT_HOLD, SOUND_COUNT
};

struct treatment {
    char queue[CC_NAME]; /* first: it is found by that */
    char sounds[SOUND_COUNT][CC_NAME];
    /* The place and the wait, told when the engine says that it is time. */
    bool to_first, only_up;
    enum { PLACE_NO, PLACE_YES, PLACE_LIMIT, PLACE_MORE } place;
    enum { HOLD_NO, HOLD_YES, HOLD_ONCE } hold;
    uint32_t place_limit, hold_round_s;
    uint64_t every_ms, least_ms; /* TL_NONE: not set */
    /* What is played again and again. */
    char periodic[400]; /* files, with commas */
    uint64_t periodic_first_ms, periodic_every_ms;
    bool periodic_random, periodic_relative;
    /* Its phones. */
    bool ring_out;     /* one that rings may ring on when its caller's time is over */
    bool ring_restart; /* one that is rung in place of a busy one rings for the whole time, not for what is left */
    /* Before the agent talks to the caller. */
    bool report_hold;
    uint64_t member_delay_ms;
    char gosub[200];
    char monitor_format[20]; /* the conversation is recorded by MixMonitor */
    /* For the dialplan. */
    char context[AST_MAX_CONTEXT]; /* whose extensions are keys that leave the queue */
    bool variables;
    bool log_restricted; /* queue_log has numbers that are not to be shown */
};

/** All of a configuration's; NULL when there is no memory. */
struct ao2_container *treatments_new(void);

/**
 * Takes in one line of a queue's section: 1 when the key is one of a treatment's, 0 when not, -1 when its
 * value makes no sense, with a sentence in `why`.
 */
int treatments_set(struct ao2_container *all, const char *queue, const char *key, const char *value,
    char *why, size_t room);

/** What the engine has to know of it: how often it is to say that it is time. */
void treatments_fit(struct ao2_container *all, struct cc_config *config);

/** The queue's one of these is used from now on beside the others that are. */
void treatments_add(struct ao2_container *all, const char *queue);

/** From now on these are used; NULL when the module goes. Takes the reference. */
void treatments_use(struct ao2_container *all);

/** The queue's, a reference to it; NULL when there is no memory. */
struct treatment *treatment_of(const char *queue);

/** Where the n-th of the periodic files begins, and how long its name is; counted round. */
const char *treatment_periodic(const struct treatment *treatment, unsigned n, size_t *length);

#endif
