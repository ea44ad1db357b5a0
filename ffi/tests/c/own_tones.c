/* Tones as data: those of a plan are the plan's, and one's own are played and heard. */
#include "check.h"

enum { SECOND = 8000, FRAME = 160 };

static union {
    unsigned char bytes[4096];
    long double align;
} block;

static const tl_tone_step etsi_busy[] = {{425, 0, 500, 0}, {0, 0, 500, 0}};
static const tl_tone_step odd_busy[] = {{620, 740, 120, 0}, {0, 0, 180, 0}};
static const tl_tone_step for_ever[] = {{620, 0, 0, 0}};

/* Listens to a tone of so many frames; the one event that there is, or kind 0. */
static tl_line_event heard(tl_tone *tone, tl_line *line, int frames)
{
    tl_line_event event, only = {0, 0, 0, 0};
    int16_t pcm[FRAME];
    while (frames-- > 0) {
        OK(tl_tone_fill(tone, pcm, FRAME));
        OK(tl_line_listen(line, pcm, FRAME));
        while (tl_line_poll(line, &event) == TL_OK) {
            CHECK(only.kind == 0 || event.value == only.value);
            if (only.kind == 0)
                only = event;
        }
    }
    return only;
}

/* The data of a plan's tone: the same sound, heard at the same sample. */
static void as_in_the_plan(void)
{
    tl_tone_shape busy = {TL_TONE_BUSY, 1, etsi_busy, 2};
    tl_tone *planned, *own;
    tl_line *by_plan, *by_data;
    tl_line_config config;
    static int16_t one[3 * SECOND], other[3 * SECOND];
    size_t size;
    OK(tl_tone_new(TL_TONES_ETSI, TL_TONE_BUSY, -12, &planned));
    OK(tl_tone_own_size(&busy, &size));
    CHECK(size <= sizeof block && size > tl_tone_size());
    EXPECT(TL_ERR_MEMORY, tl_tone_own_init(&block, size - 16, &busy, -12, &own));
    OK(tl_tone_own_init(&block, size, &busy, -12, &own));
    memset(&busy, 0xFF, sizeof busy); /* it was copied */
    OK(tl_tone_fill(planned, one, 3 * SECOND));
    OK(tl_tone_fill(own, other, 3 * SECOND));
    CHECK(memcmp(one, other, sizeof one) == 0);
    OK(tl_tone_free(own));

    busy = (tl_tone_shape){TL_TONE_BUSY, 1, etsi_busy, 2};
    OK(tl_line_defaults(&config));
    config.listen = TL_LISTEN_TONES;
    OK(tl_line_own_size(&busy, 1, &size));
    CHECK(size <= sizeof block);
    EXPECT(TL_ERR_MEMORY, tl_line_own_init(&block, size - 16, &config, &busy, 1, &by_data));
    OK(tl_line_own_init(&block, size, &config, &busy, 1, &by_data));
    OK(tl_line_new(&config, &by_plan));
    OK(tl_tone_own_new(&busy, -12, &own));
    tl_line_event a = heard(planned, by_plan, 250), b = heard(own, by_data, 250);
    CHECK(a.kind == TL_LINE_TONE && a.value == TL_TONE_BUSY);
    CHECK(memcmp(&a, &b, sizeof a) == 0);
    uint32_t present = 0;
    OK(tl_line_present(by_data, &present));
    CHECK(present == TL_TONE_BUSY);
    OK(tl_tone_free(planned));
    OK(tl_tone_free(own));
    OK(tl_line_free(by_plan));
    OK(tl_line_free(by_data));
}

/* Tones of no plan, told apart by what they are; the plan hears nothing in them. */
static void of_no_plan(void)
{
    const tl_tone_shape shapes[] = {{TL_TONE_BUSY, 1, odd_busy, 2}, {TL_TONE_DIAL, 1, for_ever, 1}};
    tl_tone *tone;
    tl_line *own, *etsi;
    tl_line_config config;
    uint32_t finished;
    int16_t pcm[FRAME];
    OK(tl_line_defaults(&config));
    config.listen = TL_LISTEN_TONES;
    OK(tl_line_own_new(&config, shapes, 2, &own));
    OK(tl_tone_own_new(&shapes[0], -10, &tone));
    CHECK(heard(tone, own, 100).value == TL_TONE_BUSY);
    OK(tl_line_new(&config, &etsi));
    CHECK(heard(tone, etsi, 100).kind == 0);
    OK(tl_tone_free(tone));
    OK(tl_tone_own_new(&shapes[1], -10, &tone));
    CHECK(heard(tone, own, 150).value == TL_TONE_DIAL);
    CHECK(heard(tone, etsi, 150).kind == 0);
    uint32_t present;
    EXPECT(TL_DONE, tl_line_present(etsi, &present));
    OK(tl_tone_stop(tone));
    OK(tl_tone_fill(tone, pcm, FRAME));
    OK(tl_tone_is_finished(tone, &finished));
    CHECK(finished == 1 && pcm[FRAME - 1] == 0);
    OK(tl_tone_free(tone));
    OK(tl_line_free(own));
    OK(tl_line_free(etsi));
}

/* A dial tone of two frequencies is two waves, once it has faded in. */
static void waves(void)
{
    tl_tone *dial;
    tl_oscillator *low, *high;
    int16_t tone[FRAME], sum[FRAME] = {0};
    OK(tl_tone_new(TL_TONES_NORTH_AMERICA, TL_TONE_DIAL, -13, &dial));
    OK(tl_oscillator_init(&block, tl_oscillator_size(), 350000, SECOND, -13, &low));
    OK(tl_oscillator_new(440000, SECOND, -13, &high));
    OK(tl_tone_fill(dial, tone, FRAME));
    OK(tl_oscillator_add(low, sum, FRAME));
    OK(tl_oscillator_add(high, sum, FRAME));
    CHECK(memcmp(tone + 32, sum + 32, sizeof tone - 32 * sizeof tone[0]) == 0);
    /* It saturates. */
    for (int i = 0; i < FRAME; i++)
        sum[i] = INT16_MAX;
    OK(tl_oscillator_add(low, sum, FRAME));
    OK(tl_oscillator_add(low, NULL, 0));
    CHECK(sum[3] <= INT16_MAX && sum[3] > 0);
    OK(tl_tone_free(dial));
    OK(tl_oscillator_free(low));
    OK(tl_oscillator_free(high));
    CHECK(tl_tone_amplitude(3) == 32244 && tl_tone_amplitude(100) == 32244);
    CHECK(tl_tone_amplitude(-63) == tl_tone_amplitude(-128));

    EXPECT(TL_ERR_ARGUMENT, tl_oscillator_new(1000, 0, 0, &low));
    EXPECT(TL_ERR_ARGUMENT, tl_oscillator_new(4000001, SECOND, 0, &low));
    EXPECT(TL_ERR_ARGUMENT, tl_oscillator_new(UINT32_MAX, SECOND, 0, &low));
    EXPECT(TL_ERR_OBJECT, tl_oscillator_add((tl_oscillator *)(void *)&block, sum, FRAME));
}

static void refused(void)
{
    tl_tone *tone;
    tl_line *line;
    size_t size;
    tl_tone_step steps[65] = {{400, 0, 100, 0}};
    tl_tone_shape shape = {TL_TONE_BUSY, 1, steps, 1};
    OK(tl_tone_own_size(&shape, &size));
    shape.meaning = 7;
    EXPECT(TL_ERR_ARGUMENT, tl_tone_own_new(&shape, 0, &tone));
    shape.meaning = TL_TONE_BUSY;
    shape.repeats = 2;
    EXPECT(TL_ERR_ARGUMENT, tl_tone_own_new(&shape, 0, &tone));
    shape.repeats = 0;
    shape.count = 0;
    EXPECT(TL_ERR_ARGUMENT, tl_tone_own_new(&shape, 0, &tone));
    shape.count = 65;
    EXPECT(TL_ERR_ARGUMENT, tl_tone_own_new(&shape, 0, &tone));
    shape.count = 64;
    OK(tl_tone_own_size(&shape, &size));
    shape.steps = NULL;
    EXPECT(TL_ERR_NULL, tl_tone_own_size(&shape, &size));
    shape.steps = steps + 1; /* silence alone */
    EXPECT(TL_ERR_ARGUMENT, tl_tone_own_size(&shape, &size));
    steps[1].high_hz = 4000;
    EXPECT(TL_ERR_ARGUMENT, tl_tone_own_size(&shape, &size));

    /* A plan has one tone for each meaning, and 12 frequencies. */
    const tl_tone_shape two[] = {{TL_TONE_BUSY, 1, odd_busy, 2}, {TL_TONE_BUSY, 1, for_ever, 1}};
    EXPECT(TL_ERR_ARGUMENT, tl_line_own_new(NULL, two, 2, &line));
    EXPECT(TL_ERR_ARGUMENT, tl_line_own_new(NULL, two, 0, &line));
    EXPECT(TL_ERR_ARGUMENT, tl_line_own_new(NULL, two, 7, &line));
    EXPECT(TL_ERR_NULL, tl_line_own_new(NULL, NULL, 1, &line));
    for (uint16_t i = 0; i < 7; i++)
        steps[i] = (tl_tone_step){(uint16_t)(400 + 20 * i), (uint16_t)(1400 + 20 * i), 100, 0};
    shape = (tl_tone_shape){TL_TONE_DIAL, 1, steps, 6};
    OK(tl_line_own_size(&shape, 1, &size));
    shape.count = 7;
    EXPECT(TL_ERR_ARGUMENT, tl_line_own_size(&shape, 1, &size));
    OK(tl_tone_own_size(&shape, &size));
}

int main(void)
{
    as_in_the_plan();
    of_no_plan();
    waves();
    refused();
    return 0;
}
