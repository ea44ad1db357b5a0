/*
 * realtime.c - queues and members in a database, through Asterisk's realtime: extconfig.conf's families
 * queues and queue_members, with app_queue's columns
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The database is asked on the thread that wants to use a queue, before it does: a caller's, the manager's, a
 * command's. Neither the engine nor a lock waits for it.
 */
#include "treatment.h"

#include "asterisk/astobj2.h"
#include "asterisk/config.h"
#include "asterisk/vector.h"

static const char QUEUES[] = "queues", MEMBERS[] = "queue_members", RULES[] = "queue_rules";

static bool negative_invalid;

void realtime_use(bool negative_penalty_invalid)
{
    negative_invalid = negative_penalty_invalid;
}

bool realtime_takes_negative(void)
{
    return negative_invalid;
}

/* What was read, to be taken in on the engine's thread. */
struct look {
    const char *queue;
    const struct cc_config_queue *row; /* NULL: the database has none */
    AST_VECTOR(, struct cc_row) members;
    bool taken; /* the queue is the database's, not the configuration's */
};

static void take_in(cc_center *center, void *arg)
{
    struct look *look = arg;

    const struct cc_queue *queue;

    cc_live(center, look->queue, look->row, look->members.elems, AST_VECTOR_SIZE(&look->members));
    queue = cc_find_queue(center, look->queue);
    look->taken = look->row && queue && queue->live;
}

/* ---- rows -------------------------------------------------------------------------------------- */

static const char *column(struct ast_config *rows, const char *row, const char *name)
{
    return S_OR(ast_variable_retrieve(rows, row, name), "");
}

static uint32_t number(const char *text, uint32_t other)
{
    int value;

    return sscanf(text, "%30d", &value) == 1 && value >= 0 ? (uint32_t)value : other;
}

static void add_member(struct look *look, struct ast_config *rows, const char *row)
{
    const char *phone = column(rows, row, "interface"), *ring = column(rows, row, "ringinuse");
    const char *penalty = column(rows, row, "penalty");
    uint32_t wrap_up_s = number(column(rows, row, "wrapuptime"), 0);
    struct cc_row member = {
        .who = {
            .queue = look->queue, .phone = phone, .name = column(rows, row, "membername"),
            .device = column(rows, row, "state_interface"), .penalty = number(penalty, 0),
            .wrap_up_ms = wrap_up_s && wrap_up_s < TL_NONE32 / 1000 ? wrap_up_s * 1000 : TL_NONE32,
            .paused = number(column(rows, row, "paused"), 0), .reason = column(rows, row, "reason_paused"),
        },
        .id = column(rows, row, "uniqueid"),
        .ring_in_use = *ring ? ast_true(ring) : -1,
    };

    if (negative_invalid && atoi(penalty) < 0) {
        return; /* no member for as long */
    }
    if (!*phone || !*member.id || strlen(phone) >= CC_NAME || strlen(member.id) >= CC_NAME) {
        ast_log(LOG_WARNING, "A row of %s for %s has no interface or uniqueid\n", MEMBERS, look->queue);
        return;
    }
    if (AST_VECTOR_APPEND(&look->members, member)) {
        ast_log(LOG_WARNING, "Out of memory for the members of %s\n", look->queue);
    }
}

/* A Local channel's device is known by its name without options. */
static void name_devices(struct look *look, char (*devices)[CC_NAME])
{
    size_t i;

    for (i = 0; i < AST_VECTOR_SIZE(&look->members); i++) {
        struct cc_newcomer *who = &AST_VECTOR_GET_ADDR(&look->members, i)->who;
        trunkline_device(S_OR(who->device, who->phone), devices[i], sizeof(devices[i]));
        who->device = devices[i];
    }
}

static void look_at_members(struct look *look)
{
    struct ast_config *rows = ast_check_realtime(MEMBERS) ? ast_load_realtime_multientry(MEMBERS,
        "interface LIKE", "%", "queue_name", look->queue, SENTINEL) : NULL;
    char (*devices)[CC_NAME];
    char *row = NULL;

    while (rows && (row = ast_category_browse(rows, row))) {
        add_member(look, rows, row);
    }
    if ((devices = ast_calloc(AST_VECTOR_SIZE(&look->members) + 1, sizeof(*devices)))) {
        name_devices(look, devices);
        cc_ask(trunkline_center, take_in, look);
    }
    ast_free(devices);
    ast_config_destroy(rows);
}

/* The row of a queue, with app_queue's columns; underscores are dashes. */
static bool read_queue(struct cc_config *config, struct ao2_container *treatments, const char *queue)
{
    struct ast_variable *row = ast_load_realtime(QUEUES, "name", queue, SENTINEL), *field;
    char key[80], *at;

    if (!row) {
        return false;
    }
    theirs_defaults(config, treatments, queue);
    for (field = row; field; field = field->next) {
        ast_copy_string(key, field->name, sizeof(key));
        for (at = key; (at = strchr(at, '_')); ) {
            *at = '-';
        }
        theirs_set(config, treatments, queue, key, field->value);
    }
    ast_variables_destroy(row);
    treatments_fit(treatments, config);
    return true;
}

void realtime_look(const char *queue)
{
    struct look look = { .queue = queue };
    struct cc_config *config;
    struct ao2_container *treatments;

    if (ast_strlen_zero(queue) || (!ast_check_realtime(QUEUES) && !ast_check_realtime(MEMBERS))) {
        return;
    }
    config = cc_config_new();
    treatments = treatments_new();
    if (config && treatments && strlen(queue) < CC_NAME && !AST_VECTOR_INIT(&look.members, 8)) {
        if (ast_check_realtime(QUEUES) && read_queue(config, treatments, queue)) {
            look.row = &config->queues[0];
        }
        look_at_members(&look);
        if (look.taken) {
            treatments_add(treatments, queue);
        }
        AST_VECTOR_FREE(&look.members);
    }
    ao2_cleanup(treatments);
    cc_config_free(config);
}

/* ---- rules: read with the configuration -------------------------------------------------------- */

bool realtime_rules(struct cc_config *config, char *why, size_t room)
{
    struct ast_config *rows = ast_check_realtime(RULES) ?
        ast_load_realtime_multientry(RULES, "rule_name LIKE", "%", SENTINEL) : NULL;
    char *row = NULL, change[100];
    const char *last = "", *name;
    bool good = true;

    while (good && rows && (row = ast_category_browse(rows, row))) {
        name = column(rows, row, "rule_name");
        snprintf(change, sizeof(change), "%s,%s,%s,%s", column(rows, row, "time"), column(rows, row, "max_penalty"),
            column(rows, row, "min_penalty"), column(rows, row, "raise_penalty"));
        good = (!strcmp(name, last) || cc_config_set(config, name, "type", "rule", why, room)) &&
            cc_config_set(config, name, "penalty_change", change, why, room);
        last = name;
    }
    ast_config_destroy(rows);
    return good;
}

/* ---- written down ------------------------------------------------------------------------------ */

struct change {
    char row[CC_NAME], value[12];
    const char *column;
};

static bool update(const char *row, const char *column, const char *value)
{
    if (ast_update_realtime(MEMBERS, "uniqueid", row, column, value, SENTINEL) >= 0) {
        return true;
    }
    ast_log(LOG_WARNING, "The row %s of %s cannot be written\n", row, MEMBERS);
    return false;
}

static int write_row(void *arg)
{
    struct change *change = arg;

    update(change->row, change->column, change->value);
    ast_free(change);
    return 0;
}

bool realtime_write_penalty(const char *row, const char *penalty)
{
    return update(row, "penalty", penalty);
}

void realtime_write(const struct cc_member *member, const char *name, uint32_t value)
{
    struct change *change = ast_calloc(1, sizeof(*change));

    if (change) {
        ast_copy_string(change->row, member->row, sizeof(change->row));
        snprintf(change->value, sizeof(change->value), "%u", value);
        change->column = name;
        events_push(write_row, change);
    }
}
