/*
 * recordings FILE... : what the .tlr files hold, a line each:
 *
 *     finished channels caller-samples caller-rms agent-samples agent-rms file
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <trunkline.h>

static int hear(tl_reader *reader, uint32_t channel, uint64_t *samples, double *rms)
{
    tl_recording_channel about;
    int16_t pcm[8000];
    uint64_t end, at;
    size_t recorded;
    double sum = 0;

    if (tl_reader_get_channel(reader, channel, &about, &end) < 0)
        return -1;
    *samples = 0;
    for (at = 0; at < end; at += 8000) {
        size_t count = end - at < 8000 ? (size_t)(end - at) : 8000;
        if (tl_reader_read(reader, channel, at, pcm, count, &recorded) < 0)
            return -1;
        *samples += recorded;
        for (size_t i = 0; i < count; i++)
            sum += (double)pcm[i] * pcm[i];
    }
    *rms = end ? sqrt(sum / (double)end) : 0;
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        tl_reader *reader;
        tl_reader_info info;
        uint64_t samples[2] = {0, 0};
        double rms[2] = {0, 0};

        if (tl_reader_new(argv[i], NULL, &reader) < 0 || tl_reader_get_info(reader, &info) < 0) {
            printf("0 0 0 0 0 0 %s: %s\n", argv[i], tl_last_error());
            continue;
        }
        for (uint32_t channel = 0; channel < 2 && channel < info.channels; channel++) {
            if (hear(reader, channel, &samples[channel], &rms[channel]) < 0)
                fprintf(stderr, "%s: %s\n", argv[i], tl_last_error());
        }
        printf("%" PRIu32 " %" PRIu32 " %" PRIu64 " %.0f %" PRIu64 " %.0f %s\n", info.finished,
               info.channels, samples[0], rms[0], samples[1], rms[1], argv[i]);
        tl_reader_free(reader);
    }
    return 0;
}
