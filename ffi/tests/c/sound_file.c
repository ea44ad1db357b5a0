/* Sound files: headers as bytes, and files written and read. */
#include "check.h"

#include <unistd.h>

static int16_t ramp[20000], back[20000];

static void headers(void)
{
    static uint8_t bytes[256];
    tl_wav_header header, same;
    size_t len, start;
    memset(&header, 0, sizeof header);
    header.encoding = TL_WAV_ULAW;
    header.channels = 1;
    header.rate = 8000;
    header.data_bytes = 160;
    EXPECT(TL_ERR_BUFFER, tl_wav_build(&header, 0, bytes, 10, &len));
    CHECK(len > 10 && len <= sizeof bytes);
    OK(tl_wav_build(&header, 0, bytes, len, &len));
    OK(tl_wav_parse(bytes, len, &same, &start));
    CHECK(start == len && memcmp(&header, &same, sizeof header) == 0);
    EXPECT(TL_ERR_BUFFER, tl_wav_parse(bytes, 20, &same, &start));
    CHECK(start > 20);
    EXPECT(TL_ERR_SOUND_FILE, tl_wav_parse((const uint8_t *)"no sound", 8, &same, &start));

    /* Beyond 4 GiB it is RF64; of unknown length, up to the end. */
    header.data_bytes = (uint64_t)5 << 30;
    OK(tl_wav_build(&header, 1, bytes, sizeof bytes, &len));
    CHECK(memcmp(bytes, "RF64", 4) == 0);
    OK(tl_wav_parse(bytes, len, &same, &start));
    CHECK(same.data_bytes == header.data_bytes);
    header.container = TL_WAV_AU;
    header.data_bytes = TL_NONE;
    OK(tl_wav_build(&header, 0, bytes, sizeof bytes, &len));
    OK(tl_wav_parse(bytes, len, &same, &start));
    CHECK(same.container == TL_WAV_AU && same.data_bytes == TL_NONE && start == 28);

    header.channels = 0;
    EXPECT(TL_ERR_SOUND_FILE, tl_wav_build(&header, 0, bytes, sizeof bytes, &len));
    header.channels = 65536;
    EXPECT(TL_ERR_ARGUMENT, tl_wav_build(&header, 0, bytes, sizeof bytes, &len));
    header.channels = 1;
    header.encoding = 3;
    EXPECT(TL_ERR_ARGUMENT, tl_wav_build(&header, 0, bytes, sizeof bytes, &len));
    header.encoding = 0;
    header.container = 2;
    EXPECT(TL_ERR_ARGUMENT, tl_wav_build(&header, 0, bytes, sizeof bytes, &len));
}

int main(void)
{
    headers();

    char path[] = "/tmp/trunkline-XXXXXX", gone[64];
    static union {
        unsigned char bytes[1024];
        long double align;
    } blocks[2];
    tl_wav_reader *reader;
    tl_wav_writer *writer;
    tl_wav_header header;
    size_t got;
    CHECK(mkdtemp(path) != NULL);
    snprintf(gone, sizeof gone, "%s/a.wav", path);
    for (int i = 0; i < 20000; i++)
        ramp[i] = (int16_t)(i * 3 - 30000);

    memset(&header, 0, sizeof header);
    header.channels = 2;
    header.rate = 8000;
    CHECK(tl_wav_writer_size() <= sizeof blocks[0] && tl_wav_reader_size() <= sizeof blocks[1]);
    header.container = TL_WAV_AU;
    OK(tl_wav_writer_new(gone, &header, &writer));
    OK(tl_wav_writer_write(writer, ramp, 20000));
    OK(tl_wav_writer_finish(writer));
    OK(tl_wav_writer_free(writer));
    OK(tl_wav_reader_new(gone, &reader));
    OK(tl_wav_reader_get_header(reader, &header));
    CHECK(header.container == TL_WAV_AU && header.data_bytes == 40000);
    OK(tl_wav_reader_read(reader, back, 20000, &got));
    CHECK(got == 20000 && memcmp(ramp, back, sizeof ramp) == 0);
    OK(tl_wav_reader_free(reader));
    CHECK(unlink(gone) == 0);
    header.container = TL_WAV_RIFF;
    OK(tl_wav_writer_init(blocks[0].bytes, tl_wav_writer_size(), gone, &header, &writer));
    EXPECT(TL_ERR_SOUND_IO, tl_wav_writer_new(gone, &header, &writer)); /* it is there */
    OK(tl_wav_writer_write(writer, ramp, 19000));
    OK(tl_wav_writer_flush(writer));

    /* Whole at any moment: it is read while it is written. */
    OK(tl_wav_reader_init(blocks[1].bytes, tl_wav_reader_size(), gone, &reader));
    OK(tl_wav_reader_get_header(reader, &header));
    CHECK(header.channels == 2 && header.rate == 8000 && header.encoding == TL_WAV_PCM16);
    CHECK(header.data_bytes == 38000);
    OK(tl_wav_reader_read(reader, back, 20000, &got));
    CHECK(got == 19000 && memcmp(ramp, back, 38000) == 0);
    EXPECT(TL_DONE, tl_wav_reader_read(reader, back, 20000, &got));
    CHECK(got == 0);
    OK(tl_wav_reader_free(reader));

    OK(tl_wav_writer_write_bytes(writer, (const uint8_t *)(ramp + 19000), 2000));
    OK(tl_wav_writer_finish(writer));
    EXPECT(TL_ERR_ARGUMENT, tl_wav_writer_write(writer, ramp, 1));
    EXPECT(TL_ERR_ARGUMENT, tl_wav_writer_finish(writer));
    OK(tl_wav_writer_free(writer));
    OK(tl_wav_reader_new(gone, &reader));
    OK(tl_wav_reader_read_bytes(reader, (uint8_t *)back, sizeof back, &got));
    CHECK(got == sizeof back && memcmp(ramp, back, sizeof back) == 0);
    OK(tl_wav_reader_free(reader));
    EXPECT(TL_ERR_OBJECT, tl_wav_writer_flush((tl_wav_writer *)(void *)blocks[0].bytes));
    CHECK(unlink(gone) == 0);

    /* Companded on the way, and left without an end: up to date to a second. */
    header.channels = 1;
    header.encoding = TL_WAV_ALAW;
    OK(tl_wav_writer_new(gone, &header, &writer));
    OK(tl_wav_writer_write(writer, ramp, 20000));
    OK(tl_wav_writer_free(writer));
    OK(tl_wav_reader_new(gone, &reader));
    OK(tl_wav_reader_get_header(reader, &header));
    CHECK(header.encoding == TL_WAV_ALAW && header.data_bytes >= 12000);
    OK(tl_wav_reader_read(reader, back, 8000, &got));
    CHECK(got == 8000);
    for (int i = 0; i < 8000; i++)
        CHECK(abs(back[i] - ramp[i]) <= abs(ramp[i]) / 16 + 16);
    OK(tl_wav_reader_free(reader));
    CHECK(unlink(gone) == 0 && rmdir(path) == 0);
    EXPECT(TL_ERR_SOUND_IO, tl_wav_reader_new(gone, &reader));
    return 0;
}
