/* A call centre from TOML and from JSON, and what is said of one with errors. */
#include "check.h"

static const char TOML[] =
    "call_order = \"deadline\"\n"
    "skills = { french = 7 }\n"
    "[limits]\n"
    "calls = 10\n"
    "[[queue]]\n"
    "name = \"sales\"\n"
    "tag = 800\n"
    "strategy = \"round-robin\"\n"
    "wrap_up_ms = 5000\n"
    "service_level = \"of-offered\"\n"
    "short_ms = 3000\n"
    "max_wait_ms = 60000\n"
    "overflow_queue = \"support\"\n"
    "[[queue]]\n"
    "name = \"support\"\n"
    "join_empty = \"logged-out\"\n"
    "[[agent]]\n"
    "name = \"ann\"\n"
    "tag = 101\n"
    "skills = { french = 3 }\n"
    "queues = [\"sales\", { queue = \"support\", penalty = 1 }]\n";

static const char JSON[] =
    "{\"call_order\": \"deadline\", \"skills\": {\"french\": 7}, \"limits\": {\"calls\": 10},\n"
    " \"queue\": [{\"name\": \"sales\", \"tag\": 800, \"strategy\": \"round-robin\",\n"
    "   \"wrap_up_ms\": 5000, \"service_level\": \"of-offered\", \"short_ms\": 3000, \"max_wait_ms\": 60000, \"overflow_queue\": \"support\"},\n"
    "  {\"name\": \"support\", \"join_empty\": \"logged-out\"}],\n"
    " \"agent\": [{\"name\": \"ann\", \"tag\": 101, \"skills\": {\"french\": 3},\n"
    "   \"queues\": [\"sales\", {\"queue\": \"support\", \"penalty\": 1}]}]}\n";

static uint64_t centre(const char *source)
{
    tl_acd_text *text;
    tl_acd *acd;
    tl_acd_limits limits;
    tl_acd_member_info member;
    tl_acd_service_level level;
    const char *messages;
    size_t len;
    uint64_t sales, support, ann, hash;
    uint16_t french;
    OK(tl_acd_text_new(source, strlen(source), "centre", &text));
    OK(tl_acd_text_messages(text, &messages, &len));
    if (len > 0)
        fprintf(stderr, "%.*s", (int)len, messages);
    CHECK(len == 0);
    OK(tl_acd_text_limits(text, &limits));
    CHECK(limits.calls == 10 && limits.profiles == 2);
    OK(tl_acd_text_make(text, &acd));
    OK(tl_acd_text_queue(text, "sales", &sales));
    OK(tl_acd_text_queue(text, "support", &support));
    OK(tl_acd_text_agent(text, "ann", &ann));
    OK(tl_acd_text_skill(text, "french", &french));
    CHECK(french == 7);
    EXPECT(TL_ERR_ARGUMENT, tl_acd_text_agent(text, "bob", &ann));
    OK(tl_acd_get_service_level(acd, sales, &level));
    CHECK(level.definition == TL_ACD_LEVEL_OF_OFFERED && level.of == 0);
    OK(tl_acd_get_member(acd, ann, support, &member));
    CHECK(member.agent_tag == 101 && member.penalty == 1);
    OK(tl_acd_get_member(acd, ann, sales, &member));
    CHECK(member.wrap_up_ms == 5000 && member.state == TL_ACD_LOGGED_OUT);

    /* The overflow goes to a queue that stands further down. */
    tl_acd_call call;
    tl_acd_output out;
    int moved = 0;
    OK(tl_acd_set_agent_state(acd, 0, ann, TL_ACD_NOT_READY, 1));
    OK(tl_acd_call_defaults(&call));
    call.queue = sales;
    OK(tl_acd_arrive(acd, 0, &call));
    while (tl_acd_poll(acd, &out) == TL_OK)
        ;
    OK(tl_acd_tick(acd, 60000));
    while (tl_acd_poll(acd, &out) == TL_OK)
        moved += out.kind == TL_ACD_MOVED && out.queue == support;
    CHECK(moved == 1);
    OK(tl_acd_state_hash(acd, &hash));
    OK(tl_acd_free(acd));

    /* The same engine in memory of ours, which outlives the text. */
    static union {
        unsigned char bytes[1 << 17];
        long double align;
    } block;
    size_t size;
    tl_acd_queue_config config;
    OK(tl_acd_size(&limits, &size));
    CHECK(size <= sizeof block.bytes);
    EXPECT(TL_ERR_MEMORY, tl_acd_text_make_init(text, block.bytes, size - 16, &acd));
    OK(tl_acd_text_make_init(text, block.bytes, size, &acd));
    OK(tl_acd_text_queue(text, "sales", &sales));
    OK(tl_acd_text_free(text));
    OK(tl_acd_get_queue_config(acd, sales, &config));
    CHECK(config.wrap_up_ms == 5000 && config.service_level == TL_ACD_LEVEL_OF_OFFERED);
    CHECK(config.short_ms == 3000 && config.max_wait_ms == 60000 && config.overflow_queue == support);
    OK(tl_acd_free(acd));
    return hash;
}

/* A call for penalty 2 comes to an agent of penalty 1 when that counts as 2, and not before. */
static void widens(void)
{
    static const char source[] = "skills = { french = 7 }\n"
                                 "[[queue]]\n"
                                 "name = \"sales\"\n"
                                 "relax = [\n"
                                 "  { after_ms = 500, needs = { french = 3 }, penalty_max = 2 },\n"
                                 "  { after_ms = 1000, penalty_raise = 2 },\n"
                                 "]\n"
                                 "[[agent]]\n"
                                 "name = \"ann\"\n"
                                 "skills = { french = 3 }\n"
                                 "queues = [{ queue = \"sales\", penalty = 1 }]\n";
    tl_acd_text *text;
    tl_acd *acd;
    tl_acd_limits limits;
    tl_acd_call call;
    tl_acd_output out;
    uint64_t ann, offered = 0;
    OK(tl_acd_text_new(source, strlen(source), NULL, &text));
    OK(tl_acd_text_limits(text, &limits));
    CHECK(limits.steps == 2 && limits.classes == 2);
    OK(tl_acd_text_make(text, &acd));
    OK(tl_acd_text_agent(text, "ann", &ann));
    OK(tl_acd_set_agent_state(acd, 0, ann, TL_ACD_AVAILABLE, 0));
    OK(tl_acd_call_defaults(&call));
    OK(tl_acd_text_queue(text, "sales", &call.queue));
    call.penalty_min = call.penalty_max = 2;
    OK(tl_acd_arrive(acd, 0, &call));
    OK(tl_acd_tick(acd, 5000));
    while (tl_acd_poll(acd, &out) == TL_OK)
        if (out.kind == TL_ACD_OFFER)
            offered = out.at;
    CHECK(offered == 1000);
    OK(tl_acd_free(acd));
    OK(tl_acd_text_free(text));
}

static uint64_t hash_of(tl_acd *acd)
{
    uint64_t hash;
    OK(tl_acd_state_hash(acd, &hash));
    return hash;
}

/* Rules of the text and of a program are the same: `patient` is penaltychange => 10,+1 and 10,,+2,r3, and a
 * queue's callers go by it, or bring it to another. */
static void has_rules(void)
{
    static const char toml[] = "skills = { french = 7 }\n"
                               "[[queue]]\n"
                               "name = \"sales\"\n"
                               "rule = \"patient\"\n"
                               "[[queue]]\n"
                               "name = \"support\"\n"
                               "relax = [{ after_ms = 60000, penalty_max = 9 }]\n"
                               "[[rule]]\n"
                               "name = \"patient\"\n"
                               "relax = [{ after_ms = 10000, penalty_max_by = 1 },\n"
                               "  { after_ms = 10000, penalty_min_by = 2, penalty_raise = 3, penalty_raise_within = true }]\n"
                               "[[rule]]\n"
                               "name = \"wide\"\n"
                               "relax = [{ after_ms = 5000, needs = {}, penalty_min = 0 }]\n";
    static const char json[] =
        "{\"skills\": {\"french\": 7}, \"rule\": [\n"
        "  {\"name\": \"patient\", \"relax\": [{\"after_ms\": 10000, \"penalty_max_by\": 1},\n"
        "    {\"after_ms\": 10000, \"penalty_min_by\": 2, \"penalty_raise\": 3, \"penalty_raise_within\": true}]},\n"
        "  {\"name\": \"wide\", \"relax\": [{\"after_ms\": 5000, \"needs\": {}, \"penalty_min\": 0}]}],\n"
        " \"queue\": [{\"name\": \"sales\", \"rule\": \"patient\"},\n"
        "  {\"name\": \"support\", \"relax\": [{\"after_ms\": 60000, \"penalty_max\": 9}]}]}\n";
    static const char *const sources[] = {toml, json};
    for (size_t i = 0; i < 2; i++) {
        tl_acd_text *text;
        tl_acd *acd, *own;
        tl_acd_limits limits;
        tl_acd_queue_config config;
        tl_acd_call_info info;
        tl_acd_output out;
        tl_acd_call call;
        uint64_t queue, rule, patient, wide, called = TL_NONE;
        OK(tl_acd_text_new(sources[i], strlen(sources[i]), NULL, &text));
        OK(tl_acd_text_limits(text, &limits));
        CHECK(limits.rules == 2 && limits.steps == 6 && limits.classes == 2);
        OK(tl_acd_text_make(text, &acd));

        tl_acd_relax_step steps[3];
        for (size_t k = 0; k < 3; k++)
            steps[k] = (tl_acd_relax_step){
                .after_ms = 10000, .call_class = TL_NONE32, .penalty_min = TL_NONE32,
                .penalty_max = TL_NONE32, .penalty_raise = TL_NONE32,
            };
        steps[0].penalty_max_by = 1;
        steps[1].penalty_min_by = 2;
        steps[1].penalty_raise = 3;
        steps[1].penalty_raise_within = steps[1].penalty_raise_within_alone = 1;
        OK(tl_acd_new(&limits, &own));
        OK(tl_acd_add_rule(own, steps, 2, &patient));
        steps[2].after_ms = 5000;
        steps[2].call_class = steps[2].penalty_min = 0;
        OK(tl_acd_add_rule(own, steps + 2, 1, &wide));
        OK(tl_acd_queue_defaults(&config));
        OK(tl_acd_add_queue(own, &config, &queue));
        OK(tl_acd_text_queue(text, "sales", &call.queue));
        CHECK(queue == call.queue);
        OK(tl_acd_add_queue(own, &config, &queue));
        OK(tl_acd_set_relaxation(own, call.queue, steps, 2));
        steps[2].after_ms = 60000;
        steps[2].call_class = steps[2].penalty_min = TL_NONE32;
        steps[2].penalty_max = 9;
        OK(tl_acd_set_relaxation(own, queue, steps + 2, 1));
        CHECK(hash_of(acd) == hash_of(own));
        OK(tl_acd_text_rule(text, "patient", &rule));
        CHECK(rule == patient);
        OK(tl_acd_text_rule(text, "wide", &rule));
        CHECK(rule == wide);
        EXPECT(TL_ERR_ARGUMENT, tl_acd_text_rule(text, "none", &rule));

        OK(tl_acd_call_defaults(&call));
        OK(tl_acd_text_queue(text, "support", &call.queue));
        call.penalty_max = 2;
        call.rule = patient;
        OK(tl_acd_arrive(acd, 0, &call));
        while (tl_acd_poll(acd, &out) == TL_OK)
            if (out.kind == TL_ACD_JOINED)
                called = out.call;
        OK(tl_acd_tick(acd, 10000));
        OK(tl_acd_get_call(acd, called, &info));
        CHECK(info.rule == patient && info.penalty_min == 2 && info.penalty_max == 3);
        CHECK(info.penalty_raise == 3 && info.penalty_raise_within == 1);
        OK(tl_acd_free(own));
        OK(tl_acd_free(acd));
        OK(tl_acd_text_free(text));
    }
}

static void wrong(const char *source, const char *expected)
{
    tl_acd_text *text;
    tl_acd *acd;
    const char *messages;
    size_t len;
    OK(tl_acd_text_new(source, strlen(source), NULL, &text));
    OK(tl_acd_text_messages(text, &messages, &len));
    if (len != strlen(expected) || memcmp(messages, expected, len) != 0) {
        fprintf(stderr, "%s\n gives\n%.*s", source, (int)len, messages);
        exit(1);
    }
    EXPECT(TL_ERR_ACD_TEXT, tl_acd_text_make(text, &acd));
    OK(tl_acd_text_free(text));
}

int main(void)
{
    CHECK(centre(TOML) == centre(JSON));
    widens();
    has_rules();
    wrong("[[queue]]\nname = \"a\"\nrule = \"r\"\nrelax = [{ after_ms = 5 }]\n"
          "[[queue]]\nname = \"b\"\nrule = \"s\"\n[[rule]]\nname = \"r\"\nsteps = []\n"
          "[[rule]]\nname = \"r\"\n[[rule]]\nrelax = [{ after_ms = 2 }, { after_ms = 1 }]\n",
          "config:3: rule: the queue has steps of its own in relax\n"
          "config:7: there is no rule s\n"
          "config:10: a rule has no steps\n"
          "config:11: a second rule r\n"
          "config:13: a rule has a name\n"
          "config:14: relax: no step is earlier than the one before\n");
    wrong("[[queue]]\nname = \"a\"\ntag = 1\n[[queue]]\nname = \"b\"\ntag = 1\n"
          "[[queue]]\nname = \"c\"\n[[queue]]\nname = \"d\"\n"
          "[[agent]]\nname = \"ann\"\ntag = 0\n[[agent]]\nname = \"bob\"\ntag = 0\n"
          "[[agent]]\nname = \"cy\"\n[[agent]]\nname = \"di\"\n",
          "config:4: a second queue with tag 1\n"
          "config:14: a second agent with tag 0\n");
    wrong("[[queue]]\nname = \"a\"\nrelax = [\n{ after_ms = 5 },\n{ after_ms = 4, wait = 1 },\n"
          "{ after_ms = 6, needs = { x = 1 } }]\n",
          "config:5: a step of relaxation has no wait\n"
          "config:5: relax: no step is earlier than the one before\n"
          "config:6: there is no skill x\n");
    wrong("[[queue]]\nname = \"a\"\nstrategy = \"best\"\nretry_ms = -1\nwait = 3\n"
          "overflow_queue = \"b\"\n[[agent]]\nqueues = [\"c\", {penalty = 1}]\nskills = {x = 1}\n"
          "[[queue]]\nname = \"a\"\njoin_empty = \"later\"\n",
          "config:3: strategy: one of longest-idle, ring-all, fewest-calls, least-talk, "
          "least-occupied, round-robin, round-robin-ordered, linear, random, weighted-random, "
          "skill-level, ring-progressive, custom, asterisk-ringall, asterisk-leastrecent, "
          "asterisk-fewestcalls, asterisk-random, asterisk-wrandom, asterisk-rrmemory, "
          "asterisk-rrordered, asterisk-linear, callcenter-longest-idle-agent, "
          "callcenter-agent-with-least-talk-time, callcenter-agent-with-fewest-calls, "
          "callcenter-sequentially-by-agent-order, callcenter-random, callcenter-round-robin, "
          "callcenter-top-down, callcenter-ring-all, callcenter-ring-progressively\n"
          "config:4: retry_ms: -1 is out of its range\n"
          "config:5: a queue has no wait\n"
          "config:6: there is no queue b\n"
          "config:7: an agent has a name\n"
          "config:8: a place in a queue has a queue\n"
          "config:8: there is no queue c\n"
          "config:9: there is no skill x\n"
          "config:10: a second queue a\n"
          "config:12: join_empty: one of never, logged-out, not-ready, none-free\n");
    wrong("[[queue]]\nname = \"a\"\nweight = 70000\n", "config:1: weight is 70000\n");
    wrong("{\n\"queue\": 3\n}", "config:2: queue: a list, not a whole number\n");
    wrong("{\"seed\": 1, \"seed\": 2}", "config:1: seed stands here twice\n");
    wrong("{", "config:2: while parsing a node, did not find expected node content\n");

    return 0;
}
