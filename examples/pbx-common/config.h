/*
 * config.h - the configuration of a call centre, whatever file format it comes in
 *
 * A host reads its own format (trunkline.conf, XML, ...) and hands over sections of keys and
 * values; what they mean is written once, here. docs/asterisk.md lists them.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef CONFIG_H
#define CONFIG_H

#include "callcenter.h"

struct cc_config_member {
    char agent[CC_NAME];
    tl_acd_membership membership;
};

struct cc_config_queue {
    char name[CC_NAME], music[CC_NAME], announce[CC_NAME], strategy[40], overflow[CC_NAME];
    char rule[CC_NAME]; /* how its callers' penalties change */
    struct cc_penalties penalties;
    bool ring_in_use;
    struct cc_missed missed; /* its limit is that of `config` */
    uint32_t penalties_above;
    tl_acd_queue_config config;
    struct cc_config_member *members;
    size_t member_count;
};

struct cc_config_agent {
    char name[CC_NAME], phone[CC_NAME], device[CC_NAME], skills[1000];
    uint32_t wrap_up_ms;
    bool paused, logged_out;
};

struct cc_config_flow {
    char name[CC_NAME], file[256], prompts[256], queries[CC_NAME];
};

struct cc_config {
    struct cc_config_queue *queues;
    size_t queue_count;
    struct cc_config_agent *agents;
    size_t agent_count;
    struct cc_config_flow *flows;
    size_t flow_count;
    struct cc_rule *rules;
    size_t rule_count;
    char recordings[256]; /* where they go */
    tl_acd_limits limits; /* what is 0 here is chosen from the rest */
    /* The section being read: of which type, and its name. */
    enum { CC_NO_SECTION, CC_QUEUE_SECTION, CC_AGENT_SECTION, CC_FLOW_SECTION,
           CC_RULE_SECTION } section;
    char section_name[CC_NAME];
    uint64_t seed;
    uint32_t call_order; /* a tl_acd_call_order: which queue's call an agent of several gets */
};

struct cc_config *cc_config_new(void);
void cc_config_free(struct cc_config *config);

/**
 * Takes in one line of a section. The first key of a section other than "general" is "type": queue,
 * agent, flow or rule. False when it makes no sense, with a sentence in `why`.
 */
bool cc_config_set(struct cc_config *config, const char *section, const char *key,
                   const char *value, char *why, size_t room);

/** What can only be said of the whole: false when a queue names an agent that there is not. */
bool cc_config_check(const struct cc_config *config, char *why, size_t room);

/** The rule of that name; NULL when there is none. */
const struct cc_rule *cc_config_rule(const struct cc_config *config, const char *name);

/** The longest name of a skill, its NUL included, and how many a set has at most. */
#define CC_SKILL_NAME 40
#define CC_SKILLS 64

/**
 * Skills as in "english:5, billing": at most CC_SKILLS of them; -1 when that makes no sense. `number`
 * gives a skill's name its number; without it they all get 0.
 */
int cc_config_skills(const char *text, tl_acd_skill skills[CC_SKILLS],
                     uint16_t (*number)(void *arg, const char *name, size_t length), void *arg);

#endif
