/* A pacer and a guard alone, in both lives: the cap holds whoever answers, and limits are told once. */
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
    OK(tl_pacer_free(pacer));
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

int main(void)
{
    tl_pacer_config pace;
    tl_guard_config rails;
    tl_pacer *pacer_;
    tl_guard *guard_;
    for (int mine = 0; mine < 2; mine++) {
        pacer(mine);
        guard(mine);
    }
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
