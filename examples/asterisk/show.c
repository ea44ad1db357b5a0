/*
 * show.c - queues, as app_queue's `queue show` writes them, for scripts that read that
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"

struct show {
    const char *queue, *rule;
    struct ast_str *text;
};

static unsigned ago(uint64_t since_ms)
{
    return (unsigned)((cc_now() - since_ms) / 1000);
}

static unsigned mean_s(uint64_t ms, uint64_t count)
{
    return count ? (unsigned)(ms / count / 1000) : 0;
}

static double percent(uint64_t part, uint64_t of)
{
    return of ? 100.0 * (double)part / (double)of : 0.0;
}

static void show_head(struct show *show, const struct cc_queue *queue, const tl_acd_queue_counters *c)
{
    ast_str_append(&show->text, 0, "%s has %u calls (max ", queue->name, (unsigned)c->waiting);
    if (queue->config.max_waiting == TL_NONE32) {
        ast_str_append(&show->text, 0, "unlimited");
    } else {
        ast_str_append(&show->text, 0, "%u", queue->config.max_waiting);
    }
    ast_str_append(&show->text, 0,
        ") in '%s' strategy (%us holdtime, %us talktime), W:%u, C:%u, A:%u, SL:%.1f%%, SL2:%.1f%% within %us\n",
        status_strategy(queue), mean_s(c->answered_waited_ms, c->answered),
        mean_s(c->talked_ms, c->completed), queue->config.weight, (unsigned)c->completed,
        (unsigned)status_abandoned(c), percent(c->answered_in_level, c->answered),
        percent(c->answered_in_level + c->abandoned_in_level, c->answered + status_abandoned(c)),
        (unsigned)(queue->config.service_level_ms / 1000));
}

static void show_member(struct show *show, const struct cc_member *member)
{
    const struct cc_agent *agent = member->agent;
    const char *interface = event_state_interface(agent);

    ast_str_append(&show->text, 0, "      %s", agent->name);
    if (strcasecmp(agent->name, agent->phone)) {
        ast_str_append(&show->text, 0, " (%s%s%s)", agent->phone, strcmp(interface, agent->phone) ? " from " : "",
            strcmp(interface, agent->phone) ? interface : "");
    }
    if (member->config.penalty) {
        ast_str_append(&show->text, 0, " with penalty %u", member->config.penalty);
    }
    ast_str_append(&show->text, 0, " (ringinuse %s)", member->ring_in_use ? "enabled" : "disabled");
    if (member->origin != CC_FROM_CONFIG) {
        ast_str_append(&show->text, 0, " (%s)", event_membership(member));
    }
    ast_str_append(&show->text, 0, "%s", agent->talking ? " (in call)" : "");
    if (cc_member_paused(member)) {
        const char *reason = cc_member_reason(member);
        ast_str_append(&show->text, 0, " (paused%s%s was %u secs ago)", *reason ? ":" : "", reason,
            ago(cc_member_last_pause(member)));
    }
    ast_str_append(&show->text, 0, " (%s)", ast_devstate2str(status_device(agent)));
    if (member->calls) {
        ast_str_append(&show->text, 0, " has taken %u calls (last was %u secs ago)", member->calls,
            ago(member->last_call_ms));
    } else {
        ast_str_append(&show->text, 0, " has taken no calls yet");
    }
    ast_str_append(&show->text, 0, " (login was %u secs ago)\n", ago(agent->login_ms));
}

static void show_members(cc_center *center, struct show *show, const struct cc_queue *queue, uint32_t count)
{
    const struct cc_agent *agent;
    const struct cc_member *member;

    ast_str_append(&show->text, 0, count ? "   Members: \n" : "   No Members\n");
    for (agent = cc_agents(center); agent; agent = agent->next) {
        if ((member = cc_member_of(agent, queue))) {
            show_member(show, member);
        }
    }
}

static void show_callers(cc_center *center, struct show *show, const struct cc_queue *queue, size_t count)
{
    const struct call **places = ast_calloc(count + 1, sizeof(*places));
    const struct cc_call *call;
    tl_acd_call_info info;
    size_t at;

    for (call = places ? cc_calls(center) : NULL; call; call = call->next) {
        if (call->queue == queue && tl_acd_get_call(cc_engine(center), call->handle, &info) >= 0 &&
            info.position >= 1 && info.position <= count) {
            places[info.position - 1] = (const struct call *)call;
        }
    }
    ast_str_append(&show->text, 0, count ? "   Callers: \n" : "   No Callers\n");
    for (at = 0; places && at < count; at++) {
        if (places[at]) {
            unsigned waits = ago(places[at]->center.since_ms);
            ast_str_append(&show->text, 0, "      %zu. %s (wait: %u:%2.2u, prio: %d)\n", at + 1,
                places[at]->center.name, waits / 60, waits % 60, places[at]->priority);
        }
    }
    ast_free(places);
    ast_str_append(&show->text, 0, "\n\n");
}

static void show_queues(cc_center *center, void *arg)
{
    struct show *show = arg;
    const struct cc_queue *queue;
    tl_acd_queue_counters c;

    for (queue = cc_queues(center); queue; queue = queue->next) {
        if ((show->queue && strcmp(show->queue, queue->name)) || !cc_counters(center, queue, &c)) {
            continue;
        }
        show_head(show, queue, &c);
        show_members(center, show, queue, c.members);
        show_callers(center, show, queue, (size_t)c.waiting);
    }
    if (!ast_str_strlen(show->text)) {
        ast_str_append(&show->text, 0, show->queue ? "No such queue: %s.\n" : "No queues.\n", show->queue);
    }
}

static void show_value(struct ast_str **text, const char *before, const char *name,
    const struct cc_penalty_change *value)
{
    ast_str_append(text, 0, "%s QUEUE_%s_PENALTY %s %d", before, name, value->relative ? "by" : "to", value->value);
}

static void show_rules(cc_center *center, void *arg)
{
    struct show *show = arg;
    const struct cc_config *config = cc_configuration(center);
    size_t i, at;

    for (i = 0; i < config->rule_count; i++) {
        const struct cc_rule *rule = &config->rules[i];
        if (show->rule && strcasecmp(show->rule, rule->name)) {
            continue;
        }
        ast_str_append(&show->text, 0, "Rule: %s\n", rule->name);
        for (at = 0; at < rule->count; at++) {
            ast_str_append(&show->text, 0, "\tAfter %u seconds, ", rule->steps[at].after_s);
            show_value(&show->text, "adjust", "MAX", &rule->steps[at].max);
            show_value(&show->text, ", adjust", "MIN", &rule->steps[at].min);
            show_value(&show->text, " and adjust", "RAISE", &rule->steps[at].raise);
            ast_str_append(&show->text, 0, "\n");
        }
    }
}

static struct ast_str *shown(struct show show, void (*write)(cc_center *center, void *arg))
{
    if (show.queue) {
        realtime_look(show.queue);
    }
    if ((show.text = ast_str_create(1000))) {
        cc_ask(trunkline_center, write, &show);
    }
    return show.text;
}

struct ast_str *show_queue(const char *queue)
{
    return shown((struct show){ .queue = queue }, show_queues);
}

struct ast_str *show_rule(const char *rule)
{
    return shown((struct show){ .rule = rule }, show_rules);
}
