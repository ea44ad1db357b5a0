/*
 * inbox.c - letters: written on any thread, taken out by the engine's
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- written ---------------------------------------------------------------------------------------------- */

/* A call center whose calls wait for ever because a letter was lost is worse than none. */
static void *needed(void *memory)
{
    if (!memory) {
        abort();
    }
    return memory;
}

static struct letter *letter(enum letter_kind kind)
{
    struct letter *new = needed(calloc(1, sizeof *new));

    new->kind = kind;
    return new;
}

static char *copy(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(needed(malloc(size)), text, size);
}

static void post(cc_center *center, struct letter *letter)
{
    pthread_mutex_lock(&center->lock);
    if (center->last) {
        center->last->next = letter;
    } else {
        center->first = letter;
    }
    center->last = letter;
    pthread_cond_broadcast(&center->letters_came);
    pthread_mutex_unlock(&center->lock);
    if (center->hooks.wake) {
        center->hooks.wake(center->hooks.host);
    }
}

static void post_call(cc_center *center, enum letter_kind kind, struct cc_call *call,
                      uint32_t number)
{
    struct letter *new = letter(kind);

    cc_call_own(call);
    new->call = call;
    new->number = number;
    post(center, new);
}

static void post_offer(cc_center *center, enum letter_kind kind, uint64_t offer, uint32_t number)
{
    struct letter *new = letter(kind);

    new->offer = offer;
    new->number = number;
    post(center, new);
}

static void post_name(cc_center *center, enum letter_kind kind, const char *name, uint32_t number,
                      const char *text)
{
    struct letter *new = letter(kind);

    snprintf(new->name, sizeof new->name, "%s", name);
    new->text = text ? copy(text) : NULL;
    new->number = number;
    post(center, new);
}

void cc_arrival_defaults(struct cc_arrival *arrival)
{
    *arrival = (struct cc_arrival){
        .max_wait_ms = TL_NONE, .position = TL_NONE32,
        .penalties = {.min = TL_NONE32, .max = TL_NONE32, .raise = TL_NONE32},
    };
}

void cc_arrive(cc_center *center, struct cc_call *call, const struct cc_arrival *arrival)
{
    struct letter *new = letter(ARRIVE);

    call->handle = TL_NONE;
    call->over = false;
    call->offers = 0;
    call->agent = NULL;
    /* The letter's and the center's. */
    atomic_fetch_add(&call->owners, 2);
    new->call = call;
    new->arrival = *arrival;
    snprintf(new->name, sizeof new->name, "%s", arrival->queue);
    snprintf(new->preferred, sizeof new->preferred, "%s",
             arrival->preferred ? arrival->preferred : "");
    snprintf(new->rule, sizeof new->rule, "%s", arrival->rule ? arrival->rule : "");
    new->text = arrival->skills ? copy(arrival->skills) : NULL;
    new->arrival.queue = new->name;
    new->arrival.preferred = new->preferred;
    new->arrival.rule = new->rule;
    new->arrival.skills = new->text;
    post(center, new);
}

void cc_hangup(cc_center *center, struct cc_call *call)
{
    post_call(center, HANGUP, call, 0);
}

void cc_exit(cc_center *center, struct cc_call *call, char key)
{
    post_call(center, EXIT, call, (uint8_t)key);
}

void cc_complete(cc_center *center, struct cc_call *call, uint32_t by)
{
    post_call(center, COMPLETE, call, by);
}

void cc_dump(cc_center *center, struct cc_call *call, uint32_t by)
{
    post_call(center, DUMP, call, by);
}

void cc_accept(cc_center *center, uint64_t offer)
{
    post_offer(center, ACCEPT, offer, 0);
}

void cc_reject(cc_center *center, uint64_t offer, uint32_t cause)
{
    post_offer(center, REJECT, offer, cause);
}

void cc_not_answered(cc_center *center, uint64_t offer)
{
    post_offer(center, NOT_ANSWERED, offer, 0);
}

void cc_device(cc_center *center, const char *device, enum cc_device state)
{
    post_name(center, DEVICE, device, (uint32_t)state, NULL);
}

void cc_device_first(cc_center *center, const char *device, enum cc_device state)
{
    post_name(center, DEVICE_FIRST, device, (uint32_t)state, NULL);
}

void cc_wish(cc_center *center, const char *agent, enum cc_wish wish, const char *reason)
{
    post_name(center, WISH, agent, (uint32_t)wish, reason);
}

void cc_reload(cc_center *center, struct cc_config *config)
{
    struct letter *new = letter(RELOAD);

    new->config = config;
    post(center, new);
}

void cc_ask(cc_center *center, void (*ask)(cc_center *center, void *arg), void *arg)
{
    bool answered = false;
    struct letter *new;

    if (!center->threaded) {
        ask(center, arg);
        return;
    }
    new = letter(ASK);
    new->ask = ask;
    new->arg = arg;
    new->answered = &answered;
    post(center, new);
    pthread_mutex_lock(&center->lock);
    while (!answered) {
        pthread_cond_wait(&center->letters_came, &center->lock);
    }
    pthread_mutex_unlock(&center->lock);
}

/* ---- read ------------------------------------------------------------------------------------------------- */

struct letter *cc_inbox_take(cc_center *center)
{
    pthread_mutex_lock(&center->lock);
    struct letter *first = center->first;
    center->first = center->last = NULL;
    pthread_mutex_unlock(&center->lock);
    return first;
}

void cc_inbox_done(cc_center *center, struct letter *letter)
{
    if (letter->answered) {
        pthread_mutex_lock(&center->lock);
        *letter->answered = true;
        pthread_cond_broadcast(&center->letters_came);
        pthread_mutex_unlock(&center->lock);
    }
    free(letter->text);
    free(letter);
}

bool cc_inbox_wait(cc_center *center, int ms)
{
    struct timespec until;
    int rc = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    if (ms > 0) {
        until.tv_sec += ms / 1000;
        until.tv_nsec += (long)(ms % 1000) * 1000000;
    }
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&center->lock);
    while (!center->first && !center->stop && rc == 0) {
        rc = ms < 0 ? pthread_cond_wait(&center->letters_came, &center->lock)
                    : pthread_cond_timedwait(&center->letters_came, &center->lock, &until);
    }
    bool go_on = !center->stop || center->first;
    pthread_mutex_unlock(&center->lock);
    return go_on;
}
