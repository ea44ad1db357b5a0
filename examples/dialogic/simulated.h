/*
 * simulated.h - what the two halves of the SIMULATED board share: its devices, events and time
 *
 * simulator.c is the programming interface, simulated_lines.c what happens on the lines.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef SIMULATED_H
#define SIMULATED_H

#include <stdbool.h>
#include <stddef.h>
#include <trunkline.h>

#include "simulator.h"

#define LINES 30
#define FRAME 160 /* samples: 20 ms */
#define FRAME_MS 20
#define QUIET 0xFF /* µ-law */
#define HEARD_MAX 3000

enum kind { CALLER_LINE, AGENT_LINE, VOICE };
enum phase { IDLE, WAITING, RINGING, UP, HUNG_UP, DROPPED };

/* A line or a voice channel: it sends on a time slot of its own and listens to another. */
struct device {
    enum kind kind;
    int number;
    void *attribute;
    int listens; /* a device's index, or -1 */
    uint8_t sends[FRAME];
    /* Lines. */
    enum phase phase;
    CRN crn;
    uint64_t due;
    uint8_t *says;
    size_t says_len, says_at;
    int16_t heard[HEARD_MAX]; /* the mean level of each frame */
    unsigned heard_count;
    /* Voice channels. */
    int files[64];
    int file_count, file_at;
    bool playing;
    unsigned events;
    tl_dtmf *digits;
    int (*take)(int, char *, unsigned);
};

struct event {
    struct event *next;
    int device;
    long type;
    CRN crn;
    DX_CST cst;
};

/* All that were opened; and calls have numbers, on whatever line they are. */
extern struct device devices[4 * LINES];
extern int device_count;
extern CRN next_crn;

/** Milliseconds since 1970. */
extern uint64_t now_ms;

/** How long agents' phones ring. */
extern unsigned ring_ms;

/** An event for the program, behind those that it has not asked for yet. */
struct event *happen(int device, long type, CRN crn);

/** Moves time on by a frame. */
void tick(void);

#endif
