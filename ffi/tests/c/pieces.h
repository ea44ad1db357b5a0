/* What more than one of the test programs walks through. */
#ifndef PIECES_H
#define PIECES_H

#include "check.h"

/* Nodes of a flow: `ask` goes on with `tell`, which is each program's own, and `menu` with `agent`. */
#define MENU_AND_QUERY \
    "start: menu\n"                                                \
    "nodes:\n"                                                     \
    "  menu:\n"                                                    \
    "    type: menu\n"                                             \
    "    prompt: Press one for your balance, two for an agent.\n"  \
    "    options: { 1: ask, 2: agent }\n"                          \
    "    on: { noinput: hangup, nomatch: hangup }\n"               \
    "  ask:\n"                                                     \
    "    type: query\n"                                            \
    "    query: balance\n"                                         \
    "    args: { caller: caller }\n"                               \
    "    results: { amount: balance }\n"                           \
    "    next: tell\n"                                             \
    "    on: { failed: hangup, timeout: hangup }\n"
#define AGENT \
    "  agent:\n"                                                                     \
    "    type: queue\n"                                                              \
    "    queue: sales\n"                                                             \
    "    on: { answered: hangup, timeout: hangup, failed: hangup, full: hangup }\n"

#ifdef TL_STD
/* How many samples 800 samples of silence become. */
static inline size_t resampled(tl_resampler *resampler)
{
    static int16_t pcm[800], out[500];
    size_t count, got = 0;
    OK(tl_resampler_feed(resampler, pcm, 800));
    OK(tl_resampler_finish(resampler));
    do {
        OK(tl_resampler_take(resampler, out, 500, &count));
        got += count;
    } while (count == 500);
    return got;
}
#endif

#endif
