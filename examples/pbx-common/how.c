/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "how.h"

static const struct {
    const char *status;
    uint32_t outcome;
} HOW[] = {
    [HOW_WAITING] = {"", TL_IVR_QUEUE_FAILED},
    [HOW_ANSWERED] = {"CONTINUE", TL_IVR_QUEUE_ANSWERED},
    [HOW_CALLER_LEFT] = {"", TL_IVR_QUEUE_ABANDONED},
    [HOW_TIMED_OUT] = {"TIMEOUT", TL_IVR_QUEUE_TIMEOUT},
    [HOW_WENT_EMPTY] = {"LEAVEEMPTY", TL_IVR_QUEUE_EMPTY},
    [HOW_KEY] = {"KEY", TL_IVR_QUEUE_EXIT_KEY},
    [HOW_WITHDRAWN] = {"WITHDRAW", TL_IVR_QUEUE_FAILED},
    [HOW_FULL] = {"FULL", TL_IVR_QUEUE_FULL},
    [HOW_EMPTY] = {"JOINEMPTY", TL_IVR_QUEUE_EMPTY},
    [HOW_FAILED] = {"FAILED", TL_IVR_QUEUE_FAILED},
};

enum how how_ended(const tl_acd_output *output)
{
    if (output->kind == TL_ACD_COMPLETED) {
        return HOW_ANSWERED;
    }
    if (output->kind == TL_ACD_REFUSED) {
        return output->reason == TL_ACD_REFUSED_FULL ? HOW_FULL
            : output->reason == TL_ACD_REFUSED_EMPTY ? HOW_EMPTY : HOW_FAILED;
    }
    switch (output->reason) {
    case TL_ACD_LEFT_TIMEOUT:
    case TL_ACD_LEFT_OVERFLOW:
        return HOW_TIMED_OUT;
    case TL_ACD_LEFT_ABANDONED:
        return HOW_CALLER_LEFT;
    case TL_ACD_LEFT_EXIT:
        return output->detail ? HOW_KEY : HOW_WITHDRAWN;
    case TL_ACD_LEFT_EMPTY:
        return HOW_WENT_EMPTY;
    default:
        return HOW_FAILED;
    }
}

const char *how_status(enum how how)
{
    return HOW[how].status;
}

uint32_t how_outcome(enum how how)
{
    return HOW[how].outcome;
}
