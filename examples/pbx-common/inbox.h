/*
 * inbox.h - a center's insides: the letters through which other threads speak to the engine's
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef INBOX_H
#define INBOX_H

#include "roster.h"

enum letter_kind {
    ARRIVE,
    HANGUP,
    EXIT,
    ACCEPT,
    REJECT,
    NOT_ANSWERED,
    COMPLETE,
    DUMP,
    DEVICE,
    DEVICE_FIRST,
    WISH,
    RELOAD,
    ASK,
};

struct letter {
    struct letter *next;
    enum letter_kind kind;
    struct cc_call *call;
    uint64_t offer;
    uint32_t number;
    char name[CC_NAME], preferred[CC_NAME], rule[CC_NAME];
    char *text; /* the letter's own; may be NULL */
    struct cc_arrival arrival; /* its texts are the letter's */
    struct cc_config *config;
    void (*ask)(cc_center *center, void *arg);
    void *arg;
    bool *answered;
};

/** Takes out all letters that have come, oldest first; NULL when there is none. */
struct letter *cc_inbox_take(cc_center *center);

/** A letter was read: tells who waits for that, and frees it. */
void cc_inbox_done(cc_center *center, struct letter *letter);

/** Waits for a letter, `ms` milliseconds at most (negative: for ever); false when the center stops. */
bool cc_inbox_wait(cc_center *center, int ms);

#endif
