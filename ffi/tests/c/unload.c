/* dlopen, fail, dlclose: nothing of the library may stay in memory, and it can come again. */
#include <dlfcn.h>
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

/* ISO C has no conversion from an object pointer to a function pointer; dlsym needs one. */
static void *symbol(void *library, const char *name, void *function, size_t size)
{
    void *address = dlsym(library, name);
    CHECK(address);
    memcpy(function, &address, size);
    return address;
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

        CHECK(dlclose(library) == 0);
        CHECK(!mapped("libtrunkline"));
    }
    return 0;
}
