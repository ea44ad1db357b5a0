/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "penalties.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

/* Penalties are small; whoever writes more than this has not meant a penalty. */
#define MOST 1000000

/* ---- lines --------------------------------------------------------------------------------------------- */

static bool number(const char *text, int32_t *value)
{
    char *end;

    errno = 0;
    long n = strtol(text, &end, 10);
    if (end == text || *(end + strspn(end, " \t")) || errno || n < -MOST || n > MOST) {
        return false;
    }
    *value = (int32_t)n;
    return true;
}

/* Empty is no change. */
static bool change(const char *text, struct cc_penalty_change *change)
{
    *change = (struct cc_penalty_change){.relative = !text || !*text || *text == '+' || *text == '-'};
    return !text || !*text || number(text, &change->value);
}

static bool parse(char *line, struct cc_rule_step *step)
{
    char *fields[4] = {NULL};
    int32_t after;

    for (size_t i = 0; i < 4 && line; i++) {
        fields[i] = strsep(&line, ",");
        fields[i] += strspn(fields[i], " \t");
    }
    if (line || !fields[1] || !number(fields[0], &after) || after < 0) {
        return false;
    }
    step->after_s = (uint32_t)after;
    step->raise_within = fields[3] && *fields[3] == 'r';
    return change(fields[1], &step->max) && change(fields[2], &step->min) &&
           change(fields[3] ? fields[3] + step->raise_within : NULL, &step->raise);
}

bool cc_rule_add(struct cc_rule *rule, const char *line, char *why, size_t room)
{
    char copy[100];
    struct cc_rule_step step;
    size_t at = rule->count;

    if (rule->count == CC_RULE_STEPS) {
        return cc_option_fail(why, room, "a rule has at most %d changes", CC_RULE_STEPS);
    }
    if (!cc_option_text(copy, sizeof copy, line, "penalty_change", why, room)) {
        return false;
    }
    if (!parse(copy, &step)) {
        return cc_option_fail(why, room, "penalty_change is \"seconds,max[,min[,raise]]\", not \"%s\"", line);
    }
    for (; at > 0 && rule->steps[at - 1].after_s > step.after_s; at--) {
        rule->steps[at] = rule->steps[at - 1];
    }
    rule->steps[at] = step;
    rule->count++;
    return true;
}

/* ---- steps --------------------------------------------------------------------------------------------- */

/* A change as a number it becomes, or as how much is added to it. */
static void follow(const struct cc_penalty_change *change, uint32_t *to, int32_t *by)
{
    if (change->relative) {
        *by = change->value;
    } else {
        *to = (uint32_t)change->value;
    }
}

size_t cc_rule_steps(const struct cc_rule *rule, const struct cc_penalties *begin,
                     tl_acd_relax_step steps[CC_RULE_STEPS])
{
    for (size_t i = 0; i < rule->count; i++) {
        const struct cc_rule_step *from = &rule->steps[i];
        tl_acd_relax_step *step = &steps[i];
        *step = (tl_acd_relax_step){
            .after_ms = (uint64_t)from->after_s * 1000, .call_class = TL_NONE32,
            .penalty_min = TL_NONE32, .penalty_max = TL_NONE32, .penalty_raise = TL_NONE32,
        };
        if (begin->max != TL_NONE32) {
            follow(&from->max, &step->penalty_max, &step->penalty_max_by);
        }
        if (begin->min != TL_NONE32) {
            follow(&from->min, &step->penalty_min, &step->penalty_min_by);
        }
        if (begin->raise != TL_NONE32) {
            follow(&from->raise, &step->penalty_raise, &step->penalty_raise_by);
            step->penalty_raise_within = from->raise_within;
            step->penalty_raise_within_alone = 1;
        }
    }
    return rule->count;
}
