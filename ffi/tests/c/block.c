/*
 * The recording codec alone: blocks at every level and in every coding, from memory of ours and from the
 * allocator, beside another channel and not; and what is refused.
 */
#include "check.h"

enum { COUNT = 400, LATE = 60 };

static union {
    unsigned char bytes[1 << 20];
    long double align;
} room;

static uint8_t codes[COUNT], back_codes[COUNT];
static int16_t pcm[COUNT], echo[COUNT], back[COUNT];

/* A sound that repeats nothing, and what is heard of it later on the other's line. */
static void speak(void)
{
    uint32_t random = 1;
    int wander = 0;
    for (int i = 0; i < COUNT; i++) {
        random = random * 1664525 + 1013904223;
        wander += (int)(random >> 24) - 128 - wander / 32;
        pcm[i] = (int16_t)wander;
        echo[i] = (int16_t)(i < LATE ? 0 : pcm[i - LATE] / 8);
    }
    OK(tl_g711_encode(TL_G711_ALAW, pcm, COUNT, codes));
}

static tl_block_samples linear(const int16_t *of)
{
    tl_block_samples samples = {TL_RECORDING_PCM16, 0, of, COUNT};
    return samples;
}

/* There and back again, at a level: how long the block is. (A-law taken for µ-law may not shrink.) */
static size_t through(tl_block_coder *coder, uint32_t level, tl_block_samples samples)
{
    static uint8_t block[COUNT * 2 + 16];
    tl_block_info info;
    size_t len, most = tl_block_max_len(samples.coding, samples.count);
    int wide = samples.coding == TL_RECORDING_PCM16;
    void *out = wide ? (void *)back : (void *)back_codes;
    CHECK(most > samples.count * (wide ? 2 : 1) && most <= sizeof block);
    EXPECT(TL_ERR_BUFFER, tl_block_encode(coder, level, &samples, NULL, block, most - 1, &len));
    CHECK(len == most);
    OK(tl_block_encode(coder, level, &samples, NULL, block, most, &len));
    CHECK(len < most);
    OK(tl_block_get_info(block, len, &info));
    CHECK(info.coding == samples.coding && info.samples == COUNT);
    memset(back, 0, sizeof back);
    memset(back_codes, 0, sizeof back_codes);
    EXPECT(TL_ERR_BUFFER, tl_block_decode(coder, block, len, NULL, samples.coding, out, COUNT - 1));
    OK(tl_block_decode(coder, block, len, NULL, samples.coding, out, COUNT));
    CHECK(memcmp(out, samples.samples, COUNT * (wide ? 2 : 1)) == 0);
    /* The other width is another type. */
    EXPECT(TL_ERR_RECORD_FORMAT,
           tl_block_decode(coder, block, len, NULL, wide ? TL_RECORDING_ALAW : TL_RECORDING_PCM16,
                           wide ? (void *)back_codes : (void *)back, COUNT));
    return len;
}

static void levels(void)
{
    tl_block_coder *mine, *theirs;
    tl_block_samples law = {TL_RECORDING_ALAW, 0, NULL, COUNT};
    size_t size;
    law.samples = codes;
    for (uint32_t level = TL_RECORDING_LIVE; level <= TL_RECORDING_MAX; level++) {
        OK(tl_block_coder_size(level, &size));
        CHECK(size <= sizeof room);
        memset(room.bytes, 0xA5, sizeof room);
        EXPECT(TL_ERR_MEMORY, tl_block_coder_init(&room, size - 16, level, &mine));
        OK(tl_block_coder_init(&room, size, level, &mine));
        OK(tl_block_coder_new(level, &theirs));
        CHECK(through(mine, level, law) == through(theirs, level, law));
        law.coding = TL_RECORDING_ULAW;
        through(mine, level, law);
        law.coding = TL_RECORDING_ALAW;
        CHECK(through(mine, level, linear(pcm)) == through(theirs, level, linear(pcm)));
        CHECK(through(mine, level, law) < COUNT && through(mine, level, linear(pcm)) < COUNT * 2);
        CHECK(room.bytes[size] == 0xA5);
        OK(tl_block_coder_free(theirs));
        OK(tl_block_coder_free(mine));
        EXPECT(TL_ERR_OBJECT, tl_block_encode(mine, level, &law, NULL, room.bytes, 8, &size));
    }
}

/* An echo costs next to nothing beside the voice it is of, and needs it again. */
static void beside(void)
{
    static uint8_t block[COUNT * 2 + 16];
    tl_block_coder *coder;
    tl_block_samples line = linear(echo), voice = linear(pcm);
    size_t alone, len;
    OK(tl_block_coder_new(TL_RECORDING_FAST, &coder));
    OK(tl_block_find_echo(&line, &voice, &voice.shift));
    CHECK(voice.shift > LATE - 16 && voice.shift <= LATE);
    EXPECT(TL_DONE, tl_block_find_echo(&voice, &line, &line.shift));
    OK(tl_block_encode(coder, TL_RECORDING_FAST, &line, NULL, block, sizeof block, &alone));
    OK(tl_block_encode(coder, TL_RECORDING_FAST, &line, &voice, block, sizeof block, &len));
    CHECK(len < alone);
    EXPECT(TL_ERR_ARGUMENT,
           tl_block_decode(coder, block, len, NULL, TL_RECORDING_PCM16, back, COUNT));
    OK(tl_block_decode(coder, block, len, &voice, TL_RECORDING_PCM16, back, COUNT));
    CHECK(memcmp(back, echo, sizeof echo) == 0);
    OK(tl_block_coder_free(coder));
}

/* A sound that rings: the highest level is shorter than all below, and wants its own memory back. */
static void ringing(void)
{
    enum { LONG = 1600 };
    static uint8_t block[LONG * 2 + 16];
    static int16_t sound[LONG], heard[LONG];
    tl_block_coder *large, *small;
    tl_block_samples samples = {TL_RECORDING_PCM16, 0, sound, LONG};
    uint32_t random = 1;
    size_t high, max;
    for (int i = 2; i < LONG; i++) {
        random = random * 1664525 + 1013904223;
        int next = sound[i - 1] * 15 / 8 - sound[i - 2] + ((int)(random >> 24) - 128) / 8;
        sound[i] = (int16_t)(next > 20000 ? 20000 : next < -20000 ? -20000 : next);
    }
    OK(tl_block_coder_new(TL_RECORDING_MAX, &large));
    OK(tl_block_coder_new(TL_RECORDING_LIVE, &small));
    OK(tl_block_encode(large, TL_RECORDING_HIGH, &samples, NULL, block, sizeof block, &high));
    OK(tl_block_encode(large, TL_RECORDING_MAX, &samples, NULL, block, sizeof block, &max));
    CHECK(max < high);
    EXPECT(TL_ERR_MEMORY, tl_block_decode(small, block, max, NULL, TL_RECORDING_PCM16, heard, LONG));
    OK(tl_block_decode(large, block, max, NULL, TL_RECORDING_PCM16, heard, LONG));
    CHECK(memcmp(heard, sound, sizeof sound) == 0);
    OK(tl_block_coder_free(large));
    OK(tl_block_coder_free(small));
}

static void refused(void)
{
    static uint8_t block[COUNT * 2 + 16];
    tl_block_coder *coder, *small;
    tl_block_samples samples = linear(pcm);
    tl_block_info info;
    size_t len, size;
    EXPECT(TL_ERR_ARGUMENT, tl_block_coder_size(4, &size));
    EXPECT(TL_ERR_ARGUMENT, tl_block_coder_new(4, &coder));
    OK(tl_block_coder_new(TL_RECORDING_MAX, &coder));
    OK(tl_block_coder_new(TL_RECORDING_LIVE, &small));
    EXPECT(TL_ERR_MEMORY,
           tl_block_encode(small, TL_RECORDING_MAX, &samples, NULL, block, sizeof block, &len));
    OK(tl_block_encode(coder, TL_RECORDING_MAX, &samples, NULL, block, sizeof block, &len));
    EXPECT(TL_ERR_ARGUMENT,
           tl_block_decode(coder, block, len, NULL, TL_RECORDING_OPUS, back, COUNT));
    EXPECT(TL_ERR_ALIGN, tl_block_decode(coder, block, len, NULL, TL_RECORDING_PCM16,
                                         (unsigned char *)back + 1, COUNT - 1));
    EXPECT(TL_ERR_RECORD_DAMAGED, tl_block_get_info(block, 1, &info));
    block[0] |= 0xF0;
    EXPECT(TL_ERR_RECORD_VERSION, tl_block_get_info(block, len, &info));
    samples.coding = TL_RECORDING_OPUS;
    EXPECT(TL_ERR_ARGUMENT,
           tl_block_encode(coder, TL_RECORDING_LIVE, &samples, NULL, block, sizeof block, &len));
    CHECK(tl_block_max_len(TL_RECORDING_OPUS, 1) == 0);
    CHECK(tl_block_max_len(TL_RECORDING_PCM16, SIZE_MAX) == SIZE_MAX);
    /* No samples are a block, too. */
    samples = linear(NULL);
    samples.count = 0;
    OK(tl_block_encode(coder, TL_RECORDING_LIVE, &samples, NULL, block, sizeof block, &len));
    OK(tl_block_decode(coder, block, len, NULL, TL_RECORDING_PCM16, NULL, 0));
    OK(tl_block_coder_free(coder));
    OK(tl_block_coder_free(small));
}

int main(void)
{
    speak();
    levels();
    beside();
    ringing();
    refused();
    return 0;
}
