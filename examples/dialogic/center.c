/*
 * center.c - a call centre on a Dialogic-style board, with libtrunkline
 *
 *     center CONFIG DIR RECORDINGS [calls]
 *
 * The R4 way: one thread, one sr_waitevt loop, a state for each channel. Thirty lines of the first
 * span (one E1) are answered, hear the flow `menu`, press keys, wait in a queue, and are connected
 * with agents on the second span through the board's time slots; both sides are recorded. The
 * engine has no thread of its own here: the loop runs it, and sleeps no longer than it asks.
 *
 * Compiled against the vendor's headers where they are installed, else against the simulator (simulator.h).
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>

#include "../pbx-common/how.h"
#include "../pbx-common/report.h"
#include "center.h"

struct caller callers[LINES];
struct agent_line agents[LINES];
cc_center *center;
static struct flows *flows;
static unsigned finished, answered, connected;

void fail(const char *what)
{
    fprintf(stderr, "center: %s failed\n", what);
    exit(1);
}

void must(int result, const char *what)
{
    if (result < 0) {
        fail(what);
    }
}

void say(void *host, int level, const char *text)
{
    (void)host;
    fprintf(stderr, "%s: %s\n", level == 0 ? "error" : level == 1 ? "warning" : "note", text);
}

/* ---- the engine's wishes ----------------------------------------------------------------------------------- */

static struct agent_line *line_of(uint64_t offer)
{
    for (int i = 0; i < LINES; i++) {
        if (agents[i].state != IDLE && agents[i].offer == offer) {
            return &agents[i];
        }
    }
    return NULL;
}

/* An agent's phone is a line of the second span by its number. */
static void ring(const struct cc_event *event)
{
    int number = atoi(event->agent->phone);
    struct agent_line *agent = number >= 1 && number <= LINES ? &agents[number - 1] : NULL;

    if (!agent || agent->state != IDLE) {
        cc_reject(center, event->output->offer, TL_ACD_CAUSE_BUSY);
        return;
    }
    agent->offer = event->output->offer;
    agent->caller = (struct caller *)event->call;
    if (gc_MakeCall(agent->line, &agent->crn, (char *)event->agent->phone, NULL, 30, EV_ASYNC) < 0) {
        cc_reject(center, agent->offer, TL_ACD_CAUSE_FAILED);
        return;
    }
    agent->state = CALLING;
}

static void hang_up(struct agent_line *agent)
{
    if (agent && agent->state != HANGING_UP && agent->state != IDLE) {
        agent->state = HANGING_UP;
        ec_stopch(agent->voice, SENDING, EV_ASYNC);
        gc_DropCall(agent->crn, GC_NORMAL_CLEARING, EV_ASYNC);
    }
}

static void left_queue(struct caller *caller, uint32_t outcome)
{
    caller->in_queue = false;
    hang_up(caller->agent);
    caller->agent = NULL;
    tl_ivr_queue_ended(caller->dialogue.session, cc_now(), caller->queue_op, outcome);
    go_on(caller);
}

static void engine_says(void *host, const struct cc_event *event)
{
    struct caller *caller = (struct caller *)event->call;
    struct agent_line *agent;

    (void)host;
    switch (event->output->kind) {
    case TL_ACD_OFFER:
        ring(event);
        break;
    case TL_ACD_OFFER_ENDED:
        if (event->output->reason != TL_ACD_OFFER_ACCEPTED) {
            hang_up(line_of(event->output->offer));
        }
        break;
    case TL_ACD_JOINED:
    case TL_ACD_ANNOUNCE:
        tl_ivr_queue_update(caller->dialogue.session, cc_now(), caller->queue_op,
                            event->output->position, 0);
        go_on(caller);
        break;
    case TL_ACD_CONNECTED:
        agent = line_of(event->output->offer);
        caller->agent = agent;
        caller->state = TALKING;
        connected++;
        tl_ivr_answered(caller->dialogue.session, cc_now(), caller->queue_op);
        go_on(caller);
        if (agent) {
            agent->state = CONNECTED;
            together(caller, agent);
            record_agent(agent);
        }
        break;
    case TL_ACD_COMPLETED:
    case TL_ACD_LEFT:
    case TL_ACD_REFUSED:
        left_queue(caller, how_outcome(how_ended(event->output)));
        break;
    }
}

/* The caller's memory is the line's: nothing to give back. */
static void released(void *host, struct cc_call *call)
{
    (void)host, (void)call;
}

/* ---- the board's events ------------------------------------------------------------------------------------ */

static void caller_came(struct caller *caller, CRN crn)
{
    char number[64] = "";

    caller->crn = crn;
    caller->state = OFFERED;
    caller->hung_up = false;
    gc_GetCallInfo(crn, ORIGINATION_ADDRESS, number);
    char name[CC_NAME];
    snprintf(name, sizeof name, "line %d", caller->number);
    cc_call_init(&caller->call, name, number);
    must(gc_AnswerCall(crn, 0, EV_ASYNC), "gc_AnswerCall");
}

static void caller_up(struct caller *caller)
{
    tl_ivr_config config;

    answered++;
    caller->state = DIALOGUE;
    to_voice(caller->line, caller->voice);
    must(dx_setevtmsk(caller->voice, DM_DIGITS), "dx_setevtmsk");
    begin_recording(caller);
    tl_ivr_defaults(&config);
    config.now = cc_now();
    config.caller = caller->call.number;
    if (!flow_begin(&caller->dialogue, flows, "menu", &config, &DIALOGUE_HOST, caller)) {
        fail("the flow menu");
    }
    go_on(caller);
}

static void caller_gone(struct caller *caller)
{
    caller->hung_up = true;
    if (caller->in_queue) {
        cc_hangup(center, &caller->call);
    }
    tl_ivr_hangup(caller->dialogue.session, cc_now());
    if (caller->state != CLEARING) {
        caller->state = CLEARING;
        gc_DropCall(caller->crn, GC_NORMAL_CLEARING, EV_ASYNC);
    }
    go_on(caller);
}

static void caller_released(struct caller *caller)
{
    ec_stopch(caller->voice, SENDING, EV_ASYNC);
    if (caller->playing) {
        caller->play_op = 0;
        dx_stopch(caller->voice, EV_ASYNC);
    }
    tl_recording_free(caller->recording); /* closed by its thread */
    caller->recording = NULL;
    flow_end(&caller->dialogue);
    cc_call_release(center, &caller->call);
    caller->state = FREE;
    finished++;
    must(gc_WaitCall(caller->line, NULL, NULL, 0, EV_ASYNC), "gc_WaitCall");
}

static void caller_event(struct caller *caller, const METAEVENT *event)
{
    switch (event->evttype) {
    case GCEV_UNBLOCKED:
        must(gc_WaitCall(caller->line, NULL, NULL, 0, EV_ASYNC), "gc_WaitCall");
        break;
    case GCEV_OFFERED:
        caller_came(caller, event->crn);
        break;
    case GCEV_ANSWERED:
        caller_up(caller);
        break;
    case GCEV_DISCONNECTED:
        caller_gone(caller);
        break;
    case GCEV_DROPCALL:
        must(gc_ReleaseCallEx(caller->crn, EV_ASYNC), "gc_ReleaseCallEx");
        break;
    case GCEV_RELEASECALL:
        caller_released(caller);
        break;
    }
}

static void agent_event(struct agent_line *agent, const METAEVENT *event)
{
    switch (event->evttype) {
    case GCEV_CONNECTED:
        if (agent->state == CALLING) {
            agent->state = ANSWERED;
            to_voice(agent->line, agent->voice);
            cc_accept(center, agent->offer);
        }
        break;
    case GCEV_DISCONNECTED:
        if (agent->state == CONNECTED) {
            cc_complete(center, &agent->caller->call, TL_ACD_BY_AGENT);
        } else if (agent->state == CALLING || agent->state == ANSWERED) {
            cc_reject(center, agent->offer, TL_ACD_CAUSE_DECLINED);
        }
        hang_up(agent);
        break;
    case GCEV_DROPCALL:
        must(gc_ReleaseCallEx(agent->crn, EV_ASYNC), "gc_ReleaseCallEx");
        break;
    case GCEV_RELEASECALL:
        agent->state = IDLE;
        agent->crn = 0;
        break;
    }
}

static void voice_event(long voice, long type)
{
    for (int i = 0; i < LINES; i++) {
        struct caller *caller = &callers[i];
        if (caller->voice != voice) {
            continue;
        }
        if (type == TDX_PLAY && caller->playing) {
            uint32_t op = caller->play_op;
            close_files(caller);
            if (op && caller->dialogue.session) {
                tl_ivr_finished(caller->dialogue.session, cc_now(), op);
                go_on(caller);
            }
        } else if (type == TDX_CST && caller->state == DIALOGUE) {
            const DX_CST *what = sr_getevtdatap(0);
            if (what->cst_event == DE_DIGITS) {
                tl_ivr_digit(caller->dialogue.session, cc_now(), (char)what->cst_data);
                go_on(caller);
            }
        }
    }
}

static void board_event(void)
{
    METAEVENT event;

    must(gc_GetMetaEvent(&event), "gc_GetMetaEvent");
    if (!(event.flags & GCME_GC_EVENT)) {
        voice_event(sr_getevtdev(0), sr_getevttype(0));
        return;
    }
    struct caller *caller = event.usrattr;
    if (caller >= callers && caller < callers + LINES) {
        caller_event(caller, &event);
    } else {
        agent_event(event.usrattr, &event);
    }
}

/* ---- the loop --------------------------------------------------------------------------------------------------- */

static int soonest(int a, int b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

static void run(unsigned calls)
{
    while (calls == 0 || finished < calls) {
        int wait = cc_run(center);
        for (int i = 0; i < LINES; i++) {
            if (callers[i].dialogue.session && !callers[i].dialogue.over) {
                wait = flow_wait(&callers[i].dialogue, wait);
            }
        }
        if (sr_waitevt(soonest(wait, 10000)) != -1) {
            board_event();
        }
        for (int i = 0; i < LINES; i++) {
            if (callers[i].dialogue.session && !callers[i].dialogue.over) {
                flow_tick(&callers[i].dialogue);
                go_on(&callers[i]);
            }
        }
    }
}

int main(int argc, char **argv)
{
    const struct cc_hooks hooks = {.event = engine_says, .release = released, .log = say};
    char why[300];

    if (argc < 4) {
        fprintf(stderr, "usage: center CONFIG DIR RECORDINGS [calls]\n");
        return 2;
    }
    unsigned calls = argc > 4 ? (unsigned)atoi(argv[4]) : 0;
#if defined(SIMULATED_BOARD)
    cc_set_clock(simulated_ms);
#endif
    struct cc_config *config = read_config(argv[1]);
    flows = flows_new(say, NULL);
    if (!flows || flows_load(flows, config) == 0) {
        fail("the flow");
    }
    open_recorder(argv[3]);
    if (!(center = cc_new(&hooks, config, why, sizeof why))) {
        fail(why);
    }
    open_board();
#if defined(SIMULATED_BOARD)
    simulate(argv[2], 20, 900);
#endif
    run(calls);
    cc_run(center);
    char *text = report(center, "queues", NULL);
    printf("%u calls: %u answered, %u connected\n%s", finished, answered, connected, text);
    report_free(text);
#if defined(SIMULATED_BOARD)
    /* Agents say a level of 4,000 in these files: who was connected has heard it. */
    unsigned heard = 0;
    for (int i = 1; i <= LINES; i++) {
        heard += simulated_heard(i, 4000, 200) >= 1000;
    }
    printf("%u callers heard an agent\n", heard);
#endif
    cc_free(center);
    flows_free(flows);
    gc_Stop();
    return close_recorder() ? 0 : 1;
}
