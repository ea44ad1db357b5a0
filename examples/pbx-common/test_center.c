/*
 * test_center.c - configurations larger than the engine's table of outputs, without any PBX
 *
 * Built with AddressSanitizer by examples/dialogic: an agent that the engine still speaks of and the
 * center has freed ends the program. Needs no time: the clock is the test's own.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <unistd.h>

#include "flow.h"
#include "test_fixture.h"
#include "text.h"

#define AGENTS 100
#define IN_QUEUE 10

/* Agents a0, a1, ... in queues of ten. */
static struct cc_config *centre_of(unsigned agents, const char *wrap_up)
{
    struct cc_config *config = cc_config_new();
    char name[20], queue[20];

    CHECK(config);
    for (unsigned i = 0; i < agents; i++) {
        snprintf(name, sizeof name, "a%u", i);
        snprintf(queue, sizeof queue, "q%u", i / IN_QUEUE);
        if (i % IN_QUEUE == 0) {
            set(config, queue, "type", "queue");
        }
        set(config, queue, "agent", name);
    }
    for (unsigned i = 0; i < agents; i++) {
        snprintf(name, sizeof name, "a%u", i);
        set(config, name, "type", "agent");
        set(config, name, "phone", name);
        set(config, name, "wrap_up", wrap_up);
    }
    return config;
}

static unsigned in_state(cc_center *center, uint32_t state)
{
    tl_acd_agent_counters counters;
    unsigned count = 0;

    for (struct cc_agent *agent = cc_agents(center); agent; agent = agent->next) {
        CHECK(tl_acd_get_agent(cc_engine(center), agent->handle, &counters) >= 0);
        count += counters.state == state;
    }
    return count;
}

/* All agents log in, whatever the table of outputs holds; likewise from a device's state. */
static void everybody_comes(void)
{
    struct cc_config *config = centre_of(AGENTS, "5");

    for (unsigned i = 0; i < AGENTS; i++) {
        snprintf(config->agents[i].device, sizeof config->agents[i].device, "trunk");
    }
    cc_center *center = begin(config);
    CHECK(in_state(center, TL_ACD_AVAILABLE) == AGENTS);
    cc_device(center, "trunk", CC_DEVICE_GONE);
    cc_run(center);
    CHECK(in_state(center, TL_ACD_LOGGED_OUT) == AGENTS);
    cc_device(center, "trunk", CC_DEVICE_FREE);
    cc_run(center);
    CHECK(in_state(center, TL_ACD_AVAILABLE) == AGENTS);
    CHECK(errors == 0);
    cc_free(center);
}

/* A reload replaces every agent, one of which is talking, and then takes half of them away. */
static void everybody_changes(void)
{
    cc_center *center = begin(centre_of(AGENTS, "5"));
    struct cc_arrival arrival;
    struct cc_call call;

    cc_call_init(&call, "call", "100");
    cc_arrival_defaults(&arrival);
    arrival.queue = "q3";
    cc_arrive(center, &call, &arrival);
    cc_run(center);
    cc_accept(center, offer);
    cc_run(center);
    CHECK(in_state(center, TL_ACD_TALKING) == 1);

    cc_reload(center, centre_of(AGENTS, "7"));
    cc_run(center);
    CHECK(errors == 0);
    for (struct cc_agent *agent = cc_agents(center); agent; agent = agent->next) {
        CHECK(agent->config.wrap_up_ms == 7000);
        CHECK(agent->members && !agent->members->next);
    }

    cc_reload(center, centre_of(AGENTS / 2, "9"));
    cc_run(center);
    clock_ms += 1000;
    cc_complete(center, &call, TL_ACD_BY_CALLER);
    cc_run(center);
    clock_ms += 60000;
    cc_run(center);
    CHECK(call.over && call.agent);
    CHECK(in_state(center, TL_ACD_AVAILABLE) == AGENTS / 2);
    CHECK(errors == 0);
    cc_call_release(center, &call);
    cc_free(center);
}

/* max_agents leaves no room for the one that would take an agent's place: it stays as it was. */
static void nobody_is_lost(void)
{
    struct cc_config *config = centre_of(2, "5");

    set(config, "general", "max_agents", "2");
    cc_center *center = begin(config);
    cc_reload(center, centre_of(2, "7"));
    cc_run(center);
    CHECK(errors > 0);
    CHECK(in_state(center, TL_ACD_AVAILABLE) == 2);
    CHECK(cc_find_agent(center, "a0")->members && cc_find_agent(center, "a1")->members);
    cc_free(center);
}

/* A call with these skills, which is offered to somebody or not; gone afterwards. */
static bool is_offered(cc_center *center, const char *skills)
{
    struct cc_arrival arrival;
    struct cc_call call;

    cc_call_init(&call, "call", "100");
    cc_arrival_defaults(&arrival);
    arrival.queue = "q0";
    arrival.skills = skills;
    offer = TL_NONE;
    cc_arrive(center, &call, &arrival);
    cc_run(center);
    cc_hangup(center, &call);
    cc_run(center);
    CHECK(call.over);
    cc_call_release(center, &call);
    return offer != TL_NONE;
}

/* Hundreds of sets of skills, and one longer than any line of a configuration. */
static void skills_are_many(void)
{
    struct cc_config *config = centre_of(1, "0");
    char skills[800] = "s400:5, english", one[40];

    for (unsigned i = 0; i < 30; i++) {
        snprintf(one, sizeof one, ", language-%u", i);
        strcat(skills, one);
    }
    set(config, "a0", "skills", skills);
    cc_center *center = begin(config);
    for (unsigned i = 0; i < 500; i++) {
        snprintf(one, sizeof one, "s%u", i);
        CHECK(is_offered(center, one) == (i == 400));
    }
    CHECK(is_offered(center, "english, s400:5") && !is_offered(center, "s400:6"));
    CHECK(strlen(skills) > 350 && is_offered(center, skills));
    strcat(skills, ", french");
    CHECK(!is_offered(center, skills));
    CHECK(errors == 0);
    /* What cannot be read is not asked for, and the log says so. */
    CHECK(is_offered(center, "english:0") && errors == 1);
    cc_free(center);
}

/* Members whom no configuration names: reloads leave them, other queues and agents do not matter. */
static void members_come_and_go(void)
{
    cc_center *center = begin(centre_of(2, "0"));
    struct cc_newcomer new = {
        .queue = "q0", .phone = "SIP/7", .name = "guest", .penalty = 0, .wrap_up_ms = TL_NONE32};

    CHECK(cc_add_member(center, &new) == CC_DONE);
    CHECK(cc_add_member(center, &new) == CC_THERE_ALREADY);
    new.queue = "none";
    CHECK(cc_add_member(center, &new) == CC_NO_QUEUE);
    CHECK(cc_remove_member(center, "q0", "a1") == CC_CONFIGURED);
    cc_wish(center, "a0", CC_PAUSE, "");
    cc_wish(center, "a1", CC_PAUSE, "");
    cc_run(center);
    CHECK(is_offered(center, NULL));

    /* Another configuration, without an agent of the last one; the guest stays. */
    cc_reload(center, centre_of(1, "3"));
    cc_run(center);
    CHECK(!cc_find_agent(center, "a1") && cc_find_phone(center, "SIP/7"));
    CHECK(in_state(center, TL_ACD_AVAILABLE) == 1 && is_offered(center, NULL));

    CHECK(cc_remove_member(center, "q0", "SIP/7") == CC_DONE);
    CHECK(cc_remove_member(center, "q0", "SIP/7") == CC_NOT_THERE);
    cc_run(center);
    CHECK(!cc_find_agent(center, "guest") && !is_offered(center, NULL));

    /* One that is known joins as it is, and outlives its own replacement by a reload. */
    struct cc_config *config = centre_of(11, "3");
    cc_reload(center, config);
    cc_run(center);
    new = (struct cc_newcomer){.queue = "q1", .phone = "a5", .wrap_up_ms = TL_NONE32};
    CHECK(cc_add_member(center, &new) == CC_DONE);
    cc_reload(center, centre_of(11, "4"));
    cc_run(center);
    struct cc_agent *agent = cc_find_agent(center, "a5");
    CHECK(agent->config.wrap_up_ms == 4000);
    CHECK(cc_member_of(agent, cc_find_queue(center, "q1"))->origin == CC_FROM_HOST);
    CHECK(cc_member_of(agent, cc_find_queue(center, "q0"))->origin == CC_FROM_CONFIG);
    /* It goes with its queue. */
    cc_reload(center, centre_of(10, "4"));
    cc_run(center);
    CHECK(!cc_find_queue(center, "q1") && !agent->members->next);
    CHECK(errors == 0);
    cc_free(center);
}

static void say(cc_center *center, void (*letter)(cc_center *, const char *, enum cc_device), enum cc_device state)
{
    letter(center, "a0", state);
    cc_run(center);
}

/* The first look at a phone, which a change has overtaken, says nothing any more. */
static void the_first_look_is_late(void)
{
    cc_center *center = begin(centre_of(1, "0"));

    say(center, cc_device_first, CC_DEVICE_GONE);
    CHECK(in_state(center, TL_ACD_LOGGED_OUT) == 1);
    say(center, cc_device, CC_DEVICE_FREE);
    say(center, cc_device_first, CC_DEVICE_BUSY);
    CHECK(in_state(center, TL_ACD_AVAILABLE) == 1 && is_offered(center, NULL));
    say(center, cc_device, CC_DEVICE_BUSY);
    CHECK(!is_offered(center, NULL));
    CHECK(errors == 0);
    cc_free(center);
}

/* A call of q0 that its agent takes. */
static void is_served(cc_center *center)
{
    struct cc_arrival arrival;
    struct cc_call call;

    cc_call_init(&call, "call", "100");
    cc_arrival_defaults(&arrival);
    arrival.queue = "q0";
    cc_arrive(center, &call, &arrival);
    cc_run(center);
    cc_accept(center, offer);
    cc_complete(center, &call, TL_ACD_BY_CALLER);
    cc_run(center);
    CHECK(call.over && call.agent);
    cc_call_release(center, &call);
}

static tl_acd_member_info known_of(cc_center *center, const struct cc_member *member)
{
    tl_acd_member_info info;

    CHECK(tl_acd_get_member(cc_engine(center), member->agent->handle, member->queue->handle, &info) >= 0);
    return info;
}

/* Paused in one queue, in all, and back in one; rung in one though the phone is in use. */
static void places_differ(void)
{
    struct cc_config *config = centre_of(1, "0");

    set(config, "other", "type", "queue");
    set(config, "other", "agent", "a0");
    cc_center *center = begin(config);
    const struct cc_agent *agent = cc_find_agent(center, "a0");
    const struct cc_member *here = cc_member_of(agent, cc_find_queue(center, "q0"));
    const struct cc_member *there = cc_member_of(agent, cc_find_queue(center, "other"));

    is_served(center);
    CHECK(cc_set_paused(center, "q0", "a0", true, "lunch") == CC_DONE);
    /* It stays a member, which has taken a call. */
    CHECK(known_of(center, here).paused != TL_NONE32 && known_of(center, here).calls == 1);
    CHECK(known_of(center, there).paused == TL_NONE32);
    CHECK(cc_member_paused(here) && !cc_member_paused(there) && !strcmp(cc_member_reason(here), "lunch"));
    CHECK(!is_offered(center, NULL) && in_state(center, TL_ACD_AVAILABLE) == 1);
    /* A reload, and even one that makes another agent of it, changes nothing about that. */
    config = centre_of(1, "7");
    set(config, "other", "type", "queue");
    set(config, "other", "agent", "a0");
    cc_reload(center, config);
    cc_run(center);
    agent = cc_find_agent(center, "a0");
    here = cc_member_of(agent, cc_find_queue(center, "q0"));
    there = cc_member_of(agent, cc_find_queue(center, "other"));
    CHECK(agent->config.wrap_up_ms == 7000 && cc_member_paused(here) && !cc_member_paused(there));
    CHECK(!is_offered(center, NULL));
    /* Of all, and back in one. */
    CHECK(cc_set_paused(center, NULL, "a0", true, "") == CC_DONE && in_state(center, TL_ACD_NOT_READY) == 1);
    CHECK(cc_set_paused(center, "q0", "a0", false, "") == CC_DONE);
    CHECK(!cc_member_paused(here) && cc_member_paused(there) && is_offered(center, NULL));
    CHECK(cc_set_paused(center, "", "a0", false, "") == CC_DONE && !cc_member_paused(there));
    /* The phone is in use: nothing comes, but from the queue that rings it all the same. */
    say(center, cc_device, CC_DEVICE_BUSY);
    CHECK(!is_offered(center, NULL));
    CHECK(cc_set_ring_in_use(center, "other", "a0", true) == CC_DONE && !is_offered(center, NULL));
    CHECK(cc_set_ring_in_use(center, "q0", "a0", true) == CC_DONE && is_offered(center, NULL));
    /* Or as the configuration has it. Some time after a call of ours: its phone is slow to be free. */
    clock_ms += 2000;
    cc_run(center);
    cc_reload(center, centre_of(1, "7"));
    cc_run(center);
    CHECK(!is_offered(center, NULL));
    config = centre_of(1, "7");
    set(config, "other", "type", "queue");
    set(config, "other", "ring_in_use", "yes");
    CHECK(config->queues[1].ring_in_use && !config->queues[0].ring_in_use);
    config->queues[0].ring_in_use = true;
    cc_reload(center, config);
    cc_run(center);
    CHECK(is_offered(center, NULL));
    CHECK(cc_set_penalty(center, "q0", "a0", 5) == CC_DONE && here->config.penalty == 5);
    CHECK(cc_set_penalty(center, "none", "a0", 5) == CC_NO_QUEUE);
    CHECK(cc_set_penalty(center, "q0", "nobody", 5) == CC_NOT_THERE);
    CHECK(errors == 0);
    cc_free(center);
}

static void write_flow(const char *path)
{
    FILE *file = fopen(path, "w");

    CHECK(file);
    fputs("name: flow\nlanguages: [en]\nprompts: { bye: { en: { file: bye } } }\nstart: bye\n"
          "nodes: { bye: { type: play, prompt: bye, next: hangup } }\n", file);
    fclose(file);
}

static bool begins(struct flows *flows, const char *name, tl_time now)
{
    static const struct flow_host host;
    struct dialogue dialogue;
    tl_ivr_config config;

    tl_ivr_defaults(&config);
    config.now = now;
    bool begun = flow_begin(&dialogue, flows, name, &config, &host, NULL);
    if (begun) {
        flow_end(&dialogue);
    }
    return begun;
}

/* A flow that is gone from the configuration is gone; a dialogue that cannot begin leaves nothing. */
static void flows_come_and_go(void)
{
    static const char *const NAMES[] = {"stays", "goes"};
    struct flows *flows = flows_new(on_log, NULL);
    char path[] = "/tmp/trunkline-flow-XXXXXX";
    int file = mkstemp(path);

    CHECK(flows && file >= 0);
    close(file);
    write_flow(path);
    for (size_t count = 2; count > 0; count--) {
        struct cc_config *config = cc_config_new();
        CHECK(config);
        for (size_t i = 0; i < count; i++) {
            set(config, NAMES[i], "type", "flow");
            set(config, NAMES[i], "file", path);
        }
        CHECK(flows_load(flows, config) == count);
        cc_config_free(config);
        errors = 0;
        CHECK(begins(flows, "stays", clock_ms));
        CHECK(begins(flows, "goes", clock_ms) == (count == 2));
        CHECK(errors == (count != 2));
    }
    /* It is begun at no time there is: AddressSanitizer finds the session when it is left over. */
    tl_time now = clock_ms;
    clock_ms = TL_NONE;
    CHECK(!begins(flows, "stays", now));
    clock_ms = now;
    flows_free(flows);
    unlink(path);
}

/* What the engine would refuse is refused where the line is known. */
static void limits_are_named(void)
{
    static const char *const BAD[][2] = {
        {"ring_timeout", "0"}, {"retry", "0"}, {"announce_every", "0"}, {"missed_limit", "0"},
        {"weight", "65536"}, {"weight", "none"}, {"agent", "a0, level=65536"},
    };
    static const char *const GOOD[][2] = {
        {"ring_timeout", "0.001"}, {"retry", "0.001"}, {"announce_every", "none"},
        {"missed_limit", "none"}, {"weight", "65535"}, {"agent", "a0, level=65535"}, {"head_only", "yes"},
    };
    struct cc_config *config = cc_config_new();
    char why[300];

    CHECK(config);
    set(config, "q", "type", "queue");
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        why[0] = '\0';
        CHECK(!cc_config_set(config, "q", BAD[i][0], BAD[i][1], why, sizeof why));
        CHECK(why[0]);
    }
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        set(config, "q", GOOD[i][0], GOOD[i][1]);
    }
    CHECK(config->queues[0].config.head_only == 1);
    CHECK(!cc_config_set(config, "general", "call_order", "lifo", why, sizeof why));
    set(config, "general", "call_order", "oldest-head");
    CHECK(config->call_order == TL_ACD_OLDEST_HEAD);
    cc_config_free(config);
}

static void strangers_texts_are_made_plain(void)
{
    char to[8];

    cc_plain(to, sizeof to, "1\xff,2\n|3456", ",|");
    CHECK(!strcmp(to, "1__2__3"));
    cc_plain(to, sizeof to, NULL, "");
    CHECK(!*to);
    CHECK(cc_is_below("a/b..c.tlr") && cc_is_below("13800138000.tlr") && cc_is_below("..a"));
    CHECK(!cc_is_below("/etc/x") && !cc_is_below("..") && !cc_is_below("a/../../x"));
    CHECK(!cc_is_below("") && !cc_is_below("../x") && !cc_is_below("a/.."));
}

int main(void)
{
    strangers_texts_are_made_plain();
    cc_set_clock(test_clock);
    everybody_comes();
    everybody_changes();
    nobody_is_lost();
    limits_are_named();
    skills_are_many();
    members_come_and_go();
    the_first_look_is_late();
    places_differ();
    flows_come_and_go();
    printf("%u agents: all come, all change, half go; 500 sets of skills; flows\n", AGENTS);
    return 0;
}
