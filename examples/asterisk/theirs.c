/*
 * theirs.c - app_queue's options of a queue, as they are in rows of a database, as Trunkline's
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * import-queues.py does the same for a whole queues.conf, once.
 */
#include "treatment.h"

/* How a value becomes ours. */
enum turn { SAME, POSITIVE, FLAG, NOT, UNLESS_ZERO, UNLESS_NEGATIVE, CONF, STRATEGY, JOIN, LEAVE, PAUSE, EVERY };

static const struct {
    const char *theirs, *ours;
    enum turn how;
} OPTIONS[] = {
    { "strategy", "strategy", STRATEGY },
    { "autofill", "head_only", NOT },
    { "timeout", "ring_timeout", POSITIVE },
    { "retry", "retry", POSITIVE },
    { "wrapuptime", "wrap_up", SAME },
    { "maxlen", "max_waiting", UNLESS_ZERO },
    { "weight", "weight", SAME },
    { "servicelevel", "service_level", UNLESS_ZERO },
    { "defaultrule", "rule", SAME },
    { "penaltymemberslimit", "penalties_above", UNLESS_ZERO },
    { "timeoutpriority", "ring_out", CONF },
    { "timeoutrestart", "ring_restart", FLAG },
    { "log-restricted-caller-id", "log_restricted", FLAG },
    { "musicclass", "music", SAME },
    { "music", "music", SAME },
    { "musiconhold", "music", SAME },
    { "announce", "announce", SAME },
    { "ringinuse", "ring_in_use", FLAG },
    { "joinempty", "join_empty", JOIN },
    { "leavewhenempty", "leave_empty", LEAVE },
    { "autopause", "missed_pause", PAUSE },
    { "autopausedelay", "missed_spare", SAME },
    { "autopausebusy", "missed_busy", FLAG },
    { "autopauseunavail", "missed_unreachable", FLAG },
    { "reportholdtime", "report_hold", FLAG },
    { "memberdelay", "member_delay", SAME },
    { "membergosub", "member_gosub", SAME },
    { "monitor-format", "monitor_format", SAME },
    { "context", "exit_context", SAME },
    { "setqueuevar", "queue_variables", FLAG },
    { "announce-frequency", "announce_every", EVERY },
    { "min-announce-frequency", "announce_least", SAME },
    { "announce-to-first-user", "announce_to_first", FLAG },
    { "announce-position", "announce_place", SAME },
    { "announce-position-limit", "announce_place_limit", SAME },
    { "announce-position-only-up", "announce_only_up", FLAG },
    { "announce-holdtime", "announce_hold", SAME },
    { "announce-round-seconds", "announce_hold_round", SAME },
    { "periodic-announce", "periodic_announce", SAME },
    { "periodic-announce-frequency", "periodic_every", UNLESS_ZERO },
    { "periodic-announce-startdelay", "periodic_first", UNLESS_NEGATIVE },
    { "random-periodic-announce", "periodic_random", FLAG },
    { "relative-periodic-announce", "periodic_relative", FLAG },
};

static void put(struct cc_config *config, struct ao2_container *treatments, const char *queue, const char *key,
    const char *value)
{
    char why[200];
    int taken = treatments_set(treatments, queue, key, value, why, sizeof(why));

    if (taken < 0 || (!taken && !cc_config_set(config, queue, key, value, why, sizeof(why)))) {
        ast_log(LOG_WARNING, "Queue %s of the database: %s\n", queue, why);
    }
}

void theirs_defaults(struct cc_config *config, struct ao2_container *treatments, const char *queue)
{
    static const char *const DEFAULTS[][2] = {
        { "type", "queue" }, { "strategy", "asterisk:ringall" }, { "ring_timeout", "15" }, { "retry", "5" },
        { "ring_in_use", "yes" }, { "wrap_up_shared", "no" }, { "ring_restart", "no" },
        { "announce_to_first", "no" },
        { "announce_least", "15" }, { "announce_hold", "yes" }, { "periodic_announce", "queue-periodic-announce" },
    };
    size_t i;

    for (i = 0; i < ARRAY_LEN(DEFAULTS); i++) {
        put(config, treatments, queue, DEFAULTS[i][0], DEFAULTS[i][1]);
    }
}

/* The nearest rule that lets nobody wait for somebody who does not count; yes and no mean the opposite. */
static const char *empty_rule(const char *value, bool join)
{
    static const char *const RULES[] = { "never", "logged-out", "not-ready", "none-free" };
    char *words = ast_strdupa(value), *word;
    size_t rule = 0;

    while ((word = ast_strsep(&words, ',', AST_STRSEP_TRIM))) {
        size_t this = !strcasecmp(word, "inuse") || !strcasecmp(word, "ringing") || !strcasecmp(word, "wrapup") ? 3 :
            !strcasecmp(word, "strict") || !strcasecmp(word, "paused") ? 2 : 1;
        if (ast_true(word) || ast_false(word)) {
            return RULES[!ast_true(word) == join ? 2 : 0];
        }
        rule = this > rule ? this : rule;
    }
    return RULES[rule];
}

static void set(struct cc_config *config, struct ao2_container *treatments, const char *queue, const char *key,
    enum turn how, const char *value)
{
    char text[40];

    switch (how) {
    case STRATEGY:
        snprintf(text, sizeof(text), "asterisk:%s", strcasecmp(value, "roundrobin") ? value : "rrmemory");
        value = text;
        break;
    case JOIN:
    case LEAVE:
        value = empty_rule(value, how == JOIN);
        break;
    case FLAG:
        value = ast_true(value) ? "yes" : "no";
        break;
    case NOT:
        value = ast_true(value) ? "no" : "yes";
        break;
    case CONF:
        value = strcasecmp(value, "conf") ? "no" : "yes";
        break;
    case PAUSE:
        if (ast_false(value)) {
            return;
        }
        put(config, treatments, queue, "missed_limit", "1");
        value = !strcasecmp(value, "all") ? "all" : "queue";
        break;
    case EVERY:
        put(config, treatments, queue, "announce_first", atoi(value) > 0 ? "0" : "none");
        /* fall through */
    case UNLESS_ZERO:
    case POSITIVE:
        if (atoi(value) <= 0) {
            return;
        }
        break;
    case UNLESS_NEGATIVE:
        if (atoi(value) < 0) {
            return;
        }
        break;
    case SAME:
        break;
    }
    put(config, treatments, queue, key, value);
}

void theirs_set(struct cc_config *config, struct ao2_container *treatments, const char *queue, const char *key,
    const char *value)
{
    char sound[CC_NAME];
    size_t i;

    for (i = 0; i < ARRAY_LEN(OPTIONS); i++) {
        if (!strcasecmp(key, OPTIONS[i].theirs)) {
            set(config, treatments, queue, OPTIONS[i].ours, OPTIONS[i].how, value);
            return;
        }
    }
    if (!strncasecmp(key, "queue-", 6)) {
        char why[200];
        snprintf(sound, sizeof(sound), "sound_%s", key + 6);
        treatments_set(treatments, queue, sound, value, why, sizeof(why));
    }
}
