/*
 * kept.c - members that no configuration names, kept in Asterisk's database over a restart
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One entry for each queue, written as app_queue writes its own:
 * interface;penalty;paused;name;device;reason;wrap-up|...
 */
#include "app_trunkline.h"

#include "asterisk/astdb.h"

static const char FAMILY[] = "Trunkline/PersistentMembers";

/* One writer at a time, so that what was read first is not written last. */
AST_MUTEX_DEFINE_STATIC(writing);
static bool keeping;

void kept_use(bool keep)
{
    ast_mutex_lock(&writing);
    keeping = keep;
    ast_mutex_unlock(&writing);
}

/* ---- written ---------------------------------------------------------------------------------- */

struct entry {
    char queue[CC_NAME];
    struct ast_str *text;
};

struct notes {
    const char *queue; /* or NULL */
    AST_VECTOR(, struct entry) entries;
};

static void note_queue(cc_center *center, const struct cc_queue *queue, struct ast_str **text)
{
    const struct cc_agent *agent;
    const struct cc_member *member;
    char name[CC_NAME], reason[CC_NAME];

    for (agent = cc_agents(center); agent; agent = agent->next) {
        if (!(member = cc_member_of(agent, queue)) || member->origin != CC_FROM_HOST) {
            continue;
        }
        cc_plain(name, sizeof(name), agent->name, ";|");
        cc_plain(reason, sizeof(reason), cc_member_paused(member) ? cc_member_reason(member) : "", ";|");
        ast_str_append(text, 0, "%s%s;%u;%d;%s;%s;%s;%u", ast_str_strlen(*text) ? "|" : "",
            agent->phone, member->config.penalty, cc_member_paused(member), name, agent->device, reason,
            member->config.wrap_up_ms == TL_NONE32 ? 0 : member->config.wrap_up_ms / 1000);
    }
}

static void note(cc_center *center, void *arg)
{
    struct notes *notes = arg;
    const struct cc_queue *queue;

    for (queue = cc_queues(center); queue; queue = queue->next) {
        struct entry entry;
        if (notes->queue && strcmp(notes->queue, queue->name)) {
            continue;
        }
        ast_copy_string(entry.queue, queue->name, sizeof(entry.queue));
        if (!(entry.text = ast_str_create(256))) {
            continue;
        }
        note_queue(center, queue, &entry.text);
        if (AST_VECTOR_APPEND(&notes->entries, entry)) {
            ast_free(entry.text);
        }
    }
}

void kept_write(const char *queue)
{
    struct notes notes = { .queue = queue };
    size_t i;

    ast_mutex_lock(&writing);
    if (keeping && !AST_VECTOR_INIT(&notes.entries, 1)) {
        cc_ask(trunkline_center, note, &notes);
        for (i = 0; i < AST_VECTOR_SIZE(&notes.entries); i++) {
            struct entry *entry = AST_VECTOR_GET_ADDR(&notes.entries, i);
            if (!ast_str_strlen(entry->text)) {
                ast_db_del(FAMILY, entry->queue);
            } else if (ast_db_put(FAMILY, entry->queue, ast_str_buffer(entry->text))) {
                ast_log(LOG_WARNING, "Members of %s cannot be kept\n", entry->queue);
            }
            ast_free(entry->text);
        }
        AST_VECTOR_FREE(&notes.entries);
    }
    ast_mutex_unlock(&writing);
}

/* ---- read --------------------------------------------------------------------------------------- */

static void add(cc_center *center, void *arg)
{
    const struct cc_newcomer *who = arg;
    enum cc_change change = cc_add_member(center, who);

    if (change != CC_DONE && change != CC_THERE_ALREADY) {
        ast_log(LOG_WARNING, "%s is not put back into queue %s\n", who->phone, who->queue);
    }
}

static void put_back(const char *queue, char *entry)
{
    struct cc_newcomer who = { .queue = queue, .wrap_up_ms = TL_NONE32 };
    const char *field;
    unsigned value;

    who.phone = strsep(&entry, ";");
    who.penalty = (field = strsep(&entry, ";")) && sscanf(field, "%30u", &value) == 1 ? value : 0;
    who.paused = (field = strsep(&entry, ";")) && *field == '1';
    who.name = strsep(&entry, ";");
    who.device = strsep(&entry, ";");
    who.reason = strsep(&entry, ";");
    field = strsep(&entry, ";");
    if (field && sscanf(field, "%30u", &value) == 1 && value && value < TL_NONE32 / 1000) {
        who.wrap_up_ms = value * 1000;
    }
    if (!ast_strlen_zero(who.phone) && strlen(who.phone) < CC_NAME && strlen(queue) < CC_NAME) {
        cc_ask(trunkline_center, add, &who);
    }
}

void kept_restore(void)
{
    struct ast_db_entry *tree, *at;

    if (!keeping) {
        return;
    }
    tree = ast_db_gettree(FAMILY, NULL);
    for (at = tree; at; at = at->next) {
        const char *queue = at->key + strlen(FAMILY) + 2; /* "/FAMILY/queue" */
        char *entries = ast_strdup(at->data), *rest = entries, *entry;
        while ((entry = strsep(&rest, "|"))) {
            put_back(queue, entry);
        }
        ast_free(entries);
    }
    ast_db_freetree(tree);
}
