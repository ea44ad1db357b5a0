/* G.711, keys, RTP and the jitter buffer through C. */
#include "check.h"

static void g711(void)
{
    int16_t pcm[4] = {0, 1000, -1000, 32767}, back[4];
    uint8_t codes[4], other[4], again[4];
    OK(tl_g711_encode(TL_G711_ALAW, pcm, 4, codes));
    CHECK(memcmp(codes, "\xd5\xfa\x7a\xaa", 4) == 0);
    OK(tl_g711_decode(TL_G711_ALAW, codes, 4, back));
    CHECK(back[0] == 8 && back[1] == 1008 && back[2] == -1008 && back[3] == 32256);
    OK(tl_g711_transcode(TL_G711_ALAW, TL_G711_ULAW, codes, 4, other));
    OK(tl_g711_transcode(TL_G711_ULAW, TL_G711_ALAW, other, 4, again));
    CHECK(memcmp(codes, other, 4) != 0 && memcmp(codes, again, 4) == 0);
    OK(tl_g711_transcode_in_place(TL_G711_ALAW, TL_G711_ULAW, again, 4));
    CHECK(memcmp(again, other, 4) == 0);
    EXPECT(TL_ERR_ARGUMENT, tl_g711_transcode_in_place(TL_G711_ALAW, 1, again, 4));
    EXPECT(TL_ERR_ARGUMENT, tl_g711_decode(3, codes, 4, back));
    EXPECT(TL_ERR_NULL, tl_g711_decode(TL_G711_ALAW, NULL, 4, back));
    EXPECT(TL_ERR_NULL, tl_g711_encode(TL_G711_ALAW, pcm, 4, NULL));
    OK(tl_g711_decode(TL_G711_ALAW, NULL, 0, NULL));
}

/* All sixteen keys, through µ-law, in frames of an odd size. */
static void keys(void)
{
    static const char all[] = "0123456789*#ABCD";
    union {
        unsigned char bytes[4096];
        long double align;
    } block;
    tl_dtmf *dtmf;
    CHECK(tl_dtmf_size() <= sizeof block);
    EXPECT(TL_ERR_MEMORY, tl_dtmf_init(&block, tl_dtmf_size() - TL_ALIGN, &dtmf));
    EXPECT(TL_ERR_ALIGN, tl_dtmf_init(block.bytes + 1, sizeof block - 1, &dtmf));
    OK(tl_dtmf_init(&block, sizeof block, &dtmf));

    int16_t sound[800];
    uint8_t codes[800];
    tl_dtmf_event event;
    char found[17] = "";
    uint64_t at = 0;
    for (size_t k = 0; k < 16; k++) {
        memset(sound, 0, sizeof sound);
        OK(tl_dtmf_tone(all[k], -10, -8, sound, 400));
        OK(tl_g711_encode(TL_G711_ULAW, sound, 800, codes));
        OK(tl_g711_decode(TL_G711_ULAW, codes, 800, sound));
        for (size_t i = 0; i < 800; i += 100)
            OK(tl_dtmf_listen(dtmf, sound + i, 100));
        OK(tl_dtmf_poll(dtmf, &event));
        CHECK(event.kind == TL_DTMF_DOWN && event.start + 48 >= at && event.start <= at + 48);
        CHECK(event.level >= -10 && event.level <= -6);
        found[k] = event.key;
        OK(tl_dtmf_poll(dtmf, &event));
        CHECK(event.kind == TL_DTMF_UP && event.key == all[k]);
        CHECK(event.duration > 330 && event.duration < 470);
        EXPECT(TL_DONE, tl_dtmf_poll(dtmf, &event));
        at += 800;
    }
    CHECK(strcmp(found, all) == 0);

    /* A held key ends with the call. */
    OK(tl_dtmf_tone('5', -10, -8, sound, 800));
    char held = 'x';
    EXPECT(TL_DONE, tl_dtmf_held(dtmf, &held));
    OK(tl_dtmf_listen(dtmf, sound, 800));
    OK(tl_dtmf_held(dtmf, &held));
    CHECK(held == '5');
    OK(tl_dtmf_reset(dtmf));
    EXPECT(TL_DONE, tl_dtmf_held(dtmf, &held));
    OK(tl_dtmf_poll(dtmf, &event));
    OK(tl_dtmf_poll(dtmf, &event));
    CHECK(event.kind == TL_DTMF_UP && event.key == '5');

    static int16_t silence[5000];
    OK(tl_dtmf_listen(dtmf, silence, 4800));
    EXPECT(TL_ERR_UNDRAINED, tl_dtmf_listen(dtmf, silence, 5000));
    EXPECT(TL_ERR_ARGUMENT, tl_dtmf_tone('x', -10, -8, sound, 1));
    OK(tl_dtmf_free(dtmf));
    EXPECT(TL_ERR_OBJECT, tl_dtmf_listen(dtmf, sound, 1));
}

/* A tone, a key and the tone again: the tone is heard as it was, the key is not. */
static void suppressed(void)
{
    enum { KEY = 1000, KEY_END = 1800, AGAIN = 2400, END = 3200 };
    static union {
        unsigned char bytes[8192];
        long double align;
    } block;
    static int16_t sound[END], late[END], prompt[END], busy[400], silence[5000];
    tl_dtmf_suppressor *delayed, *direct;
    tl_dtmf_event event;
    tl_tone *tone;
    OK(tl_tone_new(TL_TONES_ETSI, TL_TONE_BUSY, -12, &tone));
    OK(tl_tone_fill(tone, busy, 400));
    OK(tl_tone_free(tone));
    memcpy(sound, busy, sizeof busy);
    memcpy(sound + AGAIN, busy, sizeof busy);
    OK(tl_dtmf_tone('9', -10, -8, sound + KEY, KEY_END - KEY));
    memcpy(late, sound, sizeof sound);
    memcpy(prompt, sound, sizeof sound);

    const uint32_t most = TL_DTMF_SUPPRESSOR_DELAY;
    CHECK(tl_dtmf_suppressor_size() <= sizeof block);
    EXPECT(TL_ERR_ARGUMENT, tl_dtmf_suppressor_new(most + 1, &direct));
    EXPECT(TL_ERR_MEMORY, tl_dtmf_suppressor_init(&block, tl_dtmf_suppressor_size() - TL_ALIGN, most,
                                                  &delayed));
    OK(tl_dtmf_suppressor_init(&block, sizeof block, most, &delayed));
    OK(tl_dtmf_suppressor_new(0, &direct));
    for (size_t at = 0; at < END; at += 100) {
        OK(tl_dtmf_suppressor_process(delayed, late + at, 100));
        OK(tl_dtmf_suppressor_process(direct, prompt + at, 100));
    }
    OK(tl_dtmf_suppressor_poll(delayed, &event));
    CHECK(event.kind == TL_DTMF_DOWN && event.key == '9');
    CHECK(event.start >= KEY - 48 && event.start <= KEY + 48);
    OK(tl_dtmf_suppressor_poll(delayed, &event));
    CHECK(event.kind == TL_DTMF_UP && event.key == '9' && event.duration > 700);
    EXPECT(TL_DONE, tl_dtmf_suppressor_poll(delayed, &event));
    CHECK(memcmp(late + most, busy, sizeof busy) == 0);
    CHECK(memcmp(late + AGAIN + most, busy, sizeof busy) == 0);
    for (size_t i = KEY; i < KEY_END; i++)
        CHECK(late[i + most] > -30 && late[i + most] < 30);
    /* Without delay the key's first 36 ms pass. */
    CHECK(memcmp(prompt, sound, (KEY + 250) * sizeof *sound) == 0);
    for (size_t i = KEY + 450; i < KEY_END; i++)
        CHECK(prompt[i] == 0);
    CHECK(memcmp(prompt + AGAIN, busy, sizeof busy) == 0);

    silence[0] = 77;
    EXPECT(TL_ERR_UNDRAINED, tl_dtmf_suppressor_process(direct, silence, 5000));
    CHECK(silence[0] == 77);
    OK(tl_dtmf_suppressor_free(direct));
    OK(tl_dtmf_suppressor_free(delayed));
    EXPECT(TL_ERR_OBJECT, tl_dtmf_suppressor_process(delayed, silence, 1));
}

static void rtp(void)
{
    static const uint8_t voice[160] = {0xd5}, csrcs[8] = {0, 0, 0, 1, 0, 0, 0, 2}, ext[4] = {1, 2, 3, 4};
    uint8_t datagram[256];
    size_t len = 0;
    tl_rtp_packet packet = {0}, back;
    packet.marker = 1;
    packet.payload_type = 8;
    packet.sequence = 65535;
    packet.timestamp = 160;
    packet.ssrc = 0x12345678;
    packet.payload = voice;
    packet.payload_len = sizeof voice;
    OK(tl_rtp_write(&packet, datagram, sizeof datagram, &len));
    CHECK(len == 172);
    EXPECT(TL_ERR_BUFFER, tl_rtp_write(&packet, datagram, 100, &len));
    CHECK(len == 172);

    packet.csrcs = csrcs;
    packet.csrc_count = 2;
    packet.extension = ext;
    packet.extension_len = sizeof ext;
    packet.extension_profile = 0xBEDE;
    packet.has_extension = 1;
    packet.padding = 4;
    OK(tl_rtp_write(&packet, datagram, sizeof datagram, &len));
    OK(tl_rtp_parse(datagram, len, &back));
    CHECK(back.marker == 1 && back.payload_type == 8 && back.sequence == 65535);
    CHECK(back.timestamp == 160 && back.ssrc == 0x12345678 && back.padding == 4);
    CHECK(back.payload_len == 160 && memcmp(back.payload, voice, 160) == 0);
    CHECK(back.csrc_count == 2 && memcmp(back.csrcs, csrcs, 8) == 0);
    CHECK(back.has_extension && back.extension_profile == 0xBEDE && back.extension_len == 4);
    CHECK(memcmp(back.extension, ext, 4) == 0);

    /* Every cut of a good packet, and bytes that are none. */
    for (size_t cut = 0; cut < 32; cut++)
        EXPECT(TL_ERR_RTP_MALFORMED, tl_rtp_parse(datagram, cut, &back));
    datagram[0] = 0;
    EXPECT(TL_ERR_RTP_MALFORMED, tl_rtp_parse(datagram, len, &back));
    CHECK(strcmp(tl_last_error(), "tl_rtp_parse: version 0, not 2") == 0);
    EXPECT(TL_ERR_NULL, tl_rtp_parse(NULL, len, &back));
    EXPECT(TL_ERR_NULL, tl_rtp_parse(datagram, len, NULL));
    CHECK(tl_rtp_is_rtcp((const uint8_t *)"\x80\xc8", 2));
    CHECK(!tl_rtp_is_rtcp((const uint8_t *)"\x80\x08", 2) && !tl_rtp_is_rtcp(NULL, 9));
}

/* A voice and a key from one source: what was sent is numbered on and counted, what was not is not. */
static void sender(void)
{
    static union {
        unsigned char bytes[256];
        long double align;
    } block;
    static const uint8_t voice[160] = {0xd5}, key[4] = {5, 10, 0, 160};
    const uint32_t offset = 0xFFFFFF00;
    uint8_t datagram[256];
    size_t len;
    tl_rtp_sender *source;
    tl_rtp_packet packet, back;
    tl_rtcp_sender info;
    tl_rtcp_summary summary;
    CHECK(tl_rtp_sender_size() <= sizeof block);
    OK(tl_rtp_sender_init(&block, sizeof block, 7, 65535, offset, &source));
    for (uint32_t i = 0; i < 3; i++) {
        OK(tl_rtp_sender_packet(source, 8, i == 0, i * 160, voice, sizeof voice, &packet));
        OK(tl_rtp_write(&packet, datagram, sizeof datagram, &len));
        OK(tl_rtp_parse(datagram, len, &back));
        CHECK(back.ssrc == 7 && back.payload_type == 8 && back.marker == (i == 0));
        CHECK(back.sequence == (uint16_t)(65535 + i) && back.timestamp == offset + i * 160);
        CHECK(back.payload_len == sizeof voice && memcmp(back.payload, voice, sizeof voice) == 0);
        OK(tl_rtp_sender_sent(source, &packet));
        EXPECT(TL_ERR_ARGUMENT, tl_rtp_sender_sent(source, &packet));
    }
    for (int again = 0; again < 2; again++) {
        OK(tl_rtp_sender_packet(source, 101, 1, 160, key, sizeof key, &packet));
        CHECK(packet.sequence == 2 && packet.marker == 1 && packet.timestamp == offset + 160);
    }
    OK(tl_rtp_sender_info(source, (uint64_t)1 << 40, 480, &info));
    CHECK(info.packets == 3 && info.octets == 480 && info.rtp == offset + 480);
    OK(tl_rtcp_write(7, &info, NULL, 0, "ann@example.com", 0, datagram, sizeof datagram, &len));
    OK(tl_rtcp_parse(datagram, len, 7, &summary));
    CHECK(summary.has_sender && memcmp(&summary.sender, &info, sizeof info) == 0);
    EXPECT(TL_ERR_ARGUMENT, tl_rtp_sender_packet(source, 128, 0, 0, voice, 1, &packet));
    EXPECT(TL_ERR_NULL, tl_rtp_sender_packet(source, 8, 0, 0, NULL, 1, &packet));
    packet.ssrc = 8;
    EXPECT(TL_ERR_ARGUMENT, tl_rtp_sender_sent(source, &packet));
    OK(tl_rtp_sender_free(source));
    EXPECT(TL_ERR_OBJECT, tl_rtp_sender_info(source, 0, 0, &info));
    OK(tl_rtp_sender_new(7, 1, 0, &source));
    OK(tl_rtp_sender_free(source));
}

/* A stream with one packet lost, one late, one twice. */
static void jitter(void)
{
    static int16_t tone[160], pcm[160];
    uint8_t codes[160];
    tl_jitter *buffer;
    tl_jitter_config config;
    tl_jitter_packet packet = {.ssrc = 7, .payload = codes, .payload_len = sizeof codes};
    tl_jitter_pulled pulled;
    tl_jitter_stats stats;
    uint32_t verdict;

    OK(tl_jitter_defaults(&config));
    config.min_delay_ms = 40;
    config.max_delay_ms = 501;
    EXPECT(TL_ERR_ARGUMENT, tl_jitter_new(&config, &buffer));
    config.max_delay_ms = 30;
    EXPECT(TL_ERR_ARGUMENT, tl_jitter_new(&config, &buffer));
    config.max_delay_ms = 40;
    OK(tl_jitter_new(&config, &buffer));

    OK(tl_dtmf_tone('5', -8, -6, tone, 160));
    OK(tl_g711_encode(TL_G711_ALAW, tone, 160, codes));
    OK(tl_jitter_pull(buffer, 0, pcm, 160, &pulled));
    CHECK(pulled.sound == TL_JITTER_SILENCE && pulled.timestamp == TL_NONE);
    for (uint16_t i = 0; i < 100; i++) {
        packet.sequence = (uint16_t)(65530 + i);
        packet.timestamp = i * 160u;
        packet.arrival_us = i * 20000u;
        if (i != 50) {
            OK(tl_jitter_insert(buffer, &packet, &verdict));
            CHECK(verdict == TL_JITTER_TAKEN);
        }
        if (i == 60) {
            OK(tl_jitter_insert(buffer, &packet, &verdict));
            CHECK(verdict == TL_JITTER_DUPLICATE);
        }
        OK(tl_jitter_pull(buffer, packet.arrival_us, pcm, 160, &pulled));
    }
    CHECK(pulled.sound == TL_JITTER_VOICE && pulled.delay_ms >= 30 && pulled.delay_ms <= 60);
    OK(tl_jitter_get_stats(buffer, &stats));
    CHECK(stats.packets == 100 && stats.taken == 99 && stats.duplicate == 1);
    CHECK(stats.samples == 101 * 160 && stats.concealed_samples >= 100);
    CHECK(stats.voice_samples > 90 * 160);
    EXPECT(TL_ERR_NULL, tl_jitter_insert(buffer, NULL, NULL));
    packet.payload = NULL;
    EXPECT(TL_ERR_NULL, tl_jitter_insert(buffer, &packet, NULL));
    OK(tl_jitter_pull(buffer, 3000000, pcm, 80, NULL));
    OK(tl_jitter_free(buffer));
    CHECK(tl_jitter_size() % TL_ALIGN == 0);
}

/* Half as loud, in the codes themselves. */
static void gain(void)
{
    static union {
        unsigned char bytes[512];
        long double align;
    } block;
    tl_g711_gain *half;
    int16_t loud[2] = {8000, -8000}, soft[2];
    uint8_t codes[2];
    CHECK(tl_g711_gain_size() <= sizeof block);
    EXPECT(TL_ERR_ARGUMENT, tl_g711_gain_new(7, 2048, &half));
    OK(tl_g711_gain_init(block.bytes, tl_g711_gain_size(), TL_G711_ULAW, 2048, &half));
    OK(tl_g711_encode(TL_G711_ULAW, loud, 2, codes));
    OK(tl_g711_gain_apply(half, codes, 2));
    OK(tl_g711_decode(TL_G711_ULAW, codes, 2, soft));
    CHECK(soft[0] == 4092 && soft[1] == -4092);
    OK(tl_g711_gain_free(half));
    EXPECT(TL_ERR_OBJECT, tl_g711_gain_apply(half, codes, 2));
    OK(tl_g711_gain_new(TL_G711_ALAW, 4096, &half));
    EXPECT(TL_ERR_NULL, tl_g711_gain_apply(half, NULL, 2));
    OK(tl_g711_gain_free(half));
}

int main(void)
{
    gain();
    g711();
    keys();
    suppressed();
    rtp();
    sender();
    jitter();
    return 0;
}
