/*
 * test_penalties.c - rules by which callers come to other members while they wait; what queues have counted
 *
 * Built with AddressSanitizer by examples/dialogic, like test_center.c.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "test_fixture.h"

#define NOT TL_NONE32

/* ---- rules by themselves --------------------------------------------------------------------------------- */

static struct cc_rule rule_of(const char *const *lines)
{
    struct cc_rule rule = {.name = "rule"};
    char why[200];

    for (; *lines; lines++) {
        CHECK(cc_rule_add(&rule, *lines, why, sizeof why));
    }
    return rule;
}

static void lines_make_sense_or_not(void)
{
    static const char *const GOOD[] = {"30,+3", "0,", "60,10,5", "75,,7", "90,,,20", " 120, 5, -3, r20 ", "1,,,r+1"};
    static const char *const BAD[] = {"", "30", "x,1", "-1,2", "30,three", "30,1,2,3,4", "30,1,2,rr3", "30,99999999"};
    struct cc_rule rule = {.name = "rule"};
    char why[200];

    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        CHECK(cc_rule_add(&rule, GOOD[i], why, sizeof why));
    }
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        why[0] = '\0';
        CHECK(!cc_rule_add(&rule, BAD[i], why, sizeof why) && why[0]);
    }
    CHECK(rule.count == sizeof GOOD / sizeof *GOOD);
    for (size_t i = 1; i < rule.count; i++) {
        CHECK(rule.steps[i - 1].after_s <= rule.steps[i].after_s);
    }
    while (rule.count < CC_RULE_STEPS) {
        CHECK(cc_rule_add(&rule, "7,1", why, sizeof why));
    }
    CHECK(!cc_rule_add(&rule, "7,1", why, sizeof why));
}

/* The engine's steps for callers who begin with some of it: what app_queue makes of the same lines. */
static void steps_are_app_queues(void)
{
    static const struct {
        const char *lines[4];
        struct cc_penalties begin;
        struct {
            uint64_t after_ms;
            uint32_t min, max, raise, within;
            int32_t min_by, max_by, raise_by;
        } steps[3];
    } CASES[] = {
        /* More of the highest; what has no beginning does not change. */
        {{"30,+3"}, {NOT, 2, NOT, false}, {{30000, NOT, NOT, NOT, 0, 0, 3, 0}}},
        {{"30,+3,1,2"}, {NOT, NOT, NOT, false}, {{30000, NOT, NOT, NOT, 0, 0, 0, 0}}},
        {{"30,+3,1,2"}, {0, NOT, NOT, false}, {{30000, 1, NOT, NOT, 0, 0, 0, 0}}},
        /* One after the other, sorted by their time. */
        {{"60,10,5", "30,+3"}, {0, 1, NOT, false},
         {{30000, NOT, NOT, NOT, 0, 0, 3, 0}, {60000, 5, 10, NOT, 0, 0, 0, 0}}},
        /* Raised; `r` is of its own line only, whether that changes anything or not. */
        {{"90,,,20"}, {NOT, NOT, 0, false}, {{90000, NOT, NOT, 20, 0, 0, 0, 0}}},
        {{"120,5,3,r20", "130,-1"}, {0, 9, 0, false},
         {{120000, 3, 5, 20, 1, 0, 0, 0}, {130000, NOT, NOT, NOT, 0, 0, -1, 0}}},
        {{"7,,,r+2"}, {NOT, NOT, 0, true}, {{7000, NOT, NOT, NOT, 1, 0, 0, 2}}},
        /* Two at the same time stay two. */
        {{"10,4", "10,+1"}, {NOT, 1, NOT, false},
         {{10000, NOT, 4, NOT, 0, 0, 0, 0}, {10000, NOT, NOT, NOT, 0, 0, 1, 0}}},
    };

    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const struct cc_rule rule = rule_of(CASES[i].lines);
        tl_acd_relax_step steps[CC_RULE_STEPS];
        size_t count = cc_rule_steps(&rule, &CASES[i].begin, steps), wanted = 0;

        while (wanted < 3 && CASES[i].steps[wanted].after_ms) {
            CHECK(wanted < count);
            CHECK(steps[wanted].after_ms == CASES[i].steps[wanted].after_ms);
            CHECK(steps[wanted].penalty_min == CASES[i].steps[wanted].min);
            CHECK(steps[wanted].penalty_max == CASES[i].steps[wanted].max);
            CHECK(steps[wanted].penalty_raise == CASES[i].steps[wanted].raise);
            CHECK(steps[wanted].penalty_min_by == CASES[i].steps[wanted].min_by);
            CHECK(steps[wanted].penalty_max_by == CASES[i].steps[wanted].max_by);
            CHECK(steps[wanted].penalty_raise_by == CASES[i].steps[wanted].raise_by);
            CHECK(steps[wanted].penalty_raise_within == CASES[i].steps[wanted].within);
            CHECK(steps[wanted].penalty_raise_within_alone == (CASES[i].begin.raise != NOT));
            CHECK(steps[wanted].call_class == TL_NONE32 && steps[wanted].levels_less == 0);
            wanted++;
        }
        CHECK(count == wanted);
    }
}

/* What a change makes of a penalty in app_queue: nothing of one without a beginning, never less than 0 or more
 * than the highest. */
static void change_as_app_queue(uint32_t *penalty, const struct cc_penalty_change *change, uint32_t highest)
{
    int64_t to = change->relative ? (int64_t)*penalty + change->value : change->value;

    if (*penalty != NOT) {
        *penalty = (uint32_t)(to < 0 ? 0 : to < highest ? to : highest);
    }
}

/* One line after the other, each on what the one before came to. */
static struct cc_penalties after_rule(const struct cc_rule *rule, struct cc_penalties at)
{
    for (size_t i = 0; i < rule->count; i++) {
        const struct cc_rule_step *step = &rule->steps[i];

        change_as_app_queue(&at.max, &step->max, NOT);
        change_as_app_queue(&at.min, &step->min, at.max);
        change_as_app_queue(&at.raise, &step->raise, at.max);
        at.raise_within = at.raise == NOT ? at.raise_within : step->raise_within;
    }
    return at;
}

/* What a caller who begins so comes to in the engine by the rule's steps. */
static void check_rule_in_engine(tl_acd *acd, uint64_t queue, const struct cc_rule *rule, struct cc_penalties begin)
{
    const struct cc_penalties end = after_rule(rule, begin);
    tl_acd_relax_step steps[CC_RULE_STEPS];
    size_t count = cc_rule_steps(rule, &begin, steps);
    tl_acd_call_info info;
    tl_acd_output joined, output;
    tl_acd_call call;

    CHECK(count == rule->count && tl_acd_call_defaults(&call) == TL_OK);
    CHECK(tl_acd_add_rule(acd, steps, count, &call.rule) == TL_OK);
    call.queue = queue;
    call.penalty_max = begin.max;
    call.penalty_min = begin.min == NOT ? 0 : begin.min;
    call.penalty_raise = begin.raise == NOT ? 0 : begin.raise;
    call.penalty_raise_within = begin.raise_within;
    CHECK(tl_acd_arrive(acd, clock_ms, &call) == TL_OK);
    CHECK(tl_acd_poll(acd, &joined) == TL_OK && joined.kind == TL_ACD_JOINED);
    clock_ms += 10000;
    CHECK(tl_acd_tick(acd, clock_ms) == TL_OK && tl_acd_poll(acd, &output) == TL_DONE);
    CHECK(tl_acd_get_call(acd, joined.call, &info) == TL_OK);
    CHECK(info.penalty_max == end.max);
    CHECK(info.penalty_min == (end.min == NOT ? 0 : end.min));
    CHECK(info.penalty_raise == (end.raise == NOT ? 0 : end.raise));
    CHECK(info.penalty_raise_within == end.raise_within);
    CHECK(tl_acd_hangup(acd, clock_ms, joined.call) == TL_OK && tl_acd_poll(acd, &output) == TL_OK);
    CHECK(tl_acd_remove_rule(acd, call.rule) == TL_OK);
}

/* Changes in the same second, in every order, for callers of every kind. */
static void changes_of_one_second_are_app_queues(void)
{
    static const char *const LINES[] = {"10,-5", "10,+3", "10,4,+2,r9", "10,,-9,1", "10,+1,6,-2"};
    enum { COUNT = sizeof LINES / sizeof *LINES, ORDERS = 120 };
    tl_acd_queue_config config;
    tl_acd_limits limits;
    uint64_t queue;
    tl_acd *acd;

    CHECK(tl_acd_limits_defaults(&limits) == TL_OK && tl_acd_queue_defaults(&config) == TL_OK);
    limits.rules = 1;
    limits.steps = COUNT;
    CHECK(tl_acd_new(&limits, &acd) == TL_OK && tl_acd_add_queue(acd, &config, &queue) == TL_OK);
    for (unsigned order = 0; order < ORDERS; order++) {
        const char *lines[COUNT + 1], *left[COUNT];
        unsigned number = order;

        memcpy(left, LINES, sizeof left);
        for (unsigned i = 0; i < COUNT; i++) {
            unsigned pick = number % (COUNT - i);
            number /= COUNT - i;
            lines[i] = left[pick];
            left[pick] = left[COUNT - i - 1];
        }
        lines[COUNT] = NULL;
        const struct cc_rule rule = rule_of(lines);
        for (unsigned kind = 0; kind < 8; kind++) {
            const struct cc_penalties begin = {
                .max = kind & 1 ? 1 : NOT, .min = kind & 2 ? 3 : NOT, .raise = kind & 4 ? 2 : NOT,
            };
            check_rule_in_engine(acd, queue, &rule, begin);
        }
    }
    CHECK(tl_acd_free(acd) == TL_OK);
}

/* ---- rules in a center ----------------------------------------------------------------------------------- */

/* A queue of one agent of penalty 2, whose callers begin with those below 2; a rule, or none. */
static struct cc_config *one_agent(const char *change)
{
    struct cc_config *config = cc_config_new();

    CHECK(config);
    if (change) {
        set(config, "widen", "type", "rule");
        set(config, "widen", "penalty_change", change);
    }
    set(config, "q", "type", "queue");
    set(config, "q", "rule", change ? "widen" : "");
    set(config, "q", "penalty_max", "1");
    set(config, "q", "ring_timeout", "1000");
    set(config, "q", "agent", "a, penalty=2");
    set(config, "a", "type", "agent");
    set(config, "a", "phone", "a");
    return config;
}

static void call_by(cc_center *center, struct cc_call *call, uint32_t most, const char *rule)
{
    struct cc_arrival arrival;

    cc_call_init(call, "call", "100");
    cc_arrival_defaults(&arrival);
    arrival.queue = "q";
    arrival.penalties.max = most;
    arrival.rule = rule;
    offer = TL_NONE;
    cc_arrive(center, call, &arrival);
    cc_run(center);
}

static void call_of(cc_center *center, struct cc_call *call, uint32_t most)
{
    call_by(center, call, most, NULL);
}

static void goes(cc_center *center, struct cc_call *call)
{
    cc_hangup(center, call);
    cc_run(center);
    CHECK(call->over);
    cc_call_release(center, call);
}

/* Nobody is offered the caller before so many milliseconds more, and then somebody is. */
static void offered_at(cc_center *center, uint64_t after_ms)
{
    clock_ms += after_ms - 1;
    cc_run(center);
    CHECK(offer == TL_NONE);
    clock_ms += 1;
    cc_run(center);
    CHECK(offer != TL_NONE);
}

/* After how many seconds, up to ten, a new caller is offered to the agent; -1 when not. */
static int offered_after(cc_center *center)
{
    struct cc_call call;
    int seconds = 0;

    call_of(center, &call, NOT);
    while (offer == TL_NONE && ++seconds < 10) {
        clock_ms += 1000;
        cc_run(center);
    }
    goes(center, &call);
    return offer == TL_NONE ? -1 : seconds;
}

static void callers_come_to_others(void)
{
    cc_center *center = begin(one_agent("5,+1"));
    struct cc_call first;

    CHECK(offered_after(center) == 5);
    /* Who brings a window of its own begins with that. */
    call_of(center, &first, 2);
    CHECK(offer != TL_NONE);
    goes(center, &first);

    /* Its change is of what it began with. */
    call_of(center, &first, 0);
    clock_ms += 9000;
    cc_run(center);
    CHECK(offer == TL_NONE);
    goes(center, &first);

    /* Another rule, while somebody waits: for those who come from then on. */
    struct cc_call second;
    call_of(center, &first, NOT);
    cc_reload(center, one_agent("3,+1"));
    cc_run(center);
    clock_ms += 4000;
    cc_run(center);
    CHECK(offer == TL_NONE);
    call_of(center, &second, 0);
    clock_ms += 1000;
    cc_run(center);
    CHECK(offer != TL_NONE);
    goes(center, &first);
    goes(center, &second);
    CHECK(offered_after(center) == 3);

    /* None any more, however often; those there were have given their room back. */
    for (int again = 0; again < 50; again++) {
        char line[20];
        snprintf(line, sizeof line, "%d,+1", again % 9 + 1);
        cc_reload(center, one_agent(line));
        cc_run(center);
        CHECK(offered_after(center) == again % 9 + 1);
    }
    cc_reload(center, one_agent(NULL));
    cc_run(center);
    CHECK(offered_after(center) == -1);
    CHECK(errors == 0);
    cc_free(center);
}

/* A caller may bring a rule: another than the queue's, or one where the queue has none. */
static void callers_bring_rules(void)
{
    struct cc_config *config = one_agent("9,+1");
    cc_center *center;
    struct cc_call call;

    set(config, "soon", "type", "rule");
    set(config, "soon", "penalty_change", "2,+1");
    set(config, "soon", "penalty_change", "4,+1");
    center = begin(config);
    for (uint32_t most = 0; most < 2; most++) {
        call_by(center, &call, most, "soon");
        offered_at(center, most ? 2000 : 4000);
        goes(center, &call);
    }
    CHECK(errors == 0 && offered_after(center) == 9);
    /* One that is nobody's is told of, and changes nothing. */
    call_by(center, &call, NOT, "none-such");
    clock_ms += 20000;
    cc_run(center);
    CHECK(offer == TL_NONE);
    goes(center, &call);
    cc_free(center);
}

/* While there are not more members than so many nobody's penalty counts; callers who wait are told of a change. */
static void few_members_need_no_penalties(void)
{
    static const struct cc_newcomer BOB = {.queue = "q", .phone = "b", .penalty = 9, .wrap_up_ms = TL_NONE32};
    struct cc_config *config = one_agent("5,+1");
    struct cc_call call;
    cc_center *center;

    config->queues[0].penalties_above = 1;
    center = begin(config);
    CHECK(offered_after(center) == 0 && cc_find_agent(center, "a")->members->config.penalty == 2);

    cc_set_paused(center, "q", "a", true, "");
    call_of(center, &call, NOT);
    CHECK(cc_add_member(center, &BOB) == CC_DONE);
    cc_set_paused(center, "q", "a", false, "");
    offered_at(center, 5000);
    goes(center, &call);

    CHECK(offered_after(center) == 5);
    call_of(center, &call, 0);
    CHECK(cc_remove_member(center, "q", "b") == CC_DONE);
    cc_run(center);
    CHECK(offer != TL_NONE);
    goes(center, &call);
    cc_reload(center, one_agent("5,+1"));
    cc_run(center);
    CHECK(offered_after(center) == 5 && errors == 0);
    cc_free(center);
}

/* Who asks for more than the queue's callers begin with waits until the rule lets it, as in app_queue. */
static void callers_wait_for_a_window(void)
{
    cc_center *center = begin(one_agent("5,+1"));
    struct cc_arrival arrival;
    struct cc_call call;

    cc_call_init(&call, "call", "100");
    cc_arrival_defaults(&arrival);
    arrival.queue = "q";
    arrival.penalties.min = 2;
    offer = TL_NONE;
    cc_arrive(center, &call, &arrival);
    cc_run(center);
    offered_at(center, 5000);
    CHECK(!call.over);
    goes(center, &call);
    CHECK(errors == 0);
    cc_free(center);
}

static void rules_are_named(void)
{
    struct cc_config *config = one_agent("5,+1");
    char why[200];

    CHECK(cc_config_check(config, why, sizeof why));
    set(config, "q2", "type", "queue");
    set(config, "q2", "rule", "none-such");
    CHECK(!cc_config_check(config, why, sizeof why) && strstr(why, "none-such"));
    CHECK(!cc_config_set(config, "q2", "penalty_most", "1", why, sizeof why));
    CHECK(!cc_config_set(config, "q2", "penalty_raise", "r", why, sizeof why));
    CHECK(!cc_config_set(config, "q2", "penalties_above", "none", why, sizeof why));
    set(config, "q2", "penalties_above", "3");
    CHECK(config->queues[1].penalties_above == 3);
    cc_config_free(config);
}

/* ---- counting anew ----------------------------------------------------------------------------------------- */

static void counts_begin_anew(void)
{
    cc_center *center = begin(one_agent("1,2"));
    tl_acd_queue_counters counters;
    struct cc_queue *queue = cc_find_queue(center, "q");
    struct cc_call call;

    CHECK(offered_after(center) == 1);
    CHECK(cc_counters(center, queue, &counters));
    CHECK(counters.offered == 1 && counters.abandoned == 1 && counters.waited_ms == 1000);
    CHECK(cc_reset(center, "none") == CC_NO_QUEUE && cc_reset(center, "q") == CC_DONE);
    CHECK(cc_counters(center, queue, &counters));
    CHECK(counters.offered == 0 && counters.abandoned == 0 && counters.waited_ms == 0);
    call_of(center, &call, 2);
    CHECK(cc_find_waiting(center, "q", "call") == &call);
    CHECK(!cc_find_waiting(center, "q", "other") && !cc_find_waiting(center, "none", "call"));
    cc_accept(center, offer);
    cc_run(center);
    CHECK(!cc_find_waiting(center, "q", "call"));
    clock_ms += 2000;
    cc_complete(center, &call, TL_ACD_BY_CALLER);
    cc_run(center);
    cc_call_release(center, &call);
    CHECK(cc_counters(center, queue, &counters));
    CHECK(counters.offered == 1 && counters.completed == 1 && counters.talked_ms == 2000);
    CHECK(cc_find_agent(center, "a")->members->calls == 1);
    CHECK(cc_reset(center, "") == CC_DONE && cc_find_agent(center, "a")->members->calls == 0);
    CHECK(errors == 0);
    cc_free(center);
}

int main(void)
{
    cc_set_clock(test_clock);
    lines_make_sense_or_not();
    steps_are_app_queues();
    changes_of_one_second_are_app_queues();
    callers_come_to_others();
    callers_bring_rules();
    few_members_need_no_penalties();
    callers_wait_for_a_window();
    rules_are_named();
    counts_begin_anew();
    printf("penalties change by rules; counts begin anew\n");
    return 0;
}
