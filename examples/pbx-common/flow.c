/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "flow.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#define MAX_FILES 64

struct flow {
    struct flow *next;
    char name[CC_NAME], prompts[256], queries[CC_NAME];
    tl_ivr_flow *flow;
    bool wanted;
};

struct flows {
    pthread_mutex_t lock; /* of the list */
    pthread_mutex_t loading;
    struct flow *first;
    flow_log log;
    void *host;
};

struct flows *flows_new(flow_log log, void *host)
{
    struct flows *flows = calloc(1, sizeof *flows);

    if (flows) {
        pthread_mutex_init(&flows->lock, NULL);
        pthread_mutex_init(&flows->loading, NULL);
        flows->log = log;
        flows->host = host;
    }
    return flows;
}

static void say(struct flows *flows, int level, const char *name, const char *what)
{
    char text[600];

    snprintf(text, sizeof text, "flow %s: %s", name, what);
    flows->log(flows->host, level, text);
}

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size;

    if (file && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 &&
        fseek(file, 0, SEEK_SET) == 0 && (text = malloc((size_t)size + 1))) {
        *length = fread(text, 1, (size_t)size, file);
    }
    if (file) {
        fclose(file);
    }
    return text;
}

/* One message a line in the log. */
static void say_messages(struct flows *flows, int level, const char *name,
                         const tl_ivr_document *document)
{
    const char *text;
    size_t length;
    char line[500];

    if (tl_ivr_document_messages(document, &text, &length) < 0) {
        return;
    }
    while (length) {
        const char *end = memchr(text, '\n', length);
        size_t size = end ? (size_t)(end - text) : length;
        snprintf(line, sizeof line, "%.*s", (int)(size < 400 ? size : 400), text);
        if (size) {
            say(flows, level, name, line);
        }
        text += size + (end != NULL);
        length -= size + (end != NULL);
    }
}

/* A document, or a compiled program when its name ends in .ivrb. */
static tl_ivr_flow *compile(struct flows *flows, const struct cc_config_flow *from)
{
    tl_ivr_document *document = NULL;
    tl_ivr_flow *flow = NULL;
    const uint8_t *program;
    size_t length = 0, size = strlen(from->file);
    char *text = read_file(from->file, &length);

    if (!text) {
        say(flows, 0, from->name, "its file cannot be read");
        return NULL;
    }
    if (size > 5 && !strcmp(from->file + size - 5, ".ivrb")) {
        if (tl_ivr_flow_new((const uint8_t *)text, length, &flow) < 0) {
            say(flows, 0, from->name, tl_last_error());
        }
    } else if (tl_ivr_document_new(text, length, from->file, &document) < 0) {
        say(flows, 0, from->name, tl_last_error());
    } else if (tl_ivr_document_program(document, &program, &length) < 0) {
        say_messages(flows, 0, from->name, document);
    } else {
        say_messages(flows, 2, from->name, document);
        if (tl_ivr_flow_new(program, length, &flow) < 0) {
            say(flows, 0, from->name, tl_last_error());
        }
    }
    tl_ivr_document_free(document);
    free(text);
    return flow;
}

static struct flow *find(const struct flows *flows, const char *name)
{
    struct flow *flow = flows->first;

    while (flow && strcmp(flow->name, name)) {
        flow = flow->next;
    }
    return flow;
}

static void drop_unwanted(struct flows *flows)
{
    pthread_mutex_lock(&flows->lock);
    for (struct flow **at = &flows->first, *flow; (flow = *at);) {
        if (flow->wanted) {
            at = &flow->next;
            continue;
        }
        *at = flow->next;
        tl_ivr_flow_free(flow->flow);
        free(flow);
    }
    pthread_mutex_unlock(&flows->lock);
}

size_t flows_load(struct flows *flows, const struct cc_config *config)
{
    size_t count = 0;

    /* Two reloads at once would mark each other's flows. */
    pthread_mutex_lock(&flows->loading);
    for (struct flow *flow = flows->first; flow; flow = flow->next) {
        flow->wanted = false;
    }
    for (size_t i = 0; i < config->flow_count; i++) {
        const struct cc_config_flow *from = &config->flows[i];
        /* Compiling takes its time: not under the lock. */
        tl_ivr_flow *compiled = compile(flows, from);
        pthread_mutex_lock(&flows->lock);
        struct flow *flow = find(flows, from->name);
        if (!flow && compiled && (flow = calloc(1, sizeof *flow))) {
            snprintf(flow->name, sizeof flow->name, "%s", from->name);
            flow->next = flows->first;
            flows->first = flow;
        }
        if (flow && compiled) {
            tl_ivr_flow_free(flow->flow);
            flow->flow = compiled;
            snprintf(flow->prompts, sizeof flow->prompts, "%s", from->prompts);
            snprintf(flow->queries, sizeof flow->queries, "%s", from->queries);
        }
        if (flow) {
            flow->wanted = true;
        }
        pthread_mutex_unlock(&flows->lock);
        count += flow != NULL;
    }
    drop_unwanted(flows);
    pthread_mutex_unlock(&flows->loading);
    return count;
}

void flows_free(struct flows *flows)
{
    if (!flows) {
        return;
    }
    for (struct flow *flow = flows->first, *next; flow; flow = next) {
        next = flow->next;
        tl_ivr_flow_free(flow->flow);
        free(flow);
    }
    pthread_mutex_destroy(&flows->lock);
    pthread_mutex_destroy(&flows->loading);
    free(flows);
}

bool flow_begin(struct dialogue *dialogue, struct flows *flows, const char *name,
                const tl_ivr_config *config, const struct flow_host *ops, void *host)
{
    tl_status status = TL_ERR_ARGUMENT;

    *dialogue = (struct dialogue){.ops = ops, .host = host};
    pthread_mutex_lock(&flows->lock);
    struct flow *flow = find(flows, name);
    if (flow) {
        status = tl_ivr_session_new(flow->flow, config, &dialogue->session);
        memcpy(dialogue->prompts, flow->prompts, sizeof dialogue->prompts);
        memcpy(dialogue->queries, flow->queries, sizeof dialogue->queries);
    }
    pthread_mutex_unlock(&flows->lock);
    if (status >= 0) {
        status = tl_ivr_start(dialogue->session, cc_now());
    }
    if (status < 0) {
        say(flows, 0, name, flow ? tl_last_error() : "there is no such flow");
        flow_end(dialogue);
    }
    return status >= 0;
}

void flow_arrival(const tl_ivr_output *queue, struct cc_arrival *arrival)
{
    cc_arrival_defaults(arrival);
    arrival->queue = queue->name;
    arrival->priority = queue->priority;
    if (queue->timeout_ms) {
        arrival->max_wait_ms = queue->timeout_ms;
    }
}

/* ---- prompts as files ------------------------------------------------------------------------------------ */

struct playlist {
    char text[MAX_FILES][512];
    const char *files[MAX_FILES];
    size_t count;
};

/* PROMPTS/LANGUAGE/name; words become one name with dashes, so "twenty one" is twenty-one. */
static void add(struct playlist *list, const struct dialogue *dialogue, const char *language,
                const char *name)
{
    if (list->count == MAX_FILES || !*name) {
        return;
    }
    char *path = list->text[list->count];
    int start = snprintf(path, sizeof list->text[0], "%s%s%s%s", dialogue->prompts,
                         dialogue->prompts[0] ? "/" : "",
                         dialogue->prompts[0] && language ? language : "",
                         dialogue->prompts[0] && language ? "/" : "");
    snprintf(path + start, sizeof list->text[0] - (size_t)start, "%s", name);
    for (char *at = path + start; *at; at++) {
        if (*at == ' ') {
            *at = '-';
        }
    }
    if (dialogue->ops->playable && !dialogue->ops->playable(dialogue->host, path)) {
        return;
    }
    list->files[list->count++] = path;
}

static void play(struct dialogue *dialogue, const tl_ivr_output *output)
{
    struct playlist *list = malloc(sizeof *list);

    if (!list) {
        tl_ivr_failed(dialogue->session, cc_now(), output->op);
        return;
    }
    list->count = 0;
    for (uint32_t i = 0; i < output->item_count; i++) {
        const tl_ivr_item *item = &output->items[i];
        if (item->kind == TL_IVR_ITEM_SAY) {
            for (uint32_t p = 0; p < item->piece_count; p++) {
                add(list, dialogue, output->name, item->pieces[p]);
            }
        } else {
            add(list, dialogue, output->name, item->file ? item->file : item->text);
        }
    }
    dialogue->ops->play(dialogue->host, output->op, list->files, list->count, output->flag != 0);
    free(list);
}

/* ---- the dialogue ------------------------------------------------------------------------------------------ */

static void do_as_told(struct dialogue *dialogue, const tl_ivr_output *output)
{
    const struct flow_host *ops = dialogue->ops;
    void *host = dialogue->host;

    switch (output->kind) {
    case TL_IVR_PLAY:
        play(dialogue, output);
        break;
    case TL_IVR_STOP:
        ops->stop(host, output->op);
        break;
    case TL_IVR_QUERY:
        ops->query(host, output->op, output);
        break;
    case TL_IVR_QUEUE:
        ops->enqueue(host, output->op, output);
        break;
    case TL_IVR_RECORD:
        ops->record(host, output->op, output);
        break;
    case TL_IVR_TRANSFER:
        ops->transfer(host, output->op, output);
        break;
    case TL_IVR_ATTACH:
        for (uint32_t i = 0; i < output->arg_count; i++) {
            ops->attach(host, &output->args[i]);
        }
        break;
    case TL_IVR_TRACE:
        break;
    case TL_IVR_END:
        dialogue->over = true;
        dialogue->reason = output->reason;
        break;
    default:
        tl_ivr_failed(dialogue->session, cc_now(), output->op);
        break;
    }
}

void flow_follow(struct dialogue *dialogue)
{
    tl_ivr_output output;
    size_t room = TL_IVR_BUFFER;
    char *buffer = malloc(room);

    while (buffer && !dialogue->over) {
        tl_status status = tl_ivr_poll(dialogue->session, &output, buffer, room);
        if (status == TL_ERR_BUFFER) {
            char *larger = realloc(buffer, room *= 2);
            if (!larger) {
                break;
            }
            buffer = larger;
        } else if (status == TL_OK) {
            do_as_told(dialogue, &output);
        } else {
            dialogue->over = status < 0;
            break;
        }
    }
    free(buffer);
}

int flow_wait(const struct dialogue *dialogue, int most)
{
    tl_time at = TL_NONE, now = cc_now();

    if (dialogue->over || tl_ivr_deadline(dialogue->session, &at) < 0 || at == TL_NONE) {
        return most;
    }
    uint64_t wait = at > now ? at - now : 0;
    return most >= 0 && wait > (uint64_t)most ? most : wait > 3600000 ? 3600000 : (int)wait;
}

void flow_tick(struct dialogue *dialogue)
{
    tl_time at = TL_NONE, now = cc_now();

    if (!dialogue->over && tl_ivr_deadline(dialogue->session, &at) >= 0 && at <= now) {
        tl_ivr_tick(dialogue->session, now);
    }
    flow_follow(dialogue);
}

void flow_end(struct dialogue *dialogue)
{
    tl_ivr_session_free(dialogue->session);
    dialogue->session = NULL;
    dialogue->over = true;
}
