/* An event log written while the engine is fed, and replayed into another: the same outputs, the same
 * state; and everything that can be wrong with a log. */
#include "check.h"

static tl_acd *acd;
static tl_time now = 1000000;
/* What the buffers held one after another, and what the engine said meanwhile. */
static uint8_t file[1 << 20];
static size_t written;
static tl_acd_output said[512], again[512];
static size_t outputs;
/* The offer that rings, the call that talks, and how many have. */
static uint64_t offer = TL_NONE, talking = TL_NONE;
static int answered;
static tl_acd_limits limits;

static void poll_all(tl_acd *from, tl_acd_output *into, size_t *count)
{
    tl_status status;
    while ((status = tl_acd_poll(from, &into[*count])) == TL_OK)
        CHECK(++*count < 512);
    CHECK(status == TL_DONE);
}

static void drain(void)
{
    size_t before = outputs;
    poll_all(acd, said, &outputs);
    for (const tl_acd_output *out = said + before; out < said + outputs; out++) {
        if (out->kind == TL_ACD_OFFER)
            offer = out->offer;
        if (out->kind == TL_ACD_OFFER_ENDED)
            offer = TL_NONE;
        if (out->kind == TL_ACD_CONNECTED) {
            talking = out->call;
            answered++;
        }
        if (out->kind == TL_ACD_COMPLETED)
            talking = TL_NONE;
    }
}

static void keep(const uint8_t *buffer)
{
    size_t len;
    OK(tl_acd_log_len(acd, &len));
    CHECK(written + len <= sizeof file);
    memcpy(file + written, buffer, len);
    written += len;
    OK(tl_acd_log_clear(acd));
    OK(tl_acd_log_len(acd, &len));
    CHECK(len == 0);
}

static size_t log_len(void)
{
    size_t len;
    OK(tl_acd_log_len(acd, &len));
    return len;
}

static void arrive(uint64_t queue, uint64_t tag)
{
    tl_acd_call call;
    OK(tl_acd_call_defaults(&call));
    call.queue = queue;
    call.tag = tag;
    OK(tl_acd_arrive(acd, now, &call));
}

/* Every kind of change, some calls, and what must leave no trace in the log. */
static void write_log(uint8_t *buffer, size_t room)
{
    size_t len;
    EXPECT(TL_ERR_ACD_LOG_STATE, tl_acd_log_len(acd, &len));
    EXPECT(TL_ERR_ACD_LOG_STATE, tl_acd_log_clear(acd));
    EXPECT(TL_ERR_ACD_LOG_STATE, tl_acd_log_checkpoint(acd));
    EXPECT(TL_ERR_ACD_LOG_STATE, tl_acd_log_end(acd));
    EXPECT(TL_ERR_ACD_LOG_FULL, tl_acd_log_begin(acd, buffer, 100));
    EXPECT(TL_ERR_ACD_LOG_STATE, tl_acd_log_end(acd));
    OK(tl_acd_log_begin(acd, buffer, room));
    EXPECT(TL_ERR_ACD_LOG_STATE, tl_acd_log_begin(acd, buffer, room));
    keep(buffer);

    uint64_t sales, help, gone, ann, bob;
    uint32_t call_class, profile;
    tl_acd_skill skills[33] = {{.skill = 1, .level = 2}};
    for (uint16_t i = 1; i < 33; i++)
        skills[i] = (tl_acd_skill){.skill = (uint16_t)(i + 1), .level = 1};
    OK(tl_acd_set_seed(acd, 77));
    OK(tl_acd_set_call_order(acd, TL_ACD_DEADLINE));
    OK(tl_acd_add_class(acd, skills, 1, &call_class));
    OK(tl_acd_add_profile(acd, skills, 1, &profile));
    len = log_len();
    EXPECT(TL_ERR_ARGUMENT, tl_acd_add_class(acd, skills, 33, &call_class));
    CHECK(log_len() == len);
    tl_acd_queue_config config;
    OK(tl_acd_queue_defaults(&config));
    config.ring_timeout_ms = 9000;
    config.wrap_up_ms = 2000;
    OK(tl_acd_add_queue(acd, &config, &sales));
    OK(tl_acd_add_queue(acd, NULL, &help));
    OK(tl_acd_add_queue(acd, NULL, &gone));
    OK(tl_acd_remove_queue(acd, gone));
    config.strategy = TL_ACD_RANDOM;
    OK(tl_acd_set_queue(acd, help, &config));
    tl_acd_relax_step step = {.after_ms = 4000,
                              .call_class = TL_NONE32,
                              .penalty_min = TL_NONE32,
                              .penalty_max = 5,
                              .levels_less = 1};
    OK(tl_acd_set_relaxation(acd, sales, &step, 1));
    tl_acd_agent_config agent;
    OK(tl_acd_agent_defaults(&agent));
    agent.tag = 101;
    agent.profile = profile;
    OK(tl_acd_add_agent(acd, &agent, &ann));
    OK(tl_acd_add_agent(acd, NULL, &bob));
    tl_acd_membership place;
    OK(tl_acd_membership_defaults(&place));
    place.penalty = 2;
    OK(tl_acd_join_queue(acd, ann, sales, NULL));
    drain();
    OK(tl_acd_join_queue(acd, ann, help, &place));
    drain();
    place.penalty = 3;
    OK(tl_acd_set_membership(acd, ann, help, &place));
    drain();
    OK(tl_acd_join_queue(acd, bob, sales, NULL));
    drain();
    OK(tl_acd_leave_queue(acd, bob, sales));
    drain();
    OK(tl_acd_remove_agent(acd, bob));
    drain();

    /* A refused input is not in the log. */
    len = log_len();
    EXPECT(TL_ERR_ACD_NO_CALL, tl_acd_hangup(acd, now, 12345));
    EXPECT(TL_ERR_ACD_NO_AGENT, tl_acd_remove_agent(acd, bob));
    CHECK(log_len() == len);
    OK(tl_acd_set_agent_state(acd, now, ann, TL_ACD_AVAILABLE, 0));
    /* Outputs first: nothing has changed, and the log neither. */
    len = log_len();
    EXPECT(TL_ERR_UNDRAINED, tl_acd_tick(acd, now));
    EXPECT(TL_ERR_UNDRAINED, tl_acd_log_checkpoint(acd));
    CHECK(log_len() == len);
    drain();
    for (uint64_t tag = 1; tag <= 20; tag++) {
        now += 500;
        arrive(tag % 3 ? sales : help, tag);
        drain();
        if (tag % 4 == 0 && offer != TL_NONE)
            OK(tl_acd_accept(acd, now, offer));
        else if (tag % 6 == 0 && talking != TL_NONE)
            OK(tl_acd_complete(acd, now, talking, TL_ACD_BY_AGENT));
        drain();
        keep(buffer);
    }
    CHECK(answered >= 2);
    OK(tl_acd_log_checkpoint(acd));

    /* What is left of the things that an engine can be told. */
    uint64_t waiting[4];
    OK(tl_acd_list_calls(acd, help, waiting, 4, &len));
    CHECK(len >= 4);
    OK(tl_acd_set_priority(acd, now, waiting[0], -3));
    drain();
    uint64_t rule, spare;
    tl_acd_relax_step more = {.after_ms = 60000,
                              .call_class = TL_NONE32,
                              .penalty_min = TL_NONE32,
                              .penalty_max = TL_NONE32,
                              .penalty_max_by = 2,
                              .penalty_raise = TL_NONE32,
                              .penalty_raise_by = -1};
    OK(tl_acd_add_rule(acd, &more, 1, &rule));
    OK(tl_acd_add_rule(acd, NULL, 0, &spare));
    OK(tl_acd_remove_rule(acd, spare));
    EXPECT(TL_ERR_ACD_NO_RULE, tl_acd_remove_rule(acd, spare));
    OK(tl_acd_set_penalties(acd, now, waiting[0], 7, 8, 8, 1));
    drain();
    OK(tl_acd_set_rule(acd, now, waiting[0], rule));
    drain();
    EXPECT(TL_ERR_ACD_RULE_IN_USE, tl_acd_remove_rule(acd, rule));
    tl_acd_call_info about;
    OK(tl_acd_get_call(acd, waiting[0], &about));
    CHECK(about.rule == rule && about.penalty_min == 7 && about.penalty_max == 8);
    CHECK(about.penalty_raise == 8 && about.penalty_raise_within == 1);
    drain();
    OK(tl_acd_move(acd, now, waiting[1], sales, 1));
    drain();
    OK(tl_acd_hangup(acd, now, waiting[2]));
    drain();
    OK(tl_acd_exit(acd, now, waiting[3], 7));
    drain();
    if (talking != TL_NONE) {
        OK(tl_acd_complete(acd, now, talking, TL_ACD_BY_CALLER));
        drain();
    }
    OK(tl_acd_end_wrap_up(acd, now, ann));
    drain();
    OK(tl_acd_set_pause(acd, now, ann, help, 12));
    drain();
    OK(tl_acd_begin_epoch(acd, 4));
    drain();
    CHECK(offer != TL_NONE);
    OK(tl_acd_reject(acd, now, offer, TL_ACD_CAUSE_DECLINED));
    drain();
    keep(buffer);
    for (int i = 0; i < 20; i++) {
        now += 7000;
        OK(tl_acd_tick(acd, now));
        drain();
        OK(tl_acd_log_checkpoint(acd));
    }
    keep(buffer);
}

/* A buffer that is full refuses the change, which has not been made. */
static void full(void)
{
    static uint8_t small[1 << 18];
    size_t snapshot, len;
    uint64_t before, after;
    tl_acd_snapshot(acd, NULL, 0, &snapshot);
    OK(tl_acd_log_begin(acd, small, snapshot + 24 + 5));
    OK(tl_acd_state_hash(acd, &before));
    EXPECT(TL_ERR_ACD_LOG_FULL, tl_acd_tick(acd, now + 1));
    OK(tl_acd_state_hash(acd, &after));
    CHECK(before == after);
    OK(tl_acd_log_len(acd, &len));
    CHECK(len == snapshot + 24);
    OK(tl_acd_log_clear(acd));
    OK(tl_acd_tick(acd, now + 1));
    tl_acd_output out;
    while (tl_acd_poll(acd, &out) == TL_OK) {
    }
    OK(tl_acd_log_end(acd));
}

static void replay(uint64_t expected)
{
    tl_acd_replay *log;
    tl_acd *other;
    const uint8_t *snapshot;
    size_t len, count = 0, changes = 0;
    uint64_t hash, position;
    size_t size;
    static union {
        uint8_t bytes[4096];
        long double align;
    } block;
    OK(tl_acd_replay_size(&size));
    CHECK(size <= sizeof block);
    EXPECT(TL_ERR_MEMORY, tl_acd_replay_init(&block, size - 16, file, written, &log));
    OK(tl_acd_replay_init(&block, size, file, written, &log));
    OK(tl_acd_replay_snapshot(log, &snapshot, &len));
    CHECK(snapshot == file + 24);
    OK(tl_acd_restore_new(&limits, snapshot, len, &other));
    OK(tl_acd_replay_position(log, &position));
    CHECK(position == 24 + len);
    tl_status status;
    while ((status = tl_acd_replay_next(log, other)) == TL_OK) {
        poll_all(other, again, &count);
        changes++;
    }
    CHECK(status == TL_DONE);
    OK(tl_acd_replay_position(log, &position));
    CHECK(position == written);
    CHECK(changes > 75);
    OK(tl_acd_state_hash(other, &hash));
    CHECK(hash == expected);
    CHECK(count == outputs && memcmp(said, again, count * sizeof said[0]) == 0);
    OK(tl_acd_free(other));
    OK(tl_acd_replay_free(log));
    EXPECT(TL_ERR_OBJECT, tl_acd_replay_next(log, acd));
}

/* Tells an engine the next change of a log by the function that it was once told by. */
static void tell(const tl_acd_replay *log, const tl_acd_change *was, tl_acd *other)
{
    tl_acd_call call;
    tl_acd_queue_config queue;
    tl_acd_agent_config agent;
    tl_acd_membership place;
    tl_acd_skill skills[32];
    tl_acd_relax_step steps[32];
    uint64_t handle, hash;
    uint32_t number;
    size_t count;
    CHECK(was->reserved[0] == 0 && was->reserved[1] == 0);
    switch (was->kind) {
    case TL_ACD_CHANGE_TICK:
        OK(tl_acd_tick(other, was->at));
        break;
    case TL_ACD_CHANGE_ARRIVE:
        OK(tl_acd_replay_get_call(log, &call));
        CHECK(call.queue == was->queue && call.tag == was->value);
        EXPECT(TL_ERR_ARGUMENT, tl_acd_replay_get_queue(log, &queue));
        EXPECT(TL_ERR_ARGUMENT, tl_acd_replay_list_skills(log, skills, 32, &count));
        OK(tl_acd_arrive(other, was->at, &call));
        break;
    case TL_ACD_CHANGE_HANGUP:
        OK(tl_acd_hangup(other, was->at, was->call));
        break;
    case TL_ACD_CHANGE_EXIT:
        OK(tl_acd_exit(other, was->at, was->call, (uint8_t)was->detail));
        break;
    case TL_ACD_CHANGE_MOVE:
        OK(tl_acd_move(other, was->at, was->call, was->queue, was->detail));
        break;
    case TL_ACD_CHANGE_PRIORITY:
        OK(tl_acd_set_priority(other, was->at, was->call, was->priority));
        break;
    case TL_ACD_CHANGE_PENALTIES:
        OK(tl_acd_set_penalties(other, was->at, was->call, was->detail, (uint32_t)was->value,
                                (uint32_t)(was->value >> 32), was->reason));
        break;
    case TL_ACD_CHANGE_RULE:
        OK(tl_acd_set_rule(other, was->at, was->call, was->value));
        break;
    case TL_ACD_CHANGE_ADD_RULE:
        OK(tl_acd_replay_list_steps(log, steps, 32, &count));
        CHECK(count == was->detail);
        OK(tl_acd_add_rule(other, steps, count, &handle));
        break;
    case TL_ACD_CHANGE_REMOVE_RULE:
        OK(tl_acd_remove_rule(other, was->value));
        break;
    case TL_ACD_CHANGE_ACCEPT:
        OK(tl_acd_accept(other, was->at, was->offer));
        break;
    case TL_ACD_CHANGE_REJECT:
        OK(tl_acd_reject(other, was->at, was->offer, was->detail));
        break;
    case TL_ACD_CHANGE_COMPLETE:
        OK(tl_acd_complete(other, was->at, was->call, was->detail));
        break;
    case TL_ACD_CHANGE_AGENT_STATE:
        OK(tl_acd_set_agent_state(other, was->at, was->agent, was->detail, (uint16_t)was->reason));
        break;
    case TL_ACD_CHANGE_END_WRAP_UP:
        OK(tl_acd_end_wrap_up(other, was->at, was->agent));
        break;
    case TL_ACD_CHANGE_PAUSE:
        OK(tl_acd_set_pause(other, was->at, was->agent, was->queue, was->reason));
        break;
    case TL_ACD_CHANGE_SEED:
        OK(tl_acd_set_seed(other, was->value));
        break;
    case TL_ACD_CHANGE_CALL_ORDER:
        OK(tl_acd_set_call_order(other, was->detail));
        break;
    case TL_ACD_CHANGE_ADD_CLASS:
        OK(tl_acd_replay_list_skills(log, skills, 32, &count));
        CHECK(count == was->detail);
        OK(tl_acd_add_class(other, skills, count, &number));
        break;
    case TL_ACD_CHANGE_ADD_PROFILE:
        OK(tl_acd_replay_list_skills(log, skills, 32, &count));
        EXPECT(TL_ERR_ARGUMENT, tl_acd_replay_list_steps(log, steps, 32, &count));
        OK(tl_acd_add_profile(other, skills, was->detail, &number));
        break;
    case TL_ACD_CHANGE_ADD_QUEUE:
        OK(tl_acd_replay_get_queue(log, &queue));
        EXPECT(TL_ERR_ARGUMENT, tl_acd_replay_get_agent(log, &agent));
        OK(tl_acd_add_queue(other, &queue, &handle));
        break;
    case TL_ACD_CHANGE_SET_QUEUE:
        OK(tl_acd_replay_get_queue(log, &queue));
        OK(tl_acd_set_queue(other, was->queue, &queue));
        break;
    case TL_ACD_CHANGE_RELAXATION:
        OK(tl_acd_replay_list_steps(log, steps, 32, &count));
        CHECK(count == was->detail);
        OK(tl_acd_set_relaxation(other, was->queue, steps, count));
        break;
    case TL_ACD_CHANGE_REMOVE_QUEUE:
        OK(tl_acd_remove_queue(other, was->queue));
        break;
    case TL_ACD_CHANGE_ADD_AGENT:
        OK(tl_acd_replay_get_agent(log, &agent));
        EXPECT(TL_ERR_ARGUMENT, tl_acd_replay_get_membership(log, &place));
        CHECK(agent.tag == was->value);
        OK(tl_acd_add_agent(other, &agent, &handle));
        break;
    case TL_ACD_CHANGE_REMOVE_AGENT:
        OK(tl_acd_remove_agent(other, was->agent));
        break;
    case TL_ACD_CHANGE_JOIN_QUEUE:
        OK(tl_acd_replay_get_membership(log, &place));
        EXPECT(TL_ERR_ARGUMENT, tl_acd_replay_get_call(log, &call));
        OK(tl_acd_join_queue(other, was->agent, was->queue, &place));
        break;
    case TL_ACD_CHANGE_MEMBERSHIP:
        OK(tl_acd_replay_get_membership(log, &place));
        CHECK(place.penalty == 3);
        OK(tl_acd_set_membership(other, was->agent, was->queue, &place));
        break;
    case TL_ACD_CHANGE_LEAVE_QUEUE:
        OK(tl_acd_leave_queue(other, was->agent, was->queue));
        break;
    case TL_ACD_CHANGE_BEGIN_EPOCH:
        OK(tl_acd_begin_epoch(other, was->value));
        break;
    case TL_ACD_CHANGE_CHECKPOINT:
        OK(tl_acd_state_hash(other, &hash));
        CHECK(hash == was->value);
        break;
    default:
        CHECK(!"a change of an unknown kind");
    }
}

/* The log read as values, and an engine that is told each of them by hand: the same once more. */
static void retold(uint64_t expected)
{
    tl_acd_replay *log;
    tl_acd *other;
    tl_acd_change change;
    const uint8_t *snapshot;
    size_t len, count = 0;
    uint64_t hash, before, position;
    unsigned kinds = 0;
    OK(tl_acd_replay_new(file, written, &log));
    OK(tl_acd_replay_snapshot(log, &snapshot, &len));
    OK(tl_acd_restore_new(&limits, snapshot, len, &other));
    tl_status status;
    while ((status = tl_acd_replay_look(log, &change)) == TL_OK) {
        OK(tl_acd_replay_position(log, &before));
        tell(log, &change, other);
        poll_all(other, again, &count);
        kinds |= 1u << change.kind;
        OK(tl_acd_replay_position(log, &position));
        CHECK(position == before);
        OK(tl_acd_replay_skip(log));
    }
    CHECK(status == TL_DONE);
    EXPECT(TL_DONE, tl_acd_replay_skip(log));
    EXPECT(TL_ERR_ARGUMENT, tl_acd_replay_get_call(log, &(tl_acd_call){0}));
    OK(tl_acd_state_hash(other, &hash));
    CHECK(hash == expected);
    CHECK(count == outputs && memcmp(said, again, count * sizeof said[0]) == 0);
    /* Every kind that a log can hold. */
    /* All but the unknown one. */
    CHECK(kinds == UINT32_MAX - 1 && TL_ACD_CHANGE_REMOVE_RULE == 31);
    OK(tl_acd_free(other));
    OK(tl_acd_replay_free(log));

    OK(tl_acd_replay_new(file, written - 1, &log));
    while ((status = tl_acd_replay_look(log, &change)) == TL_OK)
        OK(tl_acd_replay_skip(log));
    CHECK(status == TL_ERR_ACD_LOG_TRUNCATED);
    EXPECT(TL_ERR_ACD_LOG_TRUNCATED, tl_acd_replay_skip(log));
    OK(tl_acd_replay_free(log));
}

/* How a replay of `len` bytes of `bytes` ends, and at which byte. */
static tl_status ending(const uint8_t *bytes, size_t len, uint64_t *position)
{
    tl_acd_replay *log;
    tl_acd *other;
    const uint8_t *snapshot;
    tl_status status = tl_acd_replay_new(bytes, len, &log);
    if (status != TL_OK)
        return status;
    OK(tl_acd_replay_snapshot(log, &snapshot, &len));
    OK(tl_acd_restore_new(&limits, snapshot, len, &other));
    while ((status = tl_acd_replay_next(log, other)) == TL_OK) {
        size_t count = 0;
        poll_all(other, again, &count);
    }
    /* It stays where it is. */
    EXPECT(status, tl_acd_replay_next(log, other));
    OK(tl_acd_replay_position(log, position));
    OK(tl_acd_free(other));
    OK(tl_acd_replay_free(log));
    return status;
}

static void damaged(void)
{
    uint64_t position;
    tl_acd_replay *log;
    const uint8_t *snapshot;
    size_t len;
    EXPECT(TL_ERR_ACD_NOT_A_LOG, tl_acd_replay_new((const uint8_t *)"RIFF", 4, &log));
    EXPECT(TL_ERR_ACD_LOG_TRUNCATED, tl_acd_replay_new(file, 10, &log));
    EXPECT(TL_ERR_ACD_LOG_TRUNCATED, tl_acd_replay_new(file, 40, &log));
    file[8] ^= 0xFF;
    EXPECT(TL_ERR_ACD_LOG_VERSION, tl_acd_replay_new(file, written, &log));
    file[8] ^= 0xFF;
    CHECK(ending(file, written, &position) == TL_DONE && position == written);
    CHECK(ending(file, written - 1, &position) == TL_ERR_ACD_LOG_TRUNCATED);
    CHECK(position < written - 1);
    file[written - 20] ^= 1;
    CHECK(ending(file, written, &position) == TL_ERR_ACD_LOG_DAMAGED);
    CHECK(position < written - 20);
    file[written - 20] ^= 1;

    /* An engine that was told something else is found out at the first checkpoint. */
    tl_acd *other;
    OK(tl_acd_replay_new(file, written, &log));
    OK(tl_acd_replay_snapshot(log, &snapshot, &len));
    OK(tl_acd_restore_new(&limits, snapshot, len, &other));
    uint64_t more;
    tl_status status;
    int changes = 0;
    while ((status = tl_acd_replay_next(log, other)) == TL_OK) {
        size_t count = 0;
        poll_all(other, again, &count);
        if (++changes == 40)
            OK(tl_acd_add_queue(other, NULL, &more));
    }
    CHECK(status == TL_ERR_ACD_LOG_DIVERGED && changes > 40);
    /* What it says must be polled before it is told more. */
    size_t count = 0;
    tl_acd_call call;
    OK(tl_acd_call_defaults(&call));
    call.queue = more;
    OK(tl_acd_arrive(other, now, &call));
    EXPECT(TL_ERR_UNDRAINED, tl_acd_replay_next(log, other));
    poll_all(other, again, &count);
    CHECK(count >= 1 && again[count - 1].kind == TL_ACD_JOINED);
    EXPECT(TL_ERR_ACD_LOG_DIVERGED, tl_acd_replay_next(log, other));
    OK(tl_acd_free(other));
    OK(tl_acd_replay_free(log));
}

int main(void)
{
    static uint8_t buffer[1 << 18];
    uint64_t hash;
    OK(tl_acd_limits_defaults(&limits));
    limits.classes = limits.profiles = limits.steps = limits.rules = 4;
    OK(tl_acd_new(&limits, &acd));
    write_log(buffer, sizeof buffer);
    OK(tl_acd_log_end(acd));
    OK(tl_acd_state_hash(acd, &hash));
    replay(hash);
    retold(hash);
    full();
    damaged();
    OK(tl_acd_free(acd));
    return 0;
}
