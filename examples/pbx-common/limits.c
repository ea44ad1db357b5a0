/*
 * limits.c - how much memory the engine is given, all of it at once
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "roster.h"

static int texts_in_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How many different sets of skills the agents have. */
static uint32_t different_skills(const struct cc_config *config)
{
    const char **texts = malloc((config->agent_count + 1) * sizeof *texts);
    uint32_t different = 0;

    if (!texts) {
        return (uint32_t)config->agent_count;
    }
    for (size_t i = 0; i < config->agent_count; i++) {
        texts[i] = config->agents[i].skills;
    }
    qsort(texts, config->agent_count, sizeof *texts, texts_in_order);
    for (size_t i = 0; i < config->agent_count; i++) {
        different += i == 0 || strcmp(texts[i - 1], texts[i]) != 0;
    }
    free(texts);
    return different;
}

tl_acd_limits cc_limits_for(const struct cc_config *config)
{
    tl_acd_limits limits = config->limits;
    uint32_t members = 0, largest = 0, profiles = different_skills(config);
    uint32_t steps = 0, most_steps = 0;

    for (size_t i = 0; i < config->queue_count; i++) {
        uint32_t count = (uint32_t)config->queues[i].member_count;
        members += count;
        largest = count > largest ? count : largest;
    }
    for (size_t i = 0; i < config->rule_count; i++) {
        uint32_t count = (uint32_t)config->rules[i].count;
        steps += count;
        most_steps = count > most_steps ? count : most_steps;
    }
    uint32_t agents = (uint32_t)config->agent_count, queues = (uint32_t)config->queue_count;
    limits.agents = limits.agents ? limits.agents : agents + agents / 2 + 64;
    limits.queues = limits.queues ? limits.queues : queues + queues / 2 + 16;
    limits.memberships = limits.memberships ? limits.memberships : members + members / 2 + 128;
    limits.calls = limits.calls ? limits.calls : 1024;
    limits.ring_max = largest < 16 ? 16 : largest > 256 ? 256 : largest;
    limits.classes = limits.classes ? limits.classes : 1024;
    profiles += profiles / 2 + 32;
    limits.profiles = profiles > UINT16_MAX ? UINT16_MAX : profiles;
    limits.skills = (limits.classes + limits.profiles) * 16;
    /* Each for seven kinds of callers, and again while callers wait by what it was before a reload. */
    uint64_t rules = 14 * ((uint64_t)config->rule_count + 4);
    limits.rules = rules < UINT16_MAX ? (uint32_t)rules : UINT16_MAX;
    limits.steps = 14 * (steps + 16);
    /* Every membership may be a pool of its own, and every call a line of its own, at each of its steps. */
    uint64_t pools = (uint64_t)limits.queues * limits.profiles;
    limits.pools = pools < limits.memberships ? (uint32_t)pools : limits.memberships;
    uint64_t lines = ((uint64_t)limits.calls + 2 * (uint64_t)limits.queues) * (1 + most_steps);
    limits.lines = lines < UINT32_MAX ? (uint32_t)lines : UINT32_MAX;
    return limits;
}
