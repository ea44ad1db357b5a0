/*
 * missed.c - who lets calls ring is paused, in that queue or in all of them
 *
 * The engine sets such an agent not ready, in all queues and for all reasons. Where the configuration wants
 * it otherwise, it is counted here, by queue.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "roster.h"

/* For so long the engine leaves the agent alone, so that no call comes before the pause. */
#define APART_MS 100

void cc_missed_fit(const struct cc_missed *missed, tl_acd_queue_config *config)
{
    uint32_t *const delays[] = {&config->no_answer_delay_ms, &config->busy_delay_ms,
                                &config->declined_delay_ms, &config->failed_delay_ms};

    if (missed->pause == CC_PAUSE_BY_ENGINE) {
        return;
    }
    config->missed_limit = TL_NONE32;
    for (unsigned i = 0; i < sizeof delays / sizeof *delays; i++) {
        *delays[i] = *delays[i] < APART_MS ? APART_MS : *delays[i];
    }
}

static bool counts(const struct cc_missed *missed, const tl_acd_output *ended)
{
    if (ended->reason != TL_ACD_OFFER_REJECTED) {
        return ended->reason == TL_ACD_OFFER_TIMED_OUT;
    }
    return ended->detail == TL_ACD_CAUSE_BUSY ? missed->busy : missed->unreachable;
}

void cc_missed_count(cc_center *center, struct cc_member *member, const tl_acd_output *ended)
{
    const struct cc_missed *missed = &member->queue->missed;

    if (missed->pause == CC_PAUSE_BY_ENGINE) {
        return;
    }
    if (ended->reason == TL_ACD_OFFER_ACCEPTED) {
        member->missed = 0;
    } else if (counts(missed, ended) &&
               !(member->last_call_ms && ended->at - member->last_call_ms < missed->spared_ms)) {
        member->missed++;
        center->missed = center->missed || member->missed >= missed->limit;
    }
}

/* All outputs were read: from here on a pause may cause new ones. */
void cc_missed_sweep(cc_center *center)
{
    if (!center->missed) {
        return;
    }
    center->missed = false;
    for (struct cc_agent *agent = center->agents; agent; agent = agent->next) {
        for (struct cc_member *member = agent->members; member; member = member->next) {
            const struct cc_missed *missed = &member->queue->missed;
            if (missed->pause == CC_PAUSE_BY_ENGINE || member->missed < missed->limit) {
                continue;
            }
            member->missed = 0;
            cc_set_paused(center, missed->pause == CC_PAUSE_QUEUE ? member->queue->name : NULL, agent->phone,
                          true, CC_AUTO_PAUSE);
        }
    }
}
