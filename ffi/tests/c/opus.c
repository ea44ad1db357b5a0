/*
 * Opus in memory of ours, and through the jitter buffer over a network that loses packets: what is lost
 * comes back from the packets behind it. In a library built without Opus every function says so.
 */
#include "check.h"

enum { FRAME = 160, FRAMES = 200, DELAY = 480 };

static union {
    unsigned char bytes[1 << 16];
    long double align;
} room[3];

/* A pointer that turns so many times a second: its sine without a library of mathematics. */
typedef struct {
    double re, im;
} turning;

static turning times(turning one, turning other)
{
    turning both = {one.re * other.re - one.im * other.im, one.re * other.im + one.im * other.re};
    return both;
}

/* A hum of 140 Hz with its overtones that swells three times a second: to Opus it is a voice. */
static int16_t voice[FRAMES * FRAME];
static void speak(void)
{
    const turning hum_by = {0.9939609554551797, 0.10973431109104527}, swell_by = {0.9999972241750464, 0.002356192310064121};
    turning hum = {1, 0}, swell = {1, 0};
    for (size_t at = 0; at < FRAMES * FRAME; at++) {
        turning tone = hum;
        double sum = 0;
        for (int k = 1; k < 8; k++) {
            sum += tone.im;
            tone = times(tone, hum);
        }
        voice[at] = (int16_t)((0.6 + 0.4 * swell.im) * sum * 2500);
        hum = times(hum, hum_by);
        swell = times(swell, swell_by);
    }
}

/* What is heard of a call, every so many packets lost; the samples that were made up. */
static uint64_t call(uint32_t loss_percent, uint32_t lost_of, int16_t *heard)
{
    tl_opus_encoder *encoder;
    tl_opus_decoder *decoder;
    tl_jitter *jitter;
    tl_jitter_config config;
    tl_jitter_packet packet;
    tl_jitter_pulled pulled;
    tl_jitter_stats stats;
    int16_t pcm[FRAME];
    uint8_t payload[1275];
    size_t len;
    uint32_t verdict, voiced = 0;
    OK(tl_jitter_defaults(&config));
    config.codec = TL_JITTER_OPUS;
    config.min_delay_ms = config.max_delay_ms = DELAY / 8;
    OK(tl_opus_encoder_init(&room[0], sizeof room[0], 24000, loss_percent, &encoder));
    OK(tl_opus_decoder_init(&room[1], sizeof room[1], &decoder));
    OK(tl_jitter_init(&room[2], sizeof room[2], &config, &jitter));
    for (uint32_t i = 0; i < FRAMES; i++) {
        OK(tl_opus_encode(encoder, voice + i * FRAME, FRAME, payload, sizeof payload, &len));
        memset(&packet, 0, sizeof packet);
        packet.ssrc = 1;
        packet.sequence = (uint16_t)i;
        packet.timestamp = i * FRAME * 6 - 100000;
        packet.payload = payload;
        packet.payload_len = len;
        packet.arrival_us = i * 20000;
        if (lost_of == 0 || i % lost_of != 7) {
            OK(tl_jitter_insert(jitter, &packet, &verdict));
            CHECK(verdict == TL_JITTER_TAKEN);
        }
        OK(tl_jitter_pull_opus(jitter, decoder, i * 20000, heard + i * FRAME, FRAME, &pulled));
        voiced += pulled.sound == TL_JITTER_VOICE;
    }
    CHECK(voiced > FRAMES * 4 / 5);
    EXPECT(TL_ERR_ARGUMENT, tl_jitter_pull(jitter, FRAMES * 20000, pcm, FRAME, NULL));
    OK(tl_jitter_get_stats(jitter, &stats));
    OK(tl_jitter_free(jitter));
    OK(tl_opus_decoder_free(decoder));
    EXPECT(TL_ERR_OBJECT, tl_opus_decode(decoder, payload, len, pcm, FRAME, &len));
    OK(tl_opus_encoder_free(encoder));
    return stats.concealed_samples;
}

/* How far two hearings are from each other. */
static uint64_t apart(const int16_t *one, const int16_t *other)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < FRAMES * FRAME; i++)
        sum += (uint64_t)((int64_t)(one[i] - other[i]) * (one[i] - other[i]));
    return sum;
}

static void losses(void)
{
    static int16_t whole[FRAMES * FRAME], hurt[FRAMES * FRAME];
    CHECK(call(20, 0, whole) == 0);
    /* The last loss is not played any more. */
    uint64_t concealed = call(20, 10, hurt), with = apart(whole, hurt);
    CHECK(concealed < FRAMES / 20 * FRAME);
    CHECK(call(0, 0, whole) == 0);
    CHECK(call(0, 10, hurt) == (FRAMES / 10 - 1) * FRAME);
    CHECK(with < apart(whole, hurt));
}

/* The same packets from both lives, and sizes that are what it takes. */
static void lives(void)
{
    static int16_t pcm[FRAME], one[960], two[960];
    uint8_t here[1275], there[1275];
    tl_opus_encoder *mine, *theirs;
    tl_opus_decoder *ear, *other;
    tl_jitter *jitter;
    size_t size, here_len, there_len, count, same;
    OK(tl_opus_encoder_size(&size));
    CHECK(size > 1000 && size <= sizeof room[0]);
    EXPECT(TL_ERR_MEMORY, tl_opus_encoder_init(&room[0], size - 16, 16000, 10, &mine));
    EXPECT(TL_ERR_ALIGN, tl_opus_encoder_init(room[0].bytes + 8, size, 16000, 10, &mine));
    EXPECT(TL_ERR_ARGUMENT, tl_opus_encoder_init(&room[0], size, 16000, 101, &mine));
    EXPECT(TL_ERR_ARGUMENT, tl_opus_encoder_init(&room[0], size, 0, 10, &mine));
    memset(&room, 0xA5, sizeof room);
    OK(tl_opus_encoder_init(&room[0], size, 16000, 10, &mine));
    CHECK(room[0].bytes[size] == 0xA5);
    OK(tl_opus_encoder_new(16000, 10, &theirs));
    OK(tl_opus_decoder_size(&size));
    EXPECT(TL_ERR_MEMORY, tl_opus_decoder_init(&room[1], size - 16, &ear));
    OK(tl_opus_decoder_init(&room[1], size, &ear));
    OK(tl_opus_decoder_new(&other));
    for (uint32_t i = 0; i < 50; i++) {
        const int16_t *said = voice + i * FRAME;
        OK(tl_opus_encode(mine, said, FRAME, here, sizeof here, &here_len));
        OK(tl_opus_encode(theirs, said, FRAME, there, sizeof there, &there_len));
        CHECK(here_len == there_len && memcmp(here, there, here_len) == 0);
        OK(tl_opus_decode(ear, here, here_len, one, 960, &count));
        OK(tl_opus_decode(other, there, there_len, two, 960, &same));
        CHECK(count == FRAME && same == FRAME && memcmp(one, two, sizeof one) == 0);
    }
    CHECK(room[1].bytes[size] == 0xA5);
    /* A buffer of G.711 takes no decoder. */
    OK(tl_jitter_new(NULL, &jitter));
    EXPECT(TL_ERR_ARGUMENT, tl_jitter_pull_opus(jitter, ear, 0, pcm, FRAME, NULL));
    OK(tl_jitter_free(jitter));
    OK(tl_opus_encoder_free(mine));
    OK(tl_opus_encoder_free(theirs));
    OK(tl_opus_decoder_free(ear));
    OK(tl_opus_decoder_free(other));
}

int main(void)
{
    tl_opus_encoder *encoder;
    tl_jitter *jitter;
    tl_jitter_config config;
    size_t size;
    tl_status status = tl_opus_encoder_size(&size);
    OK(tl_jitter_defaults(&config));
    config.codec = 2;
    EXPECT(TL_ERR_ARGUMENT, tl_jitter_new(&config, &jitter));
    if (status == TL_ERR_UNSUPPORTED) {
        config.codec = TL_JITTER_OPUS;
        EXPECT(TL_ERR_UNSUPPORTED, tl_jitter_new(&config, &jitter));
        EXPECT(TL_ERR_UNSUPPORTED, tl_opus_decoder_size(&size));
        EXPECT(TL_ERR_UNSUPPORTED,
               tl_opus_encoder_init(&room[0], sizeof room[0], 16000, 10, &encoder));
        return 0;
    }
    OK(status);
    speak();
    lives();
    losses();
    return 0;
}
