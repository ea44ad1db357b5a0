/* Objects that go on taking memory after they are made live in a block of the caller's like any other. */
#include "check.h"
#include "pieces.h"

#include <unistd.h>

static const char CENTRE[] =
    "[[queue]]\n"
    "name = \"sales\"\n"
    "[[agent]]\n"
    "name = \"ann\"\n"
    "tag = 101\n"
    "queues = [\"sales\"]\n";

static const char DAY[] =
    "length_s = 3600\n"
    "calls_max = 500\n"
    "[[queue]]\n"
    "name = \"sales\"\n"
    "[[stream]]\n"
    "queue = \"sales\"\n"
    "calls_per_hour = 60\n"
    "handle_s = 180\n"
    "patience_s = 120\n"
    "[[group]]\n"
    "agents = 3\n"
    "queues = [\"sales\"]\n";

static const char FLOW[] =
    "name: hello\n"
    "languages: [en]\n"
    "start: bye\n"
    "nodes:\n"
    "  bye: { type: play, prompt: Goodbye., next: hangup }\n";

static const char SCENARIOS[] =
    "flow: hello.yaml\n"
    "scenarios:\n"
    "  - name: hears it out\n"
    "    steps:\n"
    "      - then: Goodbye.\n"
    "      - listen\n";

static const tl_recording_channel CALLER = {"caller", TL_RECORDING_ULAW, 0};

#define BLOCK(name, size)           \
    static union {                  \
        unsigned char bytes[size];  \
        long double align;          \
    } name
BLOCK(text_block, 4096);
BLOCK(sim_block, 4096);
BLOCK(document_block, 4096);
BLOCK(flow_block, 4096);
BLOCK(rehearsal_block, 4096);
BLOCK(trial_block, 4096);
BLOCK(coverage_block, 4096);
BLOCK(recorder_block, 4096);
BLOCK(recording_block, 4096);
BLOCK(reader_block, 4096);
BLOCK(resampler_block, 4096);
BLOCK(engine_block, 1 << 20);

/* In whose memory the objects below lie, and where their recording is. */
static int in_blocks;
static char path[64];

#define MAKE(kind, block, ...)                                                        \
    OK(in_blocks ? tl_##kind##_init(&block, sizeof block, __VA_ARGS__) : tl_##kind##_new(__VA_ARGS__))

static void centre(void)
{
    tl_acd_text *text;
    tl_acd *acd;
    tl_acd_queue_counters counters;
    uint64_t queue;
    MAKE(acd_text, text_block, CENTRE, strlen(CENTRE), NULL, &text);
    OK(tl_acd_text_make_init(text, &engine_block, sizeof engine_block, &acd));
    OK(tl_acd_text_queue(text, "sales", &queue));
    OK(tl_acd_text_free(text));
    OK(tl_acd_get_queue(acd, queue, &counters));
    CHECK(counters.members == 1);
    OK(tl_acd_free(acd));
}

/* One day, however often it is played and wherever it lies. */
static void day(void)
{
    static tl_sim_tally first;
    tl_sim *sim;
    tl_sim_tally tally;
    MAKE(sim, sim_block, DAY, strlen(DAY), NULL, &sim);
    OK(tl_sim_run(sim, 7));
    OK(tl_sim_get_total(sim, &tally, NULL));
    OK(tl_sim_free(sim));
    CHECK(tally.offered > 20);
    if (first.offered == 0)
        first = tally;
    CHECK(memcmp(&tally, &first, sizeof tally) == 0);
}

static void dialogue(void)
{
    tl_ivr_document *document;
    tl_ivr_flow *flow;
    tl_ivr_rehearsal *rehearsal;
    tl_ivr_rehearsal_info info;
    tl_ivr_trial *trial;
    tl_ivr_coverage *coverage;
    const uint8_t *program;
    size_t len, taken, exits;
    MAKE(ivr_document, document_block, FLOW, strlen(FLOW), NULL, &document);
    OK(tl_ivr_document_program(document, &program, &len));
    OK(tl_ivr_flow_init(&flow_block, sizeof flow_block, program, len, &flow));
    MAKE(ivr_rehearsal, rehearsal_block, flow, SCENARIOS, strlen(SCENARIOS), NULL, &rehearsal);
    MAKE(ivr_trial, trial_block, flow, NULL, &trial);
    MAKE(ivr_coverage, coverage_block, flow, &coverage);
    OK(tl_ivr_flow_free(flow));
    OK(tl_ivr_trial_listen(trial));
    OK(tl_ivr_coverage_count(coverage, trial));
    OK(tl_ivr_trial_free(trial));
    OK(tl_ivr_document_free(document));
    OK(tl_ivr_coverage_get_exits(coverage, &taken, &exits));
    CHECK(taken == 1 && exits >= 1);
    OK(tl_ivr_coverage_free(coverage));
    OK(tl_ivr_rehearsal_get_info(rehearsal, &info));
    CHECK(info.scenarios == 1 && info.failed == 0);
    OK(tl_ivr_rehearsal_free(rehearsal));
}

static tl_recording_config one_channel(void)
{
    tl_recording_config config;
    OK(tl_recording_defaults(&config));
    config.channels = &CALLER;
    config.channel_count = 1;
    return config;
}

static tl_recorder_config small_queue(void)
{
    tl_recorder_config config;
    OK(tl_recorder_defaults(&config));
    config.queue = 512;
    return config;
}

static void recording(void)
{
    tl_recorder_config queue = small_queue();
    tl_recording_config config = one_channel();
    tl_recorder *recorder;
    tl_recording *call;
    tl_reader *reader;
    int16_t pcm[160], heard[160];
    uint8_t codes[160];
    size_t recorded;
    for (int i = 0; i < 160; i++)
        codes[i] = (uint8_t)(i * 3);
    OK(tl_g711_decode(TL_G711_ULAW, codes, 160, pcm));

    MAKE(recorder, recorder_block, &queue, &recorder);
    MAKE(recording, recording_block, recorder, path, &config, &call);
    for (uint64_t at = 0; at < 16000; at += 160)
        OK(tl_recording_write_codes(call, 0, at, codes, 160, NULL));
    /* The recorder stays as long as anything of it does: finished is not freed. */
    EXPECT(TL_ERR_IN_USE, tl_recorder_free(recorder));
    OK(tl_recording_finish(call));
    EXPECT(TL_ERR_IN_USE, tl_recorder_free(recorder));
    OK(tl_recording_free(call));
    OK(tl_recorder_free(recorder));

    MAKE(reader, reader_block, path, NULL, &reader);
    for (uint64_t at = 0; at < 16000; at += 160) {
        OK(tl_reader_read(reader, 0, at, heard, 160, &recorded));
        CHECK(recorded == 160 && memcmp(heard, pcm, sizeof pcm) == 0);
    }
    OK(tl_reader_free(reader));
    CHECK(unlink(path) == 0);
}

/* A library may have been built without. */
static int has_resampler(void)
{
    tl_resampler *resampler;
    tl_status status = tl_resampler_new(8000, 16000, &resampler);
    if (status == TL_ERR_UNSUPPORTED) {
        EXPECT(TL_ERR_UNSUPPORTED, tl_resampler_init(&resampler_block, sizeof resampler_block,
                                                     8000, 16000, &resampler));
        return 0;
    }
    OK(status);
    OK(tl_resampler_free(resampler));
    return 1;
}

static void rates(void)
{
    tl_resampler *resampler;
    MAKE(resampler, resampler_block, 8000, 16000, &resampler);
    CHECK(resampled(resampler) == 1600);
    OK(tl_resampler_free(resampler));
}

static void everything(void)
{
    centre();
    day();
    dialogue();
    recording();
    if (has_resampler())
        rates();
}

/* Nobody has written where nobody may: the bytes of `block` from `from` on. */
BLOCK(block, 4096);
static int untouched(size_t from)
{
    for (size_t i = from; i < sizeof block; i++)
        if (block.bytes[i] != 0xA5)
            return 0;
    return 1;
}

/* What is no place for an object is refused before anything is done; what is one may be used again, and
 * what was there is nobody then. */
#define PLACES(kind, ...)                                                             \
    do {                                                                              \
        tl_##kind *made_ = NULL;                                                      \
        size_t size_ = tl_##kind##_size();                                            \
        CHECK(size_ > 0 && size_ % TL_ALIGN == 0 && size_ + TL_ALIGN <= sizeof block);\
        memset(&block, 0xA5, sizeof block);                                           \
        EXPECT(TL_ERR_NULL, tl_##kind##_init(NULL, size_, __VA_ARGS__, &made_));      \
        EXPECT(TL_ERR_NULL, tl_##kind##_init(&block, size_, __VA_ARGS__, NULL));      \
        EXPECT(TL_ERR_ALIGN, tl_##kind##_init(block.bytes + 8, size_, __VA_ARGS__, &made_)); \
        EXPECT(TL_ERR_MEMORY, tl_##kind##_init(&block, size_ - 1, __VA_ARGS__, &made_)); \
        EXPECT(TL_ERR_MEMORY, tl_##kind##_init(&block, 0, __VA_ARGS__, &made_));      \
        CHECK(!made_ && untouched(0));                                                \
        for (int round_ = 0; round_ < 2; round_++) {                                  \
            OK(tl_##kind##_init(&block, size_, __VA_ARGS__, &made_));                 \
            CHECK((unsigned char *)made_ == block.bytes && untouched(size_));         \
            EXPECT(TL_ERR_OBJECT, tl_dtmf_free((tl_dtmf *)(void *)made_));            \
            OK(tl_##kind##_free(made_));                                              \
            EXPECT(TL_ERR_OBJECT, tl_##kind##_free(made_));                           \
            unlink(path);                                                             \
        }                                                                             \
    } while (0)

static void places(void)
{
    tl_recorder_config queue = small_queue();
    tl_recording_config config = one_channel();
    tl_ivr_document *document;
    tl_ivr_flow *flow;
    tl_recorder *recorder;
    tl_recording *call;
    const uint8_t *program;
    size_t len;

    PLACES(acd_text, CENTRE, strlen(CENTRE), NULL);
    PLACES(sim, DAY, strlen(DAY), NULL);
    PLACES(ivr_document, FLOW, strlen(FLOW), NULL);
    OK(tl_ivr_document_new(FLOW, strlen(FLOW), NULL, &document));
    OK(tl_ivr_document_program(document, &program, &len));
    OK(tl_ivr_flow_new(program, len, &flow));
    PLACES(ivr_rehearsal, flow, SCENARIOS, strlen(SCENARIOS), NULL);
    PLACES(ivr_trial, flow, NULL);
    PLACES(ivr_coverage, flow);
    OK(tl_ivr_flow_free(flow));
    OK(tl_ivr_document_free(document));
    PLACES(recorder, &queue);
    if (has_resampler())
        PLACES(resampler, 8000, 16000);

    OK(tl_recorder_new(&queue, &recorder));
    EXPECT(TL_ERR_ALIGN, tl_recording_init(block.bytes + 8, 4000, recorder, path, &config, &call));
    CHECK(access(path, F_OK) != 0);
    PLACES(recording, recorder, path, &config);

    memset(&block, 0xA5, sizeof block);
    OK(tl_recording_new(recorder, path, &config, &call));
    OK(tl_recording_finish(call));
    OK(tl_recording_free(call));
    OK(tl_recorder_free(recorder));
    /* The file is looked for in vain the second time: what cannot be made leaves its place alone. */
    tl_reader *reader = NULL;
    OK(tl_reader_init(&block, sizeof block, path, NULL, &reader));
    OK(tl_reader_free(reader));
    CHECK(unlink(path) == 0);
    memset(&block, 0xA5, sizeof block);
    EXPECT(TL_ERR_RECORD_IO, tl_reader_init(&block, sizeof block, path, NULL, &reader));
    CHECK(untouched(0));
    EXPECT(TL_ERR_ALIGN, tl_reader_init(block.bytes + 8, 4000, path, NULL, &reader));
    EXPECT(TL_ERR_MEMORY, tl_reader_init(&block, tl_reader_size() - 1, path, NULL, &reader));
}

/* How often the library asked the system for memory, and for how much at once; the linker sends it by
 * here (tests.mk). */
static size_t asked, most_asked;

#ifdef COUNTED
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
int __real_posix_memalign(void **made, size_t align, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
int __wrap_posix_memalign(void **made, size_t align, size_t size);

/* The recorder's thread asks, too. */
static void ask(size_t size)
{
    size_t most = __atomic_load_n(&most_asked, __ATOMIC_RELAXED);
    __atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED);
    while (size > most && !__atomic_compare_exchange_n(&most_asked, &most, size, 0, __ATOMIC_RELAXED,
                                                       __ATOMIC_RELAXED))
        ;
}

void *__wrap_malloc(size_t size)
{
    ask(size);
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    ask(count * size);
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    ask(size);
    return __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    ask(size);
    return __real_aligned_alloc(align, size);
}

int __wrap_posix_memalign(void **made, size_t align, size_t size)
{
    ask(size);
    return __real_posix_memalign(made, align, size);
}
#endif

/* What Rust's std asks the system for whatever its allocator is: a handle for each thread that it starts,
 * and for each that waits for another. Here these are one recorder and one recording finished. */
#define HANDLES 2
#define HANDLE 64

/* With a region the library asks the system for nothing else, from the first call on: what the objects above
 * take, and they themselves where they are not in blocks. */
static void with_region(void)
{
    BLOCK(region, 4 << 20);
    tl_memory_stats stats;
    tl_dtmf *dtmf;
    EXPECT(TL_ERR_ARGUMENT, tl_memory_end());
    EXPECT(TL_ERR_ALIGN, tl_memory_use(region.bytes + 8, 4096));
    EXPECT(TL_ERR_MEMORY, tl_memory_use(region.bytes, 32));
    EXPECT(TL_ERR_ARGUMENT, tl_memory_use(region.bytes, SIZE_MAX));
    EXPECT(TL_ERR_ARGUMENT, tl_memory_use((void *)(UINTPTR_MAX - 4095), 8192));

    asked = 0;
    OK(tl_memory_use(region.bytes, sizeof region));
    EXPECT(TL_ERR_IN_USE, tl_memory_use(region.bytes, sizeof region));
    for (in_blocks = 0; in_blocks < 2; in_blocks++)
        everything();
    OK(tl_memory_get_stats(&stats));
    printf("at most %" PRIu64 " bytes in use\n", stats.peak);
    CHECK(stats.size == sizeof region && stats.peak > 100000 && stats.peak < sizeof region);
    CHECK(stats.overflows == 0 && stats.overflowed == 0);
    CHECK(asked <= 2 * HANDLES && most_asked <= HANDLE);
    /* All of it came back. */
    CHECK(stats.used == 0 && stats.blocks == 0);
    OK(tl_dtmf_new(&dtmf));
    CHECK((unsigned char *)dtmf > region.bytes && (unsigned char *)dtmf < region.bytes + sizeof region);
    EXPECT(TL_ERR_IN_USE, tl_memory_end());
    OK(tl_dtmf_free(dtmf));
    OK(tl_memory_end());
    CHECK(asked <= 2 * HANDLES);
    memset(&region, 0xA5, sizeof region);

    /* A region that is too small is no fault: what does not fit is the system's, and counted. */
    OK(tl_memory_use(region.bytes, 1 << 14));
    everything();
    OK(tl_memory_get_stats(&stats));
    CHECK(stats.overflows > 10 && stats.overflowed > 100000 && stats.peak > 1 << 12);
#ifdef COUNTED
    CHECK(asked >= stats.overflows && most_asked > HANDLE);
#endif
    CHECK(stats.blocks == 0);
    OK(tl_memory_end());
    for (size_t i = 1 << 14; i < sizeof region; i++)
        CHECK(region.bytes[i] == 0xA5);
    OK(tl_memory_get_stats(&stats));
    CHECK(stats.size == 0 && stats.peak == 0 && stats.overflows == 0);
}

int main(void)
{
    snprintf(path, sizeof path, "/tmp/trunkline-lives-%ld.tlr", (long)getpid());
    with_region();
    asked = 0;
    for (in_blocks = 0; in_blocks < 2; in_blocks++)
        everything();
#ifdef COUNTED
    CHECK(asked > 100);
#endif
    places();
    return 0;
}
