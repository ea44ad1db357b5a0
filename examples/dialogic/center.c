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
 * Compiled against the vendor's headers (make VENDOR=1) or against the simulator (simulator.h).
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "board.h"

#include "../pbx-common/callcenter.h"
#include "../pbx-common/config.h"
#include "../pbx-common/flow.h"
#include "../pbx-common/how.h"
#include "../pbx-common/report.h"

#define LINES 30

/* A line of the first span: a caller, or nobody. */
enum caller_state { FREE, OFFERED, DIALOGUE, TALKING, CLEARING };
/* A line of the second span: an agent's. */
enum agent_state { IDLE, CALLING, ANSWERED, CONNECTED, HANGING_UP };

struct agent_line;

struct caller {
    struct cc_call call; /* first: a cc_call is a caller */
    LINEDEV line;
    int voice, number;
    CRN crn;
    enum caller_state state;
    struct dialogue dialogue;
    uint32_t play_op, queue_op;
    bool playing, in_queue, hung_up;
    int files[64], file_count;
    struct agent_line *agent;
    tl_recording *recording;
    uint64_t recorded[2];
};

struct agent_line {
    LINEDEV line;
    int voice;
    CRN crn;
    enum agent_state state;
    uint64_t offer;
    struct caller *caller;
};

static struct caller callers[LINES];
static struct agent_line agents[LINES];
static cc_center *center;
static struct flows *flows;
static tl_recorder *recorder;
static const char *recordings;
static unsigned finished, answered, connected;

static void fail(const char *what)
{
    fprintf(stderr, "center: %s failed\n", what);
    exit(1);
}

static void must(int result, const char *what)
{
    if (result < 0) {
        fail(what);
    }
}

static void say(void *host, int level, const char *text)
{
    (void)host;
    fprintf(stderr, "%s: %s\n", level == 0 ? "error" : level == 1 ? "warning" : "note", text);
}

/* ---- routing: time slots ------------------------------------------------------------------------------- */

/* The line hears the voice channel, and the voice channel the line. */
static void to_voice(LINEDEV line, int voice)
{
    long slot;
    SC_TSINFO info = {.sc_numts = 1, .sc_tsarrayp = &slot};

    must(dx_getxmitslot(voice, &info), "dx_getxmitslot");
    must(gc_Listen(line, &info, EV_SYNC), "gc_Listen");
    must(gc_GetXmitSlot(line, &info), "gc_GetXmitSlot");
    must(dx_listen(voice, &info), "dx_listen");
}

/* The two lines hear each other; their voice channels go on hearing them, for the recording. */
static void together(struct caller *caller, struct agent_line *agent)
{
    long slot;
    SC_TSINFO info = {.sc_numts = 1, .sc_tsarrayp = &slot};

    must(gc_GetXmitSlot(agent->line, &info), "gc_GetXmitSlot");
    must(gc_Listen(caller->line, &info, EV_SYNC), "gc_Listen");
    must(dx_listen(agent->voice, &info), "dx_listen");
    must(gc_GetXmitSlot(caller->line, &info), "gc_GetXmitSlot");
    must(gc_Listen(agent->line, &info, EV_SYNC), "gc_Listen");
}

/* ---- recording ------------------------------------------------------------------------------------------- */

/* The board's continuous stream of a voice channel: what its line says. */
static int take(int voice, char *codes, unsigned count)
{
    for (int i = 0; i < LINES; i++) {
        struct caller *caller = &callers[i];
        int channel = caller->voice == voice ? 0
            : caller->agent && caller->agent->voice == voice ? 1 : -1;
        if (channel < 0 || !caller->recording) {
            continue;
        }
        if (channel == 1 && caller->recorded[1] == 0) {
            caller->recorded[1] = caller->recorded[0]; /* the agent comes in later */
        }
        tl_recording_write_codes(caller->recording, (uint32_t)channel, caller->recorded[channel],
                                 (const uint8_t *)codes, count, NULL);
        caller->recorded[channel] += count;
        break;
    }
    return 0;
}

static void begin_recording(struct caller *caller)
{
    static const tl_recording_channel sides[] = {
        {"caller", TL_RECORDING_ULAW, 0}, {"agent", TL_RECORDING_ULAW, 0},
    };
    const tl_recording_meta meta[] = {{"caller", caller->call.number}};
    tl_recording_config config;
    char path[300];

    snprintf(path, sizeof path, "%s/line%d-%ld.tlr", recordings, caller->number, caller->crn);
    tl_recording_defaults(&config);
    config.started = cc_now();
    config.channels = sides;
    config.channel_count = 2;
    config.meta = meta;
    config.meta_count = 1;
    caller->recorded[0] = caller->recorded[1] = 0;
    if (tl_recording_new(recorder, path, &config, &caller->recording) < 0) {
        say(NULL, 0, tl_last_error());
    }
    must(ec_stream(caller->voice, NULL, NULL, take, EV_ASYNC), "ec_stream");
}

/* ---- the dialogue's wishes --------------------------------------------------------------------------------- */

static void close_files(struct caller *caller)
{
    for (int i = 0; i < caller->file_count; i++) {
        dx_fileclose(caller->files[i]);
    }
    caller->file_count = 0;
    caller->playing = false;
}

static void play(void *host, uint32_t op, const char *const *files, size_t count, bool keys_stop)
{
    struct caller *caller = host;
    DX_IOTT table[64];
    char path[600];

    (void)keys_stop; /* the dialogue stops a prompt itself */
    caller->play_op = op;
    for (size_t i = 0; i < count && caller->file_count < 64; i++) {
        snprintf(path, sizeof path, "%s.ul", files[i]);
        int file = dx_fileopen(path, O_RDONLY);
        if (file < 0) {
            say(NULL, 1, path);
            continue;
        }
        memset(&table[caller->file_count], 0, sizeof *table);
        table[caller->file_count].io_type = IO_DEV | IO_CONT;
        table[caller->file_count].io_fhandle = file;
        table[caller->file_count].io_length = -1;
        caller->files[caller->file_count++] = file;
    }
    if (!caller->file_count || caller->hung_up) {
        close_files(caller);
        tl_ivr_finished(caller->dialogue.session, cc_now(), op);
        return;
    }
    table[caller->file_count - 1].io_type = IO_DEV | IO_EOT;
    caller->playing = true;
    must(dx_play(caller->voice, table, NULL, EV_ASYNC), "dx_play");
}

static void stop(void *host, uint32_t op)
{
    struct caller *caller = host;

    if (caller->playing && op == caller->play_op) {
        caller->play_op = 0;
        dx_stopch(caller->voice, EV_ASYNC); /* TDX_PLAY follows */
    } else if (caller->in_queue && op == caller->queue_op) {
        cc_exit(center, &caller->call, '*');
    }
}

static void enqueue(void *host, uint32_t op, const tl_ivr_output *queue)
{
    struct caller *caller = host;
    struct cc_arrival arrival;

    cc_arrival_defaults(&arrival);
    arrival.queue = queue->name;
    arrival.priority = queue->priority;
    if (queue->timeout_ms) {
        arrival.max_wait_ms = queue->timeout_ms;
    }
    caller->queue_op = op;
    caller->in_queue = true;
    cc_arrive(center, &caller->call, &arrival);
}

/* This application records every call as a whole, transfers nobody and has no data to ask. */
static void refuse(void *host, uint32_t op, const tl_ivr_output *output)
{
    struct caller *caller = host;

    (void)output;
    tl_ivr_failed(caller->dialogue.session, cc_now(), op);
}

static void attach(void *host, const tl_ivr_value *value)
{
    const struct caller *caller = host;

    printf("line %d: %s = %s\n", caller->number, value->name, value->text);
}

static const struct flow_host FLOW = {
    .play = play, .stop = stop, .enqueue = enqueue, .record = refuse, .transfer = refuse,
    .query = refuse, .attach = attach,
};

/* The dialogue has been told something: does what it wants, and clears the call at its end. */
static void go_on(struct caller *caller)
{
    flow_follow(&caller->dialogue);
    if (caller->dialogue.over && caller->state != CLEARING && !caller->in_queue) {
        caller->state = CLEARING;
        gc_DropCall(caller->crn, GC_NORMAL_CLEARING, EV_ASYNC);
    }
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
            must(ec_stream(agent->voice, NULL, NULL, take, EV_ASYNC), "ec_stream");
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
    if (!flow_begin(&caller->dialogue, flows, "menu", &config, &FLOW, caller)) {
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

static void open_board(void)
{
    char name[40];

    must(gc_Start(NULL), "gc_Start");
    for (int i = 0; i < LINES; i++) {
        callers[i].number = i + 1;
        snprintf(name, sizeof name, ":N_dtiB1T%d", i + 1);
        must(gc_OpenEx(&callers[i].line, name, EV_ASYNC, &callers[i]), name);
        snprintf(name, sizeof name, ":N_dtiB2T%d", i + 1);
        must(gc_OpenEx(&agents[i].line, name, EV_ASYNC, &agents[i]), name);
        snprintf(name, sizeof name, "dxxxB%dC%d", 1 + i / 4, 1 + i % 4);
        must(callers[i].voice = dx_open(name, 0), name);
        snprintf(name, sizeof name, "dxxxB%dC%d", 9 + i / 4, 1 + i % 4);
        must(agents[i].voice = dx_open(name, 0), name);
    }
}

/* An ini file: [section], then key = value. */
static struct cc_config *read_config(const char *path)
{
    struct cc_config *config = cc_config_new();
    char line[400], section[CC_NAME] = "", why[300], key[80], value[300];
    FILE *file = fopen(path, "r");

    if (!config || !file) {
        fail(path);
    }
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, " [%79[^]]]", section) == 1) {
            continue;
        }
        if (sscanf(line, " %79[a-z_] = %299[^\n]", key, value) == 2 &&
            !cc_config_set(config, section, key, value, why, sizeof why)) {
            fprintf(stderr, "%s: [%s] %s\n", path, section, why);
            exit(1);
        }
    }
    fclose(file);
    if (!cc_config_check(config, why, sizeof why)) {
        fprintf(stderr, "%s: %s\n", path, why);
        exit(1);
    }
    return config;
}

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
    recordings = argv[3];
    unsigned calls = argc > 4 ? (unsigned)atoi(argv[4]) : 0;
#if defined(SIMULATED_BOARD)
    cc_set_clock(simulated_ms);
#endif
    struct cc_config *config = read_config(argv[1]);
    flows = flows_new(say, NULL);
    if (!flows || flows_load(flows, config) == 0) {
        fail("the flow");
    }
    if (tl_recorder_new(NULL, &recorder) < 0 || !(center = cc_new(&hooks, config, why, sizeof why))) {
        fail("the engine");
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
    return tl_recorder_free(recorder) < 0;
}
