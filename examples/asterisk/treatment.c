/*
 * treatment.c - how a queue treats its callers and agents: the keys of the configuration
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "treatment.h"

#include "../pbx-common/options.h"
#include "asterisk/astobj2.h"

static AO2_GLOBAL_OBJ_STATIC(in_use);

/* ---- keys -------------------------------------------------------------------------------------- */

#define SOUND(key, which, file) [which] = { key, file }
/* app_queue's sounds, which every installation has. */
static const struct {
    const char *key, *file;
} SOUNDS[SOUND_COUNT] = {
    SOUND("sound_youarenext", SOUND_NEXT, "queue-youarenext"),
    SOUND("sound_thereare", SOUND_NUMBER, "queue-thereare"),
    SOUND("sound_callswaiting", SOUND_WAITING, "queue-callswaiting"),
    SOUND("sound_quantity1", SOUND_MORE_THAN, "queue-quantity1"),
    SOUND("sound_quantity2", SOUND_MORE_WAITING, "queue-quantity2"),
    SOUND("sound_holdtime", SOUND_HOLD, "queue-holdtime"),
    SOUND("sound_minute", SOUND_MINUTE, "queue-minute"),
    SOUND("sound_minutes", SOUND_MINUTES, "queue-minutes"),
    SOUND("sound_seconds", SOUND_SECONDS, "queue-seconds"),
    SOUND("sound_thankyou", SOUND_THANKS, "queue-thankyou"),
    SOUND("sound_callerannounce", SOUND_CALLER, ""),
    SOUND("sound_reporthold", SOUND_REPORT_HOLD, "queue-reporthold"),
};

enum shape { FLAG, TEXT, NUMBER, MILLISECONDS };

#define KEY(key, shape, field) \
    { key, shape, offsetof(struct treatment, field), sizeof(((struct treatment *)NULL)->field) }
static const struct {
    const char *key;
    enum shape shape;
    size_t at, room;
} KEYS[] = {
    KEY("announce_to_first", FLAG, to_first),
    KEY("announce_only_up", FLAG, only_up),
    KEY("announce_place_limit", NUMBER, place_limit),
    KEY("announce_hold_round", NUMBER, hold_round_s),
    KEY("announce_least", MILLISECONDS, least_ms),
    KEY("periodic_announce", TEXT, periodic),
    KEY("periodic_first", MILLISECONDS, periodic_first_ms),
    KEY("periodic_every", MILLISECONDS, periodic_every_ms),
    KEY("periodic_random", FLAG, periodic_random),
    KEY("periodic_relative", FLAG, periodic_relative),
    KEY("ring_out", FLAG, ring_out),
    KEY("ring_restart", FLAG, ring_restart),
    KEY("log_restricted", FLAG, log_restricted),
    KEY("report_hold", FLAG, report_hold),
    KEY("member_delay", MILLISECONDS, member_delay_ms),
    KEY("member_gosub", TEXT, gosub),
    KEY("monitor_format", TEXT, monitor_format),
    KEY("exit_context", TEXT, context),
    KEY("queue_variables", FLAG, variables),
};

static bool set_word(struct treatment *treatment, const char *key, const char *value, bool *known)
{
    *known = true;
    if (!strcasecmp(key, "announce_place")) {
        treatment->place = !strcasecmp(value, "limit") ? PLACE_LIMIT : !strcasecmp(value, "more") ? PLACE_MORE :
            ast_true(value) ? PLACE_YES : PLACE_NO;
        return treatment->place != PLACE_NO || ast_false(value);
    }
    if (!strcasecmp(key, "announce_hold")) {
        treatment->hold = !strcasecmp(value, "once") ? HOLD_ONCE : ast_true(value) ? HOLD_YES : HOLD_NO;
        return treatment->hold != HOLD_NO || ast_false(value);
    }
    *known = false;
    return false;
}

static bool set_shaped(void *at, enum shape shape, size_t size, const char *value)
{
    switch (shape) {
    case FLAG:
        *(bool *)at = ast_true(value);
        return ast_true(value) || ast_false(value);
    case TEXT:
        ast_copy_string(at, value, size);
        return strlen(value) < size;
    case NUMBER:
        return cc_option_number(value, at);
    case MILLISECONDS:
        return cc_option_milliseconds(value, at);
    }
    return false;
}

static int set(struct treatment *treatment, const char *key, const char *value, char *why, size_t room)
{
    bool known, good = set_word(treatment, key, value, &known);
    size_t i;

    for (i = 0; i < ARRAY_LEN(KEYS) && !known; i++) {
        if (!strcasecmp(key, KEYS[i].key)) {
            known = true;
            good = set_shaped((char *)treatment + KEYS[i].at, KEYS[i].shape, KEYS[i].room, value);
        }
    }
    for (i = 0; i < SOUND_COUNT && !known; i++) {
        if (!strcasecmp(key, SOUNDS[i].key)) {
            known = true;
            good = set_shaped(treatment->sounds[i], TEXT, sizeof(treatment->sounds[i]), value);
        }
    }
    if (known && !good) {
        cc_option_fail(why, room, "%s cannot be \"%s\"", key, value);
    }
    return known ? (good ? 1 : -1) : 0;
}

/* ---- all of them ------------------------------------------------------------------------------- */

static struct treatment *treatment_new(const char *queue)
{
    struct treatment *treatment = ao2_alloc_options(sizeof(*treatment), NULL, AO2_ALLOC_OPT_LOCK_NOLOCK);
    size_t i;

    if (!treatment) {
        return NULL;
    }
    ast_copy_string(treatment->queue, queue, sizeof(treatment->queue));
    treatment->to_first = treatment->ring_restart = treatment->log_restricted = true;
    treatment->place = PLACE_YES;
    treatment->place_limit = 10;
    treatment->every_ms = treatment->least_ms = treatment->periodic_first_ms = TL_NONE;
    for (i = 0; i < SOUND_COUNT; i++) {
        ast_copy_string(treatment->sounds[i], SOUNDS[i].file, sizeof(treatment->sounds[i]));
    }
    return treatment;
}

static int hash(const void *object, int flags)
{
    return ast_str_hash(object);
}

static int compare(void *object, void *name, int flags)
{
    return strcmp(object, name) ? 0 : CMP_MATCH;
}

struct ao2_container *treatments_new(void)
{
    /* A treatment begins with the name of its queue. */
    return ao2_container_alloc_hash(AO2_ALLOC_OPT_LOCK_MUTEX, 0, 251, hash, NULL, compare);
}

int treatments_set(struct ao2_container *all, const char *queue, const char *key, const char *value,
    char *why, size_t room)
{
    struct treatment *treatment = ao2_find(all, queue, OBJ_SEARCH_KEY);
    int taken;

    if (!treatment && (treatment = treatment_new(queue))) {
        ao2_link(all, treatment);
    }
    taken = treatment ? set(treatment, key, value, why, room) : -1;
    ao2_cleanup(treatment);
    return taken;
}

void treatments_fit(struct ao2_container *all, struct cc_config *config)
{
    size_t i;

    for (i = 0; i < config->queue_count; i++) {
        tl_acd_queue_config *queue = &config->queues[i].config;
        struct treatment *treatment = ao2_find(all, config->queues[i].name, OBJ_SEARCH_KEY);
        if (treatment) {
            treatment->every_ms = queue->announce_every_ms;
            if (treatment->least_ms && treatment->least_ms < queue->announce_every_ms &&
                queue->announce_every_ms != TL_NONE) {
                queue->announce_every_ms = treatment->least_ms;
            }
            ao2_ref(treatment, -1);
        }
    }
}

void treatments_add(struct ao2_container *some, const char *queue)
{
    struct treatment *treatment = ao2_find(some, queue, OBJ_SEARCH_KEY);
    struct ao2_container *all = ao2_global_obj_ref(in_use);

    if (treatment && all) {
        ao2_lock(all);
        ao2_find(all, queue, OBJ_SEARCH_KEY | OBJ_UNLINK | OBJ_NODATA | OBJ_NOLOCK);
        ao2_link_flags(all, treatment, OBJ_NOLOCK);
        ao2_unlock(all);
    }
    ao2_cleanup(treatment);
    ao2_cleanup(all);
}

void treatments_use(struct ao2_container *all)
{
    ao2_global_obj_replace_unref(in_use, all);
    ao2_cleanup(all);
}

struct treatment *treatment_of(const char *queue)
{
    struct ao2_container *all = ao2_global_obj_ref(in_use);
    struct treatment *treatment = all ? ao2_find(all, queue, OBJ_SEARCH_KEY) : NULL;

    ao2_cleanup(all);
    return treatment ?: treatment_new(queue);
}

const char *treatment_periodic(const struct treatment *treatment, unsigned n, size_t *length)
{
    const char *file = treatment->periodic;
    unsigned count = 1;

    for (; *file; file++) {
        count += *file == ',';
    }
    n = n % count;
    for (file = treatment->periodic; n; n--) {
        file = strchr(file, ',') + 1;
    }
    file += strspn(file, " ");
    *length = strcspn(file, ", ");
    return file;
}
