/*
 * sound.c - who hears whom on the board's time slots, and the recordings
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <stdio.h>

#include "center.h"

static tl_recorder *recorder;
static const char *recordings;

/* ---- routing: time slots ------------------------------------------------------------------------------- */

void to_voice(LINEDEV line, int voice)
{
    long slot;
    SC_TSINFO info = {.sc_numts = 1, .sc_tsarrayp = &slot};

    must(dx_getxmitslot(voice, &info), "dx_getxmitslot");
    must(gc_Listen(line, &info, EV_SYNC), "gc_Listen");
    must(gc_GetXmitSlot(line, &info), "gc_GetXmitSlot");
    must(dx_listen(voice, &info), "dx_listen");
}

void together(struct caller *caller, struct agent_line *agent)
{
    long slot;
    SC_TSINFO info = {.sc_numts = 1, .sc_tsarrayp = &slot};

    must(gc_GetXmitSlot(agent->line, &info), "gc_GetXmitSlot");
    must(gc_Listen(caller->line, &info, EV_SYNC), "gc_Listen");
    must(dx_listen(agent->voice, &info), "dx_listen");
    must(gc_GetXmitSlot(caller->line, &info), "gc_GetXmitSlot");
    must(gc_Listen(agent->line, &info, EV_SYNC), "gc_Listen");
}

/* ---- recording ------------------------------------------------------------------------------------------- */

/* The board's continuous stream of a voice channel: what its line says. */
static int take(int voice, char *codes, unsigned count)
{
    for (int i = 0; i < LINES; i++) {
        struct caller *caller = &callers[i];
        int channel = caller->voice == voice ? 0
            : caller->agent && caller->agent->voice == voice ? 1 : -1;
        if (channel < 0 || !caller->recording) {
            continue;
        }
        if (channel == 1 && caller->recorded[1] == 0) {
            caller->recorded[1] = caller->recorded[0]; /* the agent comes in later */
        }
        tl_recording_write_codes(caller->recording, (uint32_t)channel, caller->recorded[channel],
                                 (const uint8_t *)codes, count, NULL);
        caller->recorded[channel] += count;
        break;
    }
    return 0;
}

void begin_recording(struct caller *caller)
{
    static const tl_recording_channel sides[] = {
        {"caller", TL_RECORDING_ULAW, 0}, {"agent", TL_RECORDING_ULAW, 0},
    };
    const tl_recording_meta meta[] = {{"caller", caller->call.number}};
    tl_recording_config config;
    char path[300];

    snprintf(path, sizeof path, "%s/line%d-%ld.tlr", recordings, caller->number,
             (long)caller->crn);
    tl_recording_defaults(&config);
    config.started = cc_now();
    config.channels = sides;
    config.channel_count = 2;
    config.meta = meta;
    config.meta_count = 1;
    caller->recorded[0] = caller->recorded[1] = 0;
    if (tl_recording_new(recorder, path, &config, &caller->recording) < 0) {
        say(NULL, 0, tl_last_error());
    }
    must(ec_stream(caller->voice, NULL, NULL, take, EV_ASYNC), "ec_stream");
}

void record_agent(struct agent_line *agent)
{
    must(ec_stream(agent->voice, NULL, NULL, take, EV_ASYNC), "ec_stream");
}

void open_recorder(const char *directory)
{
    recordings = directory;
    if (tl_recorder_new(NULL, &recorder) < 0) {
        fail("the recorder");
    }
}

bool close_recorder(void)
{
    return tl_recorder_free(recorder) >= 0;
}
