/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "options.h"

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
        config->limits.classes = 0;
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
    free(config->rules);
    free(config);
}

int cc_config_skills(const char *text, tl_acd_skill skills[CC_SKILLS],
                     uint16_t (*number)(void *arg, const char *name, size_t length), void *arg)
{
    int count = 0;

    while (*text) {
        text += strspn(text, " ,");
        size_t length = strcspn(text, " ,:");
        if (!length) {
            break;
        }
        if (count == CC_SKILLS || length >= CC_SKILL_NAME) {
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

    if (!cc_option_text(line, sizeof line, value, "agent", why, room)) {
        return false;
    }
    struct cc_config_member *member =
        one_more(&queue->members, &queue->member_count, sizeof *member);
    if (!member) {
        return cc_option_fail(why, room, "out of memory");
    }
    tl_acd_membership_defaults(&member->membership);
    member->membership.position = (uint32_t)queue->member_count;
    for (bool first = true; (word = strsep(&rest, ",")); first = false) {
        word += strspn(word, " \t");
        word[strcspn(word, " \t")] = '\0';
        if (first) {
            if (!cc_option_text(member->agent, sizeof member->agent, word, "agent", why, room)) {
                return false;
            }
            continue;
        }
        char *text = strchr(word, '=');
        if (!text) {
            return cc_option_fail(why, room, "agent %s: \"%s\" is not of the form key=value",
                                  member->agent, word);
        }
        *text++ = '\0';
        int set = cc_option_of_member(&member->membership, word, text, why, room);
        if (set <= 0) {
            return set == 0 ? cc_option_fail(why, room, "agent %s: no option is called \"%s\"",
                                   member->agent, word)
                            : false;
        }
    }
    return member->agent[0] ? true : cc_option_fail(why, room, "an agent without a name");
}

/* What callers begin with who say nothing of it themselves: penalty_min, penalty_max, penalty_raise (N or rN). */
static bool set_penalty(struct cc_penalties *penalties, const char *key, const char *value, char *why,
                        size_t room)
{
    bool raise = !strcasecmp(key, "penalty_raise"), within = raise && *value == 'r';
    uint32_t *of = raise ? &penalties->raise : !strcasecmp(key, "penalty_min") ? &penalties->min
        : !strcasecmp(key, "penalty_max") ? &penalties->max : NULL;

    if (!of) {
        return cc_option_fail(why, room, "a queue has no option \"%s\"", key);
    }
    if (!cc_option_number(value + within, of)) {
        return cc_option_fail(why, room, "%s cannot be \"%s\"", key, value);
    }
    penalties->raise_within = raise ? within : penalties->raise_within;
    return true;
}

/* Who is paused after so many missed calls, and which calls those are. */
static bool set_missed(struct cc_missed *missed, const char *key, const char *value, char *why, size_t room)
{
    bool good = true;

    if (!strcasecmp(key, "missed_pause")) {
        missed->pause = !strcasecmp(value, "queue") ? CC_PAUSE_QUEUE : CC_PAUSE_ALL;
        good = missed->pause == CC_PAUSE_QUEUE || !strcasecmp(value, "all");
    } else if (!strcasecmp(key, "missed_busy")) {
        missed->busy = cc_option_truth(value);
    } else if (!strcasecmp(key, "missed_unreachable")) {
        missed->unreachable = cc_option_truth(value);
    } else if (!strcasecmp(key, "missed_spare")) {
        good = cc_option_milliseconds(value, &missed->spared_ms);
    } else {
        return cc_option_fail(why, room, "a queue has no option \"%s\"", key);
    }
    return good || cc_option_fail(why, room, "%s cannot be \"%s\"", key, value);
}

static bool set_queue(struct cc_config_queue *queue, const char *key, const char *value, char *why,
                      size_t room)
{
    if (!strcasecmp(key, "agent")) {
        return add_member(queue, value, why, room);
    }
    if (!strcasecmp(key, "ring_in_use")) {
        queue->ring_in_use = cc_option_truth(value);
        return true;
    }
    if (!strncasecmp(key, "missed_", 7) && strcasecmp(key, "missed_limit")) {
        return set_missed(&queue->missed, key, value, why, room);
    }
    if (!strcasecmp(key, "music")) {
        return cc_option_text(queue->music, sizeof queue->music, value, key, why, room);
    }
    if (!strcasecmp(key, "announce")) {
        return cc_option_text(queue->announce, sizeof queue->announce, value, key, why, room);
    }
    if (!strcasecmp(key, "overflow")) {
        return cc_option_text(queue->overflow, sizeof queue->overflow, value, key, why, room);
    }
    if (!strcasecmp(key, "strategy")) {
        const char *strategy = cc_option_strategy(value, &queue->config.strategy);
        if (!strategy) {
            return cc_option_fail(why, room, "no strategy is called \"%s\"", value);
        }
        return cc_option_text(queue->strategy, sizeof queue->strategy, strategy, key, why, room);
    }
    if (!strcasecmp(key, "rule")) {
        return cc_option_text(queue->rule, sizeof queue->rule, value, key, why, room);
    }
    if (!strcasecmp(key, "penalties_above")) {
        return (cc_option_number(value, &queue->penalties_above) && queue->penalties_above != TL_NONE32) ||
               cc_option_fail(why, room, "%s cannot be \"%s\"", key, value);
    }
    if (!strncasecmp(key, "penalty_", 8)) {
        return set_penalty(&queue->penalties, key, value, why, room);
    }
    int set = cc_option_of_queue(&queue->config, key, value, why, room);
    return set ? set > 0 : cc_option_fail(why, room, "a queue has no option \"%s\"", key);
}

static bool set_rule(struct cc_rule *rule, const char *key, const char *value, char *why, size_t room)
{
    return !strcasecmp(key, "penalty_change") ? cc_rule_add(rule, value, why, room)
                                              : cc_option_fail(why, room, "a rule has no option \"%s\"", key);
}

static bool set_agent(struct cc_config_agent *agent, const char *key, const char *value, char *why,
                      size_t room)
{
    tl_acd_skill skills[CC_SKILLS];

    if (!strcasecmp(key, "phone")) {
        return cc_option_text(agent->phone, sizeof agent->phone, value, key, why, room);
    }
    if (!strcasecmp(key, "device")) {
        return cc_option_text(agent->device, sizeof agent->device, value, key, why, room);
    }
    if (!strcasecmp(key, "skills")) {
        if (cc_config_skills(value, skills, NULL, NULL) < 0) {
            return cc_option_fail(why, room, "skills are written \"english:5, billing\", not \"%s\"",
                                  value);
        }
        return cc_option_text(agent->skills, sizeof agent->skills, value, key, why, room);
    }
    if (!strcasecmp(key, "wrap_up")) {
        uint64_t ms;
        if (!cc_option_milliseconds(value, &ms) || ms >= UINT32_MAX) {
            return cc_option_fail(why, room, "wrap_up cannot be \"%s\"", value);
        }
        agent->wrap_up_ms = (uint32_t)ms;
        return true;
    }
    if (!strcasecmp(key, "paused")) {
        agent->paused = cc_option_truth(value);
        return true;
    }
    if (!strcasecmp(key, "logged_out")) {
        agent->logged_out = cc_option_truth(value);
        return true;
    }
    return cc_option_fail(why, room, "an agent has no option \"%s\"", key);
}

static bool set_flow(struct cc_config_flow *flow, const char *key, const char *value, char *why,
                     size_t room)
{
    if (!strcasecmp(key, "file")) {
        return cc_option_text(flow->file, sizeof flow->file, value, key, why, room);
    }
    if (!strcasecmp(key, "prompts")) {
        return cc_option_text(flow->prompts, sizeof flow->prompts, value, key, why, room);
    }
    if (!strcasecmp(key, "queries")) {
        return cc_option_text(flow->queries, sizeof flow->queries, value, key, why, room);
    }
    return cc_option_fail(why, room, "a flow has no option \"%s\"", key);
}

static bool set_general(struct cc_config *config, const char *key, const char *value, char *why,
                        size_t room)
{
    if (!strcasecmp(key, "recordings")) {
        return cc_option_text(config->recordings, sizeof config->recordings, value, key, why, room);
    }
    if (!strcasecmp(key, "seed")) {
        config->seed = strtoull(value, NULL, 0);
        return true;
    }
    if (!strcasecmp(key, "call_order")) {
        return cc_option_call_order(value, &config->call_order) ||
               cc_option_fail(why, room, "call_order cannot be \"%s\"", value);
    }
    int set = cc_option_of_limits(&config->limits, key, value, why, room);
    return set ? set > 0 : cc_option_fail(why, room, "[general] has no option \"%s\"", key);
}

/* Begins a section: the queue, agent or flow of that name. */
static bool begin(struct cc_config *config, const char *name, const char *type, char *why,
                  size_t room)
{
    config->section = CC_NO_SECTION;
    if (!cc_option_text(config->section_name, sizeof config->section_name, name, "the name", why,
                        room)) {
        return false;
    }
    if (!strcasecmp(type, "queue")) {
        struct cc_config_queue *queue =
            one_more(&config->queues, &config->queue_count, sizeof *queue);
        if (!queue) {
            return cc_option_fail(why, room, "out of memory");
        }
        tl_acd_queue_defaults(&queue->config);
        queue->penalties = (struct cc_penalties){.min = TL_NONE32, .max = TL_NONE32, .raise = TL_NONE32};
        snprintf(queue->strategy, sizeof queue->strategy, "%s",
                 cc_option_strategy(NULL, &queue->config.strategy));
        config->section = CC_QUEUE_SECTION;
        return cc_option_text(queue->name, sizeof queue->name, name, "the name", why, room);
    }
    if (!strcasecmp(type, "agent")) {
        struct cc_config_agent *agent =
            one_more(&config->agents, &config->agent_count, sizeof *agent);
        if (!agent) {
            return cc_option_fail(why, room, "out of memory");
        }
        agent->wrap_up_ms = TL_NONE32;
        config->section = CC_AGENT_SECTION;
        return cc_option_text(agent->name, sizeof agent->name, name, "the name", why, room);
    }
    if (!strcasecmp(type, "flow")) {
        struct cc_config_flow *flow = one_more(&config->flows, &config->flow_count, sizeof *flow);
        if (!flow) {
            return cc_option_fail(why, room, "out of memory");
        }
        config->section = CC_FLOW_SECTION;
        return cc_option_text(flow->name, sizeof flow->name, name, "the name", why, room);
    }
    if (!strcasecmp(type, "rule")) {
        struct cc_rule *rule = one_more(&config->rules, &config->rule_count, sizeof *rule);
        if (!rule) {
            return cc_option_fail(why, room, "out of memory");
        }
        config->section = CC_RULE_SECTION;
        return cc_option_text(rule->name, sizeof rule->name, name, "the name", why, room);
    }
    return cc_option_fail(why, room, "type is queue, agent, flow or rule, not \"%s\"", type);
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
    case CC_RULE_SECTION:
        return set_rule(&config->rules[config->rule_count - 1], key, value, why, room);
    case CC_NO_SECTION:
        break;
    }
    return cc_option_fail(why, room, "the first line of a section is its type");
}

const struct cc_rule *cc_config_rule(const struct cc_config *config, const char *name)
{
    for (size_t i = 0; i < config->rule_count; i++) {
        if (!strcmp(config->rules[i].name, name)) {
            return &config->rules[i];
        }
    }
    return NULL;
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
        return cc_option_fail(why, room, "out of memory");
    }
    for (size_t i = 0; i < config->agent_count; i++) {
        names[i] = config->agents[i].name;
        if (!config->agents[i].phone[0]) {
            good = cc_option_fail(why, room, "agent %s has no phone", names[i]);
        }
    }
    qsort(names, config->agent_count, sizeof *names, names_in_order);
    for (size_t i = 1; i < config->agent_count && good; i++) {
        if (!strcmp(names[i - 1], names[i])) {
            good = cc_option_fail(why, room, "there are two agents %s", names[i]);
        }
    }
    for (size_t q = 0; q < config->queue_count && good; q++) {
        const struct cc_config_queue *queue = &config->queues[q];
        if (queue->rule[0] && !cc_config_rule(config, queue->rule)) {
            good = cc_option_fail(why, room, "queue %s: there is no rule %s", queue->name, queue->rule);
        }
        for (size_t m = 0; m < queue->member_count && good; m++) {
            const char *name = queue->members[m].agent;
            if (!bsearch(&name, names, config->agent_count, sizeof *names, names_in_order)) {
                good = cc_option_fail(why, room, "queue %s: there is no agent %s", queue->name,
                                      name);
            }
        }
    }
    free(names);
    return good;
}
