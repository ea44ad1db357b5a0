/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "callcenter.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inbox.h"

/* ---- what the engine says ---------------------------------------------------------------------------- */

void cc_log(cc_center *center, int level, const char *format, ...)
{
    char text[400];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    center->hooks.log(center->hooks.host, level, text);
}

void cc_call_init(struct cc_call *call, const char *name, const char *number)
{
    memset(call, 0, sizeof *call);
    snprintf(call->name, sizeof call->name, "%s", name);
    snprintf(call->number, sizeof call->number, "%s", number);
    call->handle = TL_NONE;
    atomic_init(&call->owners, 1);
}

void cc_call_own(struct cc_call *call)
{
    atomic_fetch_add(&call->owners, 1);
}

void cc_call_release(cc_center *center, struct cc_call *call)
{
    if (atomic_fetch_sub(&call->owners, 1) == 1) {
        center->hooks.release(center->hooks.host, call);
    }
}

static void forget(cc_center *center, struct cc_call *call)
{
    *call->back = call->next;
    if (call->next) {
        call->next->back = call->back;
    }
    cc_call_release(center, call);
}

static void leg_ended(cc_center *center, struct cc_agent *agent)
{
    if (agent->legs > 0 && --agent->legs == 0) {
        cc_roster_settle(center, agent);
    }
}

static void count_call(struct cc_agent *agent, const struct cc_queue *queue, tl_time at)
{
    struct cc_member *member = cc_member_of(agent, queue);

    agent->calls++;
    agent->last_call_ms = at;
    if (member) {
        member->calls++;
        member->last_call_ms = at;
    }
}

/* Keeps the center's own books, then hands the output to the host. */
static void follow(cc_center *center, const tl_acd_output *output)
{
    struct cc_call *call = (struct cc_call *)(uintptr_t)output->call_tag;
    struct cc_agent *agent = (struct cc_agent *)(uintptr_t)output->agent_tag;
    struct cc_member *member;

    switch (output->kind) {
    case TL_ACD_JOINED:
        call->handle = output->call;
        break;
    case TL_ACD_OFFER:
        call->offers++;
        agent->legs++;
        break;
    case TL_ACD_OFFER_ENDED:
        call->offers--;
        if ((member = cc_member_of(agent, call->queue))) {
            cc_missed_count(center, member, output);
        }
        if (output->reason != TL_ACD_OFFER_ACCEPTED) {
            leg_ended(center, agent);
        }
        break;
    case TL_ACD_CONNECTED:
        call->agent = agent;
        agent->talking = true;
        call->since_ms = output->at;
        break;
    case TL_ACD_MOVED:
        for (struct cc_queue *queue = center->queues; queue; queue = queue->next) {
            if (queue->handle == output->queue) {
                call->queue = queue;
                center->unfit = center->unfit || call->few != queue->few;
            }
        }
        break;
    case TL_ACD_REFUSED:
    case TL_ACD_LEFT:
        call->over = true;
        break;
    case TL_ACD_COMPLETED:
        call->over = true;
        agent->talking = false;
        if (call->dumped) {
            cc_counters_forget(call->queue, output);
        } else {
            count_call(agent, call->queue, output->at);
        }
        leg_ended(center, agent);
        break;
    case TL_ACD_AGENT_CHANGED:
        if (output->reason == TL_ACD_NOT_READY && output->detail == CC_REASON_MISSED) {
            agent->paused = true;
            agent->last_pause_ms = output->at;
            snprintf(agent->pause_reason, sizeof agent->pause_reason, CC_AUTO_PAUSE);
            if (center->hooks.roster) {
                center->hooks.roster(center->hooks.host, NULL, agent, CC_ROSTER_PAUSE);
            }
        }
        break;
    }
    /* Outputs about a call have no agent, or one of its own; those about an agent no call. */
    struct cc_event event = {output, call, call ? call->queue : NULL, agent};
    center->hooks.event(center->hooks.host, &event);
    if (call && call->over && call->offers == 0) {
        forget(center, call);
    }
}

void cc_poll(cc_center *center)
{
    tl_acd_output output;

    while (tl_acd_poll(center->engine, &output) == TL_OK) {
        if (output.kind == TL_ACD_AGENT_CHANGED) {
            output.call_tag = 0;
        } else if (output.kind == TL_ACD_OFFER_ENDED && output.offer == center->not_answered) {
            output.reason = TL_ACD_OFFER_TIMED_OUT;
            output.detail = 0;
        }
        follow(center, &output);
    }
}

static void drain(cc_center *center)
{
    cc_poll(center);
    cc_missed_sweep(center);
    cc_few_sweep(center);
    cc_roster_sweep(center);
    cc_poll(center); /* what the sweeps have caused */
    if (center->hooks.settled) {
        center->hooks.settled(center->hooks.host);
    }
}

/* An end that the engine did not give: it does not know the call, or is out of use. */
static void end_by_hand(cc_center *center, struct cc_call *call, uint32_t kind)
{
    tl_acd_output output = {.kind = kind, .at = cc_now(), .call_tag = (uintptr_t)call};

    call->offers = 0;
    follow(center, &output);
}

/* ---- letters -------------------------------------------------------------------------------------------- */

/* The caller's, or what the queue has its callers begin with; and the rule by which that changes. */
static void set_penalties(cc_center *center, tl_acd_call *config, const struct cc_arrival *arrival,
                          const struct cc_queue *queue)
{
    const struct cc_penalties *caller = &arrival->penalties;
    const struct cc_penalties *raise = caller->raise != TL_NONE32 ? caller : &queue->penalties;
    const struct cc_penalties begin = {
        .min = caller->min != TL_NONE32 ? caller->min : queue->penalties.min,
        .max = caller->max != TL_NONE32 ? caller->max : queue->penalties.max,
        .raise = raise->raise, .raise_within = raise->raise_within,
    };
    const char *rule = arrival->rule && arrival->rule[0] ? arrival->rule : queue->rule;

    config->penalty_min = begin.min != TL_NONE32 ? begin.min : 0;
    config->penalty_max = begin.max;
    config->penalty_raise = begin.raise != TL_NONE32 ? begin.raise : 0;
    config->penalty_raise_within = begin.raise_within;
    config->rule = rule[0] ? cc_roster_rule(center, rule, &begin) : TL_NONE;
}

static tl_status arrive(cc_center *center, const struct letter *letter)
{
    struct cc_call *call = letter->call;
    struct cc_agent *preferred = cc_find_agent(center, letter->arrival.preferred);
    tl_acd_call config;

    call->queue = cc_find_queue(center, letter->arrival.queue);
    call->since_ms = cc_now();
    call->next = center->calls;
    call->back = &center->calls;
    if (call->next) {
        call->next->back = &call->next;
    }
    center->calls = call;
    if (!call->queue || call->queue->leaving) {
        cc_log(center, 1, "%s: there is no queue %s", call->name, letter->name);
        end_by_hand(center, call, TL_ACD_REFUSED);
        return TL_OK;
    }
    tl_acd_call_defaults(&config);
    config.tag = (uintptr_t)call;
    config.queue = call->queue->handle;
    config.priority = letter->arrival.priority;
    config.max_wait_ms = letter->arrival.max_wait_ms;
    config.preferred_agent = preferred ? preferred->handle : TL_NONE;
    config.preferred_wait_ms = letter->arrival.preferred_wait_ms;
    config.position = letter->arrival.position;
    config.credit_ms = letter->arrival.credit_ms;
    set_penalties(center, &config, &letter->arrival, call->queue);
    cc_few_begin(call, &config);
    config.call_class = cc_roster_class(center, letter->arrival.skills);
    tl_status status = tl_acd_arrive(center->engine, cc_now(), &config);
    if (status < 0) {
        cc_log(center, 0, "%s: %s", call->name, tl_last_error());
        end_by_hand(center, call, TL_ACD_REFUSED);
    }
    return TL_OK;
}

static void wish(cc_center *center, const struct letter *letter)
{
    struct cc_agent *agent = cc_find_agent(center, letter->name);

    if (!agent) {
        cc_log(center, 1, "there is no agent %s", letter->name);
        return;
    }
    switch ((enum cc_wish)letter->number) {
    case CC_PAUSE:
    case CC_UNPAUSE:
        cc_places_pause_all(center, agent, letter->number == CC_PAUSE, letter->text);
        return;
    case CC_LOGIN:
    case CC_LOGOUT:
        agent->logged_out = letter->number == CC_LOGOUT;
        agent->login_ms = agent->logged_out ? agent->login_ms : cc_now();
        if (center->hooks.roster) {
            center->hooks.roster(center->hooks.host, NULL, agent, CC_ROSTER_LOGIN);
        }
        break;
    case CC_END_WRAP_UP:
        tl_acd_end_wrap_up(center->engine, cc_now(), agent->handle);
        return;
    }
    cc_roster_state(center, agent);
}

static bool benign(tl_status status)
{
    /* A caller and an agent who do things at the same moment: the first one has won. */
    return status >= 0 || status == TL_ERR_ACD_NO_CALL || status == TL_ERR_ACD_NO_OFFER ||
           status == TL_ERR_ACD_WRONG_STATE;
}

static void read_letter(cc_center *center, struct letter *letter)
{
    struct cc_call *call = letter->call;
    tl_acd *engine = center->engine;
    tl_time now = cc_now();
    tl_status status = TL_OK;

    switch (letter->kind) {
    case ARRIVE:
        status = arrive(center, letter);
        break;
    case HANGUP:
        status = tl_acd_hangup(engine, now, call->handle);
        break;
    case EXIT:
        status = tl_acd_exit(engine, now, call->handle, (uint8_t)letter->number);
        break;
    case DUMP:
        call->dumped = true;
        /* fall through */
    case COMPLETE:
        status = tl_acd_complete(engine, now, call->handle, letter->number);
        break;
    case ACCEPT:
        status = tl_acd_accept(engine, now, letter->offer);
        break;
    case REJECT:
        status = tl_acd_reject(engine, now, letter->offer, letter->number);
        break;
    case NOT_ANSWERED:
        center->not_answered = letter->offer;
        status = tl_acd_reject(engine, now, letter->offer, TL_ACD_CAUSE_DECLINED);
        cc_poll(center);
        center->not_answered = TL_NONE;
        break;
    case DEVICE:
    case DEVICE_FIRST:
        cc_roster_device(center, letter->name, (enum cc_device)letter->number,
                         letter->kind == DEVICE_FIRST);
        break;
    case WISH:
        wish(center, letter);
        break;
    case RELOAD:
        cc_roster_apply(center, letter->config);
        break;
    case ASK:
        letter->ask(center, letter->arg);
        break;
    }
    if (!benign(status)) {
        cc_log(center, 0, "%s (%s)", tl_last_error(), tl_status_text(status));
        if (call && !call->over) {
            end_by_hand(center, call, TL_ACD_LEFT);
        }
    }
    drain(center);
    if (call) {
        cc_call_release(center, call);
    }
}

/* Returns the milliseconds until there is something to do without a letter, or -1. */
static int read_letters(cc_center *center)
{
    tl_time deadline = TL_NONE, now;

    for (struct letter *letter = cc_inbox_take(center), *next; letter; letter = next) {
        next = letter->next;
        read_letter(center, letter);
        cc_inbox_done(center, letter);
    }
    now = cc_now();
    cc_roster_settled(center, now);
    tl_acd_deadline(center->engine, &deadline);
    if (deadline <= now) {
        tl_status status = tl_acd_tick(center->engine, now);
        if (status < 0) {
            cc_log(center, 0, "%s", tl_last_error());
        }
    }
    drain(center);
    tl_acd_deadline(center->engine, &deadline);
    if (center->settle_first && center->settle_first->settle_at < deadline) {
        deadline = center->settle_first->settle_at;
    }
    now = cc_now();
    uint64_t wait = deadline <= now ? 0 : deadline - now;
    return deadline == TL_NONE ? -1 : wait > 3600000 ? 3600000 : (int)wait;
}

int cc_run(cc_center *center)
{
    return read_letters(center);
}

static void *engine_thread(void *arg)
{
    cc_center *center = arg;

    while (cc_inbox_wait(center, read_letters(center))) {
    }
    return NULL;
}

tl_acd *cc_engine(cc_center *center)
{
    return center->engine;
}

const struct cc_config *cc_configuration(cc_center *center)
{
    return center->config;
}

struct cc_queue *cc_queues(cc_center *center)
{
    return center->queues;
}

struct cc_agent *cc_agents(cc_center *center)
{
    return center->agents;
}

struct cc_call *cc_calls(cc_center *center)
{
    return center->calls;
}

struct cc_call *cc_find_waiting(cc_center *center, const char *queue, const char *name)
{
    tl_acd_call_info info;

    for (struct cc_call *call = center->calls; call; call = call->next) {
        if (call->queue && !strcmp(call->queue->name, queue) && !strcmp(call->name, name) &&
            tl_acd_get_call(center->engine, call->handle, &info) >= 0 &&
            info.state != TL_ACD_CALL_CONNECTED) {
            return call;
        }
    }
    return NULL;
}

/* ---- life ------------------------------------------------------------------------------------------------ */

cc_center *cc_new(const struct cc_hooks *hooks, struct cc_config *config, char *why, size_t room)
{
    tl_acd_limits limits = cc_limits_for(config);
    cc_center *center = calloc(1, sizeof *center);
    pthread_condattr_t attributes;

    if (!center) {
        snprintf(why, room, "out of memory");
        return NULL;
    }
    if (tl_acd_new(&limits, &center->engine) < 0) {
        snprintf(why, room, "%s", tl_last_error());
        free(center);
        return NULL;
    }
    tl_acd_set_seed(center->engine, config->seed);
    center->hooks = *hooks;
    center->not_answered = TL_NONE;
    pthread_mutex_init(&center->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&center->letters_came, &attributes);
    pthread_condattr_destroy(&attributes);
    /* The configuration is the first letter, so that every hook is called on one thread. */
    cc_reload(center, config);
    return center;
}

bool cc_start(cc_center *center)
{
    center->threaded = pthread_create(&center->thread, NULL, engine_thread, center) == 0;
    return center->threaded;
}

void cc_stop(cc_center *center)
{
    if (!center || center->stopped) {
        return;
    }
    if (center->threaded) {
        pthread_mutex_lock(&center->lock);
        center->stop = true;
        pthread_cond_broadcast(&center->letters_came);
        pthread_mutex_unlock(&center->lock);
        pthread_join(center->thread, NULL);
    }
    read_letters(center);
    center->stopped = true;
}

void cc_free(cc_center *center)
{
    if (!center) {
        return;
    }
    cc_stop(center);
    /* What came after the stop: devices' states. */
    for (struct letter *letter = cc_inbox_take(center), *next; letter; letter = next) {
        next = letter->next;
        cc_config_free(letter->config);
        cc_inbox_done(center, letter);
    }
    cc_roster_free(center);
    cc_roster_free_rules(center);
    cc_config_free(center->config);
    tl_acd_free(center->engine);
    pthread_cond_destroy(&center->letters_came);
    pthread_mutex_destroy(&center->lock);
    free(center);
}
