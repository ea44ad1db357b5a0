/* The scenario files of acd-core through C: every word as written, byte for byte.
 *
 *     acd_scenarios FILE.toml...
 *
 * acd-core/scenarios/README.md describes the files; as much of TOML is read as they use. */
#include "check.h"

#define MOST 64

typedef struct {
    char name[MOST];
    uint64_t handle;
} named;

typedef struct {
    named all[MOST];
    size_t count;
} names;

static tl_acd *acd;
/* `arrivals` has a place for each arrival, which is the call's tag: a name may come again. */
static names queues, call_rules, agents, calls, offers, arrivals;
static int states;
static char said[1 << 16];
static size_t said_len;

static uint64_t *find(names *in, const char *name)
{
    for (size_t i = 0; i < in->count; i++)
        if (strcmp(in->all[i].name, name) == 0)
            return &in->all[i].handle;
    return NULL;
}

static uint64_t handle(names *in, const char *name)
{
    uint64_t *found = find(in, name);
    /* What is not known yet is as wrong as what is gone. */
    return found ? *found : TL_NONE;
}

static void set(names *in, const char *name, uint64_t to)
{
    uint64_t *found = find(in, name);
    if (!found) {
        CHECK(in->count < MOST && strlen(name) < MOST);
        strcpy(in->all[in->count].name, name);
        found = &in->all[in->count++].handle;
    }
    *found = to;
}

static const char *name_of(const names *in, uint64_t of)
{
    for (size_t i = 0; i < in->count; i++)
        if (in->all[i].handle == of)
            return in->all[i].name;
    return "?";
}

#define SAY(...)                                                                       \
    (said_len += (size_t)snprintf(said + said_len, sizeof said - said_len, __VA_ARGS__))

/* "4:1,5:2", at most 16 skills. */
static size_t skills(const char *text, tl_acd_skill *out)
{
    size_t count = 0;
    while (*text && count < 16) {
        char *end;
        memset(&out[count], 0, sizeof out[count]);
        out[count].skill = (uint16_t)strtoul(text, &end, 10);
        CHECK(*end == ':');
        out[count++].level = (uint8_t)strtoul(end + 1, &end, 10);
        text = *end == ',' ? end + 1 : end;
    }
    return count;
}

static uint32_t call_class(const char *needs)
{
    tl_acd_skill own[16];
    uint32_t found;
    OK(tl_acd_add_class(acd, own, skills(needs, own), &found));
    return found;
}

static const char *causes[] = {"", "Busy", "Declined", "Unreachable", "Failed"};

static void tell(const tl_acd_output *out)
{
    static const char *ends[] = {"", "Accepted", "", "TimedOut", "Cancelled", "Lost", "AgentGone"};
    static const char *by[] = {"", "Caller", "Agent", "Transfer"};
    static const char *refused[] = {"", "Full", "JoinEmpty"};
    static const char *state[] = {"",        "LoggedOut", "Available", "NotReady",
                                  "Ringing", "Talking",   "WrapUp"};
    unsigned long long at = out->at;
    const char *call = out->call_tag < arrivals.count ? arrivals.all[out->call_tag].name : "?";
    const char *agent = out->agent_tag < agents.count ? agents.all[out->agent_tag].name : "?";
    char text[32];
    switch (out->kind) {
    case TL_ACD_JOINED:
        set(&calls, call, out->call);
        SAY("%llu joined %s at %u\n", at, call, out->position);
        break;
    case TL_ACD_REFUSED:
        SAY("%llu refused %s %s\n", at, call, refused[out->reason]);
        break;
    case TL_ACD_MOVED:
        SAY("%llu moved %s to %s at %u\n", at, call, name_of(&queues, out->queue), out->position);
        break;
    case TL_ACD_PRIORITY_CHANGED:
        SAY("%llu priority %s %d to %d at %u\n", at, call, out->from_priority, out->priority,
            out->position);
        break;
    case TL_ACD_PAUSE_CHANGED:
        SAY("%llu %spaused %s in %s", at, out->reason == TL_NONE32 ? "un" : "", agent,
            name_of(&queues, out->queue));
        if (out->reason != TL_NONE32)
            SAY(" %u", out->reason);
        SAY("\n");
        break;
    case TL_ACD_OFFER:
        set(&offers, agent, out->offer);
        SAY("%llu offer %s to %s\n", at, call, agent);
        break;
    case TL_ACD_OFFER_ENDED:
        snprintf(text, sizeof text, "Rejected(%s)", causes[out->detail]);
        SAY("%llu ended %s to %s %s rang %llu\n", at, call, agent,
            out->reason == TL_ACD_OFFER_REJECTED ? text : ends[out->reason],
            (unsigned long long)out->rang_ms);
        break;
    case TL_ACD_CONNECTED:
        SAY("%llu connected %s %s waited %llu\n", at, call, agent,
            (unsigned long long)out->waited_ms);
        break;
    case TL_ACD_ANNOUNCE:
        SAY("%llu announce %s at %u\n", at, call, out->position);
        break;
    case TL_ACD_LEFT: {
        static const char *left[] = {"", "Timeout", "Abandoned", "ExitKey", "LeaveEmpty", "Overflow"};
        int detailed = out->reason == TL_ACD_LEFT_EXIT || out->reason == TL_ACD_LEFT_OVERFLOW;
        snprintf(text, sizeof text, detailed ? "%s(%u)" : "%s", left[out->reason], out->detail);
        SAY("%llu left %s %s waited %llu\n", at, call, text, (unsigned long long)out->waited_ms);
        break;
    }
    case TL_ACD_COMPLETED:
        SAY("%llu completed %s %s by %s talked %llu\n", at, call, agent, by[out->reason],
            (unsigned long long)out->talked_ms);
        break;
    case TL_ACD_AGENT_CHANGED:
        snprintf(text, sizeof text, out->reason == TL_ACD_NOT_READY ? "%s(%u)" : "%s",
                 state[out->reason], out->detail);
        if (states)
            SAY("%llu state %s %s\n", at, agent, text);
        break;
    }
}

static void after(unsigned long long at, tl_status status)
{
    tl_acd_output out;
    if (status != TL_OK)
        SAY("%llu error\n", at);
    while (tl_acd_poll(acd, &out) == TL_OK)
        tell(&out);
}

/* The value of `key` in a table of TOML, one line each, without its quotes; NULL if it is not there. */
static const char *value(const char *table, const char *key)
{
    static char values[4][4096];
    static int next;
    size_t len = strlen(key);
    for (const char *line = table; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        if (strncmp(line, key, len) != 0 || strncmp(line + len, " = ", 3) != 0)
            continue;
        char *out = values[next++ % 4];
        const char *from = line + len + 3;
        size_t size = strcspn(from, "\n");
        if (*from == '"') {
            from++;
            size = strcspn(from, "\"");
        }
        CHECK(size < sizeof values[0]);
        memcpy(out, from, size);
        out[size] = 0;
        return out;
    }
    return NULL;
}

static uint64_t number(const char *table, const char *key, uint64_t otherwise)
{
    const char *found = value(table, key);
    return found ? strtoull(found, NULL, 10) : otherwise;
}

static uint32_t small(const char *table, const char *key, uint32_t otherwise)
{
    return (uint32_t)number(table, key, otherwise);
}

static uint32_t word(const char *table, const char *key, const char *const *words)
{
    const char *found = value(table, key);
    for (uint32_t i = 0; found && words[i]; i++)
        if (strcmp(words[i], found) == 0)
            return i;
    CHECK(!found);
    return 0;
}

static int truth(const char *table, const char *key, int otherwise)
{
    const char *found = value(table, key);
    CHECK(!found || strcmp(found, "true") == 0 || strcmp(found, "false") == 0);
    return found ? *found == 't' : otherwise;
}

/* "2", or "r2": what lower penalties count as, within the window only. */
static uint32_t raise_to(const char *text, uint32_t *within)
{
    *within = *text == 'r';
    return (uint32_t)strtoul(text + *within, NULL, 10);
}

/* What stands behind `key = ` in an inline table that ends at `end`, or NULL. */
static const char *inside(const char *step, const char *end, const char *key)
{
    char text[32];
    snprintf(text, sizeof text, "%s = ", key);
    const char *found = strstr(step, text);
    return found && found < end ? found + strlen(text) : NULL;
}

/* A penalty as Asterisk writes it: 5, or "5", becomes `to`; "+2" and "-1" become `by`. */
static void penalty(const char *text, uint32_t *to, int32_t *by)
{
    text += *text == '"';
    if (*text == '+' || *text == '-')
        *by = (int32_t)strtol(text, NULL, 10);
    else
        *to = (uint32_t)strtoul(text, NULL, 10);
}

static size_t relaxation(const char *list, tl_acd_relax_step steps[8])
{
    size_t count = 0;
    for (const char *step = strchr(list, '{'); step; step = strchr(step + 1, '{')) {
        const char *end = strchr(step, '}');
        CHECK(end && inside(step, end, "after_ms") && count < 8);
        const char *needs = inside(step, end, "needs"), *raise = inside(step, end, "penalty_raise");
        const char *min = inside(step, end, "penalty_min"), *max = inside(step, end, "penalty_max");
        const char *less = inside(step, end, "levels_less");
        char text[64] = "";
        tl_acd_relax_step *to = &steps[count++];
        memset(to, 0, sizeof *to);
        to->after_ms = strtoull(inside(step, end, "after_ms"), NULL, 10);
        to->penalty_min = to->penalty_max = to->penalty_raise = to->call_class = TL_NONE32;
        to->levels_less = less ? (uint32_t)strtoul(less, NULL, 10) : 0;
        if (min)
            penalty(min, &to->penalty_min, &to->penalty_min_by);
        if (max)
            penalty(max, &to->penalty_max, &to->penalty_max_by);
        if (raise) {
            to->penalty_raise_within_alone = 1;
            to->penalty_raise_within = raise[1] == 'r';
            penalty(raise + 1 + to->penalty_raise_within, &to->penalty_raise, &to->penalty_raise_by);
        }
        if (needs) {
            sscanf(needs + 1, "%63[^\"]", text);
            to->call_class = call_class(text);
        }
    }
    return count;
}

static void add_rule(const char *table)
{
    tl_acd_relax_step steps[8];
    uint64_t rule;
    const char *relax = value(table, "relax");
    OK(tl_acd_add_rule(acd, steps, relax ? relaxation(relax, steps) : 0, &rule));
    set(&call_rules, value(table, "name"), rule);
}

static void add_queue(const char *table)
{
    static const char *const strategies[] = {
        "longest-idle", "ring-all", "fewest-calls", "least-talk", "least-occupied", "round-robin",
        "round-robin-ordered", "linear", "random", "", "skill-level", "progressive", NULL};
    static const char *const rules[] = {"never", "logged-out", "not-ready", "none-free", NULL};
    tl_acd_queue_config config;
    uint64_t queue;
    const char *overflow = value(table, "overflow"), *relax = value(table, "relax");
    OK(tl_acd_queue_defaults(&config));
    config.strategy = word(table, "strategy", strategies);
    config.ring_timeout_ms = small(table, "ring_timeout_ms", config.ring_timeout_ms);
    config.retry_ms = small(table, "retry_ms", config.retry_ms);
    config.wrap_up_ms = small(table, "wrap_up_ms", 0);
    config.wrap_up_shared = truth(table, "wrap_up_shared", 1);
    config.head_only = truth(table, "head_only", 0);
    config.tier_wait_ms = small(table, "tier_wait_ms", TL_NONE32);
    config.tier_by_level = truth(table, "tier_by_level", 0);
    config.tier_skip_empty = truth(table, "tier_skip_empty", 0);
    config.max_wait_ms = number(table, "max_wait_ms", TL_NONE);
    if (overflow && find(&queues, overflow))
        config.overflow_queue = handle(&queues, overflow);
    else if (overflow)
        config.overflow_target = (uint32_t)strtoul(overflow, NULL, 10);
    config.resume_within_ms = small(table, "resume_within_ms", TL_NONE32);
    config.max_waiting = small(table, "max_waiting", TL_NONE32);
    config.weight = small(table, "weight", 0);
    config.target_ms = number(table, "target_ms", TL_NONE);
    config.share = small(table, "share", config.share);
    config.announce_first_ms = number(table, "announce_first_ms", TL_NONE);
    config.announce_every_ms = number(table, "announce_every_ms", TL_NONE);
    config.missed_limit = small(table, "missed_limit", TL_NONE32);
    config.aging_ms = small(table, "aging_ms", TL_NONE32);
    config.join_empty = word(table, "join_empty", rules);
    config.leave_empty = word(table, "leave_empty", rules);
    config.leave_empty_after_ms = small(table, "leave_empty_after_ms", 0);
    config.leave_empty_stay_ms = small(table, "leave_empty_stay_ms", 0);
    config.busy_delay_ms = config.declined_delay_ms = small(table, "delay_ms", 0);
    config.failed_delay_ms = config.no_answer_delay_ms = config.busy_delay_ms;
    OK(tl_acd_add_queue(acd, &config, &queue));
    if (relax) {
        tl_acd_relax_step steps[8];
        size_t count = relaxation(relax, steps);
        OK(tl_acd_set_relaxation(acd, queue, steps, count));
    }
    set(&queues, value(table, "name"), queue);
}

static void add_agent(const char *table)
{
    tl_acd_agent_config config;
    tl_acd_membership place;
    tl_acd_skill own[16];
    uint64_t agent;
    const char *has = value(table, "skills"), *list = value(table, "queues");
    const char *state = value(table, "state");
    OK(tl_acd_agent_defaults(&config));
    config.tag = agents.count;
    config.wrap_up_ms = small(table, "wrap_up_ms", TL_NONE32);
    OK(tl_acd_add_profile(acd, own, skills(has ? has : "", own), &config.profile));
    OK(tl_acd_add_agent(acd, &config, &agent));
    OK(tl_acd_membership_defaults(&place));
    place.penalty = small(table, "penalty", 0);
    place.level = small(table, "level", 0);
    place.position = small(table, "position", 0);
    place.paused = small(table, "paused", TL_NONE32);
    CHECK(list);
    for (const char *at = strchr(list, '"'); at; at = strchr(at, '"')) {
        char name[MOST];
        CHECK(sscanf(at + 1, "%63[^\"]", name) == 1);
        OK(tl_acd_join_queue(acd, agent, handle(&queues, name), &place));
        at += strlen(name) + 2;
    }
    set(&agents, value(table, "name"), agent);
    if (!state || strcmp(state, "out") != 0)
        after(0, tl_acd_set_agent_state(acd, 0, agent, TL_ACD_AVAILABLE, 0));
}

static tl_status arrive(tl_time now, const char *name, const char *queue, char *options)
{
    tl_acd_call call;
    OK(tl_acd_call_defaults(&call));
    call.queue = handle(&queues, queue);
    call.tag = arrivals.count;
    CHECK(arrivals.count < MOST && strlen(name) < MOST);
    strcpy(arrivals.all[arrivals.count++].name, name);
    for (char *option = strtok(options, " "); option; option = strtok(NULL, " ")) {
        char *to = strchr(option, '=');
        CHECK(to);
        *to++ = 0;
        if (strcmp(option, "priority") == 0)
            call.priority = (int32_t)strtol(to, NULL, 10);
        else if (strcmp(option, "position") == 0)
            call.position = (uint32_t)strtoul(to, NULL, 10);
        else if (strcmp(option, "penalty_min") == 0)
            call.penalty_min = (uint32_t)strtoul(to, NULL, 10);
        else if (strcmp(option, "penalty_max") == 0)
            call.penalty_max = (uint32_t)strtoul(to, NULL, 10);
        else if (strcmp(option, "penalty_raise") == 0)
            call.penalty_raise = raise_to(to, &call.penalty_raise_within);
        else if (strcmp(option, "rule") == 0)
            call.rule = handle(&call_rules, to);
        else if (strcmp(option, "needs") == 0)
            call.call_class = call_class(to);
        else if (strcmp(option, "prefers") == 0)
            call.preferred_agent = handle(&agents, to);
        else if (strcmp(option, "alone_ms") == 0)
            call.preferred_wait_ms = (uint32_t)strtoul(to, NULL, 10);
        else if (strcmp(option, "caller") == 0)
            call.caller = strtoull(to, NULL, 10);
        else
            CHECK(strcmp(option, "credit_ms") == 0 && (call.credit_ms = strtoull(to, NULL, 10), 1));
    }
    return tl_acd_arrive(acd, now, &call);
}

static tl_status event(tl_time now, const char *what, const char *name, const char *with, char *rest)
{
    uint64_t call = handle(&calls, name), offer = handle(&offers, name);
    if (strcmp(what, "tick") == 0)
        return tl_acd_tick(acd, now);
    if (strcmp(what, "arrive") == 0)
        return arrive(now, name, with, rest);
    if (strcmp(what, "accept") == 0)
        return tl_acd_accept(acd, now, offer);
    if (strcmp(what, "hangup") == 0)
        return tl_acd_hangup(acd, now, call);
    if (strcmp(what, "done") == 0)
        return tl_acd_end_wrap_up(acd, now, handle(&agents, name));
    if (strcmp(what, "pause") == 0 || strcmp(what, "unpause") == 0)
        return tl_acd_set_pause(acd, now, handle(&agents, name), handle(&queues, with),
                                *what == 'u' ? TL_NONE32 : (uint32_t)strtoul(rest, NULL, 10));
    if (strcmp(what, "exit") == 0)
        return tl_acd_exit(acd, now, call, (uint8_t)strtoul(with, NULL, 10));
    if (strcmp(what, "move") == 0)
        return tl_acd_move(acd, now, call, handle(&queues, with), 1);
    if (strcmp(what, "priority") == 0)
        return tl_acd_set_priority(acd, now, call, (int32_t)strtol(with, NULL, 10));
    if (strcmp(what, "penalties") == 0) {
        unsigned min, max;
        uint32_t within = 0, raise = *rest ? raise_to(rest + 1, &within) : 0;
        CHECK(sscanf(with, "%u-%u", &min, &max) == 2);
        return tl_acd_set_penalties(acd, now, call, min, max, raise, within);
    }
    if (strcmp(what, "rule") == 0)
        return tl_acd_set_rule(acd, now, call, find(&call_rules, with) ? handle(&call_rules, with) : TL_NONE);
    if (strcmp(what, "reject") == 0)
        return tl_acd_reject(acd, now, offer,
                             strcmp(with, "busy") == 0          ? TL_ACD_CAUSE_BUSY
                             : strcmp(with, "declined") == 0    ? TL_ACD_CAUSE_DECLINED
                             : strcmp(with, "unreachable") == 0 ? TL_ACD_CAUSE_UNREACHABLE
                                                                : TL_ACD_CAUSE_FAILED);
    if (strcmp(what, "complete") == 0)
        return tl_acd_complete(acd, now, call,
                               strcmp(with, "agent") == 0      ? TL_ACD_BY_AGENT
                               : strcmp(with, "transfer") == 0 ? TL_ACD_BY_TRANSFER
                                                               : TL_ACD_BY_CALLER);
    CHECK(strcmp(what, "state") == 0);
    if (strcmp(with, "available") == 0 || strcmp(with, "out") == 0)
        return tl_acd_set_agent_state(acd, now, handle(&agents, name),
                                      *with == 'a' ? TL_ACD_AVAILABLE : TL_ACD_LOGGED_OUT, 0);
    return tl_acd_set_agent_state(acd, now, handle(&agents, name), TL_ACD_NOT_READY,
                                  (uint16_t)strtoul(with, NULL, 10));
}

/* The text between the quotes of `key = """`. */
static char *block(char *file, const char *key)
{
    char *at = strstr(file, key);
    CHECK(at);
    at += strlen(key);
    at += *at == '\n';
    return at;
}

static void play(const char *path)
{
    static const char *const orders[] = {"longest-waiting", "deadline", "queue-ratio", "wait-ratio",
                                         "oldest-head", NULL};
    static char file[1 << 16], top[1 << 16];
    tl_acd_limits limits;
    FILE *from = fopen(path, "rb");
    CHECK(from);
    size_t len = fread(file, 1, sizeof file - 1, from);
    fclose(from);
    file[len] = 0;

    queues.count = call_rules.count = agents.count = calls.count = offers.count = arrivals.count = said_len = 0;
    OK(tl_acd_limits_defaults(&limits));
    limits.classes = limits.profiles = limits.ghosts = 8;
    limits.steps = 16;
    limits.rules = 4;
    OK(tl_acd_new(&limits, &acd));
    /* The tables: everything before the first belongs to the file itself. */
    strcpy(top, file);
    char *first = strstr(top, "\n[[");
    if (first)
        first[1] = 0;
    states = truth(top, "states", 0);
    OK(tl_acd_set_call_order(acd, word(top, "order", orders)));
    for (int kind = 0; kind < 3; kind++) {
        static const char *const heads[] = {"\n[[queue]]\n", "\n[[rule]]\n", "\n[[agent]]\n"};
        static void (*const add[])(const char *) = {add_queue, add_rule, add_agent};
        const char *head = heads[kind];
        for (char *at = strstr(file, head); at; at = strstr(at + 1, head)) {
            static char table[1 << 16];
            strcpy(table, at + strlen(head));
            char *end = strstr(table, "\n[[");
            if (end)
                end[1] = 0;
            add[kind](table);
        }
    }
    said_len = 0;
    said[0] = 0;

    char *line = block(file, "when = \"\"\""), *next;
    for (; strncmp(line, "\"\"\"", 3) != 0; line = next) {
        char text[256], what[32] = "", name[MOST] = "", with[MOST] = "";
        unsigned long long now;
        int used = 0;
        next = line + strcspn(line, "\n") + 1;
        snprintf(text, sizeof text, "%.*s", (int)(next - line - 1), line);
        if (sscanf(text, "%llu %31s%n", &now, what, &used) < 2)
            continue;
        char *rest = text + used;
        if (sscanf(rest, "%63s%n", name, &used) == 1)
            rest += used;
        if (sscanf(rest, "%63s%n", with, &used) == 1)
            rest += used;
        after(now, event(now, what, name, with, rest));
    }
    const char *then = block(file, "then = \"\"\"");
    const char *end = strstr(then, "\"\"\"");
    CHECK(end);
    if (said_len != (size_t)(end - then) || memcmp(said, then, said_len) != 0) {
        fprintf(stderr, "%s says\n%swhere it should say\n%.*s", path, said, (int)(end - then), then);
        exit(1);
    }
    OK(tl_acd_free(acd));
}

int main(int argc, char **argv)
{
    CHECK(argc > 40);
    for (int i = 1; i < argc; i++)
        play(argv[i]);
    printf("%d scenarios go in C as in Rust\n", argc - 1);
    return 0;
}
