/* Tones, voice, mixing, telephone events, RTCP, rates and Opus through C. */
#include "check.h"
#include "pieces.h"

static union {
    unsigned char bytes[1 << 16];
    long double align;
} block;

static void hear(tl_line *line, const int16_t *pcm, size_t samples)
{
    for (size_t at = 0; at + 160 <= samples; at += 160)
        OK(tl_line_listen(line, pcm + at, 160));
}

/* The library hears the tones that it makes. */
static void tones(void)
{
    static int16_t pcm[8 * 8000];
    tl_line_config config;
    tl_line *line;
    tl_line_event event;
    tl_tone *tone;
    uint32_t finished;
    OK(tl_line_defaults(&config));
    config.listen = TL_LISTEN_TONES | TL_LISTEN_FAX;
    for (uint32_t plan = TL_TONES_ETSI; plan <= TL_TONES_UNITED_KINGDOM; plan++) {
        config.plan = plan;
        CHECK(tl_line_size() <= sizeof block);
        OK(tl_line_init(&block, sizeof block, &config, &line));
        OK(tl_tone_new(plan, TL_TONE_BUSY, -12, &tone));
        OK(tl_tone_fill(tone, pcm, 8 * 8000));
        OK(tl_tone_is_finished(tone, &finished));
        CHECK(finished == 0);
        hear(line, pcm, 8 * 8000);
        OK(tl_line_poll(line, &event));
        CHECK(event.kind == TL_LINE_TONE && event.value == TL_TONE_BUSY && event.at > 2000);
        EXPECT(TL_DONE, tl_line_poll(line, &event));
        OK(tl_tone_stop(tone));
        OK(tl_tone_fill(tone, pcm, 800));
        OK(tl_tone_is_finished(tone, &finished));
        CHECK(finished == 1);
        OK(tl_tone_free(tone));
        OK(tl_line_free(line));
    }
    EXPECT(TL_ERR_ARGUMENT, tl_tone_new(4, TL_TONE_BUSY, -12, &tone));
    EXPECT(TL_ERR_ARGUMENT, tl_tone_new(0, 7, -12, &tone));
    config.listen = 8;
    EXPECT(TL_ERR_ARGUMENT, tl_line_new(&config, &line));

    /* Nobody answers: silence. */
    config.listen = TL_LISTEN_ANSWER;
    config.plan = 0;
    memset(pcm, 0, sizeof pcm);
    OK(tl_line_new(&config, &line));
    hear(line, pcm, 3 * 8000);
    OK(tl_line_poll(line, &event));
    CHECK(event.kind == TL_LINE_ANSWERED && event.value == TL_ANSWER_SILENCE);
    EXPECT(TL_ERR_UNDRAINED, tl_line_listen(line, pcm, 8000));
    OK(tl_line_free(line));
}

static uint64_t energy(const int16_t *pcm, size_t samples)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < samples; i++)
        sum += (uint64_t)(pcm[i] * pcm[i]);
    return sum / samples;
}

static void voice(void)
{
    static int16_t pcm[8000], out[8000];
    uint8_t payload[32];
    size_t len;
    tl_vad *vad;
    tl_noise *noise;
    tl_plc *plc;
    tl_agc *agc;
    tl_agc_config config;
    uint32_t heard, active, square, lost;
    uint16_t gain;

    OK(tl_vad_new(200, &vad));
    OK(tl_vad_heard(vad, pcm, 8000, &heard));
    CHECK(heard == 0);
    OK(tl_dtmf_tone('5', -10, -10, pcm, 8000));
    OK(tl_vad_heard(vad, pcm, 8000, &heard));
    CHECK(heard == 1);
    OK(tl_vad_is_active(vad, &active));
    CHECK(active == heard);
    OK(tl_vad_noise(vad, &square));
    OK(tl_vad_free(vad));

    /* A pause described, and made again at about its level. */
    OK(tl_noise_new(1, &noise));
    OK(tl_noise_white(noise, 10000));
    for (int i = 0; i < 4; i++)
        OK(tl_noise_fill(noise, pcm, 8000));
    OK(tl_noise_describe(pcm, 8000, payload, sizeof payload, &len));
    CHECK(len >= 1 && len <= 17);
    OK(tl_noise_update(noise, payload, len));
    for (int i = 0; i < 4; i++)
        OK(tl_noise_fill(noise, out, 8000));
    CHECK(energy(out, 8000) > 2500 && energy(out, 8000) < 40000);
    OK(tl_noise_add(noise, out, 160));
    OK(tl_noise_stop(noise));
    OK(tl_noise_free(noise));

    /* A lost frame of a steady sound is made up from what was heard. */
    OK(tl_plc_new(&plc));
    OK(tl_dtmf_tone('5', -10, -10, pcm, 8000));
    for (size_t at = 0; at < 1600; at += 160)
        OK(tl_plc_received(plc, pcm + at, 160));
    OK(tl_plc_conceal(plc, out, 160));
    CHECK(energy(out, 160) > energy(pcm, 160) / 4);
    OK(tl_plc_lost(plc, &lost));
    CHECK(lost == 160);
    /* Where the next frame is there already, the gap ends as that one begins. */
    OK(tl_plc_received(plc, pcm + 1760, 160));
    OK(tl_plc_lost(plc, &lost));
    CHECK(lost == 0);
    OK(tl_plc_bridge(plc, out, 160, pcm + 2080, 160));
    CHECK(energy(out, 160) > energy(pcm, 160) / 2);
    for (int i = 0; i < 160; i++)
        out[i] = (int16_t)(out[i] - pcm[1920 + i]);
    CHECK(energy(out, 160) < energy(pcm, 160) / 4);
    EXPECT(TL_ERR_NULL, tl_plc_bridge(plc, out, 160, NULL, 1));
    OK(tl_plc_free(plc));

    OK(tl_agc_defaults(&config));
    OK(tl_agc_new(&config, &agc));
    OK(tl_agc_gain(agc, &gain));
    CHECK(gain == TL_GAIN_UNITY);
    OK(tl_agc_process(agc, pcm, 8000));
    OK(tl_agc_gain(agc, &gain));
    CHECK(gain < TL_GAIN_UNITY);
    OK(tl_agc_free(agc));
    config.target_dbov = 1000;
    EXPECT(TL_ERR_ARGUMENT, tl_agc_new(&config, &agc));
}

static void mix(void)
{
    int16_t one[160], two[160], three[160], ears[3][160];
    int32_t sum[160] = {0};
    const int16_t *voices[3] = {one, two, three};
    int16_t *hears[3] = {ears[0], ears[1], ears[2]};
    tl_bridge *bridge;
    for (int i = 0; i < 160; i++) {
        one[i] = 100;
        two[i] = 20;
        three[i] = 3;
    }
    CHECK(tl_mix_gain(0) == TL_GAIN_UNITY && tl_mix_gain(-60) == 0);
    OK(tl_mix_total(sum, one, 160));
    OK(tl_mix_total(sum, two, 160));
    OK(tl_mix_total(sum, three, 160));
    OK(tl_mix_others(sum, two, 160, ears[0]));
    CHECK(ears[0][0] == 103);
    OK(tl_mix_add(ears[0], two, 160, TL_GAIN_UNITY / 2));
    CHECK(ears[0][159] == 113);
    OK(tl_mix_scale(ears[0], 160, 0));
    CHECK(ears[0][159] == 0);

    OK(tl_bridge_new(&bridge));
    OK(tl_bridge_supervise(bridge, TL_SUPERVISION_WHISPER));
    OK(tl_bridge_mix(bridge, voices, hears, 160));
    CHECK(ears[0][159] == 20 && ears[1][159] == 103 && ears[2][159] == 120);
    voices[0] = NULL;
    hears[1] = NULL;
    OK(tl_bridge_mix(bridge, voices, hears, 160));
    CHECK(ears[0][0] == 20 && ears[2][0] == 20);
    OK(tl_bridge_route(bridge, 2, 2, TL_GAIN_UNITY));
    EXPECT(TL_ERR_ARGUMENT, tl_bridge_route(bridge, 3, 0, 0));
    EXPECT(TL_ERR_ARGUMENT, tl_bridge_supervise(bridge, 4));
    EXPECT(TL_ERR_ARGUMENT, tl_bridge_mix(bridge, voices, hears, 1025));
    OK(tl_bridge_free(bridge));
}

static void fade(void)
{
    static int16_t music[160], heard[160];
    tl_fade *level;
    uint16_t target;
    uint32_t still;
    for (int i = 0; i < 160; i++)
        music[i] = 1000;
    CHECK(tl_fade_size() <= sizeof block);
    OK(tl_fade_init(&block, sizeof block, 0, &level));
    OK(tl_fade_get(level, &target, &still));
    CHECK(target == 0 && still == 1);
    OK(tl_fade_add(level, heard, music, 160));
    CHECK(energy(heard, 160) == 0);
    OK(tl_fade_to(level, TL_GAIN_UNITY));
    memcpy(heard, music, sizeof music);
    OK(tl_fade_apply(level, heard, TL_FADE_SAMPLES / 2));
    OK(tl_fade_get(level, &target, &still));
    CHECK(target == TL_GAIN_UNITY && still == 0);
    OK(tl_fade_apply(level, heard + TL_FADE_SAMPLES / 2, 160 - TL_FADE_SAMPLES / 2));
    for (int i = 0; i < 160; i++) {
        int ought = i < (int)TL_FADE_SAMPLES ? (i + 1) * 1000 / (int)TL_FADE_SAMPLES : 1000;
        CHECK(heard[i] >= ought - 1 && heard[i] <= ought + 1);
    }
    OK(tl_fade_to(level, 0));
    OK(tl_fade_add(level, heard, music, 160));
    CHECK(heard[0] > 950 && heard[0] < 1025 && heard[39] == 1000 && heard[159] == 1000);
    OK(tl_fade_get(level, &target, &still));
    CHECK(target == 0 && still == 1);
    EXPECT(TL_ERR_NULL, tl_fade_add(level, heard, NULL, 160));
    OK(tl_fade_free(level));
    EXPECT(TL_ERR_OBJECT, tl_fade_to(level, 0));
    OK(tl_fade_new(65535, &level));
    OK(tl_fade_get(level, &target, &still));
    CHECK(target == 32767);
    OK(tl_fade_free(level));
}

/* A key sent and received, every second packet lost. */
static void events(void)
{
    tl_event_sender *sender;
    tl_event_receiver *receiver;
    tl_event_packet packet;
    tl_event_signal signal;
    tl_rtp_packet rtp = {0};
    uint64_t at;
    uint32_t downs = 0, ups = 0, sent = 0, active, lasted;
    OK(tl_event_sender_new(8000, &sender));
    OK(tl_event_receiver_new(8000, &receiver));
    EXPECT(TL_DONE, tl_event_sender_active(sender, &active));
    EXPECT(TL_DONE, tl_event_receiver_active(receiver, &active, &lasted));
    OK(tl_event_send(sender, 11, 1600, 800));
    OK(tl_event_sender_active(sender, &active));
    CHECK(active == 11);
    EXPECT(TL_ERR_BUSY, tl_event_press(sender, 1, 1600));
    for (uint64_t now = 1600; now < 4000; now += 160) {
        OK(tl_event_sender_deadline(sender, &at));
        while (tl_event_sender_poll(sender, now, &packet) == TL_OK) {
            rtp.marker = (uint8_t)packet.marker;
            rtp.sequence++;
            rtp.timestamp = (uint32_t)packet.clock;
            rtp.payload_type = 101;
            rtp.payload = packet.payload;
            rtp.payload_len = 4;
            if (sent++ % 2 == 0)
                OK(tl_event_receiver_handle(receiver, &rtp, now * 125));
            while (tl_event_receiver_poll(receiver, &signal) == TL_OK) {
                CHECK(signal.event == 11 && signal.timestamp == 1600);
                downs += signal.down;
                ups += !signal.down;
            }
            active = 0;
            CHECK(tl_event_receiver_active(receiver, &active, &lasted) == (ups ? TL_DONE : TL_OK));
            CHECK(ups || (active == 11 && lasted <= 800));
        }
    }
    EXPECT(TL_DONE, tl_event_sender_active(sender, &active));
    OK(tl_event_receiver_tick(receiver, 10000000));
    while (tl_event_receiver_poll(receiver, &signal) == TL_OK)
        ups += !signal.down;
    CHECK(sent >= 5 && downs == 1 && ups == 1);
    OK(tl_event_sender_deadline(sender, &at));
    CHECK(at == TL_NONE);
    OK(tl_event_press(sender, 5, 8000));
    OK(tl_event_release(sender, 8800));
    OK(tl_event_receiver_deadline(receiver, &at));
    CHECK(at == TL_NONE);
    rtp.payload_len = 3;
    EXPECT(TL_ERR_RTP_MALFORMED, tl_event_receiver_handle(receiver, &rtp, 0));
    EXPECT(TL_ERR_ARGUMENT, tl_event_sender_new(0, &sender));
    OK(tl_event_sender_free(sender));
    OK(tl_event_receiver_free(receiver));
}

static void rtcp(void)
{
    static const uint8_t voice_codes[160];
    tl_rtp_receiver *receiver;
    tl_rtp_packet packet = {0};
    tl_rtp_statistics statistics;
    tl_rtcp_report report, reports[32];
    tl_rtcp_sender sender = {0};
    tl_rtcp_summary summary;
    uint8_t datagram[256];
    uint32_t arrival;
    size_t len;
    double mos, lossy;
    OK(tl_rtp_receiver_new(8000, &receiver));
    EXPECT(TL_DONE, tl_rtp_receiver_report(receiver, 0, &report));
    packet.ssrc = 7;
    packet.payload = voice_codes;
    packet.payload_len = 160;
    for (uint32_t i = 0; i < 100; i++) {
        packet.sequence = (uint16_t)(65500 + i);
        packet.timestamp = i * 160;
        if (i != 50)
            OK(tl_rtp_receiver_receive(receiver, &packet, i * 20000, &arrival));
    }
    CHECK(arrival == TL_RTP_ACCEPTED);
    OK(tl_rtp_receiver_report(receiver, 2000000, &report));
    CHECK(report.ssrc == 7 && report.lost == 1 && report.highest_sequence == 65536 + 63);
    OK(tl_rtp_receiver_receive(receiver, &packet, 2000000, &arrival));
    CHECK(arrival == TL_RTP_DUPLICATE);
    OK(tl_rtp_receiver_get_statistics(receiver, &statistics));
    CHECK(statistics.lost == 1 && statistics.duplicates == 1 && statistics.jitter == 0);
    OK(tl_rtcp_write(8, NULL, &report, 1, "ann@example.com", 1, datagram, sizeof datagram, &len));
    CHECK(tl_rtp_is_rtcp(datagram, len));
    OK(tl_rtcp_parse(datagram, len, 7, &summary));
    CHECK(summary.ssrc == 8 && summary.has_report && !summary.has_sender && summary.leaves);
    CHECK(memcmp(&summary.report, &report, sizeof report) == 0);
    sender.packets = 99;
    OK(tl_rtcp_write(8, &sender, NULL, 0, NULL, 0, datagram, sizeof datagram, &len));
    OK(tl_rtcp_parse(datagram, len, 7, &summary));
    CHECK(summary.has_sender && summary.sender.packets == 99 && !summary.has_report);
    OK(tl_rtp_receiver_sender_report(receiver, 7, &summary.sender, 2000000));
    EXPECT(TL_ERR_BUFFER, tl_rtcp_write(8, &sender, NULL, 0, "x", 0, datagram, 20, &len));
    EXPECT(TL_ERR_ARGUMENT, tl_rtcp_write(8, NULL, reports, 32, NULL, 0, datagram, 256, &len));
    EXPECT(TL_ERR_RTP_MALFORMED, tl_rtcp_parse(datagram, 5, 7, &summary));
    EXPECT(TL_ERR_RTP_MALFORMED, tl_rtcp_parse(NULL, 0, 7, &summary));
    OK(tl_rtp_quality(20, 0, 1, 1, &mos));
    OK(tl_rtp_quality(20, 0.05, 1, 0, &lossy));
    CHECK(mos > 4.3 && mos < 4.5 && lossy < 3.5);
    OK(tl_rtp_receiver_free(receiver));
}

#ifdef TL_STD
/* Parts that the library may have been built without say so. */
static void codecs(void)
{
    static int16_t pcm[800], out[2000];
    tl_resampler *resampler;
    tl_opus_encoder *encoder;
    tl_opus_decoder *decoder;
    uint8_t packet[1275];
    size_t count, len;
    tl_status status = tl_resampler_new(8000, 16000, &resampler);
    if (status == TL_ERR_UNSUPPORTED) {
        CHECK(strstr(tl_last_error(), "resample"));
    } else {
        OK(status);
        CHECK(resampled(resampler) == 1600);
        OK(tl_resampler_free(resampler));
        EXPECT(TL_ERR_ARGUMENT, tl_resampler_new(1, 16000, &resampler));
    }
    status = tl_opus_encoder_new(16000, 10, &encoder);
    if (status == TL_ERR_UNSUPPORTED) {
        EXPECT(TL_ERR_UNSUPPORTED, tl_opus_decoder_new(&decoder));
        return;
    }
    OK(status);
    OK(tl_opus_decoder_new(&decoder));
    OK(tl_opus_encode(encoder, pcm, 160, packet, sizeof packet, &len));
    OK(tl_opus_decode(decoder, packet, len, out, 960, &count));
    CHECK(count == 160);
    OK(tl_opus_recover(decoder, packet, len, out, 160, &count));
    EXPECT(TL_ERR_ARGUMENT, tl_opus_encode(encoder, pcm, 161, packet, sizeof packet, &len));
    OK(tl_opus_encoder_free(encoder));
    OK(tl_opus_decoder_free(decoder));
}
#endif

int main(void)
{
    tones();
    voice();
    mix();
    fade();
    events();
    rtcp();
#ifdef TL_STD
    codecs();
#endif
    return 0;
}
