/* The routing engine through C: every input, every output, and who is offered what. */
#include "check.h"

static tl_acd *acd;
static tl_time now = 1000000;

static tl_acd_output next(uint32_t kind)
{
    tl_acd_output out;
    OK(tl_acd_poll(acd, &out));
    if (out.kind != kind)
        fprintf(stderr, "output %u instead of %u\n", out.kind, kind);
    CHECK(out.kind == kind);
    CHECK(out.at == now);
    CHECK(out.reserved == 0);
    return out;
}

static void drained(void)
{
    tl_acd_output out;
    EXPECT(TL_DONE, tl_acd_poll(acd, &out));
}

static uint64_t add_agent(uint64_t queue, uint64_t tag)
{
    uint64_t agent;
    tl_acd_agent_config config;
    OK(tl_acd_agent_defaults(&config));
    config.tag = tag;
    OK(tl_acd_add_agent(acd, &config, &agent));
    OK(tl_acd_join_queue(acd, agent, queue, NULL));
    OK(tl_acd_set_agent_state(acd, now, agent, TL_ACD_AVAILABLE, 0));
    tl_acd_output out = next(TL_ACD_AGENT_CHANGED);
    CHECK(out.agent == agent && out.agent_tag == tag && out.reason == TL_ACD_AVAILABLE);
    CHECK(out.call == TL_NONE && out.queue == TL_NONE && out.offer == TL_NONE);
    return agent;
}

static uint64_t arrive(uint64_t queue, uint64_t tag, uint32_t place)
{
    tl_acd_call call;
    OK(tl_acd_call_defaults(&call));
    call.queue = queue;
    call.tag = tag;
    OK(tl_acd_arrive(acd, now, &call));
    tl_acd_output out = next(TL_ACD_JOINED);
    CHECK(out.call_tag == tag && out.queue == queue && out.position == place);
    return out.call;
}

/* A call is offered, missed, offered, accepted, talked and done with. */
static void one_call(void)
{
    uint64_t queue;
    tl_acd_queue_config config;
    OK(tl_acd_queue_defaults(&config));
    config.tag = 800;
    config.wrap_up_ms = 3000;
    config.ring_timeout_ms = 10000;
    OK(tl_acd_add_queue(acd, &config, &queue));
    uint64_t ann = add_agent(queue, 101);
    drained();

    uint64_t call = arrive(queue, 7, 1);
    tl_acd_output out = next(TL_ACD_OFFER);
    uint64_t offer = out.offer;
    CHECK(out.call == call && out.call_tag == 7 && out.agent == ann && out.agent_tag == 101);
    CHECK(out.queue == queue && out.until == now + 10000);
    out = next(TL_ACD_AGENT_CHANGED);
    CHECK(out.reason == TL_ACD_RINGING);
    drained();

    tl_time at;
    OK(tl_acd_deadline(acd, &at));
    CHECK(at == now + 10000);

    now += 4000;
    OK(tl_acd_accept(acd, now, offer));
    out = next(TL_ACD_OFFER_ENDED);
    CHECK(out.offer == offer && out.reason == TL_ACD_OFFER_ACCEPTED && out.rang_ms == 4000);
    out = next(TL_ACD_CONNECTED);
    CHECK(out.call == call && out.agent == ann && out.waited_ms == 4000 && out.queue == queue);
    out = next(TL_ACD_AGENT_CHANGED);
    CHECK(out.reason == TL_ACD_TALKING);
    drained();
    EXPECT(TL_ERR_ACD_NO_OFFER, tl_acd_accept(acd, now, offer));
    EXPECT(TL_ERR_ACD_WRONG_STATE, tl_acd_exit(acd, now, call, 9));

    now += 60000;
    OK(tl_acd_complete(acd, now, call, TL_ACD_BY_TRANSFER));
    out = next(TL_ACD_COMPLETED);
    CHECK(out.call == call && out.reason == TL_ACD_BY_TRANSFER && out.talked_ms == 60000);
    out = next(TL_ACD_AGENT_CHANGED);
    CHECK(out.reason == TL_ACD_WRAP_UP);
    drained();
    EXPECT(TL_ERR_ACD_NO_CALL, tl_acd_hangup(acd, now, call));

    now += 1000;
    OK(tl_acd_end_wrap_up(acd, now, ann));
    out = next(TL_ACD_AGENT_CHANGED);
    CHECK(out.reason == TL_ACD_AVAILABLE);
    tl_acd_agent_counters counters;
    OK(tl_acd_get_agent(acd, ann, &counters));
    CHECK(counters.state == TL_ACD_AVAILABLE && counters.answered == 1);
    CHECK(counters.talked_ms == 60000 && counters.wrapped_ms == 1000);
    OK(tl_acd_set_agent_state(acd, now, ann, TL_ACD_NOT_READY, 42));
    out = next(TL_ACD_AGENT_CHANGED);
    CHECK(out.reason == TL_ACD_NOT_READY && out.detail == 42);
    drained();

    EXPECT(TL_ERR_ACD_QUEUE_IN_USE, tl_acd_remove_queue(acd, queue));
    OK(tl_acd_leave_queue(acd, ann, queue));
    EXPECT(TL_ERR_ACD_NOT_MEMBER, tl_acd_leave_queue(acd, ann, queue));
    OK(tl_acd_remove_queue(acd, queue));
    EXPECT(TL_ERR_ACD_NO_QUEUE, tl_acd_remove_queue(acd, queue));
    OK(tl_acd_remove_agent(acd, ann));
    EXPECT(TL_ERR_ACD_NO_AGENT, tl_acd_remove_agent(acd, ann));
    now += 1;
    OK(tl_acd_tick(acd, now));
    while (tl_acd_poll(acd, &(tl_acd_output){0}) == TL_OK)
        ;
}

/* The ways a call leaves unanswered, and the ways an offer ends. */
static void leaving(void)
{
    uint64_t queue;
    tl_acd_queue_config config;
    OK(tl_acd_queue_defaults(&config));
    config.max_wait_ms = 30000;
    config.max_waiting = 2;
    OK(tl_acd_add_queue(acd, &config, &queue));

    uint64_t first = arrive(queue, 1, 1);
    uint64_t second = arrive(queue, 2, 2);
    tl_acd_call third;
    OK(tl_acd_call_defaults(&third));
    third.queue = queue;
    third.tag = 3;
    OK(tl_acd_arrive(acd, now, &third));
    tl_acd_output out = next(TL_ACD_REFUSED);
    CHECK(out.call_tag == 3 && out.reason == TL_ACD_REFUSED_FULL && out.call == TL_NONE);

    OK(tl_acd_set_priority(acd, now, second, 5));
    out = next(TL_ACD_PRIORITY_CHANGED);
    CHECK(out.call == second && out.queue == queue && out.position == 1);
    CHECK(out.call_tag == 2 && out.from_priority == 0 && out.priority == 5);
    now += 500;
    OK(tl_acd_exit(acd, now, first, '9'));
    out = next(TL_ACD_LEFT);
    CHECK(out.call == first && out.reason == TL_ACD_LEFT_EXIT && out.detail == '9');
    CHECK(out.position == 2 && out.waited_ms == 500);
    OK(tl_acd_hangup(acd, now, second));
    out = next(TL_ACD_LEFT);
    CHECK(out.call == second && out.reason == TL_ACD_LEFT_ABANDONED);

    uint64_t late = arrive(queue, 4, 1);
    now += 30000;
    OK(tl_acd_tick(acd, now));
    out = next(TL_ACD_LEFT);
    CHECK(out.call == late && out.reason == TL_ACD_LEFT_TIMEOUT && out.waited_ms == 30000);
    drained();
    OK(tl_acd_remove_queue(acd, queue));
}

/* Relaxation, overflow, moves, and what can be asked meanwhile. */
static void moving(void)
{
    uint64_t first, second;
    tl_acd_queue_config config;
    OK(tl_acd_queue_defaults(&config));
    OK(tl_acd_add_queue(acd, &config, &second));
    config.max_wait_ms = 1000;
    config.overflow_queue = second;
    config.overflow_target = 7;
    EXPECT(TL_ERR_ARGUMENT, tl_acd_add_queue(acd, &config, &first));
    config.overflow_target = TL_NONE32;
    OK(tl_acd_add_queue(acd, &config, &first));
    tl_acd_relax_step steps[2] = {
        {.after_ms = 100, .call_class = TL_NONE32, .penalty_min = TL_NONE32, .penalty_max = 5},
        {.after_ms = 50, .call_class = TL_NONE32, .penalty_min = TL_NONE32, .penalty_max = 9},
    };
    EXPECT(TL_ERR_ACD_CONFIG, tl_acd_set_relaxation(acd, first, steps, 2));
    OK(tl_acd_set_relaxation(acd, first, steps, 1));

    uint64_t call = arrive(first, 1, 1);
    tl_acd_call_info info;
    OK(tl_acd_get_call(acd, call, &info));
    CHECK(info.state == TL_ACD_CALL_WAITING && info.position == 1 && info.estimate_ms == TL_NONE);
    now += 1000;
    OK(tl_acd_tick(acd, now));
    tl_acd_output out = next(TL_ACD_MOVED);
    CHECK(out.call == call && out.from_queue == first && out.queue == second && out.position == 1);
    OK(tl_acd_move(acd, now, call, first, 1));
    out = next(TL_ACD_MOVED);
    CHECK(out.from_queue == second && out.queue == first);

    config.overflow_queue = TL_NONE;
    config.overflow_target = 7;
    OK(tl_acd_set_queue(acd, first, &config));
    uint32_t live;
    OK(tl_acd_live_calls(acd, &live));
    CHECK(live == 1);
    while (tl_acd_get_call(acd, call, &info) == TL_OK) {
        OK(tl_acd_deadline(acd, &now));
        OK(tl_acd_tick(acd, now));
    }
    out = next(TL_ACD_LEFT);
    CHECK(out.reason == TL_ACD_LEFT_OVERFLOW && out.detail == 7);
    EXPECT(TL_ERR_ACD_NO_CALL, tl_acd_get_call(acd, call, &info));

    tl_acd_queue_counters counters;
    OK(tl_acd_get_queue(acd, first, &counters));
    CHECK(counters.offered == 2 && counters.overflowed == 2 && counters.waiting == 0);
    CHECK(counters.members == 0);
    OK(tl_acd_remove_queue(acd, first));
    OK(tl_acd_remove_queue(acd, second));
    EXPECT(TL_ERR_ACD_NO_QUEUE, tl_acd_get_queue(acd, first, &counters));
}

/* A tag is one agent's or one queue's, until that is removed. */
static void twins(uint64_t queue)
{
    uint64_t agent, twin = 0;
    tl_acd_agent_config config;
    OK(tl_acd_agent_defaults(&config));
    config.tag = 4711;
    OK(tl_acd_add_agent(acd, &config, &agent));
    EXPECT(TL_ERR_ACD_DUPLICATE_AGENT, tl_acd_add_agent(acd, &config, &twin));
    CHECK(strstr(tl_last_error(), "has this tag already") && twin == 0);
    OK(tl_acd_remove_agent(acd, agent));
    OK(tl_acd_add_agent(acd, &config, &twin));
    OK(tl_acd_remove_agent(acd, twin));

    uint64_t other;
    tl_acd_queue_config named;
    OK(tl_acd_queue_defaults(&named));
    named.tag = 4711;
    OK(tl_acd_add_queue(acd, &named, &other));
    EXPECT(TL_ERR_ACD_DUPLICATE_QUEUE, tl_acd_add_queue(acd, &named, &twin));
    EXPECT(TL_ERR_ACD_DUPLICATE_QUEUE, tl_acd_set_queue(acd, queue, &named));
    OK(tl_acd_set_queue(acd, other, &named));
    OK(tl_acd_remove_queue(acd, other));
}

static void refusals(void)
{
    uint64_t queue, agent;
    tl_acd_queue_config config;
    OK(tl_acd_queue_defaults(&config));
    config.strategy = 99;
    EXPECT(TL_ERR_ARGUMENT, tl_acd_add_queue(acd, &config, &queue));
    CHECK(strstr(tl_last_error(), "tl_acd_add_queue: strategy is 99"));
    /* Every strategy the header names, and none between them. */
    int known = 0;
    for (uint32_t strategy = 0; strategy < 300; strategy++) {
        config.strategy = strategy;
        tl_status status = tl_acd_add_queue(acd, &config, &queue);
        CHECK(status == TL_OK || status == TL_ERR_ARGUMENT);
        if (status == TL_OK) {
            known++;
            OK(tl_acd_remove_queue(acd, queue));
        }
    }
    CHECK(known == 13 + 8 + 9);
    config.strategy = TL_ACD_CUSTOM;
    config.custom_term = TL_ACD_BY_IDLE_SINCE;
    config.custom_start = TL_ACD_START_AFTER_QUEUE_LAST;
    EXPECT(TL_ERR_ACD_CONFIG, tl_acd_add_queue(acd, &config, &queue));
    config.custom_term = TL_ACD_BY_JOINED;
    OK(tl_acd_add_queue(acd, &config, &queue));
    OK(tl_acd_set_queue(acd, queue, &config));
    config.ring_timeout_ms = 0;
    EXPECT(TL_ERR_ACD_CONFIG, tl_acd_set_queue(acd, queue, &config));

    EXPECT(TL_ERR_ACD_TIME_BACKWARDS, tl_acd_tick(acd, now - 1));
    EXPECT(TL_ERR_ACD_NO_AGENT,
           tl_acd_set_agent_state(acd, now, TL_NONE, TL_ACD_AVAILABLE, 0));
    EXPECT(TL_ERR_ARGUMENT, tl_acd_set_agent_state(acd, now, 0, TL_ACD_TALKING, 0));
    EXPECT(TL_ERR_ARGUMENT, tl_acd_reject(acd, now, 0, 0));
    EXPECT(TL_ERR_ARGUMENT, tl_acd_complete(acd, now, 0, 4));

    OK(tl_acd_add_agent(acd, NULL, &agent));
    OK(tl_acd_join_queue(acd, agent, queue, NULL));
    EXPECT(TL_ERR_ACD_ALREADY_MEMBER, tl_acd_join_queue(acd, agent, queue, NULL));
    twins(queue);
    tl_acd_membership membership;
    OK(tl_acd_membership_defaults(&membership));
    membership.penalty = 3;
    OK(tl_acd_set_membership(acd, agent, queue, &membership));
    membership.level = 65536;
    EXPECT(TL_ERR_ARGUMENT, tl_acd_set_membership(acd, agent, queue, &membership));
    OK(tl_acd_remove_agent(acd, agent));
    OK(tl_acd_remove_queue(acd, queue));
}

/* A call of a class is offered to the agent whose profile fits. */
/* What was configured is read back as it was, changed in one field and handed in again. */
static void stored(void)
{
    tl_acd_queue_config config, found;
    tl_acd_agent_config agent;
    uint64_t queue, ann, epoch;
    uint32_t order, ahead;
    OK(tl_acd_new(NULL, &acd));
    OK(tl_acd_queue_defaults(&config));
    config.strategy = TL_ACD_CUSTOM;
    config.custom_term = TL_ACD_BY_PLAIN_POSITION;
    config.custom_second_term = TL_ACD_BY_ENDED;
    config.custom_start = TL_ACD_START_DOWN_FROM_CALL_LAST;
    config.custom_ring = TL_ACD_RING_EVERYBODY;
    config.custom_to_untried = 1;
    config.overflow_target = 7;
    config.tier_wait_ms = 300;
    config.tier_skip_empty = 1;
    config.leave_empty = TL_ACD_EMPTY_NOT_READY;
    config.medium = TL_ACD_CHAT;
    config.missed_limit = 3;
    OK(tl_acd_add_queue(acd, &config, &queue));
    OK(tl_acd_get_queue_config(acd, queue, &found));
    CHECK(memcmp(&config, &found, sizeof config) == 0);
    found.ring_timeout_ms = 20000;
    found.strategy = TL_ACD_ASTERISK_RRMEMORY;
    found.leave_empty = TL_ACD_EMPTY_NEVER;
    OK(tl_acd_set_queue(acd, queue, &found));
    OK(tl_acd_get_queue_config(acd, queue, &config));
    CHECK(config.ring_timeout_ms == 20000 && config.strategy == TL_ACD_ASTERISK_RRMEMORY);
    CHECK(config.custom_term == TL_ACD_BY_NOTHING && config.overflow_target == 7);

    OK(tl_acd_agent_defaults(&agent));
    agent.tag = 42;
    agent.units[TL_ACD_CHAT] = 2;
    OK(tl_acd_add_agent(acd, &agent, &ann));
    memset(&agent, 0xff, sizeof agent);
    OK(tl_acd_get_agent_config(acd, ann, &agent));
    CHECK(agent.struct_size == sizeof agent && agent.tag == 42 && agent.units[TL_ACD_CHAT] == 2);
    CHECK(agent.wrap_up_ms == TL_NONE32 && agent.profile == 0);
    EXPECT(TL_ERR_ACD_NO_QUEUE, tl_acd_get_queue_config(acd, 99, &config));
    EXPECT(TL_ERR_ACD_NO_AGENT, tl_acd_get_agent_config(acd, 99, &agent));

    /* A program of an older header has shorter structs: nothing is written behind them. */
    tl_acd_membership places[2];
    memset(places, 0x77, sizeof places);
    OK((tl_acd_membership_defaults)(&places[0], sizeof places[0] - 4));
    CHECK(places[0].struct_size == sizeof places[0] - 4 && places[0].wrap_up_ms == TL_NONE32);
    CHECK(places[0].paused == 0x77777777);
    OK((tl_acd_membership_defaults)(&places[0], sizeof places[0] + 8));
    CHECK(places[0].paused == TL_NONE32 && places[1].struct_size == 0 && places[1].penalty == 0);
    CHECK(places[1].level == 0x77777777);
    places[1].penalty = 1; /* which this library does not know */
    EXPECT(TL_ERR_STRUCT_SIZE, tl_acd_join_queue(acd, ann, queue, &places[0]));
    places[1].penalty = 0;
    OK(tl_acd_join_queue(acd, ann, queue, &places[0]));

    /* Paused in one queue, and what is known of it. */
    tl_acd_member_info member;
    tl_acd_output out;
    now += 5000;
    OK(tl_acd_set_agent_state(acd, now, ann, TL_ACD_AVAILABLE, 0));
    next(TL_ACD_AGENT_CHANGED);
    EXPECT(TL_ERR_ARGUMENT, tl_acd_set_pause(acd, now, ann, queue, 65536));
    OK(tl_acd_set_pause(acd, now, ann, queue, 4));
    out = next(TL_ACD_PAUSE_CHANGED);
    CHECK(out.agent == ann && out.agent_tag == 42 && out.queue == queue);
    CHECK(out.reason == 4 && out.detail == TL_NONE32);
    OK(tl_acd_get_member(acd, ann, queue, &member));
    CHECK(member.paused == 4 && member.last_pause == now / 1000 * 1000);
    CHECK(member.state == TL_ACD_AVAILABLE && member.ringing == 0 && member.talking == 0);
    uint64_t first = arrive(queue, 1, 1), second = arrive(queue, 2, 2);
    tl_acd_why_waiting why;
    tl_acd_why_idle idle;
    OK(tl_acd_get_why_waiting(acd, first, &why));
    CHECK(why.paused == 1 && why.not_ready == 0 && why.free == 0);
    OK(tl_acd_get_why_idle(acd, ann, &idle));
    CHECK(idle.paused == 2 && idle.held == 0 && idle.open == 0);
    OK(tl_acd_calls_ahead(acd, second, &ahead));
    CHECK(ahead == 1);
    OK(tl_acd_set_pause(acd, now, ann, queue, TL_NONE32));
    out = next(TL_ACD_PAUSE_CHANGED);
    CHECK(out.reason == TL_NONE32 && out.detail == 4);
    CHECK(tl_acd_poll(acd, &out) == TL_OK); /* rings, or its state */
    OK(tl_acd_get_member(acd, ann, queue, &member));
    CHECK(member.paused == TL_NONE32 && member.last_pause != TL_NONE && member.ringing > 0);
    while (tl_acd_poll(acd, &out) == TL_OK)
        ;

    static const uint32_t buckets[] = {8, 18, 28, 1, 11};
    for (int i = 0; i < 5; i++) {
        char interface[32];
        uint32_t bucket;
        snprintf(interface, sizeof interface, "PJSIP/%d", 1001 + i);
        OK(tl_acd_asterisk_bucket(interface, &bucket));
        CHECK(bucket == buckets[i]);
    }

    OK(tl_acd_set_call_order(acd, TL_ACD_WAIT_RATIO));
    OK(tl_acd_get_call_order(acd, &order));
    CHECK(order == TL_ACD_WAIT_RATIO);
    OK(tl_acd_get_epoch(acd, &epoch));
    CHECK(epoch == 0);
    OK(tl_acd_begin_epoch(acd, 3));
    OK(tl_acd_get_epoch(acd, &epoch));
    CHECK(epoch == 3);
    OK(tl_acd_free(acd));
}

static void skills(void)
{
    uint64_t queue, plain, expert;
    tl_acd_skill french = {.skill = 1, .level = 2};
    tl_acd_skill fluent = {.skill = 1, .level = 5};
    uint32_t call_class, profile;
    OK(tl_acd_add_class(acd, &french, 1, &call_class));
    OK(tl_acd_add_profile(acd, &fluent, 1, &profile));
    CHECK(call_class == 1 && profile == 1);
    EXPECT(TL_ERR_ARGUMENT, tl_acd_add_class(acd, &french, 65, &call_class));

    OK(tl_acd_add_queue(acd, NULL, &queue));
    plain = add_agent(queue, 1);
    tl_acd_agent_config config;
    OK(tl_acd_agent_defaults(&config));
    config.profile = profile;
    OK(tl_acd_add_agent(acd, &config, &expert));
    OK(tl_acd_join_queue(acd, expert, queue, NULL));
    OK(tl_acd_set_agent_state(acd, now, expert, TL_ACD_AVAILABLE, 0));
    next(TL_ACD_AGENT_CHANGED);

    tl_acd_call call;
    OK(tl_acd_call_defaults(&call));
    call.queue = queue;
    call.call_class = call_class;
    OK(tl_acd_arrive(acd, now, &call));
    next(TL_ACD_JOINED);
    CHECK(next(TL_ACD_OFFER).agent == expert);
    next(TL_ACD_AGENT_CHANGED);
    drained();
    CHECK(plain != expert);
}

int main(void)
{
    tl_acd_limits limits;
    stored();
    OK(tl_acd_limits_defaults(&limits));
    limits.classes = 4;
    limits.profiles = 4;
    limits.steps = 4;
    OK(tl_acd_new(&limits, &acd));
    OK(tl_acd_set_seed(acd, 1));
    one_call();
    leaving();
    moving();
    refusals();
    skills();
    OK(tl_acd_free(acd));
    return 0;
}
