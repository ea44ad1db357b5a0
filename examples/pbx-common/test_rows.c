/*
 * test_rows.c - queues and members of a database; who misses calls; calls that nobody has talked in
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "test_fixture.h"

/* q0 with one agent, a0; `missed` is what becomes of who misses calls. */
static struct cc_config *one_queue(const char *const missed[][2], size_t count)
{
    struct cc_config *config = cc_config_new();

    CHECK(config);
    set(config, "q0", "type", "queue");
    set(config, "q0", "ring_timeout", "10");
    set(config, "q0", "max_wait", "60");
    set(config, "q0", "agent", "a0");
    for (size_t i = 0; i < count; i++) {
        set(config, "q0", missed[i][0], missed[i][1]);
    }
    set(config, "a0", "type", "agent");
    set(config, "a0", "phone", "SIP/0");
    return config;
}

static void arrive(cc_center *center, struct cc_call *call, const char *queue)
{
    struct cc_arrival arrival;

    cc_call_init(call, "call", "100");
    cc_arrival_defaults(&arrival);
    arrival.queue = queue;
    cc_arrive(center, call, &arrival);
    cc_run(center);
}

static void leave(cc_center *center, struct cc_call *call)
{
    cc_hangup(center, call);
    cc_run(center);
    CHECK(call->over);
    cc_call_release(center, call);
}

/* ---- rows -------------------------------------------------------------------------------------- */

static const struct cc_row ANN = {
    .who = {.queue = "live", .phone = "SIP/1", .name = "ann", .wrap_up_ms = TL_NONE32}, .id = "1"};
static const struct cc_row BOB = {
    .who = {.queue = "live", .phone = "SIP/2", .name = "bob", .penalty = 3, .wrap_up_ms = 9000, .paused = true,
            .reason = "tea"}, .id = "2", .ring_in_use = 1};

static struct cc_config *live_queue(void)
{
    struct cc_config *config = cc_config_new();

    set(config, "live", "type", "queue");
    set(config, "live", "max_waiting", "7");
    return config;
}

static struct cc_member *member(cc_center *center, const char *agent)
{
    struct cc_agent *at = cc_find_agent(center, agent);

    return at ? cc_member_of(at, cc_find_queue(center, "live")) : NULL;
}

static void rows_come_change_and_go(void)
{
    cc_center *center = begin(one_queue(NULL, 0));
    struct cc_config *row = live_queue();
    struct cc_row rows[] = {ANN, BOB};
    struct cc_call call;

    CHECK(!cc_find_queue(center, "live"));
    cc_live(center, "live", &row->queues[0], rows, 2);
    CHECK(cc_find_queue(center, "live")->config.max_waiting == 7);
    CHECK(member(center, "ann")->origin == CC_FROM_ROWS && !cc_member_paused(member(center, "ann")));
    CHECK(cc_member_paused(member(center, "bob")) && member(center, "bob")->config.wrap_up_ms == 9000);
    CHECK(member(center, "bob")->config.penalty == 3 && member(center, "bob")->ring_in_use);
    CHECK(cc_remove_member(center, "live", "SIP/1") == CC_CONFIGURED);
    arrive(center, &call, "live");
    CHECK(call.offers == 1);

    /* What has changed elsewhere stays while the row says the same; what the row changes is followed. */
    cc_set_paused(center, "live", "SIP/2", false, "");
    cc_set_penalty(center, "live", "SIP/1", 5);
    cc_live(center, "live", &row->queues[0], rows, 2);
    CHECK(!cc_member_paused(member(center, "bob")) && member(center, "ann")->config.penalty == 5);
    rows[0].who.penalty = 1;
    rows[1].who.paused = false;
    rows[1].who.wrap_up_ms = TL_NONE32;
    rows[1].ring_in_use = -1;
    cc_live(center, "live", &row->queues[0], rows, 2);
    CHECK(member(center, "ann")->config.penalty == 1 && !cc_member_paused(member(center, "bob")));
    CHECK(member(center, "bob")->config.wrap_up_ms == TL_NONE32 && !member(center, "bob")->ring_in_use);

    /* Another phone in the row is another agent; a row that is gone takes its agent along. */
    rows[0].who.phone = rows[0].who.name = "SIP/3";
    cc_live(center, "live", &row->queues[0], rows, 1);
    CHECK(!cc_find_agent(center, "ann") && !cc_find_agent(center, "bob") && member(center, "SIP/3"));

    /* A reload leaves all of it alone, and the queue's end the call that waits there. */
    cc_reload(center, one_queue(NULL, 0));
    cc_run(center);
    CHECK(member(center, "SIP/3") && !call.over);
    cc_live(center, "live", NULL, NULL, 0);
    cc_run(center);
    CHECK(cc_find_queue(center, "live") && !cc_find_agent(center, "SIP/3") && !call.over);
    leave(center, &call);
    CHECK(!cc_find_queue(center, "live"));

    /* A queue of the configuration stays what it is, and may have members of a database. */
    rows[0].who.queue = "q0";
    cc_live(center, "q0", NULL, rows, 1);
    CHECK(cc_member_of(cc_find_agent(center, "SIP/3"), cc_find_queue(center, "q0")));
    CHECK(!cc_find_queue(center, "q0")->live && cc_find_agent(center, "a0"));
    CHECK(errors == 0);
    cc_config_free(row);
    cc_free(center);
}

/* ---- who misses calls -------------------------------------------------------------------------- */

#define NOT_ANSWERED 99 /* before its time */

/* A call that rings a0 for so long, or is turned away by its phone. */
static void is_missed(cc_center *center, uint32_t cause)
{
    struct cc_call call;

    arrive(center, &call, "q0");
    CHECK(call.offers == 1);
    if (cause == NOT_ANSWERED) {
        clock_ms += 3000;
        cc_not_answered(center, offer);
    } else if (cause) {
        cc_reject(center, offer, cause);
    } else {
        clock_ms += 10000;
    }
    cc_run(center);
    leave(center, &call);
    clock_ms += 10000; /* it is left alone for a moment */
    cc_run(center);
}

static bool paused(cc_center *center, const char *reason)
{
    const struct cc_member *at = cc_find_agent(center, "a0")->members;

    CHECK(!cc_member_paused(at) || !strcmp(cc_member_reason(at), reason));
    return cc_member_paused(at);
}

static void who_misses_is_paused(void)
{
    static const char *const TWICE[][2] = {{"missed_limit", "2"}, {"missed_pause", "queue"}};
    static const char *const AWAY[][2] = {
        {"missed_limit", "1"}, {"missed_pause", "all"}, {"missed_unreachable", "yes"}, {"missed_spare", "60"}};
    cc_center *center = begin(one_queue(TWICE, 2));

    is_missed(center, 0);
    is_missed(center, TL_ACD_CAUSE_BUSY); /* which has missed nothing */
    CHECK(!paused(center, ""));
    is_missed(center, NOT_ANSWERED);
    CHECK(paused(center, "Auto-Pause") && !cc_find_agent(center, "a0")->paused);
    cc_free(center);

    center = begin(one_queue(AWAY, 4));
    struct cc_call call;
    arrive(center, &call, "q0");
    cc_accept(center, offer);
    cc_complete(center, &call, TL_ACD_BY_CALLER);
    cc_run(center);
    cc_call_release(center, &call);
    is_missed(center, 0); /* a moment after a call */
    CHECK(!paused(center, ""));
    clock_ms += 60000;
    is_missed(center, TL_ACD_CAUSE_BUSY);
    CHECK(!paused(center, ""));
    is_missed(center, TL_ACD_CAUSE_UNREACHABLE);
    CHECK(paused(center, "Auto-Pause") && cc_find_agent(center, "a0")->paused);
    CHECK(errors == 0);
    cc_free(center);
}

/* ---- counts ------------------------------------------------------------------------------------ */

static void nobody_has_talked(void)
{
    cc_center *center = begin(one_queue(NULL, 0));
    struct cc_queue *queue = cc_find_queue(center, "q0");
    tl_acd_queue_counters c;
    struct cc_call call;

    for (int i = 0; i < 2; i++) {
        arrive(center, &call, "q0");
        cc_accept(center, offer);
        cc_dump(center, &call, i ? TL_ACD_BY_CALLER : TL_ACD_BY_AGENT);
        cc_run(center);
        CHECK(call.over);
        cc_call_release(center, &call);
        CHECK(cc_counters(center, queue, &c) && !c.answered && !c.completed && !c.answered_in_level && !c.talked_ms);
        /* By the agent: it comes again, and is counted then. */
        CHECK(c.offered == (unsigned)i && c.abandoned == (unsigned)i);
        CHECK(!cc_find_agent(center, "a0")->calls && !cc_find_agent(center, "a0")->members->last_call_ms);
    }
    CHECK(cc_count_call(center, "q0", "a0", true, 60000) == CC_DONE);
    CHECK(cc_count_call(center, "q0", "a0", false, 0) == CC_DONE);
    CHECK(cc_count_call(center, "q0", "x", true, 0) == CC_NOT_THERE);
    CHECK(cc_count_call(center, "x", "a0", true, 0) == CC_NO_QUEUE);
    CHECK(cc_counters(center, queue, &c) && c.completed == 1 && c.abandoned == 2 && c.talked_ms == 60000);
    CHECK(errors == 0);
    cc_free(center);
}

static void taken_out(void)
{
    cc_center *center = begin(one_queue(NULL, 0));
    tl_acd_queue_counters c;
    struct cc_call call;

    arrive(center, &call, "q0");
    CHECK(call.offers == 1 && cc_take_out(center, &call));
    cc_run(center);
    CHECK(call.over && !cc_take_out(center, &call));
    cc_call_release(center, &call);
    arrive(center, &call, "q0");
    cc_accept(center, offer);
    cc_run(center);
    CHECK(!cc_take_out(center, &call) && !call.over);
    leave(center, &call);
    CHECK(cc_counters(center, cc_find_queue(center, "q0"), &c));
    CHECK(c.abandoned == 1 && c.abandoned_in_level == 1 && !c.exited && c.answered == 1);
    CHECK(errors == 0);
    cc_free(center);
}

/* A reload takes the queue away, and with its agent the last reason for a caller to wait there. */
static void all_go_at_once(void)
{
    static const char *const EMPTY[][2] = {{"leave_empty", "logged-out"}};
    cc_center *center = begin(one_queue(EMPTY, 1));
    struct cc_config *other = cc_config_new();
    struct cc_call call;

    cc_set_paused(center, "", "SIP/0", true, "");
    arrive(center, &call, "q0");
    CHECK(!call.over);
    set(other, "q1", "type", "queue");
    cc_reload(center, other);
    cc_run(center);
    CHECK(call.over && !cc_find_queue(center, "q0"));
    cc_call_release(center, &call);
    CHECK(errors == 0);
    cc_free(center);
}

/* Who comes paused has been since it came. */
static void paused_from_the_start(void)
{
    struct cc_config *config = one_queue(NULL, 0);

    set(config, "a0", "paused", "yes");
    cc_center *center = begin(config);
    CHECK(cc_member_last_pause(cc_find_agent(center, "a0")->members) == clock_ms);
    cc_free(center);
}

int main(void)
{
    cc_set_clock(test_clock);
    rows_come_change_and_go();
    who_misses_is_paused();
    nobody_has_talked();
    taken_out();
    all_go_at_once();
    paused_from_the_start();
    printf("rows come, change and go; who misses calls is paused; calls without a word count for nobody\n");
    return 0;
}
