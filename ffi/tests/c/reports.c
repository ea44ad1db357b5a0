/*
 * What statistics say of a short day, in every table, and after the program has ended: from the
 * allocator and in memory of ours, where a full table loses what comes next, and says so.
 */
#include "check.h"

static tl_acd *acd;
static tl_stats *stats;
static tl_time now;

static union {
    unsigned char bytes[16384];
    long double align;
} block;

/* Few rows, and enough for the day. */
static tl_stats_limits few(void)
{
    tl_stats_limits limits;
    OK(tl_stats_limits_defaults(&limits));
    limits.traffic = 1;
    limits.classes = 2;
    limits.agents = 1;
    limits.agent_intervals = 1;
    limits.ratings = 2;
    limits.calls = 1;
    limits.ended = 2;
    return limits;
}

static tl_acd_output drain(void)
{
    tl_acd_output out, kept;
    memset(&kept, 0, sizeof kept);
    while (tl_stats_poll(stats, acd, &out) == TL_OK)
        if (out.kind == TL_ACD_OFFER || out.kind == TL_ACD_JOINED)
            kept = out;
    return kept;
}

/* Sums over the rows of the day, and what follows from them. */
static void sums(uint64_t queue, uint64_t ann)
{
    tl_stats_traffic row, sum, rows[4];
    tl_stats_agent agent, team;
    tl_stats_traffic_figures figures;
    tl_stats_agent_figures busy;
    size_t count;
    const uint64_t stranger = 12345;
    OK(tl_stats_list_traffic(stats, &row, 1, &count));
    OK(tl_stats_list_intervals(stats, rows, 4, &count));
    CHECK(count == 1 && rows[0].from == 3600000 && rows[0].queue == TL_NONE);
    CHECK(rows[0].offered == 2 && rows[0].completed == 1);
    OK(tl_stats_list_queues(stats, NULL, 0, &count));
    CHECK(count == 1);
    OK(tl_stats_list_queues(stats, rows, 4, &count));
    CHECK(count == 1 && rows[0].from == TL_NONE && rows[0].queue == queue && rows[0].offered == 2);

    OK(tl_stats_sum_traffic(stats, 0, TL_NONE, NULL, 0, &sum));
    CHECK(sum.from == TL_NONE && sum.queue == TL_NONE && sum.call_class == TL_NONE);
    CHECK(sum.offered == 2 && sum.answered == 1 && sum.talked_ms == 60000);
    OK(tl_stats_sum_traffic(stats, 3600000, 3600001, &queue, 1, &sum));
    CHECK(sum.offered == 2);
    OK(tl_stats_sum_traffic(stats, 0, 3600000, &queue, 1, &sum));
    CHECK(sum.offered == 0);
    OK(tl_stats_sum_traffic(stats, 0, TL_NONE, &stranger, 1, &sum));
    CHECK(sum.offered == 0);
    EXPECT(TL_ERR_NULL, tl_stats_sum_traffic(stats, 0, TL_NONE, NULL, 1, &sum));

    /* By hand: what is not a number stays. */
    memset(&sum, 0, sizeof sum);
    sum.queue = 77;
    OK(tl_stats_add_traffic(&sum, &row));
    OK(tl_stats_add_traffic(&sum, &row));
    OK(tl_stats_add_traffic(&sum, &sum));
    CHECK(sum.queue == 77 && sum.from == 0 && sum.offered == 8 && sum.short_calls == 4);
    sum.offered = UINT64_MAX;
    OK(tl_stats_add_traffic(&sum, &row));
    CHECK(sum.offered == UINT64_MAX);

    OK(tl_stats_get_traffic_figures(&row, TL_ACD_LEVEL_OF_OFFERED_BUT_SHORT, &figures));
    CHECK(figures.answer_average_ms == 4000 && figures.handle_average_ms == 65000);
    CHECK(figures.abandoned_per_mille == 500 && figures.level_per_mille == 1000);
    CHECK(figures.level.in_level == 1 && figures.level.of == 1);
    CHECK(figures.level.definition == TL_ACD_LEVEL_OF_OFFERED_BUT_SHORT);
    OK(tl_stats_get_traffic_figures(&row, TL_ACD_LEVEL_OF_OFFERED, &figures));
    CHECK(figures.level_per_mille == 500 && figures.level.of == 2);
    EXPECT(TL_ERR_ARGUMENT, tl_stats_get_traffic_figures(&row, 4, &figures));
    memset(&row, 0, sizeof row);
    OK(tl_stats_get_traffic_figures(&row, TL_ACD_LEVEL_OF_ANSWERED, &figures));
    CHECK(figures.answer_average_ms == 0 && figures.level_per_mille == 0);

    OK(tl_stats_sum_agents(stats, now, &ann, 1, &team));
    CHECK(team.agent == TL_NONE && team.from == TL_NONE && team.talking_ms == 60000);
    OK(tl_stats_sum_agents(stats, now, NULL, 0, &agent));
    CHECK(memcmp(&team, &agent, sizeof team) == 0);
    OK(tl_stats_get_agent_figures(&team, 10, 3, &busy));
    CHECK(busy.busy_ms == 65000 && busy.logged_in_ms == 72000 && busy.points == 10);
    CHECK(busy.occupancy_per_mille == 65000 / 72);
    OK(tl_stats_sum_agents(stats, now, &stranger, 1, &agent));
    CHECK(agent.talking_ms == 0);
    OK(tl_stats_sum_agent_intervals(stats, 3600000, TL_NONE, &ann, 1, &agent));
    CHECK(agent.talking_ms == 60000 && agent.wrap_up_ms == 5000 && agent.answered == 1);
    OK(tl_stats_sum_agent_intervals(stats, 3600001, TL_NONE, NULL, 0, &agent));
    CHECK(agent.talking_ms == 0);
    OK(tl_stats_add_agent(&team, &team));
    CHECK(team.talking_ms == 120000 && team.agent == TL_NONE);
    team.answered = UINT64_MAX;
    team.rating = UINT64_MAX;
    OK(tl_stats_get_agent_figures(&team, UINT64_MAX, 0, &busy));
    CHECK(busy.points == UINT64_MAX);
}

/* The day's hash at its end. */
static uint64_t day(int mine)
{
    const tl_stats_limits room = few();
    tl_stats_lost lost;
    tl_acd_limits limits;
    tl_acd_queue_config queue_config;
    tl_acd_call call;
    tl_stats_traffic rows[4];
    tl_stats_agent agents[4];
    tl_stats_rating ratings[4];
    tl_stats_call ended;
    uint64_t queue, ann, hash, again;
    uint32_t french;
    size_t count, len;
    static uint8_t snapshot[8192];
    now = 3600000;
    OK(tl_acd_limits_defaults(&limits));
    limits.classes = 2;
    OK(tl_acd_new(&limits, &acd));
    tl_stats_config stats_config;
    OK(tl_stats_defaults(&stats_config));
    stats_config.level = TL_ACD_LEVEL_OF_OFFERED;
    if (mine)
        OK(tl_stats_init(&block, sizeof block, &room, &stats_config, &stats));
    else
        OK(tl_stats_new(&stats_config, &stats));
    OK(tl_acd_queue_defaults(&queue_config));
    queue_config.wrap_up_ms = 5000;
    queue_config.service_level = TL_ACD_LEVEL_OF_OFFERED_BUT_SHORT;
    OK(tl_acd_add_queue(acd, &queue_config, &queue));
    OK(tl_acd_add_agent(acd, NULL, &ann));
    OK(tl_acd_join_queue(acd, ann, queue, NULL));
    tl_acd_skill skill = {7, 1, 0};
    OK(tl_acd_add_class(acd, &skill, 1, &french));
    OK(tl_acd_set_agent_state(acd, now, ann, TL_ACD_AVAILABLE, 0));
    drain();

    /* One call is answered, talked and written up; one, who asks for French, gives up. */
    OK(tl_acd_call_defaults(&call));
    call.queue = queue;
    call.tag = 1;
    OK(tl_acd_arrive(acd, now, &call));
    tl_acd_output offer = drain();
    now += 4000;
    OK(tl_acd_accept(acd, now, offer.offer));
    drain();
    now += 60000;
    OK(tl_acd_complete(acd, now, offer.call, TL_ACD_BY_AGENT));
    drain();
    now += 5000;
    OK(tl_acd_tick(acd, now));
    drain();
    call.tag = 2;
    call.call_class = french;
    OK(tl_acd_arrive(acd, now, &call));
    uint64_t second = drain().call;
    now += 3000;
    OK(tl_acd_hangup(acd, now, second));
    drain();
    OK(tl_acd_set_agent_state(acd, now, ann, TL_ACD_LOGGED_OUT, 0));
    drain();

    OK(tl_stats_list_traffic(stats, rows, 4, &count));
    CHECK(count == 1 && rows[0].offered == 2 && rows[0].completed == 1 && rows[0].wrap_up_ms == 5000);
    CHECK(rows[0].call_class == TL_NONE && rows[0].reserved == 0);
    tl_acd_service_level level;
    OK(tl_stats_get_service_level(stats, rows, &level));
    CHECK(level.definition == TL_ACD_LEVEL_OF_OFFERED && level.reserved == 0);
    CHECK(level.in_level == rows[0].answered_in_level && level.of == 2);
    OK(tl_acd_get_service_level(acd, rows[0].queue, &level));
    CHECK(level.definition == TL_ACD_LEVEL_OF_OFFERED_BUT_SHORT && level.of == 1);
    OK(tl_stats_list_classes(stats, rows, 4, &count));
    CHECK(count == 2 && rows[0].call_class == 0 && rows[0].answered == 1);
    CHECK(rows[1].call_class == french && rows[1].abandoned == 1 && rows[1].short_calls == 1);
    OK(tl_stats_list_agents(stats, now, agents, 4, &count));
    CHECK(count == 1 && agents[0].from == TL_NONE && agents[0].talking_ms == 60000);
    OK(tl_stats_list_agent_intervals(stats, agents, 4, &count));
    CHECK(count == 1 && agents[0].from == 3600000 && agents[0].agent == ann);
    CHECK(agents[0].talking_ms == 60000 && agents[0].wrap_up_ms == 5000);

    sums(queue, ann);
    OK(tl_stats_next_call(stats, &ended));
    CHECK(ended.tag == 1 && ended.agent == ann);
    OK(tl_stats_rate(stats, &ended, 9));

    /* Half of the ended calls taken is a state like any other. */
    OK(tl_stats_snapshot(stats, snapshot, sizeof snapshot, &len));
    OK(tl_stats_free(stats));
    if (mine)
        OK(tl_stats_restore_init(&block, sizeof block, &room, snapshot, len, &stats));
    else
        OK(tl_stats_restore_new(snapshot, len, &stats));
    OK(tl_stats_next_call(stats, &ended));
    CHECK(ended.tag == 2 && ended.agent == TL_NONE);
    EXPECT(TL_DONE, tl_stats_next_call(stats, &ended));
    OK(tl_stats_rate(stats, &ended, 200));
    OK(tl_stats_list_ratings(stats, ratings, 4, &count));
    CHECK(count == 2 && ratings[0].agent == TL_NONE && ratings[0].grades[10] == 1);
    CHECK(ratings[1].agent == ann && ratings[1].sum == 9 && ratings[1].grades[9] == 1);

    /* The numbers outlive the program. */
    EXPECT(TL_ERR_BUFFER, tl_stats_snapshot(stats, snapshot, 10, &len));
    CHECK(len > 10 && len <= sizeof snapshot);
    OK(tl_stats_snapshot(stats, snapshot, len, &len));
    OK(tl_stats_state_hash(stats, &hash));
    OK(tl_stats_free(stats));
    EXPECT(TL_ERR_ACD_SNAPSHOT, tl_stats_restore_new(snapshot, len - 1, &stats));
    snapshot[len / 2] ^= 1;
    EXPECT(TL_ERR_ACD_SNAPSHOT, tl_stats_restore_new(snapshot, len, &stats));
    snapshot[len / 2] ^= 1;
    EXPECT(TL_ERR_ACD_SNAPSHOT,
           tl_stats_restore_init(&block, sizeof block, &room, snapshot, len - 1, &stats));
    if (mine)
        OK(tl_stats_restore_init(&block, sizeof block, &room, snapshot, len, &stats));
    else
        OK(tl_stats_restore_new(snapshot, len, &stats));
    OK(tl_stats_state_hash(stats, &again));
    CHECK(hash == again);
    OK(tl_stats_get_lost(stats, &lost));
    CHECK(lost.traffic == 0 && lost.classes == 0 && lost.agents == 0 && lost.ended == 0);

    OK(tl_stats_forget_before(stats, now));
    OK(tl_stats_list_traffic(stats, rows, 4, &count));
    CHECK(count == 0);
    OK(tl_stats_list_agents(stats, now, agents, 4, &count));
    CHECK(count == 1 && agents[0].rated == 1);
    OK(tl_stats_free(stats));
    OK(tl_acd_free(acd));
    return hash;
}

/* Three queues are one too many for tables of two rows; a block that is too small is none. */
static void full(void)
{
    tl_stats_limits room = few(), same;
    tl_stats_lost lost;
    tl_stats_traffic rows[4];
    tl_acd_limits limits;
    tl_acd_call call;
    uint64_t queues[3];
    size_t size, count, len;
    static uint8_t snapshot[8192];
    room.traffic = 2;
    room.ended = 1;
    room.calls = 3;
    OK(tl_stats_size(&room, &size));
    CHECK(size <= sizeof block);
    EXPECT(TL_ERR_MEMORY, tl_stats_init(&block, size - 16, &room, NULL, &stats));
    EXPECT(TL_ERR_ALIGN, tl_stats_init(block.bytes + 8, size, &room, NULL, &stats));
    OK(tl_stats_init(&block, size, &room, NULL, &stats));
    OK(tl_acd_new(NULL, &acd));
    OK(tl_acd_call_defaults(&call));
    for (int i = 0; i < 3; i++) {
        OK(tl_acd_add_queue(acd, NULL, &queues[i]));
        call.queue = queues[i];
        OK(tl_acd_arrive(acd, ++now, &call));
        OK(tl_acd_hangup(acd, ++now, drain().call));
        drain();
    }
    OK(tl_stats_list_traffic(stats, rows, 4, &count));
    CHECK(count == 2 && rows[1].queue == queues[1] && rows[1].abandoned == 1);
    OK(tl_stats_get_lost(stats, &lost));
    CHECK(lost.traffic == 2 && lost.classes == 2 && lost.ended == 2 && lost.calls == 0);
    OK(tl_stats_snapshot(stats, snapshot, sizeof snapshot, &len));
    OK(tl_stats_free(stats));
    room.traffic = 1;
    EXPECT(TL_ERR_ACD_SNAPSHOT,
           tl_stats_restore_init(&block, sizeof block, &room, snapshot, len, &stats));
    EXPECT(TL_ERR_OBJECT, tl_stats_get_lost(stats, &lost));

    /* Old rows make room for new ones. */
    room.traffic = 2;
    OK(tl_stats_restore_init(&block, sizeof block, &room, snapshot, len, &stats));
    now += 1800000;
    OK(tl_stats_forget_before(stats, now - now % 1800000));
    OK(tl_acd_arrive(acd, now, &call));
    drain();
    OK(tl_stats_list_traffic(stats, rows, 4, &count));
    CHECK(count == 1 && rows[0].queue == queues[2] && rows[0].offered == 1);
    OK(tl_stats_free(stats));
    OK(tl_acd_free(acd));

    OK(tl_acd_limits_defaults(&limits));
    limits.queues = 3;
    OK(tl_stats_limits_for(&limits, 10, &same));
    CHECK(same.traffic == 30 && same.agents == 64 && same.calls == 256);
    OK(tl_stats_limits_for(NULL, 48, &same));
    OK(tl_stats_limits_defaults(&room));
    CHECK(memcmp(&room, &same, sizeof same) == 0);
}

int main(void)
{
    CHECK(day(0) == day(1));
    full();
    return 0;
}
