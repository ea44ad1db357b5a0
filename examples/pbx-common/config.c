/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <limits.h>
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

/* What a value is written as, and where it goes. */
enum shape { SECONDS32, SECONDS64, NUMBER, EMPTY_RULE };

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
    {NULL, NUMBER, 0, 0, 0},
};

static bool fail(char *why, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool fail(char *why, size_t room, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(why, room, format, args);
    va_end(args);
    return false;
}

static bool put(char *into, size_t room, const char *value, const char *key, char *why,
                size_t why_room)
{
    if ((size_t)snprintf(into, room, "%s", value) < room) {
        return true;
    }
    return fail(why, why_room, "%s is longer than %zu characters", key, room - 1);
}

/* Seconds with at most three decimals, as milliseconds; no floating point. */
static bool milliseconds(const char *text, uint64_t *ms)
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

static bool number(const char *text, uint32_t *value)
{
    char *end;

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

/* 1 when the key is one of `options` and was taken in, 0 when it is none, -1 when it failed. */
static int set_option(const struct option *options, void *target, const char *key,
                      const char *value, char *why, size_t room)
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
            if ((!none && !milliseconds(value, &ms)) || !within(options, ms)) {
                break;
            }
            memcpy(at, &ms, sizeof ms);
            return 1;
        case SECONDS32:
            if (!none && (!milliseconds(value, &ms) || ms >= UINT32_MAX)) {
                break;
            }
            n = none ? TL_NONE32 : (uint32_t)ms;
            if (!within(options, n)) {
                break;
            }
            memcpy(at, &n, sizeof n);
            return 1;
        case NUMBER:
            if ((!none && !number(value, &n)) || !within(options, n)) {
                break;
            }
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
        fail(why, room, "%s cannot be \"%s\"", key, value);
        return -1;
    }
    return 0;
}

static bool truth(const char *value)
{
    return !strcasecmp(value, "yes") || !strcasecmp(value, "true") || !strcmp(value, "1");
}

/* Makes room for one more at the end of an array, and returns it cleared. */
static void *one_more(void *array, size_t *count, size_t size)
{
    void **items = array;

    /* Doubled whenever the count is a power of two. */
    if ((*count & (*count - 1)) == 0) {
        void *larger = realloc(*items, (*count ? *count * 2 : 1) * size);
        if (!larger) {
            return NULL;
        }
        *items = larger;
    }
    void *item = (char *)*items + *count * size;
    memset(item, 0, size);
    (*count)++;
    return item;
}

struct cc_config *cc_config_new(void)
{
    struct cc_config *config = calloc(1, sizeof *config);

    if (config) {
        tl_acd_limits_defaults(&config->limits);
        config->limits.queues = 0;
        config->limits.agents = 0;
        config->limits.calls = 0;
    }
    return config;
}

void cc_config_free(struct cc_config *config)
{
    if (!config) {
        return;
    }
    for (size_t i = 0; i < config->queue_count; i++) {
        free(config->queues[i].members);
    }
    free(config->queues);
    free(config->agents);
    free(config->flows);
    free(config);
}

int cc_config_skills(const char *text, tl_acd_skill *skills, int room,
                     uint16_t (*number)(void *arg, const char *name, size_t length), void *arg)
{
    int count = 0;

    while (*text) {
        text += strspn(text, " ,");
        size_t length = strcspn(text, " ,:");
        if (!length) {
            break;
        }
        if (count == room) {
            return -1;
        }
        skills[count] =
            (tl_acd_skill){.skill = number ? number(arg, text, length) : 0, .level = 1};
        text += length;
        if (*text == ':') {
            char *end;
            unsigned long level = strtoul(text + 1, &end, 10);
            if (end == text + 1 || level == 0 || level > 255) {
                return -1;
            }
            skills[count].level = (uint8_t)level;
            text = end;
        }
        count++;
    }
    return count;
}

/* "1001" or "1001, penalty=2, wrap_up=5" */
static bool add_member(struct cc_config_queue *queue, const char *value, char *why, size_t room)
{
    char line[256], *rest = line, *word;

    if (!put(line, sizeof line, value, "agent", why, room)) {
        return false;
    }
    struct cc_config_member *member =
        one_more(&queue->members, &queue->member_count, sizeof *member);
    if (!member) {
        return fail(why, room, "out of memory");
    }
    tl_acd_membership_defaults(&member->membership);
    member->membership.position = (uint32_t)queue->member_count;
    for (bool first = true; (word = strsep(&rest, ",")); first = false) {
        word += strspn(word, " \t");
        word[strcspn(word, " \t")] = '\0';
        if (first) {
            if (!put(member->agent, sizeof member->agent, word, "agent", why, room)) {
                return false;
            }
            continue;
        }
        char *text = strchr(word, '=');
        if (!text) {
            return fail(why, room, "agent %s: \"%s\" is not of the form key=value", member->agent,
                        word);
        }
        *text++ = '\0';
        int set = set_option(MEMBER_OPTIONS, &member->membership, word, text, why, room);
        if (set <= 0) {
            return set == 0 ? fail(why, room, "agent %s: no option is called \"%s\"",
                                   member->agent, word)
                            : false;
        }
    }
    return member->agent[0] ? true : fail(why, room, "an agent without a name");
}

static bool set_queue(struct cc_config_queue *queue, const char *key, const char *value, char *why,
                      size_t room)
{
    if (!strcasecmp(key, "agent")) {
        return add_member(queue, value, why, room);
    }
    if (!strcasecmp(key, "music")) {
        return put(queue->music, sizeof queue->music, value, key, why, room);
    }
    if (!strcasecmp(key, "overflow")) {
        return put(queue->overflow, sizeof queue->overflow, value, key, why, room);
    }
    if (!strcasecmp(key, "strategy")) {
        const struct name *strategy = by_name(STRATEGIES, value);
        if (!strategy) {
            return fail(why, room, "no strategy is called \"%s\"", value);
        }
        queue->config.strategy = strategy->value;
        return put(queue->strategy, sizeof queue->strategy, strategy->name, key, why, room);
    }
    int set = set_option(QUEUE_OPTIONS, &queue->config, key, value, why, room);
    return set ? set > 0 : fail(why, room, "a queue has no option \"%s\"", key);
}

static bool set_agent(struct cc_config_agent *agent, const char *key, const char *value, char *why,
                      size_t room)
{
    tl_acd_skill skills[64];

    if (!strcasecmp(key, "phone")) {
        return put(agent->phone, sizeof agent->phone, value, key, why, room);
    }
    if (!strcasecmp(key, "device")) {
        return put(agent->device, sizeof agent->device, value, key, why, room);
    }
    if (!strcasecmp(key, "skills")) {
        if (cc_config_skills(value, skills, 64, NULL, NULL) < 0) {
            return fail(why, room, "skills are written \"english:5, billing\", not \"%s\"", value);
        }
        return put(agent->skills, sizeof agent->skills, value, key, why, room);
    }
    if (!strcasecmp(key, "wrap_up")) {
        uint64_t ms;
        if (!milliseconds(value, &ms) || ms >= UINT32_MAX) {
            return fail(why, room, "wrap_up cannot be \"%s\"", value);
        }
        agent->wrap_up_ms = (uint32_t)ms;
        return true;
    }
    if (!strcasecmp(key, "paused")) {
        agent->paused = truth(value);
        return true;
    }
    if (!strcasecmp(key, "logged_out")) {
        agent->logged_out = truth(value);
        return true;
    }
    return fail(why, room, "an agent has no option \"%s\"", key);
}

static bool set_flow(struct cc_config_flow *flow, const char *key, const char *value, char *why,
                     size_t room)
{
    if (!strcasecmp(key, "file")) {
        return put(flow->file, sizeof flow->file, value, key, why, room);
    }
    if (!strcasecmp(key, "prompts")) {
        return put(flow->prompts, sizeof flow->prompts, value, key, why, room);
    }
    if (!strcasecmp(key, "queries")) {
        return put(flow->queries, sizeof flow->queries, value, key, why, room);
    }
    return fail(why, room, "a flow has no option \"%s\"", key);
}

static bool set_general(struct cc_config *config, const char *key, const char *value, char *why,
                        size_t room)
{
    if (!strcasecmp(key, "recordings")) {
        return put(config->recordings, sizeof config->recordings, value, key, why, room);
    }
    if (!strcasecmp(key, "seed")) {
        config->seed = strtoull(value, NULL, 0);
        return true;
    }
    int set = set_option(GENERAL_OPTIONS, &config->limits, key, value, why, room);
    return set ? set > 0 : fail(why, room, "[general] has no option \"%s\"", key);
}

/* Begins a section: the queue, agent or flow of that name. */
static bool begin(struct cc_config *config, const char *name, const char *type, char *why,
                  size_t room)
{
    config->section = CC_NO_SECTION;
    if (!put(config->section_name, sizeof config->section_name, name, "the name", why, room)) {
        return false;
    }
    if (!strcasecmp(type, "queue")) {
        struct cc_config_queue *queue =
            one_more(&config->queues, &config->queue_count, sizeof *queue);
        if (!queue) {
            return fail(why, room, "out of memory");
        }
        tl_acd_queue_defaults(&queue->config);
        snprintf(queue->strategy, sizeof queue->strategy, "%s", STRATEGIES[0].name);
        config->section = CC_QUEUE_SECTION;
        return put(queue->name, sizeof queue->name, name, "the name", why, room);
    }
    if (!strcasecmp(type, "agent")) {
        struct cc_config_agent *agent =
            one_more(&config->agents, &config->agent_count, sizeof *agent);
        if (!agent) {
            return fail(why, room, "out of memory");
        }
        agent->wrap_up_ms = TL_NONE32;
        config->section = CC_AGENT_SECTION;
        return put(agent->name, sizeof agent->name, name, "the name", why, room);
    }
    if (!strcasecmp(type, "flow")) {
        struct cc_config_flow *flow = one_more(&config->flows, &config->flow_count, sizeof *flow);
        if (!flow) {
            return fail(why, room, "out of memory");
        }
        config->section = CC_FLOW_SECTION;
        return put(flow->name, sizeof flow->name, name, "the name", why, room);
    }
    return fail(why, room, "type is queue, agent or flow, not \"%s\"", type);
}

bool cc_config_set(struct cc_config *config, const char *section, const char *key,
                   const char *value, char *why, size_t room)
{
    if (!strcasecmp(section, "general")) {
        return set_general(config, key, value, why, room);
    }
    if (!strcasecmp(key, "type")) {
        return begin(config, section, value, why, room);
    }
    if (strcmp(config->section_name, section)) {
        config->section = CC_NO_SECTION;
    }
    switch (config->section) {
    case CC_QUEUE_SECTION:
        return set_queue(&config->queues[config->queue_count - 1], key, value, why, room);
    case CC_AGENT_SECTION:
        return set_agent(&config->agents[config->agent_count - 1], key, value, why, room);
    case CC_FLOW_SECTION:
        return set_flow(&config->flows[config->flow_count - 1], key, value, why, room);
    case CC_NO_SECTION:
        break;
    }
    return fail(why, room, "the first line of a section is its type");
}

static int names_in_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool cc_config_check(const struct cc_config *config, char *why, size_t room)
{
    const char **names = malloc((config->agent_count + 1) * sizeof *names);
    bool good = true;

    if (!names) {
        return fail(why, room, "out of memory");
    }
    for (size_t i = 0; i < config->agent_count; i++) {
        names[i] = config->agents[i].name;
        if (!config->agents[i].phone[0]) {
            good = fail(why, room, "agent %s has no phone", names[i]);
        }
    }
    qsort(names, config->agent_count, sizeof *names, names_in_order);
    for (size_t i = 1; i < config->agent_count && good; i++) {
        if (!strcmp(names[i - 1], names[i])) {
            good = fail(why, room, "there are two agents %s", names[i]);
        }
    }
    for (size_t q = 0; q < config->queue_count && good; q++) {
        const struct cc_config_queue *queue = &config->queues[q];
        for (size_t m = 0; m < queue->member_count && good; m++) {
            const char *name = queue->members[m].agent;
            if (!bsearch(&name, names, config->agent_count, sizeof *names, names_in_order)) {
                good = fail(why, room, "queue %s: there is no agent %s", queue->name, name);
            }
        }
    }
    free(names);
    return good;
}
