/* Around the engine: why, what there is, snapshots, statistics, the door, staffing. */
#include "check.h"

static void drain(tl_acd *acd)
{
    tl_acd_output out;
    tl_status status;
    while ((status = tl_acd_poll(acd, &out)) == TL_OK)
        ;
    EXPECT(TL_DONE, status);
}

/* Two queues, three agents: Ann and Bob serve sales, Eve is in both and logged out. */
static uint64_t sales, support, ann, bob, eve;

static tl_acd *house(void)
{
    tl_acd *acd;
    tl_acd_queue_config queue;
    tl_acd_agent_config agent;
    OK(tl_acd_new(NULL, &acd));
    OK(tl_acd_queue_defaults(&queue));
    queue.tag = 800;
    queue.wrap_up_ms = 1000;
    OK(tl_acd_add_queue(acd, &queue, &sales));
    OK(tl_acd_add_queue(acd, NULL, &support));
    OK(tl_acd_agent_defaults(&agent));
    agent.tag = 101;
    OK(tl_acd_add_agent(acd, &agent, &ann));
    agent.tag = 102;
    OK(tl_acd_add_agent(acd, &agent, &bob));
    OK(tl_acd_add_agent(acd, NULL, &eve));
    OK(tl_acd_join_queue(acd, ann, sales, NULL));
    OK(tl_acd_join_queue(acd, bob, sales, NULL));
    OK(tl_acd_join_queue(acd, eve, sales, NULL));
    OK(tl_acd_join_queue(acd, eve, support, NULL));
    OK(tl_acd_set_agent_state(acd, 0, ann, TL_ACD_AVAILABLE, 0));
    OK(tl_acd_set_agent_state(acd, 0, bob, TL_ACD_NOT_READY, 7));
    drain(acd);
    return acd;
}

static void arrive(tl_acd *acd, tl_time now, uint64_t tag)
{
    tl_acd_call call;
    OK(tl_acd_call_defaults(&call));
    call.queue = sales;
    call.tag = tag;
    OK(tl_acd_arrive(acd, now, &call));
}

static void lists(tl_acd *acd)
{
    uint64_t handles[4] = {0};
    size_t count = 9;
    tl_acd_member_info member;
    OK(tl_acd_list_queues(acd, NULL, 0, &count));
    CHECK(count == 2);
    OK(tl_acd_list_agents(acd, handles, 2, &count));
    CHECK(count == 3 && handles[0] == ann && handles[1] == bob && handles[2] == 0);
    OK(tl_acd_list_members(acd, sales, handles, 4, &count));
    CHECK(count == 3);
    OK(tl_acd_list_queues_of(acd, eve, handles, 4, &count));
    CHECK(count == 2);
    EXPECT(TL_ERR_ACD_NO_QUEUE, tl_acd_list_calls(acd, ann ^ 0x100000000, handles, 4, &count));
    EXPECT(TL_ERR_NULL, tl_acd_list_calls(acd, sales, NULL, 1, &count));
    OK(tl_acd_get_member(acd, bob, sales, &member));
    CHECK(member.agent_tag == 102 && member.state == TL_ACD_NOT_READY && member.reason == 7);
    CHECK(member.wanted == TL_ACD_NOT_READY && member.wrap_up_ms == 1000);
    CHECK(member.last_call == TL_NONE && member.calls == 0);
    EXPECT(TL_ERR_ACD_NOT_MEMBER, tl_acd_get_member(acd, bob, support, &member));
}

/* The first call rings at Ann, with a certificate; the second waits, and can say why. */
static void why(void)
{
    tl_acd *acd = house();
    tl_acd_output out;
    tl_acd_call_info info;
    tl_acd_why_waiting waiting;
    tl_acd_why_idle idle;
    tl_acd_estimates estimates;
    uint64_t second = TL_NONE, next;
    uint32_t reason, chosen = 0;
    char text[256];
    size_t len;

    lists(acd);
    OK(tl_acd_set_choices(acd, 1));
    arrive(acd, 1000, 1);
    while (tl_acd_poll(acd, &out) == TL_OK)
        if (out.kind == TL_ACD_CHOSEN) {
            chosen++;
            CHECK(out.reason == TL_ACD_AGENT_ALONE && out.detail == TL_ACD_CALL_ALONE);
            CHECK(out.agent == ann && out.next_agent == TL_NONE && out.next_call == TL_NONE);
            CHECK(out.free == 1 && out.waiting == 1);
        }
    CHECK(chosen == 1);
    arrive(acd, 2000, 2);
    while (tl_acd_poll(acd, &out) == TL_OK)
        if (out.kind == TL_ACD_JOINED)
            second = out.call;
    OK(tl_acd_get_call(acd, second, &info));
    CHECK(info.tag == 2 && info.queue == sales && info.arrived == 2000 && info.position == 2);
    OK(tl_acd_get_why_waiting(acd, second, &waiting));
    CHECK(waiting.busy == 1 && waiting.not_ready == 1 && waiting.logged_out == 1);
    CHECK(waiting.ahead == 1 && waiting.ringing == 0 && waiting.alone_until == TL_NONE);
    OK(tl_acd_explain_call(acd, second, text, sizeof text, &len));
    CHECK(strcmp(text, "1 ahead, 0 phones ringing for it; members: 1 logged out, 1 not ready, 1 busy")
          == 0 && len == strlen(text));
    EXPECT(TL_ERR_BUFFER, tl_acd_explain_call(acd, second, text, len, &len));
    CHECK(len == 76 && text[0] == 0);
    OK(tl_acd_explain_call(acd, second, text, len + 1, &len));
    EXPECT(TL_ERR_BUFFER, tl_acd_explain_call(acd, second, NULL, 0, &len));
    OK(tl_acd_get_why_idle(acd, bob, &idle));
    CHECK(idle.available == 0 && idle.open == 1 && idle.held == 1);
    OK(tl_acd_explain_agent(acd, bob, text, sizeof text, &len));
    CHECK(strcmp(text, "not ready for reason 7; calls waiting in its queues: "
                       "1 held for others or missed a while ago, 1 it could take") == 0);
    OK(tl_acd_next_call(acd, bob, &next, &reason));
    CHECK(next == second && reason == TL_ACD_CALL_ALONE);
    tl_acd_next found;
    OK(tl_acd_get_next_call(acd, bob, &found));
    CHECK(found.call == second && found.before == TL_NONE && found.because == TL_ACD_CALL_ALONE);
    CHECK(found.reserved32 == 0 && found.reserved == 0);
    EXPECT(TL_ERR_ACD_NO_AGENT, tl_acd_get_next_call(acd, TL_NONE, &found));
    OK(tl_acd_get_estimates(acd, second, &estimates));
    CHECK(estimates.by_first_ms == 1000 && estimates.by_last_served_ms == TL_NONE);
    EXPECT(TL_ERR_ACD_NO_CALL, tl_acd_get_estimates(acd, TL_NONE, &estimates));
    EXPECT(TL_ERR_ARGUMENT, tl_acd_set_call_order(acd, TL_ACD_OLDEST_HEAD + 1));
    OK(tl_acd_set_call_order(acd, TL_ACD_DEADLINE));
    OK(tl_acd_free(acd));
}

/* An engine restored from a snapshot says what the other would have said. */
static void snapshot(void)
{
    tl_acd *acd = house(), *copy;
    static uint8_t bytes[1 << 20];
    size_t len, again;
    uint64_t one, other;
    tl_acd_output a, b;
    arrive(acd, 1000, 1);
    EXPECT(TL_ERR_UNDRAINED, tl_acd_snapshot(acd, bytes, sizeof bytes, &len));
    drain(acd);
    EXPECT(TL_ERR_BUFFER, tl_acd_snapshot(acd, NULL, 0, &len));
    CHECK(len > 100 && len <= sizeof bytes);
    OK(tl_acd_snapshot(acd, bytes, sizeof bytes, &again));
    CHECK(again == len);
    OK(tl_acd_restore_new(NULL, bytes, len, &copy));
    OK(tl_acd_state_hash(acd, &one));
    OK(tl_acd_state_hash(copy, &other));
    CHECK(one == other);
    OK(tl_acd_tick(acd, 16000));
    OK(tl_acd_tick(copy, 16000));
    tl_status status;
    do {
        memset(&a, 0, sizeof a);
        memset(&b, 0, sizeof b);
        status = tl_acd_poll(acd, &a);
        EXPECT(status, tl_acd_poll(copy, &b));
        CHECK(memcmp(&a, &b, sizeof a) == 0);
    } while (status == TL_OK);
    OK(tl_acd_free(copy));
    tl_acd_limits limits;
    OK(tl_acd_limits_defaults(&limits));
    limits.calls++;
    EXPECT(TL_ERR_ACD_SNAPSHOT, tl_acd_restore_new(&limits, bytes, len, &copy));
    bytes[len / 2] ^= 1;
    EXPECT(TL_ERR_ACD_SNAPSHOT, tl_acd_restore_new(NULL, bytes, len, &copy));
    OK(tl_acd_free(acd));
}

static void statistics(void)
{
    tl_acd *acd = house();
    tl_stats *stats;
    tl_stats_traffic traffic[2];
    tl_stats_agent agents[4];
    tl_stats_call call;
    tl_acd_output out;
    size_t count;
    tl_status status;
    OK(tl_stats_new(NULL, &stats));
    arrive(acd, 1000, 77);
    for (tl_time now = 1000; now <= 20000; now += 1000) {
        OK(tl_acd_tick(acd, now));
        while ((status = tl_stats_poll(stats, acd, &out)) == TL_OK) {
            if (out.kind == TL_ACD_OFFER)
                OK(tl_acd_accept(acd, now, out.offer));
            if (out.kind == TL_ACD_CONNECTED)
                OK(tl_acd_complete(acd, now, out.call, TL_ACD_BY_AGENT));
        }
        EXPECT(TL_DONE, status);
    }
    OK(tl_stats_next_call(stats, &call));
    CHECK(call.tag == 77 && call.agent == ann && call.answered == 1000 && call.offers == 1);
    CHECK(call.end == TL_ACD_COMPLETED && call.reason == TL_ACD_BY_AGENT && call.ended == 1000);
    OK(tl_stats_rate(stats, &call, 5));
    EXPECT(TL_ERR_ARGUMENT, tl_stats_rate(stats, &call, 256));
    EXPECT(TL_DONE, tl_stats_next_call(stats, &call));
    OK(tl_stats_list_traffic(stats, traffic, 2, &count));
    CHECK(count == 1 && traffic[0].queue == sales && traffic[0].from == 0);
    CHECK(traffic[0].offered == 1 && traffic[0].answered == 1 && traffic[0].answered_in_level == 1);
    CHECK(traffic[0].rated == 1 && traffic[0].rating == 5);
    OK(tl_stats_list_agents(stats, 20000, agents, 4, &count));
    CHECK(count >= 1 && agents[0].agent == ann && agents[0].answered == 1);
    CHECK(agents[0].wrap_up_ms == 1000);
    EXPECT(TL_ERR_NULL, tl_stats_poll(stats, NULL, &out));
    OK(tl_stats_free(stats));
    OK(tl_acd_free(acd));
}

static void door(void)
{
    static const tl_door_listed list[3] = {{5550142, 0, 5}, {5550100, 1, 9}, {5550150, 1, 0}};
    tl_door_listed wrong = {1, 1, 70000};
    tl_door_config config;
    tl_door *door;
    uint32_t verdict;
    int32_t value;
    OK(tl_door_defaults(&config));
    config.listed_max = 3;
    config.per_caller = 2;
    config.calls_max = 500;
    OK(tl_door_new(&config, &door));
    OK(tl_door_set_list(door, list, 3));
    EXPECT(TL_ERR_ARGUMENT, tl_door_set_list(door, &wrong, 1));
    EXPECT(TL_ERR_ACD_FULL, tl_door_set_list(door, list, 4));
    OK(tl_door_judge(door, 0, 5550100, 1, 0, &verdict, &value));
    CHECK(verdict == TL_DOOR_BARRED && value == 9);
    OK(tl_door_judge(door, 0, 5550142, 1, 900, &verdict, &value));
    CHECK(verdict == TL_DOOR_ADMIT && value == 5);
    OK(tl_door_judge(door, 0, 7, 1, 500, &verdict, &value));
    CHECK(verdict == TL_DOOR_OVERLOAD);
    for (int i = 0; i < 3; i++) {
        OK(tl_door_judge(door, (tl_time)i, 8, 1, 0, &verdict, &value));
        CHECK(verdict == (i < 2 ? TL_DOOR_ADMIT : TL_DOOR_TOO_OFTEN));
    }
    OK(tl_door_set_list(door, NULL, 0));
    OK(tl_door_judge(door, 0, 5550100, 1, 0, &verdict, &value));
    CHECK(verdict == TL_DOOR_ADMIT && value == 0);
    OK(tl_door_free(door));
}

/* Two calls of a key in a minute; other keys are not concerned. */
static void limit(void)
{
    static union {
        unsigned char bytes[4096];
        long double align;
    } block;
    tl_limit *limits[2];
    size_t size;
    uint32_t allowed;
    OK(tl_limit_size(64, &size));
    CHECK(size <= sizeof block && size % TL_ALIGN == 0);
    EXPECT(TL_ERR_MEMORY, tl_limit_init(&block, size - TL_ALIGN, 64, 2, 60000, limits));
    OK(tl_limit_init(&block, size, 64, 2, 60000, &limits[0]));
    OK(tl_limit_new(64, 2, 60000, &limits[1]));
    for (int i = 0; i < 2; i++) {
        static const struct {
            uint64_t key, now;
            uint32_t allowed;
        } calls[] = {{7, 0, 1}, {7, 1000, 1}, {7, 2000, 0}, {8, 2000, 1}, {7, 60000, 1}};
        for (size_t n = 0; n < sizeof calls / sizeof *calls; n++) {
            OK(tl_limit_allows(limits[i], calls[n].key, calls[n].now, &allowed));
            CHECK(allowed == calls[n].allowed);
        }
        OK(tl_limit_free(limits[i]));
    }
    EXPECT(TL_ERR_OBJECT, tl_limit_allows(limits[0], 7, 0, &allowed));
    OK(tl_limit_new(0, 0, 1, &limits[0]));
    OK(tl_limit_allows(limits[0], 7, 0, &allowed));
    CHECK(allowed == 1);
    OK(tl_limit_free(limits[0]));
}

static void staffing(void)
{
    static const uint32_t needs[7] = {2, 4, 6, 5, 3, 3, 1};
    tl_staffing_load load;
    tl_staffing_service service;
    uint32_t agents, starts[7];
    uint64_t total;
    double blocked;
    OK(tl_staffing_defaults(&load));
    EXPECT(TL_ERR_ACD_STAFFING, tl_staffing_agents(&load, 0.8, 20, &agents));
    load.calls_per_hour = 200;
    load.handle_s = 180;
    OK(tl_staffing_agents(&load, 0.8, 20, &agents));
    CHECK(agents == 14);
    OK(tl_staffing_get_service(&load, 14, 20, &service));
    CHECK(service.in_level > 0.88834 && service.in_level < 0.88836);
    EXPECT(TL_ERR_ACD_STAFFING, tl_staffing_get_service(&load, 10, 20, &service));
    load.patience = TL_PATIENCE_MEAN;
    load.patience_s = 120;
    OK(tl_staffing_agents(&load, 0.8, 20, &agents));
    CHECK(agents == 12);
    OK(tl_staffing_blocked(5, 3, &blocked));
    CHECK(blocked > 0.110054 && blocked < 0.110055);
    OK(tl_staffing_roster(needs, 7, 4, starts, &total));
    CHECK(total == 7 && starts[0] == 2 && starts[5] == 1 && starts[6] == 0);
}

int main(void)
{
    why();
    snapshot();
    statistics();
    door();
    limit();
    staffing();
    return 0;
}
