/* dlopen, fail, dlclose: nothing of the library may stay in memory, and it can come again. */
#include <dlfcn.h>
#include <unistd.h>
#include "check.h"

static int mapped(const char *name)
{
    char line[512];
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    CHECK(maps);
    while (fgets(line, sizeof line, maps))
        found |= strstr(line, name) != NULL;
    fclose(maps);
    return found;
}

/* The library's own thread, and whatever a thread of ours did with it, leave nothing behind. */
static void record(void *library, const char *path);

/* ISO C has no conversion from an object pointer to a function pointer; dlsym needs one. */
static void *symbol(void *library, const char *name, void *function, size_t size)
{
    void *address = dlsym(library, name);
    CHECK(address);
    memcpy(function, &address, size);
    return address;
}

#define FUNCTION(type, name, ...)      \
    type (*its_##name)(__VA_ARGS__);   \
    symbol(library, "tl_" #name, &its_##name, sizeof its_##name)

static void record(void *library, const char *path)
{
    /* A region goes with the library, too. */
    static union {
        unsigned char bytes[2 << 20];
        long double align;
    } region;
    tl_memory_stats stats;
    FUNCTION(tl_status, memory_use, void *, size_t);
    FUNCTION(tl_status, memory_get_stats, tl_memory_stats *);
    CHECK(its_memory_use(&region, sizeof region) == TL_OK);
    FUNCTION(tl_status, recorder_new, const tl_recorder_config *, tl_recorder **);
    FUNCTION(tl_status, recorder_free, tl_recorder *);
    FUNCTION(tl_status, recording_defaults, tl_recording_config *, size_t);
    FUNCTION(tl_status, recording_new, const tl_recorder *, const char *,
             const tl_recording_config *, tl_recording **);
    FUNCTION(tl_status, recording_write_codes, tl_recording *, uint32_t, uint64_t,
             const uint8_t *, size_t, uint32_t *);
    FUNCTION(tl_status, recording_finish, tl_recording *);
    FUNCTION(tl_status, recording_free, tl_recording *);
    static const tl_recording_channel caller = {"caller", TL_RECORDING_ULAW, 0};
    static const uint8_t codes[160];
    tl_recorder *recorder;
    tl_recording *recording;
    tl_recording_config config;
    tl_recorder_config queue;
    FUNCTION(tl_status, recorder_defaults, tl_recorder_config *, size_t);
    CHECK(its_recorder_defaults(&queue, sizeof queue) == TL_OK);
    queue.queue = 512;
    CHECK(its_recorder_new(&queue, &recorder) == TL_OK);
    CHECK(its_recording_defaults(&config, sizeof config) == TL_OK);
    config.channels = &caller;
    config.channel_count = 1;
    CHECK(its_recording_new(recorder, path, &config, &recording) == TL_OK);
    for (uint64_t at = 0; at < 16000; at += 160)
        CHECK(its_recording_write_codes(recording, 0, at, codes, 160, NULL) == TL_OK);
    CHECK(its_recording_finish(recording) == TL_OK);
    CHECK(its_recording_free(recording) == TL_OK);
    CHECK(its_recorder_free(recorder) == TL_OK);
    CHECK(its_memory_get_stats(&stats) == TL_OK);
    CHECK(stats.peak > 100000 && stats.blocks == 0 && stats.overflows == 0);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    for (int round = 0; round < 3; round++) {
        void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        if (!library)
            fprintf(stderr, "%s\n", dlerror());
        CHECK(library && mapped("libtrunkline"));

        tl_status (*g711)(uint32_t, const uint8_t *, size_t, int16_t *);
        const char *(*last_error)(void);
        symbol(library, "tl_g711_decode", &g711, sizeof g711);
        symbol(library, "tl_last_error", &last_error, sizeof last_error);
        CHECK(g711(TL_G711_ALAW, NULL, 1, NULL) == TL_ERR_NULL);
        CHECK(strstr(last_error(), "NULL"));
        char path[64];
        snprintf(path, sizeof path, "/tmp/trunkline-unload-%ld.tlr", (long)getpid());
        record(library, path);
        unlink(path);

        CHECK(dlclose(library) == 0);
        CHECK(!mapped("libtrunkline"));
    }
    return 0;
}
