/*
 * how.h - how a wait in a queue ended: for the host, its dialplan, and a dialogue
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef HOW_H
#define HOW_H

#include <trunkline.h>

enum how {
    HOW_WAITING, /* not yet */
    HOW_ANSWERED,
    HOW_CALLER_LEFT,
    HOW_TIMED_OUT,
    HOW_WENT_EMPTY, /* the last agent left */
    HOW_KEY,
    HOW_WITHDRAWN, /* taken out by somebody else: an exit without a key */
    HOW_FULL,
    HOW_EMPTY, /* nobody was there to begin with */
    HOW_FAILED,
};

/** What the engine's last word about a call says: TL_ACD_LEFT, TL_ACD_REFUSED, TL_ACD_COMPLETED. */
enum how how_ended(const tl_acd_output *output);

/** For the dialplan: "CONTINUE", "TIMEOUT", ... */
const char *how_status(enum how how);

/** For a dialogue: a tl_ivr_queue_outcome. */
uint32_t how_outcome(enum how how);

#endif
