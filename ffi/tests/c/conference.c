/* Conferences of any number in memory of ours: of three the bridge, of five two supervisors. */
#include "check.h"

enum { FRAME = 80 };

static union {
    unsigned char bytes[1024];
    long double align;
} block;

static void noise(int16_t *pcm, uint32_t *state)
{
    for (int i = 0; i < FRAME; i++) {
        *state = *state * 1664525u + 1013904223u;
        pcm[i] = (int16_t)(*state >> 16);
    }
}

/* What the bridge says, sample by sample, through every change. */
static void of_three(void)
{
    tl_bridge *bridge;
    tl_conference *conference;
    size_t size;
    uint32_t state = 1;
    OK(tl_conference_size(3, &size));
    CHECK(size <= sizeof block);
    EXPECT(TL_ERR_MEMORY, tl_conference_init(&block, size - 16, 3, &conference));
    OK(tl_conference_init(&block, size, 3, &conference));
    OK(tl_bridge_new(&bridge));
    OK(tl_conference_join(conference, 0, 1));
    int16_t voice[3][FRAME], ear[3][FRAME], other[3][FRAME];
    const int16_t *voices[3] = {voice[0], voice[1], voice[2]};
    int16_t *ears[3] = {ear[0], ear[1], ear[2]}, *others[3] = {other[0], other[1], other[2]};
    /* The bridge begins joined: the conference fades in meanwhile. */
    static const int16_t silence[FRAME];
    const int16_t *nothing[3] = {silence, silence, silence};
    int16_t *nobody[3] = {NULL, NULL, NULL};
    OK(tl_conference_mix(conference, nothing, nobody, FRAME));
    const uint32_t changes[] = {TL_SUPERVISION_MONITOR, TL_SUPERVISION_WHISPER,
                                TL_SUPERVISION_BARGE, TL_SUPERVISION_AWAY, TL_SUPERVISION_BARGE};
    for (size_t i = 0; i < 15; i++) {
        OK(tl_bridge_supervise(bridge, changes[i / 3]));
        OK(tl_conference_supervise(conference, 2, 1, changes[i / 3]));
        for (int who = 0; who < 3; who++)
            noise(voice[who], &state);
        voices[0] = i % 4 ? voice[0] : NULL;
        others[2] = ears[2] = i % 5 ? other[2] : NULL;
        if (i % 5)
            ears[2] = ear[2];
        /* The first of three frames ends within the fade. */
        size_t samples = i % 3 ? FRAME : 24;
        memset(ear, 1, sizeof ear);
        memset(other, 1, sizeof other);
        OK(tl_bridge_mix(bridge, voices, ears, samples));
        OK(tl_conference_mix(conference, voices, others, samples));
        CHECK(memcmp(ear, other, sizeof ear) == 0);
    }
    OK(tl_bridge_free(bridge));
    OK(tl_conference_free(conference));
    EXPECT(TL_ERR_OBJECT, tl_conference_join(conference, 0, 1));
}

static void of_five(void)
{
    tl_conference *call;
    uint16_t gain;
    static int16_t voice[5][FRAME], ear[5][FRAME];
    const int16_t *voices[5];
    int16_t *ears[5];
    int16_t said = 1;
    for (int i = 0; i < 5; i++, said = (int16_t)(said * 10)) {
        for (int at = 0; at < FRAME; at++)
            voice[i][at] = said;
        voices[i] = voice[i];
        ears[i] = ear[i];
    }
    OK(tl_conference_new(5, &call));
    OK(tl_conference_join(call, 0, 1));
    OK(tl_conference_supervise(call, 3, 1, TL_SUPERVISION_WHISPER));
    OK(tl_conference_supervise(call, 4, 0, TL_SUPERVISION_MONITOR));
    OK(tl_conference_route(call, 2, 2, TL_GAIN_UNITY / 2));
    OK(tl_conference_mix(call, voices, ears, FRAME));
    CHECK(ear[0][FRAME - 1] == 10 && ear[1][FRAME - 1] == 1001 && ear[2][FRAME - 1] == 50);
    CHECK(ear[3][FRAME - 1] == 111 && ear[4][FRAME - 1] == 1111);
    OK(tl_conference_get_gain(call, 2, 2, &gain));
    CHECK(gain == TL_GAIN_UNITY / 2);
    OK(tl_conference_get_gain(call, 3, 0, &gain));
    CHECK(gain == 0);

    EXPECT(TL_ERR_ARGUMENT, tl_conference_route(call, 0, 5, 0));
    EXPECT(TL_ERR_ARGUMENT, tl_conference_join(call, UINT32_MAX, 0));
    EXPECT(TL_ERR_ARGUMENT, tl_conference_get_gain(call, 5, 0, &gain));
    EXPECT(TL_ERR_ARGUMENT, tl_conference_supervise(call, 5, 0, TL_SUPERVISION_BARGE));
    EXPECT(TL_ERR_ARGUMENT, tl_conference_supervise(call, 4, 0, 4));
    EXPECT(TL_ERR_ARGUMENT, tl_conference_mix(call, voices, ears, 1025));
    EXPECT(TL_ERR_NULL, tl_conference_mix(call, NULL, ears, FRAME));
    OK(tl_conference_free(call));
    EXPECT(TL_ERR_ARGUMENT, tl_conference_new(0, &call));
    size_t size;
    EXPECT(TL_ERR_ARGUMENT, tl_conference_size(UINT32_MAX, &size));
}

int main(void)
{
    of_three();
    of_five();
    return 0;
}
