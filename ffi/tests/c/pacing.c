/* A pacer, a guard and a list of whom not to call alone, in both lives: the cap holds whoever answers, and limits are told once. */
#include "check.h"

static union {
    unsigned char bytes[1024];
    long double align;
} block;

static void pacer(int mine)
{
    tl_pacer_config config;
    tl_pacer *pacer;
    tl_pacer_counters counters;
    uint32_t dials;
    OK(tl_pacer_defaults(&config));
    config.mode = TL_CAMPAIGN_PREDICTIVE;
    if (mine)
        OK(tl_pacer_init(&block, tl_pacer_size(), &config, &pacer));
    else
        OK(tl_pacer_new(&config, &pacer));
    /* Without a record, not one call more than there are agents. */
    OK(tl_pacer_dials(pacer, 10, &dials));
    CHECK(dials == 10);
    for (int i = 0; i < 100; i++) {
        OK(tl_pacer_dial(pacer, 10));
        OK(tl_pacer_answered(pacer, 1));
    }
    OK(tl_pacer_dials(pacer, 10, &dials));
    CHECK(dials == 13);
    for (int i = 0; i < 13; i++)
        OK(tl_pacer_dial(pacer, 10));
    EXPECT(TL_ERR_ACD_NOT_NOW, tl_pacer_dial(pacer, 10));
    for (int i = 0; i < 13; i++)
        OK(tl_pacer_answered(pacer, i < 10));
    OK(tl_pacer_dial(pacer, 1));
    OK(tl_pacer_unanswered(pacer));
    OK(tl_pacer_get_counters(pacer, &counters));
    CHECK(counters.live == 113 && counters.abandoned == 3 && counters.unanswered == 1);
    CHECK(counters.abandoned * 1000 <= counters.live * 30 && counters.dialling == 0);
    OK(tl_pacer_start_period(pacer));
    OK(tl_pacer_get_counters(pacer, &counters));
    CHECK(counters.live == 0 && counters.abandoned == 0);
    OK(tl_pacer_get_last_period(pacer, &counters));
    CHECK(counters.live == 113 && counters.abandoned == 3 && counters.unanswered == 1);
    /* What was dialled before a period began counts in the one before. */
    OK(tl_pacer_dial(pacer, 2));
    OK(tl_pacer_dial(pacer, 2));
    OK(tl_pacer_start_period(pacer));
    OK(tl_pacer_answered_before(pacer, 1));
    OK(tl_pacer_unanswered_before(pacer));
    OK(tl_pacer_get_last_period(pacer, &counters));
    CHECK(counters.live == 1 && counters.unanswered == 1 && counters.dialling == 0);
    OK(tl_pacer_get_counters(pacer, &counters));
    CHECK(counters.live == 0 && counters.unanswered == 0);
    OK(tl_pacer_free(pacer));
}

/* When to call again, by a campaign's rules and somebody's hours, and whom to spare for it. */
static void rules(void)
{
    static const tl_period day[] = {{540, 1200}};
    const tl_time hour = 3600000;
    tl_calendar_config config;
    tl_calendar *hours;
    tl_campaign_config own;
    tl_time next;
    OK(tl_calendar_defaults(&config));
    for (int i = 0; i < 7; i++) {
        config.week[i] = day;
        config.week_count[i] = 1;
    }
    OK(tl_calendar_new(&config, &hours));
    OK(tl_campaign_next_try(NULL, TL_CAMPAIGN_NO_ANSWER, 1, 19 * hour, hours, &next));
    CHECK(next == (24 + 9) * hour);
    OK(tl_campaign_next_try(NULL, TL_CAMPAIGN_BUSY, 2, 10 * hour, hours, &next));
    CHECK(next == 10 * hour + 600000);
    EXPECT(TL_DONE, tl_campaign_next_try(NULL, TL_CAMPAIGN_BUSY, 3, 10 * hour, hours, &next));
    CHECK(next == TL_NONE);
    EXPECT(TL_DONE, tl_campaign_next_try(NULL, TL_CAMPAIGN_REACHED, 1, 10 * hour, hours, &next));
    EXPECT(TL_ERR_ARGUMENT, tl_campaign_next_try(NULL, 99, 1, 10 * hour, hours, &next));
    OK(tl_campaign_defaults(&own));
    own.busy.after_ms = 1000;
    own.busy.tries = 9;
    OK(tl_campaign_next_try(&own, TL_CAMPAIGN_BUSY, 8, 10 * hour, hours, &next));
    CHECK(next == 10 * hour + 1000);
    OK(tl_calendar_free(hours));

    static const uint32_t idle[] = {2, 4, 3, 1, 3}, expected[] = {0, 2, 1, 0, 1};
    tl_blend blend = {300, 100, 2, 0};
    for (int i = 0; i < 5; i++) {
        uint32_t spare;
        OK(tl_blend_spare(&blend, idle[i], 10, &spare));
        CHECK(spare == expected[i]);
    }
}

static void guard(int mine)
{
    tl_guard_config config;
    tl_guard *guard;
    uint32_t event, suspended, intensified;
    OK(tl_guard_defaults(&config));
    config.success_min_per_mille = 50;
    config.success_high_per_mille = 200;
    if (mine)
        OK(tl_guard_init(&block, tl_guard_size(), &config, &guard));
    else
        OK(tl_guard_new(&config, &guard));
    for (int i = 0; i < 99; i++) {
        OK(tl_guard_contact(guard, 0, &event));
        CHECK(event == 0);
    }
    OK(tl_guard_contact(guard, 0, &event));
    CHECK(event == TL_CAMPAIGN_SUSPENDED_BY_FAILURE);
    OK(tl_guard_contact(guard, 0, &event));
    CHECK(event == 0);
    OK(tl_guard_get_state(guard, &suspended, NULL));
    CHECK(suspended == 1);
    OK(tl_guard_resume(guard));
    for (int i = 0; i < 100; i++)
        OK(tl_guard_contact(guard, i % 2 == 0, &event));
    CHECK(event == TL_CAMPAIGN_INTENSIFIED);
    OK(tl_guard_get_state(guard, &suspended, &intensified));
    CHECK(suspended == 0 && intensified == 1);
    for (int i = 0; i < 10; i++) {
        OK(tl_guard_complaint(guard, &event));
        CHECK(event == 0);
    }
    OK(tl_guard_complaint(guard, &event));
    CHECK(event == TL_CAMPAIGN_SUSPENDED_BY_COMPLAINTS);
    OK(tl_guard_free(guard));
    EXPECT(TL_ERR_NULL, tl_guard_complaint(NULL, &event));
}

static void do_not_call(int mine)
{
    tl_do_not_call *list;
    size_t size;
    uint32_t yes;
    OK(tl_do_not_call_size(3, &size));
    CHECK(size <= sizeof block);
    if (mine)
        OK(tl_do_not_call_init(&block, size, 3, &list));
    else
        OK(tl_do_not_call_new(3, &list));
    static const uint64_t numbers[3] = {5550142, 5550100, 5550199};
    for (int i = 0; i < 3; i++) {
        OK(tl_do_not_call_contains(list, numbers[i], &yes));
        CHECK(yes == 0);
        OK(tl_do_not_call_add(list, numbers[i], &yes));
        CHECK(yes == 1);
    }
    OK(tl_do_not_call_add(list, numbers[1], &yes));
    CHECK(yes == 0);
    EXPECT(TL_ERR_ACD_FULL, tl_do_not_call_add(list, 1, NULL));
    for (int i = 0; i < 3; i++) {
        OK(tl_do_not_call_contains(list, numbers[i], &yes));
        CHECK(yes == 1);
    }
    OK(tl_do_not_call_contains(list, 1, &yes));
    CHECK(yes == 0);
    OK(tl_do_not_call_free(list));
}

int main(void)
{
    tl_pacer_config pace;
    tl_guard_config rails;
    tl_pacer *pacer_;
    tl_guard *guard_;
    for (int mine = 0; mine < 2; mine++) {
        pacer(mine);
        guard(mine);
        do_not_call(mine);
    }
    rules();
    OK(tl_pacer_defaults(&pace));
    pace.cap_per_mille = 1001;
    EXPECT(TL_ERR_ACD_CONFIG, tl_pacer_new(&pace, &pacer_));
    pace.cap_per_mille = 30;
    pace.mode = 3;
    EXPECT(TL_ERR_ARGUMENT, tl_pacer_new(&pace, &pacer_));
    pace.mode = TL_CAMPAIGN_PREDICTIVE;
    pace.dials_per_100_agents = 99;
    EXPECT(TL_ERR_ACD_CONFIG, tl_pacer_new(&pace, &pacer_));
    EXPECT(TL_ERR_MEMORY, tl_pacer_init(&block, tl_pacer_size() - 16, NULL, &pacer_));
    OK(tl_guard_defaults(&rails));
    rails.success_min_per_mille = 1000;
    EXPECT(TL_ERR_ACD_CONFIG, tl_guard_new(&rails, &guard_));
    EXPECT(TL_ERR_MEMORY, tl_guard_init(&block, tl_guard_size() - 16, NULL, &guard_));
    return 0;
}
