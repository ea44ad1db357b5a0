/*
 * clock.c - the center's clock
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <pthread.h>
#include <time.h>

#include "callcenter.h"

static pthread_once_t clock_once = PTHREAD_ONCE_INIT;
static uint64_t clock_offset_ms;

static uint64_t clock_ms(clockid_t clock)
{
    struct timespec at;

    clock_gettime(clock, &at);
    return (uint64_t)at.tv_sec * 1000 + (uint64_t)at.tv_nsec / 1000000;
}

static void clock_begin(void)
{
    clock_offset_ms = clock_ms(CLOCK_REALTIME) - clock_ms(CLOCK_MONOTONIC);
}

static tl_time (*other_clock)(void);

void cc_set_clock(tl_time (*now)(void))
{
    other_clock = now;
}

tl_time cc_now(void)
{
    if (other_clock) {
        return other_clock();
    }
    pthread_once(&clock_once, clock_begin);
    return clock_offset_ms + clock_ms(CLOCK_MONOTONIC);
}
