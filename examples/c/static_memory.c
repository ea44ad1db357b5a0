/*
 * A call centre in static memory: no allocator, no operating system under the library.
 *
 *     cargo rustc --profile noalloc -p trunkline-ffi --no-default-features --crate-type staticlib
 *     cc -DTL_BARE static_memory.c -Iffi/include target/noalloc/libtrunkline.a
 *
 * The blocks are plain arrays. tl_acd_size and tl_stats_size say how large they must be for given
 * limits.
 */
#include <inttypes.h>
#include <stdio.h>
#include <trunkline.h>

/* A union aligns the block in C99 too; C11 has _Alignas(TL_ALIGN). */
static union {
    unsigned char bytes[64 * 1024];
    long double align;
} memory, numbers;

int main(void)
{
    tl_acd_limits limits;
    size_t size;

    /* 8 queues, 30 agents, 60 calls: a small office on a microcontroller. */
    if (tl_acd_limits_defaults(&limits) != TL_OK)
        return 1;
    limits.queues = 8;
    limits.agents = 30;
    limits.calls = 60;
    limits.ring_max = 4;
    if (tl_acd_size(&limits, &size) != TL_OK)
        return 1;
    printf("8 queues, 30 agents and 60 calls take %" PRIu64 " bytes\n", (uint64_t)size);

    tl_acd *acd;
    if (tl_acd_init(&memory, sizeof memory, &limits, &acd) != TL_OK)
        return 1;

    /* The numbers of two intervals: a row for each queue and agent in each. */
    tl_stats_limits rows;
    tl_stats *stats;
    if (tl_stats_limits_for(&limits, 2, &rows) != TL_OK || tl_stats_size(&rows, &size) != TL_OK ||
        tl_stats_init(&numbers, sizeof numbers, &rows, NULL, &stats) != TL_OK)
        return 1;
    printf("their statistics of two half hours %" PRIu64 "\n", (uint64_t)size);

    uint64_t queue, agent, offers = 0;
    tl_acd_call call;
    tl_acd_output out;
    if (tl_acd_add_queue(acd, NULL, &queue) != TL_OK || tl_acd_call_defaults(&call) != TL_OK)
        return 1;
    for (int i = 0; i < 30; i++) {
        if (tl_acd_add_agent(acd, NULL, &agent) != TL_OK ||
            tl_acd_join_queue(acd, agent, queue, NULL) != TL_OK ||
            tl_acd_set_agent_state(acd, 0, agent, TL_ACD_AVAILABLE, 0) != TL_OK)
            return 1;
        /* Outputs wait in a table of fixed size: take them after every input. */
        while (tl_stats_poll(stats, acd, &out) == TL_OK)
            ;
    }

    /* One caller more than the engine has room for: the last one is an error, not a crash. */
    tl_status last = TL_OK;
    for (int i = 0; i <= 60; i++) {
        call.queue = queue;
        call.tag = (uint64_t)i;
        last = tl_acd_arrive(acd, 1000 + (tl_time)i, &call);
        while (tl_stats_poll(stats, acd, &out) == TL_OK)
            offers += out.kind == TL_ACD_OFFER;
    }
    printf("%" PRIu64 " phones ring; the 61st caller: %s\n", offers, tl_status_text(last));

    tl_stats_traffic traffic;
    size_t count;
    if (tl_stats_list_traffic(stats, &traffic, 1, &count) != TL_OK || count != 1)
        return 1;
    printf("%" PRIu64 " callers were let in\n", traffic.offered);
    return offers == 30 && last == TL_ERR_ACD_FULL && traffic.offered == 60 &&
                   tl_stats_free(stats) == TL_OK && tl_acd_free(acd) == TL_OK
               ? 0
               : 1;
}
