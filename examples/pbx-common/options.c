/*
 * options.c - the keys of a configuration that are a number, a time or a word of the engine's
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct name {
    const char *name;
    uint32_t value;
};

static const struct name STRATEGIES[] = {
    {"longest-idle", TL_ACD_LONGEST_IDLE},
    {"ring-all", TL_ACD_RING_ALL},
    {"fewest-calls", TL_ACD_FEWEST_CALLS},
    {"least-talk", TL_ACD_LEAST_TALK},
    {"least-occupied", TL_ACD_LEAST_OCCUPIED},
    {"round-robin", TL_ACD_ROUND_ROBIN},
    {"round-robin-ordered", TL_ACD_ROUND_ROBIN_ORDERED},
    {"linear", TL_ACD_LINEAR},
    {"random", TL_ACD_RANDOM},
    {"weighted-random", TL_ACD_WEIGHTED_RANDOM},
    {"skill-level", TL_ACD_SKILL_LEVEL},
    {"ring-progressive", TL_ACD_RING_PROGRESSIVE},
    {"asterisk:ringall", TL_ACD_ASTERISK_RINGALL},
    {"asterisk:leastrecent", TL_ACD_ASTERISK_LEASTRECENT},
    {"asterisk:fewestcalls", TL_ACD_ASTERISK_FEWESTCALLS},
    {"asterisk:random", TL_ACD_ASTERISK_RANDOM},
    {"asterisk:wrandom", TL_ACD_ASTERISK_WRANDOM},
    {"asterisk:rrmemory", TL_ACD_ASTERISK_RRMEMORY},
    {"asterisk:rrordered", TL_ACD_ASTERISK_RRORDERED},
    {"asterisk:linear", TL_ACD_ASTERISK_LINEAR},
    {"callcenter:longest-idle-agent", TL_ACD_CALLCENTER_LONGEST_IDLE_AGENT},
    {"callcenter:agent-with-least-talk-time", TL_ACD_CALLCENTER_LEAST_TALK_TIME},
    {"callcenter:agent-with-fewest-calls", TL_ACD_CALLCENTER_FEWEST_CALLS},
    {"callcenter:sequentially-by-agent-order", TL_ACD_CALLCENTER_SEQUENTIALLY},
    {"callcenter:random", TL_ACD_CALLCENTER_RANDOM},
    {"callcenter:round-robin", TL_ACD_CALLCENTER_ROUND_ROBIN},
    {"callcenter:top-down", TL_ACD_CALLCENTER_TOP_DOWN},
    {"callcenter:ring-all", TL_ACD_CALLCENTER_RING_ALL},
    {"callcenter:ring-progressively", TL_ACD_CALLCENTER_RING_PROGRESSIVELY},
    {NULL, 0},
};

static const struct name EMPTY_RULES[] = {
    {"never", TL_ACD_EMPTY_NEVER},
    {"logged-out", TL_ACD_EMPTY_LOGGED_OUT},
    {"not-ready", TL_ACD_EMPTY_NOT_READY},
    {"none-free", TL_ACD_EMPTY_NONE_FREE},
    {NULL, 0},
};

static const struct name CALL_ORDERS[] = {
    {"longest-waiting", TL_ACD_LONGEST_WAITING},
    {"deadline", TL_ACD_DEADLINE},
    {"queue-ratio", TL_ACD_QUEUE_RATIO},
    {"wait-ratio", TL_ACD_WAIT_RATIO},
    {"oldest-head", TL_ACD_OLDEST_HEAD},
    {NULL, 0},
};

/* What a value is written as, and where it goes. */
enum shape { SECONDS32, SECONDS64, NUMBER, FLAG, EMPTY_RULE };

struct option {
    const char *key;
    enum shape shape;
    size_t at;
    uint32_t least, most; /* what the engine takes, in its unit; a most of 0 is no bound */
};

#define BOUNDED(key, shape, field, least, most) \
    {key, shape, offsetof(tl_acd_queue_config, field), least, most}
#define QUEUE(key, shape, field) BOUNDED(key, shape, field, 0, 0)
static const struct option QUEUE_OPTIONS[] = {
    BOUNDED("ring_timeout", SECONDS32, ring_timeout_ms, 1, 0),
    BOUNDED("retry", SECONDS32, retry_ms, 1, 0),
    QUEUE("wrap_up", SECONDS32, wrap_up_ms),
    QUEUE("wrap_up_shared", FLAG, wrap_up_shared),
    QUEUE("head_only", FLAG, head_only),
    QUEUE("max_wait", SECONDS64, max_wait_ms),
    QUEUE("service_level", SECONDS64, service_level_ms),
    QUEUE("announce_first", SECONDS64, announce_first_ms),
    BOUNDED("announce_every", SECONDS64, announce_every_ms, 1, 0),
    QUEUE("resume_within", SECONDS32, resume_within_ms),
    QUEUE("max_waiting", NUMBER, max_waiting),
    BOUNDED("weight", NUMBER, weight, 0, UINT16_MAX),
    BOUNDED("missed_limit", NUMBER, missed_limit, 1, 0),
    QUEUE("aging", SECONDS32, aging_ms),
    QUEUE("join_empty", EMPTY_RULE, join_empty),
    QUEUE("leave_empty", EMPTY_RULE, leave_empty),
    QUEUE("busy_delay", SECONDS32, busy_delay_ms),
    QUEUE("declined_delay", SECONDS32, declined_delay_ms),
    QUEUE("failed_delay", SECONDS32, failed_delay_ms),
    QUEUE("no_answer_delay", SECONDS32, no_answer_delay_ms),
    QUEUE("progressive", SECONDS32, progressive_ms),
    {NULL, NUMBER, 0, 0, 0},
};

#define MEMBER(key, shape, field) {key, shape, offsetof(tl_acd_membership, field), 0, 0}
static const struct option MEMBER_OPTIONS[] = {
    MEMBER("penalty", NUMBER, penalty),
    {"level", NUMBER, offsetof(tl_acd_membership, level), 0, UINT16_MAX},
    MEMBER("position", NUMBER, position),
    MEMBER("wrap_up", SECONDS32, wrap_up_ms),
    {NULL, NUMBER, 0, 0, 0},
};

#define LIMIT(key, field) {key, NUMBER, offsetof(tl_acd_limits, field), 0, 0}
static const struct option GENERAL_OPTIONS[] = {
    LIMIT("max_queues", queues),
    LIMIT("max_agents", agents),
    LIMIT("max_members", memberships),
    LIMIT("max_calls", calls),
    {"max_skill_sets", NUMBER, offsetof(tl_acd_limits, classes), 1, UINT16_MAX},
    {NULL, NUMBER, 0, 0, 0},
};

bool cc_option_truth(const char *value)
{
    return !strcasecmp(value, "yes") || !strcasecmp(value, "true") || !strcmp(value, "1");
}

bool cc_option_fail(char *why, size_t room, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(why, room, format, args);
    va_end(args);
    return false;
}

bool cc_option_text(char *into, size_t room, const char *value, const char *key, char *why,
                size_t why_room)
{
    if ((size_t)snprintf(into, room, "%s", value) < room) {
        return true;
    }
    return cc_option_fail(why, why_room, "%s is longer than %zu characters", key, room - 1);
}

bool cc_option_milliseconds(const char *text, uint64_t *ms)
{
    char *end;

    if (*text < '0' || *text > '9') {
        return false;
    }
    errno = 0;
    unsigned long long whole = strtoull(text, &end, 10);
    unsigned part = 0;
    if (*end == '.') {
        unsigned scale = 100;
        for (end++; *end >= '0' && *end <= '9' && scale; end++, scale /= 10) {
            part += (unsigned)(*end - '0') * scale;
        }
    }
    if (*end || errno || whole > 1000000000ull) {
        return false;
    }
    *ms = whole * 1000 + part;
    return true;
}

bool cc_option_number(const char *text, uint32_t *value)
{
    char *end;

    if (!strcasecmp(text, "none")) {
        *value = TL_NONE32;
        return true;
    }
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || n >= UINT32_MAX) {
        return false;
    }
    *value = (uint32_t)n;
    return true;
}

static const struct name *by_name(const struct name *names, const char *name)
{
    for (; names->name; names++) {
        if (!strcasecmp(names->name, name)) {
            return names;
        }
    }
    return NULL;
}

static bool within(const struct option *option, uint64_t value)
{
    return value >= option->least && (option->most == 0 || value <= option->most);
}

static int set(const struct option *options, void *target, const char *key, const char *value,
               char *why, size_t room)
{
    for (; options->key; options++) {
        if (strcasecmp(options->key, key)) {
            continue;
        }
        void *at = (char *)target + options->at;
        bool none = !strcasecmp(value, "none");
        uint64_t ms = TL_NONE;
        uint32_t n = TL_NONE32;
        switch (options->shape) {
        case SECONDS64:
            if ((!none && !cc_option_milliseconds(value, &ms)) || !within(options, ms)) {
                break;
            }
            memcpy(at, &ms, sizeof ms);
            return 1;
        case SECONDS32:
            if (!none && (!cc_option_milliseconds(value, &ms) || ms >= UINT32_MAX)) {
                break;
            }
            n = none ? TL_NONE32 : (uint32_t)ms;
            if (!within(options, n)) {
                break;
            }
            memcpy(at, &n, sizeof n);
            return 1;
        case NUMBER:
            if (!cc_option_number(value, &n) || !within(options, n)) {
                break;
            }
            memcpy(at, &n, sizeof n);
            return 1;
        case FLAG:
            n = cc_option_truth(value);
            memcpy(at, &n, sizeof n);
            return 1;
        case EMPTY_RULE: {
            const struct name *rule = by_name(EMPTY_RULES, value);
            if (!rule) {
                break;
            }
            memcpy(at, &rule->value, sizeof rule->value);
            return 1;
        }
        }
        cc_option_fail(why, room, "%s cannot be \"%s\"", key, value);
        return -1;
    }
    return 0;
}

int cc_option_of_queue(tl_acd_queue_config *config, const char *key, const char *value, char *why,
                       size_t room)
{
    return set(QUEUE_OPTIONS, config, key, value, why, room);
}

int cc_option_of_member(tl_acd_membership *config, const char *key, const char *value, char *why,
                        size_t room)
{
    return set(MEMBER_OPTIONS, config, key, value, why, room);
}

int cc_option_of_limits(tl_acd_limits *limits, const char *key, const char *value, char *why,
                        size_t room)
{
    return set(GENERAL_OPTIONS, limits, key, value, why, room);
}

const char *cc_option_strategy(const char *text, uint32_t *strategy)
{
    const struct name *found = text ? by_name(STRATEGIES, text) : STRATEGIES;

    if (found) {
        *strategy = found->value;
    }
    return found ? found->name : NULL;
}

bool cc_option_call_order(const char *text, uint32_t *order)
{
    const struct name *found = by_name(CALL_ORDERS, text);

    if (found) {
        *order = found->value;
    }
    return found;
}
