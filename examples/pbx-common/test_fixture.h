/*
 * test_fixture.h - a center without any PBX, whose clock is the test's own
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef TEST_FIXTURE_H
#define TEST_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "callcenter.h"
#include "config.h"

#define CHECK(what)                                                                     \
    do {                                                                                \
        if (!(what)) {                                                                  \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what);          \
            exit(1);                                                                    \
        }                                                                               \
    } while (0)

static tl_time clock_ms = 1000;
static unsigned errors; /* sentences of level 0 and 1 */
static uint64_t offer;  /* the latest */

static tl_time test_clock(void)
{
    return clock_ms;
}

static void on_event(void *host, const struct cc_event *event)
{
    (void)host;
    /* Whom it names is there still. */
    CHECK(!event->agent || event->agent->name[0]);
    CHECK(!event->queue || event->queue->name[0]);
    if (event->output->kind == TL_ACD_OFFER) {
        offer = event->output->offer;
    }
}

static void on_release(void *host, struct cc_call *call)
{
    (void)host;
    (void)call;
}

static void on_log(void *host, int level, const char *text)
{
    (void)host;
    if (level < 2 && !errors++) {
        printf("the first thing logged: %s\n", text);
    }
}

static void set(struct cc_config *config, const char *section, const char *key, const char *value)
{
    char why[300];

    if (!cc_config_set(config, section, key, value, why, sizeof why)) {
        fprintf(stderr, "[%s] %s\n", section, why);
        exit(1);
    }
}

static cc_center *begin(struct cc_config *config)
{
    static const struct cc_hooks hooks = {.event = on_event, .release = on_release, .log = on_log};
    char why[300];
    cc_center *center = cc_new(&hooks, config, why, sizeof why);

    CHECK(center);
    errors = 0;
    cc_run(center);
    return center;
}

#endif
