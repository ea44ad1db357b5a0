/*
 * Everything the library ever takes, in memory of your own: objects in blocks, and what a text's parser
 * and a simulated day take besides in one region. The heap is not asked for a byte.
 *
 *     cc region.c $(pkg-config --cflags --libs trunkline)
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <trunkline.h>

/* A union aligns the block in C99 too; C11 has _Alignas(TL_ALIGN). */
static union {
    unsigned char bytes[2 * 1024 * 1024];
    long double align;
} region;
static union {
    unsigned char bytes[4096];
    long double align;
} memory;

static const char day[] =
    "length_s = 28800\n"
    "calls_max = 1000\n"
    "[[queue]]\n"
    "name = \"sales\"\n"
    "[[stream]]\n"
    "queue = \"sales\"\n"
    "calls_per_hour = 90\n"
    "handle_s = 180\n"
    "patience_s = 120\n"
    "[[group]]\n"
    "agents = 5\n"
    "queues = [\"sales\"]\n";

int main(void)
{
    tl_sim *sim;
    tl_sim_tally total;
    tl_memory_stats used;

    /* Before anything else; in a real program once, where it starts. */
    if (tl_memory_use(&region, sizeof region) != TL_OK) {
        fprintf(stderr, "%s\n", tl_last_error());
        return 1;
    }
    if (tl_sim_size() > sizeof memory ||
        tl_sim_init(&memory, sizeof memory, day, strlen(day), "day", &sim) != TL_OK ||
        tl_sim_run(sim, 1) != TL_OK || tl_sim_get_total(sim, &total, NULL) != TL_OK ||
        tl_sim_free(sim) != TL_OK)
        return 1;
    printf("%" PRIu64 " of %" PRIu64 " callers were answered\n", total.answered, total.offered);

    /* `overflows` above 0: the system's heap helped out, and the region wants to be larger. */
    if (tl_memory_get_stats(&used) != TL_OK)
        return 1;
    printf("the region of %" PRIu64 " bytes was used up to %" PRIu64 ", %" PRIu64 " blocks did not fit\n",
           used.size, used.peak, used.overflows);
    return used.overflows == 0 && used.blocks == 0 && tl_memory_end() == TL_OK ? 0 : 1;
}
