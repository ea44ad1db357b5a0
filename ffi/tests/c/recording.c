/* Recordings: written by a thread of the library, read, exported, cut short, recovered, sealed. */
#include "check.h"

#include <pthread.h>
#include <unistd.h>

static char folder[] = "/tmp/trunkline-test-XXXXXX";

static const char *in_folder(const char *name)
{
    static char paths[16][64];
    static int next;
    char *path = paths[next++ % 16];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    unlink(path);
    return path;
}

static const tl_recording_channel PARTIES[2] = {
    {"caller", TL_RECORDING_ALAW, 0},
    {"agent", TL_RECORDING_PCM16, 8000},
};
static const tl_recording_meta META[2] = {{"queue", "sales"}, {"agent", "Ann Müller"}};

static tl_recording_config config(void)
{
    tl_recording_config config;
    OK(tl_recording_defaults(&config));
    config.started = 1760000000000;
    config.channels = PARTIES;
    config.channel_count = 2;
    config.meta = META;
    config.meta_count = 2;
    return config;
}

static int16_t sample(uint64_t position)
{
    return (int16_t)((position * 37) % 20001 - 10000);
}

/* Twenty milliseconds of both parties. */
static void frame(tl_recording *recording, uint64_t position)
{
    int16_t pcm[160];
    uint8_t codes[160];
    uint32_t taken = 0;
    for (uint64_t i = 0; i < 160; i++)
        pcm[i] = sample(position + i);
    OK(tl_g711_encode(TL_G711_ALAW, pcm, 160, codes));
    OK(tl_recording_write_codes(recording, 0, position, codes, 160, &taken));
    CHECK(taken == 1);
    OK(tl_recording_write_pcm(recording, 1, position, pcm, 160, NULL));
}

static void record(tl_recorder *recorder, const char *path, const tl_recording_config *how)
{
    tl_recording *recording;
    tl_mark mark = {TL_MARK_KEY, 0, 800, 400, "5"};
    OK(tl_recording_new(recorder, path, how, &recording));
    for (uint64_t at = 0; at < 24000; at += 160) {
        if (at < 8000 || at >= 16000)
            frame(recording, at);
        if (at == 1600)
            OK(tl_recording_add_mark(recording, &mark, NULL));
    }
    EXPECT(TL_ERR_IN_USE, tl_recorder_free(recorder));
    OK(tl_recording_finish(recording));
    EXPECT(TL_ERR_ARGUMENT, tl_recording_finish(recording));
    OK(tl_recording_free(recording));
}

/* What the file holds, to the bit: two seconds of sound, and silence where nobody spoke. */
static void check(const char *path, const tl_reader_config *key, uint32_t finished)
{
    tl_reader *reader;
    tl_reader_info info;
    tl_recording_channel channel;
    tl_recording_meta meta;
    tl_mark mark;
    uint64_t end;
    int16_t pcm[8000];
    size_t recorded;

    OK(tl_reader_new(path, key, &reader));
    OK(tl_reader_get_info(reader, &info));
    CHECK(info.started == 1760000000000 && info.channels == 2 && info.meta == 2);
    CHECK(info.finished == finished && info.duration_us == 3000000);
    OK(tl_reader_get_channel(reader, 1, &channel, &end));
    CHECK(strcmp(channel.name, "agent") == 0 && channel.coding == TL_RECORDING_PCM16);
    CHECK(channel.rate == 8000 && end == 24000);
    OK(tl_reader_get_meta(reader, 1, &meta));
    CHECK(strcmp(meta.key, "agent") == 0 && strcmp(meta.value, "Ann Müller") == 0);
    OK(tl_reader_get_mark(reader, 0, &mark));
    CHECK(mark.kind == TL_MARK_KEY && mark.channel == 0 && mark.position == 800);
    CHECK(mark.length == 400 && strcmp(mark.text, "5") == 0);
    EXPECT(TL_ERR_RECORD_CHANNEL, tl_reader_get_channel(reader, 2, &channel, NULL));
    EXPECT(TL_ERR_ARGUMENT, tl_reader_get_meta(reader, 2, &meta));

    OK(tl_reader_read(reader, 1, 4000, pcm, 8000, &recorded));
    CHECK(recorded == 4000);
    for (uint64_t i = 0; i < 8000; i++)
        CHECK(pcm[i] == (i < 4000 ? sample(4000 + i) : 0));
    OK(tl_reader_read(reader, 0, 0, pcm, 160, NULL));
    for (uint64_t i = 0; i < 160; i++) {
        int16_t one = sample(i);
        uint8_t code;
        OK(tl_g711_encode(TL_G711_ALAW, &one, 1, &code));
        OK(tl_g711_decode(TL_G711_ALAW, &code, 1, &one));
        CHECK(pcm[i] == one);
    }
    int16_t later[160];
    OK(tl_reader_read_at(reader, 1, 500000, later, 160, &recorded));
    CHECK(recorded == 160 && later[0] == sample(4000));
    uint8_t levels[3];
    OK(tl_reader_picture(reader, 1, 0, 24000, levels, 3));
    CHECK(levels[0] == 39 && levels[1] == 0 && levels[2] == 39);
    OK(tl_reader_free(reader));
}

static long size_of_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    CHECK(file && fseek(file, 0, SEEK_END) == 0);
    long size = ftell(file);
    fclose(file);
    return size;
}

/* What the file holds as tables, and all of it played. */
static void tables(const char *path)
{
    tl_reader *reader;
    tl_reader_entry entries[64];
    tl_reader_peaks parts[8];
    tl_reader_shape shape;
    tl_reader_clock points[4];
    tl_reader_damage stretches[4];
    tl_reader_packet packets[4];
    size_t count, len, there;
    uint64_t at, covered[2] = {0, 0};
    static int16_t pcm[48000], one[24000];
    static uint8_t bytes[65536];
    OK(tl_reader_new(path, NULL, &reader));
    OK(tl_reader_list_index(reader, NULL, 0, &there));
    OK(tl_reader_list_index(reader, entries, 64, &count));
    CHECK(count == there && count >= 4 && count <= 64);
    for (uint32_t i = 0; i < count; i++) {
        const tl_reader_entry *entry = &entries[i];
        CHECK(entry->channel < 2 && entry->len > 0 && entry->offset > 0 && entry->reserved == 0);
        covered[entry->channel] += entry->len;
        OK(tl_reader_read_block(reader, i, bytes, sizeof bytes, &len));
        CHECK(len == entry->len * (1 + entry->channel));
        int16_t was = sample(entry->position + entry->len - 1);
        if (entry->channel == 1) {
            CHECK((int16_t)(bytes[len - 2] | bytes[len - 1] << 8) == was);
        } else {
            uint8_t code;
            OK(tl_g711_encode(TL_G711_ALAW, &was, 1, &code));
            CHECK(bytes[len - 1] == code);
        }
        EXPECT(TL_ERR_BUFFER, tl_reader_read_block(reader, i, bytes, len - 1, &len));
    }
    CHECK(covered[0] == 16000 && covered[1] == 16000);
    EXPECT(TL_ERR_ARGUMENT, tl_reader_read_block(reader, (uint32_t)count, bytes, 1, &len));
    EXPECT(TL_ERR_RECORD_FORMAT,
           tl_reader_read_packets(reader, 0, packets, 4, &count, bytes, sizeof bytes, &len));

    /* The columns of the picture are those that it draws. */
    OK(tl_reader_list_peaks(reader, parts, 8, &count));
    CHECK(count >= 2 && count <= 8);
    for (size_t i = 0; i < count; i++)
        for (size_t column = 0; column < parts[i].count; column++) {
            const uint64_t step = 8 * TL_PEAK_MS, from = (parts[i].first + column) * step;
            uint8_t level;
            OK(tl_reader_picture(reader, parts[i].channel, from, from + step, &level, 1));
            CHECK(parts[i].levels[column] == level);
        }
    OK(tl_reader_list_clocks(reader, points, 4, &count));
    CHECK(count == 0);
    OK(tl_reader_list_damage(reader, stretches, 4, &count));
    CHECK(count == 0);
    OK(tl_reader_position_at(reader, 1, 500000, &at));
    CHECK(at == 4000);
    OK(tl_reader_micros_at(reader, 1, 4000, &at));
    CHECK(at == 500000);
    EXPECT(TL_ERR_RECORD_CHANNEL, tl_reader_position_at(reader, 2, 0, &at));
    EXPECT(TL_ERR_RECORD_CHANNEL, tl_reader_micros_at(reader, 256, 0, &at));

    EXPECT(TL_ERR_BUFFER, tl_reader_play(reader, 0, TL_NONE, 0, TL_NONE32, pcm, 100, &shape));
    CHECK(shape.rate == 8000 && shape.channels == 2 && shape.frames == 24000);
    OK(tl_reader_play(reader, 0, TL_NONE, 0, TL_NONE32, pcm, 48000, &shape));
    for (uint32_t channel = 0; channel < 2; channel++) {
        OK(tl_reader_read(reader, channel, 0, one, 24000, NULL));
        for (size_t i = 0; i < 24000; i++)
            CHECK(pcm[2 * i + channel] == one[i]);
    }
    OK(tl_reader_play(reader, 2000000, 2010000, 0, 1, pcm, 48000, &shape));
    CHECK(shape.channels == 1 && shape.frames == 80 && pcm[79] == sample(16079));
    OK(tl_reader_play(reader, 0, TL_NONE, 1, TL_NONE32, pcm, 24000, &shape));
    CHECK(shape.channels == 1 && shape.frames == 24000 && pcm[12000] == 0);
    EXPECT(TL_ERR_RECORD_CHANNEL, tl_reader_play(reader, 0, TL_NONE, 0, 2, pcm, 24000, &shape));
    OK(tl_reader_free(reader));
}

static void export_and_verify(const char *path)
{
    tl_reader *reader;
    tl_recording_report report;
    const char *wav = in_folder("both.wav"), *mixed = in_folder("mixed.wav");
    OK(tl_reader_new(path, NULL, &reader));
    OK(tl_reader_export_wav(reader, wav, 0, TL_NONE, 0));
    EXPECT(TL_ERR_RECORD_IO, tl_reader_export_wav(reader, wav, 0, TL_NONE, 0));
    OK(tl_reader_export_wav(reader, mixed, 1000, 1500, 1));
    OK(tl_reader_free(reader));
    long both = size_of_file(wav) - 24000 * 4, one = size_of_file(mixed) - 4000 * 2;
    CHECK(both >= 44 && both < 200 && one == both);

    OK(tl_recording_verify(path, &report));
    CHECK(report.intact == 1 && report.closed == 1 && report.recovered == 0);
    CHECK(report.signature == TL_RECORDING_UNSIGNED && report.damaged == 0);
    EXPECT(TL_ERR_RECORD_NOT_TLR, tl_recording_verify(wav, &report));
    EXPECT(TL_ERR_RECORD_IO, tl_recording_verify(in_folder("none"), &report));
    CHECK(strstr(tl_last_error(), "none"));
}

/* A file cut in its middle: what is whole comes back, and is said to have been recovered. */
static void cut_short(const char *path, const uint8_t *seed)
{
    const char *cut = in_folder("cut.tlr"), *back = in_folder("recovered.tlr");
    static unsigned char bytes[1 << 20];
    tl_recording_report report;
    FILE *from = fopen(path, "rb"), *to = fopen(cut, "wb");
    CHECK(from && to);
    size_t len = fread(bytes, 1, sizeof bytes, from);
    CHECK(len > 1000 && fwrite(bytes, 1, len - 200, to) == len - 200);
    fclose(from);
    fclose(to);
    OK(tl_recording_verify(cut, &report));
    CHECK(report.intact == 0 && report.closed == 0);
    OK(tl_recording_recover(cut, back, NULL, seed, &report));
    CHECK(report.closed == 0);
    EXPECT(TL_ERR_RECORD_IO, tl_recording_recover(cut, back, NULL, seed, &report));
    check(back, NULL, 1);
    OK(tl_recording_verify(back, &report));
    CHECK(report.closed == 1 && report.recovered == 1 && report.signature == TL_RECORDING_SIGNED);

    /* One bit changed anywhere in the sound is found. */
    bytes[len / 2] ^= 1;
    to = fopen(cut, "wb");
    CHECK(to && fwrite(bytes, 1, len, to) == len);
    fclose(to);
    OK(tl_recording_verify(cut, &report));
    CHECK(report.intact == 0 && (report.damaged > 0 || report.broken > 0));
}

static void signed_and_sealed(tl_recorder *recorder)
{
    static const uint8_t seed[32] = {1, 2, 3};
    tl_recording_config how = config();
    tl_reader_config key;
    tl_reader *reader;
    tl_recording_report report;
    const char *path = in_folder("sealed.tlr");
    how.signer = seed;
    how.passphrase = "swordfish";
    record(recorder, path, &how);
    EXPECT(TL_ERR_RECORD_LOCKED, tl_reader_new(path, NULL, &reader));
    OK(tl_reader_defaults(&key));
    key.passphrase = "trout";
    key.passphrase_mib = 100;
    EXPECT(TL_ERR_RECORD_TOO_COSTLY, tl_reader_new(path, &key, &reader));
    key.passphrase_mib = 200;
    EXPECT(TL_ERR_RECORD_WRONG_KEY, tl_reader_new(path, &key, &reader));
    key.secret = seed;
    EXPECT(TL_ERR_ARGUMENT, tl_reader_new(path, &key, &reader));
    key.secret = NULL;
    key.passphrase = "swordfish";
    check(path, &key, 1);
    OK(tl_recording_verify(path, &report));
    CHECK(report.intact == 1 && report.signature == TL_RECORDING_SIGNED);
    static const uint8_t nobody[32];
    CHECK(memcmp(report.signer, nobody, 32) != 0);
}

/* Another cipher, a passphrase that costs next to nothing, and a head that everybody may read. */
static void sealed_otherwise(tl_recorder *recorder)
{
    tl_recording_config how = config();
    tl_reader_config key;
    tl_reader *reader;
    tl_recording *recording;
    tl_recording_meta meta;
    size_t recorded;
    uint32_t locked;
    const char *path = in_folder("otherwise.tlr");
    CHECK(how.cipher == TL_RECORDING_XCHACHA20_POLY1305 && how.passphrase_kib == 65536);
    CHECK(how.passphrase_passes == 3 && how.passphrase_lanes == 4);
    how.cipher = TL_RECORDING_AES_256_GCM;
    how.passphrase = "swordfish";
    how.passphrase_kib = 64;
    how.passphrase_passes = how.passphrase_lanes = 1;
    how.clear_head = 1;
    record(recorder, path, &how);
    OK(tl_reader_new(path, NULL, &reader));
    OK(tl_reader_is_locked(reader, &locked));
    CHECK(locked == 1);
    OK(tl_reader_get_meta(reader, 0, &meta));
    CHECK(strcmp(meta.value, "sales") == 0);
    int16_t pcm[160];
    OK(tl_reader_read(reader, 1, 0, pcm, 160, &recorded));
    CHECK(recorded == 0);
    OK(tl_reader_free(reader));
    OK(tl_reader_defaults(&key));
    key.passphrase = "swordfish";
    check(path, &key, 1);
    OK(tl_reader_new(path, &key, &reader));
    OK(tl_reader_is_locked(reader, &locked));
    CHECK(locked == 0);
    OK(tl_reader_free(reader));

    path = in_folder("never.tlr");
    how.cipher = 2;
    EXPECT(TL_ERR_ARGUMENT, tl_recording_new(recorder, path, &how, &recording));
    how.cipher = 0;
    how.passphrase_lanes = 9; /* each wants 8 KiB */
    EXPECT(TL_ERR_ARGUMENT, tl_recording_new(recorder, path, &how, &recording));
    how.passphrase_lanes = 1;
    how.passphrase_kib = 262145;
    EXPECT(TL_ERR_ARGUMENT, tl_recording_new(recorder, path, &how, &recording));
    how.passphrase_kib = UINT32_MAX;
    how.passphrase_lanes = UINT32_MAX;
    EXPECT(TL_ERR_ARGUMENT, tl_recording_new(recorder, path, &how, &recording));
}

static long length_of(const char *path)
{
    FILE *file = fopen(path, "rb");
    CHECK(file && fseek(file, 0, SEEK_END) == 0);
    long len = ftell(file);
    fclose(file);
    return len;
}

/* Packed harder with a mistake put right, and sealed for others: the same sound. Of a failure nothing is left. */
static void written_anew(tl_recorder *recorder)
{
    static const uint8_t seed[32] = {4, 5, 6}, secret[32] = {7, 8, 9};
    uint8_t public_key[32];
    static const tl_recording_meta WRONG[2] = {{"queue", "sales"}, {"agent", "nobody"}};
    tl_recording_config how = config();
    tl_reader_config key;
    tl_reader *reader;
    tl_recording_report report;
    const char *path = in_folder("first.tlr"), *packed = in_folder("packed.tlr");
    const char *sealed = in_folder("other.tlr");
    how.meta = WRONG;
    record(recorder, path, &how);
    OK(tl_recording_defaults(&how));
    how.level = TL_RECORDING_HIGH;
    how.signer = seed;
    how.meta = &META[1];
    how.meta_count = 1;
    OK(tl_recording_repack(path, packed, NULL, &how));
    CHECK(length_of(packed) < length_of(path) + 200);
    check(packed, NULL, 1);
    OK(tl_recording_verify(packed, &report));
    OK(tl_recording_signer_key(seed, public_key));
    CHECK(report.intact == 1 && report.signature == TL_RECORDING_SIGNED);
    CHECK(memcmp(report.signer, public_key, 32) == 0);
    EXPECT(TL_ERR_RECORD_IO, tl_recording_repack(path, packed, NULL, &how));

    OK(tl_recording_recipient_key(secret, public_key));
    how.recipients = public_key;
    how.recipient_count = 1;
    OK(tl_recording_reseal(packed, sealed, NULL, &how));
    EXPECT(TL_ERR_RECORD_LOCKED, tl_reader_new(sealed, NULL, &reader));
    OK(tl_reader_defaults(&key));
    key.secret = secret;
    check(sealed, &key, 1);

    /* Without the key there is nothing to copy, and a damaged block is no block. */
    const char *never = in_folder("never.tlr"), *hurt = in_folder("hurt.tlr");
    EXPECT(TL_ERR_RECORD_LOCKED, tl_recording_reseal(sealed, never, NULL, &how));
    CHECK(access(never, F_OK) != 0);
    static unsigned char bytes[1 << 20];
    FILE *from = fopen(path, "rb"), *to = fopen(hurt, "wb");
    CHECK(from && to);
    size_t len = fread(bytes, 1, sizeof bytes, from);
    bytes[len / 2] ^= 1;
    CHECK(len > 1000 && fwrite(bytes, 1, len, to) == len);
    fclose(from);
    fclose(to);
    how.level = TL_RECORDING_LIVE;
    EXPECT(TL_ERR_RECORD_DAMAGED, tl_recording_repack(hurt, never, NULL, &how));
    CHECK(access(never, F_OK) != 0);
    how.level = 9;
    EXPECT(TL_ERR_ARGUMENT, tl_recording_repack(path, never, NULL, &how));
}

static void refusals(tl_recorder *recorder)
{
    tl_recording_config how = config();
    tl_recording *recording;
    int16_t pcm[8] = {0};
    uint8_t codes[8] = {0};
    tl_mark mark = {TL_MARK_NOTE, 2, 0, 0, NULL};
    EXPECT(TL_ERR_RECORD_IO, tl_recording_new(recorder, "/nowhere/a.tlr", &how, &recording));
    EXPECT(TL_ERR_NULL, tl_recording_new(NULL, in_folder("a.tlr"), &how, &recording));
    how.channel_count = 0;
    EXPECT(TL_ERR_ARGUMENT, tl_recording_new(recorder, in_folder("a.tlr"), &how, &recording));
    how.channel_count = 2;
    how.level = 4;
    EXPECT(TL_ERR_ARGUMENT, tl_recording_new(recorder, in_folder("a.tlr"), &how, &recording));
    how.level = TL_RECORDING_FAST;
    const char *path = in_folder("a.tlr");
    OK(tl_recording_new(recorder, path, &how, &recording));
    EXPECT(TL_ERR_RECORD_FORMAT, tl_recording_write_pcm(recording, 0, 0, pcm, 8, NULL));
    EXPECT(TL_ERR_RECORD_FORMAT, tl_recording_write_codes(recording, 1, 0, codes, 8, NULL));
    EXPECT(TL_ERR_RECORD_CHANNEL, tl_recording_write_codes(recording, 2, 0, codes, 8, NULL));
    EXPECT(TL_ERR_RECORD_CHANNEL, tl_recording_write_codes(recording, 256, 0, codes, 8, NULL));
    EXPECT(TL_ERR_RECORD_CHANNEL, tl_recording_add_mark(recording, &mark, NULL));
    mark.channel = 0;
    mark.kind = 0;
    EXPECT(TL_ERR_ARGUMENT, tl_recording_add_mark(recording, &mark, NULL));
    /* Freed unfinished: closed by the thread, and nobody waits. */
    OK(tl_recording_free(recording));
}

/* A pause keeps a card number out; metadata and clock points come during the call. */
static void pause_and_more(tl_recorder *recorder)
{
    static const tl_recording_channel opus = {"line", TL_RECORDING_OPUS, 0};
    static const tl_recording_meta late = {"outcome", "sold"};
    tl_recording_config how = config();
    tl_recording *recording;
    tl_reader *reader;
    tl_reader_info info;
    tl_recording_meta meta;
    tl_mark mark;
    int16_t pcm[800];
    size_t recorded;
    const char *path = in_folder("pause.tlr");
    OK(tl_recording_new(recorder, path, &how, &recording));
    frame(recording, 0);
    EXPECT(TL_ERR_RECORD_CHANNEL, tl_recording_pause(recording, 2, 160));
    OK(tl_recording_pause(recording, 1, 160));
    memset(pcm, 1, sizeof pcm);
    OK(tl_recording_write_pcm(recording, 1, 160, pcm, 160, NULL));
    OK(tl_recording_resume(recording, 1, 320));
    frame(recording, 320);
    OK(tl_recording_add_meta(recording, &late, NULL));
    OK(tl_recording_add_clock(recording, 1, 0, 0, NULL));
    EXPECT(TL_ERR_RECORD_FORMAT, tl_recording_write_packet(recording, 1, 480, 960, NULL, 0, NULL));
    OK(tl_recording_finish(recording));
    OK(tl_recording_free(recording));
    OK(tl_reader_new(path, NULL, &reader));
    OK(tl_reader_read(reader, 1, 0, pcm, 480, &recorded));
    CHECK(recorded == 320 && pcm[159] == sample(159) && pcm[160] == 0 && pcm[319] == 0);
    CHECK(pcm[320] == sample(320));
    OK(tl_reader_get_info(reader, &info));
    OK(tl_reader_get_meta(reader, info.meta - 1, &meta));
    CHECK(strcmp(meta.key, "outcome") == 0 && strcmp(meta.value, "sold") == 0);
    OK(tl_reader_get_mark(reader, 0, &mark));
    CHECK(mark.kind == TL_MARK_PAUSED && mark.position == 160 && mark.length == 160);
    OK(tl_reader_free(reader));

    how.channels = &opus;
    how.channel_count = 1;
    OK(tl_recording_new(recorder, in_folder("opus.tlr"), &how, &recording));
    OK(tl_recording_write_packet(recording, 0, 0, 960, (const uint8_t *)"\xf8\xff\xfe", 3, NULL));
    EXPECT(TL_ERR_RECORD_FORMAT, tl_recording_write_codes(recording, 0, 960, NULL, 0, NULL));
    OK(tl_recording_finish(recording));
    OK(tl_recording_free(recording));
}

/* Any number of threads begin and write recordings of one recorder at the same time. */
static tl_recorder *shared;
static void *one_of_many(void *number)
{
    char name[32];
    tl_recording_config how = config();
    how.level = TL_RECORDING_LIVE;
    for (int round = 0; round < 20; round++) {
        tl_recording *recording;
        char path[96];
        snprintf(name, sizeof name, "%d-%d.tlr", *(int *)number, round);
        snprintf(path, sizeof path, "%s/%s", folder, name);
        OK(tl_recording_new(shared, path, &how, &recording));
        frame(recording, 0);
        OK(tl_recording_finish(recording));
        OK(tl_recording_free(recording));
        unlink(path);
    }
    return NULL;
}

int main(void)
{
    static const uint8_t seed[32] = {9};
    static int numbers[4] = {0, 1, 2, 3};
    pthread_t threads[4];
    tl_recorder *recorder;
    tl_recorder_config small;
    tl_recording_config how = config();
    uint64_t dropped;
    CHECK(mkdtemp(folder));

    OK(tl_recorder_defaults(&small));
    small.queue = 1024;
    OK(tl_recorder_new(&small, &recorder));
    const char *path = in_folder("call.tlr");
    record(recorder, path, &how);
    tl_recording *second;
    EXPECT(TL_ERR_RECORD_IO, tl_recording_new(recorder, path, &how, &second));
    check(path, NULL, 1);
    export_and_verify(path);
    tables(path);
    cut_short(path, seed);
    /* A passphrase is made to cost memory and time: minutes under valgrind. */
    if (!getenv("TRUNKLINE_UNDER_VALGRIND"))
        signed_and_sealed(recorder);
    sealed_otherwise(recorder);
    written_anew(recorder);
    refusals(recorder);
    pause_and_more(recorder);
    shared = recorder;
    for (int i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], NULL, one_of_many, &numbers[i]) == 0);
    for (int i = 0; i < 4; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    OK(tl_recorder_dropped(recorder, &dropped));
    CHECK(dropped == 0);
    OK(tl_recorder_free(recorder));

    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
    return 0;
}
