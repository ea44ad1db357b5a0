/*
 * lines DIR : what the simulated lines say, as µ-law files: callers press 1 and go on at a level of
 * 2,000, agents speak at 4,000, the prompt at 1,000.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <trunkline.h>

#define SECOND 8000

static FILE *open_line(const char *directory, const char *name, int number)
{
    char path[300];

    snprintf(path, sizeof path, number ? "%s/%s%d.ul" : "%s/%s.ul", directory, name, number);
    FILE *file = fopen(path, "wb");
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

static void level(FILE *file, int16_t value, size_t samples)
{
    uint8_t code;

    tl_g711_encode(TL_G711_ULAW, &value, 1, &code);
    while (samples--) {
        fputc(code, file);
    }
}

static void tone(FILE *file, char key, size_t samples)
{
    int16_t pcm[SECOND];
    uint8_t codes[SECOND];

    tl_dtmf_tone(key, -8, -6, pcm, samples);
    tl_g711_encode(TL_G711_ULAW, pcm, samples, codes);
    fwrite(codes, 1, samples, file);
}

int main(int argc, char **argv)
{
    FILE *file;

    if (argc != 2) {
        return 2;
    }
    for (int i = 1; i <= 30; i++) {
        file = open_line(argv[1], "caller", i);
        level(file, 0, SECOND + SECOND / 2);
        tone(file, '1', SECOND / 8);
        /* Two thirds leave after twelve seconds; the others wait for their agents till then. */
        level(file, 2000, (size_t)(i <= 20 ? 12 : 30) * SECOND);
        fclose(file);
        file = open_line(argv[1], "agent", i);
        level(file, 4000, SECOND);
        fclose(file);
    }
    file = open_line(argv[1], "welcome", 0);
    level(file, 1000, 3 * SECOND);
    fclose(file);
    return 0;
}
