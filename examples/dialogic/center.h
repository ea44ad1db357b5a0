/*
 * center.h - the lines of the board, and what the files of the program share
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef CENTER_H
#define CENTER_H

#include "board.h"

#include "../pbx-common/callcenter.h"
#include "../pbx-common/flow.h"

#define LINES 30

/* A line of the first span: a caller, or nobody. */
enum caller_state { FREE, OFFERED, DIALOGUE, TALKING, CLEARING };
/* A line of the second span: an agent's. */
enum agent_state { IDLE, CALLING, ANSWERED, CONNECTED, HANGING_UP };

struct agent_line;

struct caller {
    struct cc_call call; /* first: a cc_call is a caller */
    LINEDEV line;
    int voice, number;
    CRN crn;
    enum caller_state state;
    struct dialogue dialogue;
    uint32_t play_op, queue_op;
    bool playing, in_queue, hung_up;
    int files[64], file_count;
    struct agent_line *agent;
    tl_recording *recording;
    uint64_t recorded[2];
};

struct agent_line {
    LINEDEV line;
    int voice;
    CRN crn;
    enum agent_state state;
    uint64_t offer;
    struct caller *caller;
};

extern struct caller callers[LINES];
extern struct agent_line agents[LINES];
extern cc_center *center;

/** Ends the program when a call of the board failed. */
void fail(const char *what) __attribute__((noreturn));
void must(int result, const char *what);

/** For the log: 0 is an error, 1 a warning, 2 a notice. */
void say(void *host, int level, const char *text);

/* ---- sound.c: time slots and recordings ---------------------------------------------------------------- */

/** The line hears the voice channel, and the voice channel the line. */
void to_voice(LINEDEV line, int voice);

/** The two lines hear each other; their voice channels go on hearing them, for the recording. */
void together(struct caller *caller, struct agent_line *agent);

/** Recordings go into this directory from now on. */
void open_recorder(const char *directory);
bool close_recorder(void);

void begin_recording(struct caller *caller);

/** From now on the agent is heard in its caller's recording. */
void record_agent(struct agent_line *agent);

/* ---- dialogue.c: what a flow wants of the board -------------------------------------------------------- */

extern const struct flow_host DIALOGUE_HOST;

/** The dialogue has been told something: does what it wants, and clears the call at its end. */
void go_on(struct caller *caller);

/** The files that were played are not needed any more. */
void close_files(struct caller *caller);

/* ---- setup.c ------------------------------------------------------------------------------------------- */

void open_board(void);

struct cc_config *read_config(const char *path);

#endif
