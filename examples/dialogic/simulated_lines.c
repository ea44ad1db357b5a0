/*
 * simulated_lines.c - what happens on the lines of a SIMULATED board, frame by frame
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "simulated.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- time --------------------------------------------------------------------------------------------------- */

static void speak(struct device *line, int index)
{
    size_t left = line->says_len - line->says_at, count = left < FRAME ? left : FRAME;

    memset(line->sends, QUIET, FRAME);
    memcpy(line->sends, line->says + line->says_at, count);
    line->says_at += count;
    if (line->says_at == line->says_len) {
        if (line->kind == CALLER_LINE) {
            line->phase = HUNG_UP;
            memset(line->sends, QUIET, FRAME);
            happen(index, GCEV_DISCONNECTED, line->crn);
        } else {
            line->says_at = 0;
        }
    }
}

static void play(struct device *voice, int index)
{
    ssize_t got = 0;

    memset(voice->sends, QUIET, FRAME);
    while (voice->file_at < voice->file_count &&
           (got = read(voice->files[voice->file_at], voice->sends, FRAME)) <= 0) {
        voice->file_at++;
    }
    if (voice->file_at == voice->file_count) {
        voice->playing = false;
        happen(index, TDX_PLAY, 0);
    }
}

static void listen(struct device *device, int index)
{
    static const uint8_t quiet[FRAME] = {[0 ... FRAME - 1] = QUIET};
    const uint8_t *codes = device->listens >= 0 ? devices[device->listens].sends : quiet;
    int16_t pcm[FRAME];
    tl_dtmf_event digit;

    if (device->kind == VOICE) {
        if (device->take && device->listens >= 0) {
            device->take(index + 1, (char *)codes, FRAME);
        }
        tl_g711_decode(TL_G711_ULAW, codes, FRAME, pcm);
        tl_dtmf_listen(device->digits, pcm, FRAME);
        while (tl_dtmf_poll(device->digits, &digit) == TL_OK) {
            if (digit.kind == TL_DTMF_DOWN && device->events & DM_DIGITS) {
                happen(index, TDX_CST, 0)->cst = (DX_CST){DE_DIGITS, (unsigned short)digit.key};
            }
        }
    } else if (device->phase == UP && device->heard_count < HEARD_MAX) {
        long sum = 0;
        tl_g711_decode(TL_G711_ULAW, codes, FRAME, pcm);
        for (int i = 0; i < FRAME; i++) {
            sum += pcm[i];
        }
        device->heard[device->heard_count++] = (int16_t)(sum / FRAME);
    }
}

void tick(void)
{
    now_ms += FRAME_MS;
    for (int i = 0; i < device_count; i++) {
        struct device *device = &devices[i];
        if (device->kind == VOICE) {
            if (device->playing) {
                play(device, i);
            }
        } else if (device->phase == UP && device->says) {
            speak(device, i);
        } else if (device->phase == WAITING && device->due <= now_ms) {
            device->phase = RINGING;
            device->due = UINT64_MAX; /* one call a line */
            device->crn = ++next_crn;
            device->says_at = 0;
            happen(i, GCEV_OFFERED, device->crn);
        } else if (device->kind == AGENT_LINE && device->phase == RINGING && device->due <= now_ms) {
            device->phase = UP;
            happen(i, GCEV_CONNECTED, device->crn);
        }
    }
    for (int i = 0; i < device_count; i++) {
        listen(&devices[i], i);
    }
}

/* ---- what the lines do -------------------------------------------------------------------------------------- */

static void load(struct device *line, const char *directory)
{
    char path[300];
    struct stat about;

    snprintf(path, sizeof path, "%s/%s%d.ul", directory,
             line->kind == CALLER_LINE ? "caller" : "agent", line->number);
    int file = open(path, O_RDONLY);
    if (file >= 0 && fstat(file, &about) == 0 && about.st_size > 0 &&
        (line->says = malloc((size_t)about.st_size)) &&
        read(file, line->says, (size_t)about.st_size) == about.st_size) {
        line->says_len = (size_t)about.st_size;
    }
    if (file >= 0) {
        close(file);
    }
}

void simulate(const char *directory, unsigned every, unsigned ring)
{
    ring_ms = ring;
    for (int i = 0; i < device_count; i++) {
        if (devices[i].kind != VOICE) {
            load(&devices[i], directory);
        }
        if (devices[i].kind == CALLER_LINE) {
            devices[i].due = now_ms + (uint64_t)devices[i].number * every;
        }
    }
}

unsigned simulated_heard(int number, int level, int tolerance)
{
    unsigned frames = 0;

    for (int i = 0; i < device_count; i++) {
        const struct device *line = &devices[i];
        if (line->kind != CALLER_LINE || line->number != number) {
            continue;
        }
        for (unsigned at = 0; at < line->heard_count; at++) {
            frames += abs(line->heard[at] - level) <= tolerance;
        }
    }
    return frames * FRAME_MS;
}
