/* Working hours, agents on duty in them, and a campaign from its first contact to its last. */
#include "check.h"

#define HOUR ((tl_time)3600000)

static tl_campaign *campaign;

static tl_campaign_output next(uint32_t kind)
{
    tl_campaign_output out;
    OK(tl_campaign_poll(campaign, &out));
    if (out.kind != kind)
        fprintf(stderr, "output %u instead of %u\n", out.kind, kind);
    CHECK(out.kind == kind && out.reserved[0] == 0 && out.reserved[1] == 0);
    return out;
}

static void drained(void)
{
    tl_campaign_output out;
    EXPECT(TL_DONE, tl_campaign_poll(campaign, &out));
}

/* Beijing, two periods a day, a holiday, a make-up Saturday and a short day. */
static void hours(void)
{
    static const tl_period office[] = {{540, 720}, {810, 1080}};
    static const tl_period morning[] = {{540, 600}};
    static const tl_offset offsets[] = {{0, 8 * 3600, 0}};
    static const tl_day days[] = {
        {2026, 10, 1, TL_DAY_CLOSED, 7, 0, NULL},
        {2026, 10, 10, TL_DAY_AS, 3, 0, NULL},
        {2026, 10, 12, TL_DAY_HOURS, 0, 1, morning},
    };
    static union {
        unsigned char bytes[4096];
        long double align;
    } block;
    tl_calendar_config config;
    tl_calendar *calendar;
    size_t size;
    uint32_t state, reason;
    tl_time then;
    int32_t day, same;
    OK(tl_calendar_defaults(&config));
    for (int i = 0; i < 5; i++) {
        config.week[i] = office;
        config.week_count[i] = 2;
    }
    config.offsets = offsets;
    config.offset_count = 1;
    config.days = days;
    config.day_count = 3;
    OK(tl_calendar_size(&config, &size));
    CHECK(size <= sizeof block.bytes);
    EXPECT(TL_ERR_MEMORY, tl_calendar_init(block.bytes, size - 16, &config, &calendar));
    OK(tl_calendar_init(block.bytes, size, &config, &calendar));

    OK(tl_calendar_days(2026, 9, 30, &day));
    tl_time noon = (tl_time)day * 24 * HOUR + 4 * HOUR;
    OK(tl_calendar_get_state(calendar, noon, &state, &reason));
    CHECK(state == TL_CALENDAR_BREAK && reason == 0);
    OK(tl_calendar_next_change(calendar, noon, &then));
    CHECK(then == noon + 90 * 60000);
    OK(tl_calendar_get_date(calendar, noon + 13 * HOUR, &same));
    CHECK(same == day + 1);
    OK(tl_calendar_get_state(calendar, noon + 24 * HOUR, &state, &reason));
    CHECK(state == TL_CALENDAR_HOLIDAY && reason == 7);
    OK(tl_calendar_next_open(calendar, noon + 24 * HOUR, &then));
    CHECK(then == noon + 45 * HOUR); /* Friday at nine */
    OK(tl_calendar_days(2026, 10, 10, &day));
    OK(tl_calendar_get_state(calendar, (tl_time)day * 24 * HOUR + 2 * HOUR, &state, &reason));
    CHECK(state == TL_CALENDAR_OPEN);
    OK(tl_calendar_get_state(calendar, (tl_time)(day + 1) * 24 * HOUR, &state, &reason));
    CHECK(state == TL_CALENDAR_DAY_OFF);
    OK(tl_calendar_get_state(calendar, (tl_time)(day + 2) * 24 * HOUR + 2 * HOUR, &state, &reason));
    CHECK(state == TL_CALENDAR_OUT_OF_HOURS);
    OK(tl_calendar_free(calendar));
    EXPECT(TL_ERR_OBJECT, tl_calendar_next_open(calendar, noon, &then));

    EXPECT(TL_ERR_ARGUMENT, tl_calendar_days(2026, 13, 1, &day));
    EXPECT(TL_ERR_ARGUMENT, tl_calendar_days(40000, 1, 1, &day));
    static const tl_period late[] = {{810, 1080}, {540, 720}};
    config.week[6] = late;
    config.week_count[6] = 2;
    EXPECT(TL_ERR_ACD_CONFIG, tl_calendar_new(&config, &calendar));
    config.week[6] = NULL;
    EXPECT(TL_ERR_NULL, tl_calendar_new(&config, &calendar));
    config.week_count[6] = 0;
    OK(tl_calendar_new(&config, &calendar));
    OK(tl_calendar_free(calendar));
    static const tl_day odd[] = {{2026, 10, 1, 9, 0, 0, NULL}};
    config.days = odd;
    config.day_count = 1;
    EXPECT(TL_ERR_ARGUMENT, tl_calendar_new(&config, &calendar));
}

/* The night's agents of a queue come at ten in the evening and go at six. */
static void duty(void)
{
    static const tl_period night[] = {{0, 360}, {1320, 1440}};
    tl_calendar_config config;
    tl_calendar *calendar;
    tl_acd *acd;
    tl_acd_output out;
    tl_acd_call call;
    tl_acd_membership place;
    uint64_t queue, who, members[2];
    tl_time at;
    size_t count;
    OK(tl_calendar_defaults(&config));
    for (int i = 0; i < 7; i++) {
        config.week[i] = night;
        config.week_count[i] = 2;
    }
    OK(tl_calendar_new(&config, &calendar));
    OK(tl_acd_new(NULL, &acd));
    OK(tl_acd_add_queue(acd, NULL, &queue));
    OK(tl_acd_membership_defaults(&place));
    place.penalty = 3;
    tl_acd_duty group[] = {{0, NULL}, {0, &place}};
    for (int i = 0; i < 2; i++) {
        OK(tl_acd_add_agent(acd, NULL, &group[i].agent));
        OK(tl_acd_set_agent_state(acd, HOUR, group[i].agent, TL_ACD_AVAILABLE, 0));
    }
    while (tl_acd_poll(acd, &out) == TL_OK)
        ;
    EXPECT(TL_DONE, tl_acd_keep_duty(acd, calendar, 21 * HOUR, queue, group, 2, &who));
    OK(tl_acd_keep_duty(acd, calendar, 22 * HOUR, queue, group, 2, &who));
    CHECK(who == group[0].agent);
    OK(tl_acd_keep_duty(acd, calendar, 22 * HOUR, queue, group, 2, &who));
    CHECK(who == group[1].agent);
    EXPECT(TL_DONE, tl_acd_keep_duty(acd, calendar, 22 * HOUR, queue, group, 2, &who));
    OK(tl_acd_list_members(acd, queue, members, 2, &count));
    CHECK(count == 2);
    tl_acd_member_info info;
    OK(tl_acd_get_member(acd, group[1].agent, queue, &info));
    CHECK(info.penalty == 3);

    /* A phone that rings at six stops ringing. */
    OK(tl_acd_call_defaults(&call));
    call.queue = queue;
    OK(tl_acd_arrive(acd, 24 * HOUR + 6 * HOUR - 1, &call));
    while (tl_acd_poll(acd, &out) == TL_OK && out.kind != TL_ACD_OFFER)
        ;
    CHECK(out.kind == TL_ACD_OFFER && out.agent == group[0].agent);
    while (tl_acd_poll(acd, &out) == TL_OK)
        ;
    OK(tl_calendar_next_change(calendar, 24 * HOUR + 5 * HOUR, &at));
    CHECK(at == 30 * HOUR);
    OK(tl_acd_keep_duty(acd, calendar, at, queue, group, 2, &who));
    while (tl_acd_poll(acd, &out) == TL_OK && out.kind != TL_ACD_OFFER_ENDED)
        ;
    CHECK(who == group[0].agent && out.kind == TL_ACD_OFFER_ENDED && out.agent == who);
    while (tl_acd_poll(acd, &out) == TL_OK)
        ;
    OK(tl_acd_keep_duty(acd, calendar, at, queue, group, 2, &who));
    EXPECT(TL_DONE, tl_acd_keep_duty(acd, calendar, at, queue, group, 2, &who));
    OK(tl_acd_list_members(acd, queue, members, 2, &count));
    CHECK(count == 0);
    OK(tl_acd_last_input(acd, &at));
    CHECK(at == 30 * HOUR - 1);

    OK(tl_acd_remove_agent(acd, group[0].agent));
    EXPECT(TL_ERR_ACD_NO_AGENT, tl_acd_keep_duty(acd, calendar, 46 * HOUR, queue, group, 2, &who));
    EXPECT(TL_ERR_NULL, tl_acd_keep_duty(acd, calendar, 46 * HOUR, queue, NULL, 2, &who));
    EXPECT(TL_DONE, tl_acd_keep_duty(acd, calendar, 46 * HOUR, queue, NULL, 0, &who));
    OK(tl_calendar_free(calendar));
    OK(tl_acd_free(acd));
}

static uint32_t add(uint64_t tag, uint64_t number)
{
    tl_campaign_contact contact;
    uint32_t place;
    OK(tl_campaign_contact_defaults(&contact));
    contact.tag = tag;
    contact.number = number;
    OK(tl_campaign_add(campaign, &contact, &place));
    return place;
}

/* A list that another system has dialled before goes on with the tries it had. */
static void taken_over(const tl_campaign_config *config)
{
    tl_campaign_contact contact;
    tl_campaign_output out;
    uint32_t place, tries;
    const tl_time ten = 10 * HOUR;
    OK(tl_campaign_new(config, &campaign));
    OK(tl_campaign_contact_defaults(&contact));
    contact.number = 555;
    EXPECT(TL_ERR_ARGUMENT, tl_campaign_add_dialled(campaign, &contact, 256, &place));
    OK(tl_campaign_add_dialled(campaign, &contact, 2, &place));
    OK(tl_campaign_get_contact(campaign, place, &contact, &tries));
    CHECK(tries == 2 && contact.number == 555 && contact.struct_size == sizeof contact);
    OK(tl_campaign_staff(campaign, ten, 1, 1));
    out = next(TL_CAMPAIGN_DIAL);
    CHECK(out.contact == place && out.tries == 3);
    /* Busy for the third time: enough. */
    OK(tl_campaign_failed(campaign, ten + 1000, place, TL_CAMPAIGN_BUSY));
    out = next(TL_CAMPAIGN_CONTACT_DONE);
    CHECK(out.contact == place && out.tries == 3);
    OK(tl_campaign_free(campaign));
}

int main(void)
{
    hours();
    duty();

    static const tl_period day[] = {{540, 1200}};
    static union {
        unsigned char bytes[1 << 16];
        long double align;
    } block;
    tl_calendar_config zone;
    OK(tl_calendar_defaults(&zone));
    for (int i = 0; i < 7; i++) {
        zone.week[i] = day;
        zone.week_count[i] = 1;
    }
    const tl_calendar_config *zones[] = {&zone};
    tl_campaign_config config;
    tl_campaign_info info;
    tl_campaign_contact contact;
    tl_campaign_output out;
    size_t size;
    tl_time at;
    uint32_t place, tries;
    OK(tl_campaign_defaults(&config));
    config.contacts = 10;
    config.do_not_call = 2;
    config.complaints_max = 0;
    config.zones = zones;
    config.zone_count = 1;
    taken_over(&config);
    OK(tl_campaign_size(&config, &size));
    CHECK(size <= sizeof block.bytes);
    EXPECT(TL_ERR_MEMORY, tl_campaign_init(block.bytes, size - 16, &config, &campaign));
    OK(tl_campaign_init(block.bytes, size, &config, &campaign));

    uint32_t ada = add(1, 5550100), bob = add(2, 5550101), cid = add(3, 5550102);
    OK(tl_campaign_contact_defaults(&contact));
    contact.number = 5550100;
    EXPECT(TL_ERR_ACD_TWICE, tl_campaign_add(campaign, &contact, &place));
    contact.number = 5550199;
    contact.zone = 1;
    EXPECT(TL_ERR_ACD_NO_ZONE, tl_campaign_add(campaign, &contact, &place));
    contact.zone = 65536;
    EXPECT(TL_ERR_ARGUMENT, tl_campaign_add(campaign, &contact, &place));
    contact.struct_size = 8;
    EXPECT(TL_ERR_STRUCT_SIZE, tl_campaign_add(campaign, &contact, &place));

    /* Before nine nobody is called, but at nine. */
    OK(tl_campaign_staff(campaign, 8 * HOUR, 2, 2));
    drained();
    OK(tl_campaign_deadline(campaign, &at));
    CHECK(at == 9 * HOUR);
    OK(tl_campaign_tick(campaign, 9 * HOUR));
    out = next(TL_CAMPAIGN_DIAL);
    CHECK(out.contact == ada && out.tag == 1 && out.number == 5550100 && out.tries == 1);
    out = next(TL_CAMPAIGN_DIAL);
    CHECK(out.contact == bob && out.tag == 2);
    drained(); /* two agents, two dials */

    /* Ada is busy and called again in ten minutes; Bob complains when he is reached. */
    OK(tl_campaign_failed(campaign, 9 * HOUR, ada, TL_CAMPAIGN_BUSY));
    CHECK(next(TL_CAMPAIGN_DIAL).contact == cid);
    OK(tl_campaign_deadline(campaign, &at));
    CHECK(at == TL_NONE || at > 9 * HOUR);
    EXPECT(TL_ERR_ACD_WRONG_STATE, tl_campaign_failed(campaign, 9 * HOUR, ada, TL_CAMPAIGN_BUSY));
    EXPECT(TL_ERR_ACD_CONFIG, tl_campaign_failed(campaign, 9 * HOUR, bob, TL_CAMPAIGN_REACHED));
    EXPECT(TL_ERR_ARGUMENT, tl_campaign_failed(campaign, 9 * HOUR, bob, 0));
    EXPECT(TL_ERR_ARGUMENT, tl_campaign_failed(campaign, 9 * HOUR, bob, 9));
    EXPECT(TL_ERR_ACD_NO_CONTACT, tl_campaign_skip(campaign, 9 * HOUR, 77));
    EXPECT(TL_ERR_ACD_TIME_BACKWARDS, tl_campaign_tick(campaign, 8 * HOUR));
    OK(tl_campaign_answered(campaign, 9 * HOUR, bob, 1));
    drained();
    OK(tl_campaign_get_info(campaign, &info));
    CHECK(info.contacts == 3 && info.dialling == 1 && info.live == 1 && info.unanswered == 1);
    CHECK(info.abandoned == 0 && info.done == 0 && !info.suspended && !info.intensified);

    /* It outlives the program: another one goes on where this one stands. */
    static uint8_t snapshot[4096];
    size_t len;
    uint64_t hash, again;
    EXPECT(TL_ERR_BUFFER, tl_campaign_snapshot(campaign, snapshot, 8, &len));
    OK(tl_campaign_snapshot(campaign, snapshot, sizeof snapshot, &len));
    OK(tl_campaign_state_hash(campaign, &hash));
    OK(tl_campaign_free(campaign));
    EXPECT(TL_ERR_OBJECT, tl_campaign_tick(campaign, 9 * HOUR));
    snapshot[len / 2] ^= 1;
    EXPECT(TL_ERR_ACD_SNAPSHOT, tl_campaign_restore_new(&config, snapshot, len, &campaign));
    snapshot[len / 2] ^= 1;
    OK(tl_campaign_restore_init(block.bytes, size, &config, snapshot, len, &campaign));
    OK(tl_campaign_free(campaign));
    OK(tl_campaign_restore_new(&config, snapshot, len, &campaign));
    OK(tl_campaign_state_hash(campaign, &again));
    CHECK(hash == again);

    OK(tl_campaign_complaint(campaign, 9 * HOUR + 1, bob));
    out = next(TL_CAMPAIGN_DECIDED);
    CHECK(out.reason == TL_CAMPAIGN_SUSPENDED_BY_COMPLAINTS && out.contact == TL_NONE32);
    OK(tl_campaign_ended(campaign, 9 * HOUR + 2, bob, 1));
    out = next(TL_CAMPAIGN_CONTACT_DONE);
    CHECK(out.contact == bob && out.reason == TL_CAMPAIGN_REACHED && out.tries == 1);
    OK(tl_campaign_resume(campaign, 9 * HOUR + 3));
    drained();
    /* Cid is nobody's to call any more; Ada is left, and not reached in three tries. */
    OK(tl_campaign_do_not_call(campaign, 9 * HOUR + 4, 5550102));
    OK(tl_campaign_answered(campaign, 9 * HOUR + 4, cid, 0));
    out = next(TL_CAMPAIGN_CONTACT_DONE);
    CHECK(out.contact == cid && out.reason == TL_CAMPAIGN_ABANDONED);
    OK(tl_campaign_get_info(campaign, &info));
    CHECK(info.done == 2 && info.abandoned == 1 && info.live == 2);
    tl_time now = 9 * HOUR + 4;
    for (uint32_t t = 2; t <= 3; t++) {
        OK(tl_campaign_deadline(campaign, &at));
        now = at;
        OK(tl_campaign_tick(campaign, now));
        out = next(TL_CAMPAIGN_DIAL);
        CHECK(out.contact == ada && out.tries == t);
        OK(tl_campaign_failed(campaign, now, ada, TL_CAMPAIGN_BUSY));
    }
    CHECK(now == 9 * HOUR + 20 * 60000);
    out = next(TL_CAMPAIGN_CONTACT_DONE);
    CHECK(out.contact == ada && out.reason == TL_CAMPAIGN_BUSY && out.tries == 3);
    next(TL_CAMPAIGN_EXHAUSTED);
    drained();
    OK(tl_campaign_get_contact(campaign, ada, &contact, &tries));
    CHECK(contact.tag == 1 && contact.number == 5550100 && tries == 3);
    CHECK(contact.struct_size == sizeof contact);
    EXPECT(TL_ERR_ACD_NO_CONTACT, tl_campaign_get_contact(campaign, 3, &contact, NULL));
    OK(tl_campaign_start_period(campaign, now));
    OK(tl_campaign_get_info(campaign, &info));
    CHECK(info.live == 0 && info.unanswered == 0);
    OK(tl_campaign_free(campaign));

    /* A period of the cap: an hour from the first input on. What was dialled before counts before. */
    config.period_ms = HOUR;
    OK(tl_campaign_new(&config, &campaign));
    ada = add(1, 5550100);
    OK(tl_campaign_staff(campaign, 10 * HOUR, 1, 1));
    CHECK(next(TL_CAMPAIGN_DIAL).contact == ada);
    tl_time ends;
    OK(tl_campaign_deadline(campaign, &ends));
    CHECK(ends == 11 * HOUR);
    OK(tl_campaign_tick(campaign, ends));
    OK(tl_campaign_answered(campaign, ends, ada, 0));
    OK(tl_campaign_get_info(campaign, &info));
    CHECK(info.live == 0 && info.last_live == 1 && info.last_abandoned == 1);
    OK(tl_campaign_free(campaign));
    config.period_ms = 0;
    EXPECT(TL_ERR_ACD_CONFIG, tl_campaign_new(&config, &campaign));
    config.period_ms = TL_NONE32;

    /* Preview: shown, passed over, shown, started. */
    config.mode = TL_CAMPAIGN_PREVIEW;
    config.skip_ms = 60000;
    OK(tl_campaign_new(&config, &campaign));
    ada = add(1, 5550100);
    OK(tl_campaign_staff(campaign, 10 * HOUR, 1, 1));
    CHECK(next(TL_CAMPAIGN_SHOW).contact == ada);
    drained();
    OK(tl_campaign_skip(campaign, 10 * HOUR, ada));
    drained();
    OK(tl_campaign_tick(campaign, 10 * HOUR + 60000));
    CHECK(next(TL_CAMPAIGN_SHOW).tries == 1);
    OK(tl_campaign_suspend(campaign, 10 * HOUR + 60000));
    EXPECT(TL_ERR_ACD_NOT_NOW, tl_campaign_start(campaign, 10 * HOUR + 60000, ada));
    OK(tl_campaign_get_info(campaign, &info));
    CHECK(info.suspended);
    OK(tl_campaign_resume(campaign, 10 * HOUR + 60000));
    OK(tl_campaign_start(campaign, 10 * HOUR + 60000, ada));
    EXPECT(TL_ERR_UNDRAINED, tl_campaign_tick(campaign, 10 * HOUR + 60000));
    CHECK(next(TL_CAMPAIGN_DIAL).contact == ada);
    OK(tl_campaign_free(campaign));

    /* What contradicts itself, and what does not fit. */
    config.mode = 3;
    EXPECT(TL_ERR_ARGUMENT, tl_campaign_new(&config, &campaign));
    config.mode = TL_CAMPAIGN_PREDICTIVE;
    config.dials_per_100_agents = 99;
    EXPECT(TL_ERR_ACD_CONFIG, tl_campaign_new(&config, &campaign));
    config.dials_per_100_agents = 150;
    config.cap_per_mille = 1001;
    EXPECT(TL_ERR_ACD_CONFIG, tl_campaign_new(&config, &campaign));
    config.cap_per_mille = 30;
    config.busy.tries = 256;
    EXPECT(TL_ERR_ARGUMENT, tl_campaign_new(&config, &campaign));
    config.busy.tries = 3;
    config.contacts = UINT32_MAX;
    EXPECT(TL_ERR_ARGUMENT, tl_campaign_size(&config, &size));
    config.contacts = 1;
    zones[0] = NULL;
    EXPECT(TL_ERR_NULL, tl_campaign_new(&config, &campaign));
    zones[0] = &zone;
    OK(tl_campaign_new(&config, &campaign));
    add(1, 1);
    OK(tl_campaign_contact_defaults(&contact));
    contact.number = 2;
    EXPECT(TL_ERR_ACD_FULL, tl_campaign_add(campaign, &contact, &place));
    OK(tl_campaign_free(campaign));
    return 0;
}
