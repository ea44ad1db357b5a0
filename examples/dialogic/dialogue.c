/*
 * dialogue.c - what a flow wants of the board
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "center.h"

void close_files(struct caller *caller)
{
    for (int i = 0; i < caller->file_count; i++) {
        dx_fileclose(caller->files[i]);
    }
    caller->file_count = 0;
    caller->playing = false;
}

static void play(void *host, uint32_t op, const char *const *files, size_t count, bool keys_stop)
{
    struct caller *caller = host;
    DX_IOTT table[64];
    char path[600];

    (void)keys_stop; /* the dialogue stops a prompt itself */
    caller->play_op = op;
    for (size_t i = 0; i < count && caller->file_count < 64; i++) {
        snprintf(path, sizeof path, "%s.ul", files[i]);
        int file = dx_fileopen(path, O_RDONLY);
        if (file < 0) {
            say(NULL, 1, path);
            continue;
        }
        memset(&table[caller->file_count], 0, sizeof *table);
        table[caller->file_count].io_type = IO_DEV | IO_CONT;
        table[caller->file_count].io_fhandle = file;
        table[caller->file_count].io_length = -1;
        caller->files[caller->file_count++] = file;
    }
    if (!caller->file_count || caller->hung_up) {
        close_files(caller);
        tl_ivr_finished(caller->dialogue.session, cc_now(), op);
        return;
    }
    table[caller->file_count - 1].io_type = IO_DEV | IO_EOT;
    caller->playing = true;
    must(dx_play(caller->voice, table, NULL, EV_ASYNC), "dx_play");
}

static void stop(void *host, uint32_t op)
{
    struct caller *caller = host;

    if (caller->playing && op == caller->play_op) {
        caller->play_op = 0;
        dx_stopch(caller->voice, EV_ASYNC); /* TDX_PLAY follows */
    } else if (caller->in_queue && op == caller->queue_op) {
        cc_exit(center, &caller->call, '*');
    }
}

static void enqueue(void *host, uint32_t op, const tl_ivr_output *queue)
{
    struct caller *caller = host;
    struct cc_arrival arrival;

    flow_arrival(queue, &arrival);
    caller->queue_op = op;
    caller->in_queue = true;
    cc_arrive(center, &caller->call, &arrival);
}

/* This application records every call as a whole, transfers nobody and has no data to ask. */
static void refuse(void *host, uint32_t op, const tl_ivr_output *output)
{
    struct caller *caller = host;

    (void)output;
    tl_ivr_failed(caller->dialogue.session, cc_now(), op);
}

static void attach(void *host, const tl_ivr_value *value)
{
    const struct caller *caller = host;

    printf("line %d: %s = %s\n", caller->number, value->name, value->text);
}

const struct flow_host DIALOGUE_HOST = {
    .play = play, .stop = stop, .enqueue = enqueue, .record = refuse, .transfer = refuse,
    .query = refuse, .attach = attach,
};

void go_on(struct caller *caller)
{
    flow_follow(&caller->dialogue);
    if (caller->dialogue.over && caller->state != CLEARING && !caller->in_queue) {
        caller->state = CLEARING;
        gc_DropCall(caller->crn, GC_NORMAL_CLEARING, EV_ASYNC);
    }
}
