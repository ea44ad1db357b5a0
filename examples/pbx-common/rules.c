/*
 * rules.c - the configuration's rules as the engine has them, for each kind of caller
 *
 * As in app_queue, what a caller does not begin with does not change: so the engine has a rule of ours
 * once for each choice of what callers begin with, made when the first such caller comes.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "roster.h"

enum { MAX = 1, MIN = 2, RAISE = 4, KINDS = 8 };

struct cc_rule_held {
    struct cc_rule rule;
    uint64_t handles[KINDS]; /* TL_NONE: nobody like that has come */
    bool wanted;
    struct cc_rule_held *next;
};

static bool same_change(const struct cc_penalty_change *a, const struct cc_penalty_change *b)
{
    return a->value == b->value && a->relative == b->relative;
}

static bool same_rule(const struct cc_rule *a, const struct cc_rule *b)
{
    if (a->count != b->count || strcmp(a->name, b->name)) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        const struct cc_rule_step *one = &a->steps[i], *other = &b->steps[i];
        if (one->after_s != other->after_s || one->raise_within != other->raise_within ||
            !same_change(&one->max, &other->max) || !same_change(&one->min, &other->min) ||
            !same_change(&one->raise, &other->raise)) {
            return false;
        }
    }
    return true;
}

/* Rules that are in no configuration any more go when no caller waits by them. */
static void drop_unwanted(cc_center *center)
{
    for (struct cc_rule_held **at = &center->rules, *held = *at; held; held = *at) {
        bool used = held->wanted;
        for (size_t kind = 0; kind < KINDS && !held->wanted; kind++) {
            if (held->handles[kind] != TL_NONE &&
                tl_acd_remove_rule(center->engine, held->handles[kind]) == TL_ERR_ACD_RULE_IN_USE) {
                used = true;
            } else {
                held->handles[kind] = TL_NONE;
            }
        }
        if (used) {
            at = &held->next;
        } else {
            *at = held->next;
            free(held);
        }
    }
}

static struct cc_rule_held *find(cc_center *center, const char *name)
{
    struct cc_rule_held *held = center->rules;

    while (held && !(held->wanted && !strcmp(held->rule.name, name))) {
        held = held->next;
    }
    return held;
}

void cc_roster_rules(cc_center *center, const struct cc_config *config)
{
    for (struct cc_rule_held *held = center->rules; held; held = held->next) {
        const struct cc_rule *rule = cc_config_rule(config, held->rule.name);
        held->wanted = rule && same_rule(rule, &held->rule);
    }
    for (size_t i = 0; i < config->rule_count; i++) {
        struct cc_rule_held *held = find(center, config->rules[i].name);
        if (held || !(held = calloc(1, sizeof *held))) {
            continue;
        }
        held->rule = config->rules[i];
        for (size_t kind = 0; kind < KINDS; kind++) {
            held->handles[kind] = TL_NONE;
        }
        held->wanted = true;
        held->next = center->rules;
        center->rules = held;
    }
    drop_unwanted(center);
}

uint64_t cc_roster_rule(cc_center *center, const char *name, const struct cc_penalties *begin)
{
    size_t kind = (begin->max != TL_NONE32 ? MAX : 0) | (begin->min != TL_NONE32 ? MIN : 0) |
                  (begin->raise != TL_NONE32 ? RAISE : 0);
    struct cc_rule_held *held = find(center, name);
    tl_acd_relax_step steps[CC_RULE_STEPS];

    if (!held) {
        cc_log(center, 1, "there is no rule %s", name);
        return TL_NONE;
    }
    if (kind && held->handles[kind] == TL_NONE) {
        size_t count = cc_rule_steps(&held->rule, begin, steps);
        tl_status status = tl_acd_add_rule(center->engine, steps, count, &held->handles[kind]);
        if (status == TL_ERR_ACD_FULL) {
            drop_unwanted(center);
            status = tl_acd_add_rule(center->engine, steps, count, &held->handles[kind]);
        }
        if (status < 0) {
            cc_log(center, 0, "rule %s is not followed: %s", name, tl_last_error());
            held->handles[kind] = TL_NONE;
        }
    }
    return held->handles[kind];
}

void cc_roster_free_rules(cc_center *center)
{
    for (struct cc_rule_held *held = center->rules, *next; held; held = next) {
        next = held->next;
        free(held);
    }
    center->rules = NULL;
}
