/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct question {
    const char *what, *name;
    FILE *out;
};

const char *report_agent_state(uint32_t state)
{
    static const char *const STATES[] = {
        [TL_ACD_LOGGED_OUT] = "logged out", [TL_ACD_AVAILABLE] = "available",
        [TL_ACD_NOT_READY] = "not ready",   [TL_ACD_RINGING] = "ringing",
        [TL_ACD_TALKING] = "talking",       [TL_ACD_WRAP_UP] = "wrap-up",
    };

    return state < sizeof STATES / sizeof *STATES && STATES[state] ? STATES[state] : "unknown";
}

static unsigned percent(uint64_t part, uint64_t whole)
{
    return whole ? (unsigned)(part * 100 / whole) : 100;
}

static void queues(cc_center *center, FILE *out)
{
    tl_acd_queue_counters c;

    fprintf(out, "%-20s %-24s %7s %7s %6s/%-6s %9s %9s %4s\n", "Queue", "Strategy", "Waiting",
            "Talking", "Free", "Agents", "Answered", "Abandoned", "SL%");
    for (struct cc_queue *q = cc_queues(center); q; q = q->next) {
        if (!cc_counters(center, q, &c)) {
            continue;
        }
        fprintf(out, "%-20s %-24s %7llu %7llu %6u/%-6u %9llu %9llu %4u%s\n", q->name, q->strategy,
                (unsigned long long)c.waiting, (unsigned long long)c.talking, c.free, c.members,
                (unsigned long long)c.answered, (unsigned long long)c.abandoned,
                percent(c.answered_in_level, c.answered + c.abandoned),
                q->leaving ? "  (goes when its calls are over)" : "");
    }
}

static void agents(cc_center *center, FILE *out)
{
    tl_acd_agent_counters c;

    fprintf(out, "%-20s %-28s %-11s %8s %7s %8s\n", "Agent", "Phone", "State", "Answered",
            "Missed", "Talk s");
    for (struct cc_agent *a = cc_agents(center); a; a = a->next) {
        if (tl_acd_get_agent(cc_engine(center), a->handle, &c) < 0) {
            continue;
        }
        fprintf(out, "%-20s %-28s %-11s %8llu %7llu %8llu", a->name, a->phone,
                report_agent_state(c.state), (unsigned long long)c.answered,
                (unsigned long long)c.missed, (unsigned long long)c.talked_ms / 1000);
        if (a->paused) {
            fprintf(out, "  paused: %s", a->pause_reason[0] ? a->pause_reason : "no reason given");
        }
        for (const struct cc_member *m = a->members; m; m = m->next) {
            if (m->paused) {
                fprintf(out, "  paused in %s: %s", m->queue->name,
                        m->pause_reason[0] ? m->pause_reason : "no reason given");
            }
        }
        if (!a->paused && a->device_state != CC_DEVICE_FREE && !a->legs) {
            fprintf(out, "  its phone is %s",
                    a->device_state == CC_DEVICE_BUSY ? "in use" : "not reachable");
        }
        fputc('\n', out);
    }
}

static void calls(cc_center *center, FILE *out)
{
    static const char *const STATES[] = {"", "waiting", "ringing", "talking"};
    tl_acd_call_info info;
    tl_time now = cc_now();
    unsigned count = 0;

    fprintf(out, "%-32s %-16s %-20s %-8s %5s %8s  %s\n", "Call", "Caller", "Queue", "State", "Place",
            "Since s", "Agent");
    for (struct cc_call *call = cc_calls(center); call; call = call->next) {
        if (tl_acd_get_call(cc_engine(center), call->handle, &info) < 0) {
            continue;
        }
        char place[12] = "-";
        if (info.position != TL_NONE32) {
            snprintf(place, sizeof place, "%u", info.position);
        }
        fprintf(out, "%-32s %-16s %-20s %-8s %5s %8llu  %s\n", call->name, call->number,
                call->queue ? call->queue->name : "", info.state < 4 ? STATES[info.state] : "",
                place, (unsigned long long)(now - call->since_ms) / 1000,
                call->agent ? call->agent->name : "");
        count++;
    }
    fprintf(out, "%u calls\n", count);
}

static void explain_call(cc_center *center, const struct cc_call *call, FILE *out)
{
    tl_acd_call_info info;
    char why[600];
    size_t length;

    if (tl_acd_get_call(cc_engine(center), call->handle, &info) < 0) {
        return;
    }
    fprintf(out, "%s, %s: ", call->name, call->queue ? call->queue->name : "");
    if (info.state == TL_ACD_CALL_CONNECTED) {
        fprintf(out, "talks with %s.\n", call->agent ? call->agent->name : "an agent");
    } else if (tl_acd_explain_call(cc_engine(center), call->handle, why, sizeof why, &length) >= 0) {
        fprintf(out, "%s\n", why);
    } else {
        fprintf(out, "%s\n", tl_last_error());
    }
}

static void explain_agent(cc_center *center, const struct cc_agent *agent, FILE *out)
{
    char why[600];
    size_t length;

    if (tl_acd_explain_agent(cc_engine(center), agent->handle, why, sizeof why, &length) >= 0) {
        fprintf(out, "%s: %s\n", agent->name, why);
    } else {
        fprintf(out, "%s: %s\n", agent->name, tl_last_error());
    }
}

/* A call by its name, an agent by its name, or all calls. */
static void explain(cc_center *center, const char *name, FILE *out)
{
    struct cc_agent *agent = name && *name ? cc_find_agent(center, name) : NULL;
    bool any = agent != NULL;

    if (agent) {
        explain_agent(center, agent, out);
    }
    for (struct cc_call *call = cc_calls(center); call; call = call->next) {
        if (!name || !*name || !strcmp(name, call->name)) {
            explain_call(center, call, out);
            any = true;
        }
    }
    if (!any) {
        fputs(name && *name ? "there is no such call or agent\n" : "no calls\n", out);
    }
}

static void answer(cc_center *center, void *arg)
{
    struct question *question = arg;
    FILE *out = question->out;

    if (!strcmp(question->what, "queues")) {
        queues(center, out);
    } else if (!strcmp(question->what, "agents")) {
        agents(center, out);
    } else if (!strcmp(question->what, "calls")) {
        calls(center, out);
    } else {
        explain(center, question->name, out);
    }
}

char *report(cc_center *center, const char *what, const char *name)
{
    static const char *const QUESTIONS[] = {"queues", "agents", "calls", "explain"};
    char *text = NULL;
    size_t size, i;

    for (i = 0; i < 4 && strcmp(what, QUESTIONS[i]); i++) {
    }
    struct question question = {what, name, i < 4 ? open_memstream(&text, &size) : NULL};
    if (!question.out) {
        return NULL;
    }
    cc_ask(center, answer, &question);
    fclose(question.out);
    return text;
}

void report_free(char *text)
{
    free(text);
}
