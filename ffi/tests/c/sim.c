/* A day in a call centre that is not there. */
#include "check.h"

static const char TOML[] =
    "length_s = 14400\n"
    "interval_s = 3600\n"
    "keep_calls = true\n"
    "call_order = \"longest-waiting\"\n"
    "skills = { french = 7 }\n"
    "[[queue]]\n"
    "name = \"sales\"\n"
    "service_level_ms = 20000\n"
    "[[queue]]\n"
    "name = \"support\"\n"
    "strategy = \"round-robin\"\n"
    "[[stream]]\n"
    "queue = \"sales\"\n"
    "calls_per_hour = [60, 90.5]\n"
    "handle_s = { mean = 180, variation = 1.2 }\n"
    "patience_s = 120\n"
    "[[stream]]\n"
    "queue = \"support\"\n"
    "calls_per_hour = 30\n"
    "handle_s = { fixed = 200 }\n"
    "skills = { french = 2 }\n"
    "[[group]]\n"
    "agents = 5\n"
    "queues = [\"sales\", { queue = \"support\", penalty = 1 }]\n"
    "skills = { french = 2 }\n"
    "answer_s = 2.5\n"
    "[[group]]\n"
    "agents = 2\n"
    "queues = [\"sales\"]\n"
    "shifts = [[0, 7200], [10800, 14400]]\n";

static tl_sim *made(const char *source)
{
    tl_sim *sim;
    const char *messages;
    size_t len;
    OK(tl_sim_new(source, strlen(source), "day", &sim));
    OK(tl_sim_messages(sim, &messages, &len));
    if (len > 0)
        fprintf(stderr, "%.*s", (int)len, messages);
    CHECK(len == 0);
    return sim;
}

static void wrong(const char *source, const char *expected)
{
    tl_sim *sim;
    tl_sim_study_result study;
    const char *messages;
    size_t len;
    OK(tl_sim_new(source, strlen(source), NULL, &sim));
    OK(tl_sim_messages(sim, &messages, &len));
    if (len != strlen(expected) || memcmp(messages, expected, len) != 0) {
        fprintf(stderr, "%s\n gives\n%.*s", source, (int)len, messages);
        exit(1);
    }
    EXPECT(TL_ERR_ACD_TEXT, tl_sim_run(sim, 1));
    EXPECT(TL_ERR_ACD_TEXT, tl_sim_study(sim, 1, 1, &study));
    OK(tl_sim_free(sim));
}

int main(void)
{
    tl_sim *sim = made(TOML), *again = made(TOML);
    tl_sim_tally total, same, rows[8];
    tl_sim_agent agents[8];
    static tl_sim_call calls[4000];
    uint64_t answered[8];
    double occupancy;
    size_t count;
    EXPECT(TL_ERR_ARGUMENT, tl_sim_get_total(sim, &total, NULL)); /* not run yet */
    OK(tl_sim_run(sim, 7));
    OK(tl_sim_run(again, 7));
    OK(tl_sim_get_total(sim, &total, &occupancy));
    OK(tl_sim_get_total(again, &same, NULL));
    CHECK(memcmp(&total, &same, sizeof total) == 0);
    CHECK(total.offered > 300 && total.offered == total.answered + total.abandoned + total.left);
    CHECK(total.service_level > 0.1 && total.service_level < 1 && occupancy > 0.3 && occupancy <= 1);
    CHECK(total.average_wait_s * (double)total.offered > total.wait_s - 1);

    /* The rows of every table add up to the total. */
    OK(tl_sim_list_streams(sim, rows, 8, &count));
    CHECK(count == 2 && rows[0].offered + rows[1].offered == total.offered);
    CHECK(rows[0].offered > rows[1].offered && rows[1].abandoned == 0);
    OK(tl_sim_list_intervals(sim, rows, 2, &count));
    CHECK(count == 4); /* two of them stored */
    OK(tl_sim_list_intervals(sim, rows, 8, &count));
    CHECK(rows[0].offered + rows[1].offered + rows[2].offered + rows[3].offered == total.offered);
    OK(tl_sim_list_agents(sim, agents, 8, &count));
    CHECK(count == 7 && agents[6].there_s < agents[0].there_s && agents[0].busy_s > 0);
    OK(tl_sim_list_answered(sim, answered, 8, &count));
    CHECK(count == 4 && answered[3] == 0); /* who has no French answers no French */
    CHECK(answered[0] + answered[1] + answered[2] == total.answered);
    OK(tl_sim_list_calls(sim, calls, 4000, &count));
    CHECK(count == total.offered);
    uint64_t heard = 0;
    for (size_t i = 0; i < count; i++) {
        CHECK(calls[i].stream < 2 && calls[i].fate >= 1 && calls[i].fate <= 3);
        CHECK((calls[i].agent != TL_NONE32) == (calls[i].fate == TL_SIM_ANSWERED));
        CHECK(i == 0 || calls[i].came >= calls[i - 1].came);
        heard += calls[i].fate == TL_SIM_ANSWERED;
    }
    CHECK(heard == total.answered);

    /* Another seed, another day; several days, and how sure the average is. */
    OK(tl_sim_run(again, 8));
    OK(tl_sim_get_total(again, &same, NULL));
    CHECK(memcmp(&total, &same, sizeof total) != 0);
    tl_sim_study_result study;
    OK(tl_sim_study(sim, 7, 4, &study));
    CHECK(study.service_level.error > 0 && study.service_level.error < 0.3);
    CHECK(study.occupancy.mean > 0.3 && study.occupancy.mean < 1);
    OK(tl_sim_get_total(sim, &same, NULL));
    CHECK(memcmp(&total, &same, sizeof total) == 0);

    /* The same day watched, minute by minute: the same numbers, also as the reports of a real one. */
    tl_stats *stats;
    tl_acd_queue_counters queue;
    tl_stats_traffic traffic[16];
    uint64_t busiest = 0, offered = 0;
    EXPECT(TL_ERR_ARGUMENT, tl_sim_play_until(again, 60000, NULL));
    EXPECT(TL_ERR_ARGUMENT, tl_sim_finish(again));
    OK(tl_stats_new(NULL, &stats));
    OK(tl_sim_start(again, 7));
    EXPECT(TL_ERR_ARGUMENT, tl_sim_get_queue(again, 2, &queue));
    for (tl_time at = 60000; tl_sim_play_until(again, at, stats) == TL_OK; at += 60000) {
        OK(tl_sim_get_queue(again, 0, &queue));
        CHECK(queue.members == 7 && queue.talking <= 7);
        busiest = queue.talking > busiest ? queue.talking : busiest;
    }
    CHECK(busiest > 2);
    OK(tl_sim_finish(again));
    OK(tl_sim_get_total(again, &same, NULL));
    CHECK(memcmp(&total, &same, sizeof total) == 0);
    OK(tl_stats_list_traffic(stats, traffic, 16, &count));
    CHECK(count > 8 && count <= 16);
    for (size_t i = 0; i < count; i++) {
        CHECK(traffic[i].queue < 2);
        offered += traffic[i].offered;
    }
    CHECK(offered == total.offered);
    /* One that is broken off ends where it is. */
    OK(tl_sim_start(again, 7));
    OK(tl_sim_play_until(again, 3600000, NULL));
    OK(tl_sim_finish(again));
    OK(tl_sim_get_total(again, &same, NULL));
    CHECK(same.offered > 0 && same.offered < total.offered);
    OK(tl_stats_free(stats));
    OK(tl_sim_free(again));
    OK(tl_sim_free(sim));
    EXPECT(TL_ERR_NULL, tl_sim_run(NULL, 1));

    sim = made("{\"queue\": [{\"name\": \"a\"}], \"length_s\": 3600,\n"
               " \"stream\": [{\"queue\": \"a\", \"calls_per_hour\": [12.5]}],\n"
               " \"group\": [{\"agents\": 1, \"queues\": [\"a\"]}]}\n");
    OK(tl_sim_run(sim, 1));
    OK(tl_sim_list_calls(sim, NULL, 0, &count));
    CHECK(count == 0); /* not kept */
    OK(tl_sim_free(sim));

    wrong("interval_s = 0\ncalls_max = 20000000\nlength = 3\nkeep_calls = 1\n"
          "[[queue]]\nname = \"a\"\noverflow_queue = \"b\"\n"
          "[[stream]]\nqueue = \"b\"\ncalls_per_hour = [1, -2, \"x\"]\nhandle_s = { fixed = 1, mean = 2 }\n"
          "[[stream]]\nskills = { french = 1 }\n"
          "[[group]]\nagents = 2000000\nshifts = [[1]]\nqueues = [\"c\"]\nanswer_s = true\n",
          "config:1: interval_s is 0\n"
          "config:1: calls_max is 20000000, of 10000000 at most\n"
          "config:1: 2000000 agents, of 1000000 at most\n"
          "config:3: a simulation has no length\n"
          "config:4: keep_calls: true or false\n"
          "config:7: overflow_queue: calls of a simulation stay in their queue\n"
          "config:9: there is no queue b\n"
          "config:10: calls_per_hour: a number from 0 up\n"
          "config:10: calls_per_hour: a number from 0 up\n"
          "config:11: handle_s: seconds, { fixed }, or { mean, variation }\n"
          "config:12: a stream has a queue\n"
          "config:13: there is no skill french\n"
          "config:16: shifts: from and to so many seconds\n"
          "config:17: there is no queue c\n"
          "config:18: answer_s: a number from 0 up\n");
    return 0;
}
