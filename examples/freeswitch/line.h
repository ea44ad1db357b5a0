/*
 * line.h - a caller in the module: everything its session's thread holds
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef LINE_H
#define LINE_H

#include "mod_trunkline.h"

#define MAX_FILES 64

struct call;

struct line {
    switch_core_session_t *session;
    switch_channel_t *channel;
    struct call *call; /* NULL: in no queue */
    struct offer *offers[64];
    unsigned offer_count;
    char queue[CC_NAME], music[CC_NAME], exit_keys[20];
    time_t joined;
    char key;
    /* What is played. */
    char *files[MAX_FILES];
    size_t file_count, file_at;
    uint32_t play_op;
    bool playing, restart; /* restart: what sounds is not what should */
    /* The dialogue, if there is one. */
    struct dialogue *dialogue;
    uint32_t queue_op, record_op, record_silence_ms;
    uint32_t record_ms;
    char record_path[400], record_keys[20];
    bool recording, transferred;
};

/** Forgets what is played. */
void line_stop_playing(struct line *line);

/** The caller asks to join a queue; line_step has the rest. */
void line_arrive(struct line *line, const struct cc_arrival *arrival);

/** The caller leaves the queue by a key. */
void line_exit(struct line *line, char key);

/** All that was said, then sound until there is more. */
enum how line_step(struct line *line);

/** The caller is gone: the engine is told, and its last word waited for. */
enum how line_leave(struct line *line);

#endif
