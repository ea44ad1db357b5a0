/*
 * penalties.h - how callers come to other members while they wait: rules, as in queuerules.conf
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef PENALTIES_H
#define PENALTIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trunkline.h>

/** Which members callers may go to by their penalties; what is TL_NONE32 is not said. */
struct cc_penalties {
    uint32_t min, max;
    uint32_t raise;     /* lower penalties count as this one */
    bool raise_within;  /* of those below `min` none is raised */
};

/** A new value of one of them, or so much more or less. */
struct cc_penalty_change {
    int32_t value;
    bool relative;
};

/** What changes after so many seconds in the queue. */
struct cc_rule_step {
    uint32_t after_s;
    struct cc_penalty_change max, min, raise;
    bool raise_within;
};

#define CC_RULE_STEPS 32

/** Steps in the order of their time. */
struct cc_rule {
    char name[80];
    struct cc_rule_step steps[CC_RULE_STEPS];
    size_t count;
};

/**
 * Takes in a line as queuerules.conf has it: "seconds,max[,min[,raise]]", where each of the last three is
 * a number, a change of it as in +3 or -1, or empty; raise may be rN. False when it makes no sense or is
 * one too many, with a sentence in `why`.
 */
bool cc_rule_add(struct cc_rule *rule, const char *line, char *why, size_t room);

/**
 * The rule as the engine's steps for callers who begin as this one does, with whatever numbers; how many. As
 * in app_queue, what has no beginning does not change.
 */
size_t cc_rule_steps(const struct cc_rule *rule, const struct cc_penalties *begin,
                     tl_acd_relax_step steps[CC_RULE_STEPS]);

#endif
