/*
 * ivr.c - TrunklineIVR: what a flow wants, done in Asterisk
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"

#include "asterisk/app.h"
#include "asterisk/dsp.h"
#include "asterisk/file.h"
#include "asterisk/format_cache.h"

/* ---- TrunklineIVR ----------------------------------------------------------------------------- */

static void flow_play(void *host, uint32_t op, const char *const *files, size_t count, bool keys_stop)
{
    line_play(host, op, files, count, keys_stop);
}

static bool flow_playable(void *host, const char *file)
{
    struct line *line = host;

    if (ast_fileexists(file, NULL, ast_channel_language(line->chan)) > 0) {
        return true;
    }
    ast_log(LOG_WARNING, "%s: there is no sound \"%s\"\n", ast_channel_name(line->chan), file);
    return false;
}

static void flow_stop(void *host, uint32_t op)
{
    struct line *line = host;

    if (line->playing && line->play_op == op) {
        line_stop_playing(line);
    } else if (line->recording && line->record_op == op) {
        line_stop_recording(line, true);
    } else if (line->call && line->queue_op == op) {
        cc_exit(trunkline_center, &line->call->center, '*');
    } else if (line->transfer_op == op) {
        line_drop_legs(line);
        line->transfer_op = 0;
    }
}

static void flow_enqueue(void *host, uint32_t op, const tl_ivr_output *queue)
{
    struct line *line = host;
    struct cc_arrival arrival;

    flow_arrival(queue, &arrival);
    line->queue_op = op;
    if (line->call || !line_arrive(line, &arrival)) {
        tl_ivr_failed(line->dialogue->session, cc_now(), op);
    }
}

static void flow_record(void *host, uint32_t op, const tl_ivr_output *record)
{
    struct line *line = host;
    char directory[200], path[320];

    trunkline_recordings(directory, sizeof(directory));
    snprintf(path, sizeof(path), "%s/%s-%u", directory, ast_channel_uniqueid(line->chan), op);
    if (record->flag) {
        /* The tone is short, and there is nothing to do while it sounds. */
        if (ast_streamfile(line->chan, "beep", ast_channel_language(line->chan)) == 0) {
            ast_waitstream(line->chan, AST_DIGIT_NONE);
            ast_stopstream(line->chan);
        }
    }
    ast_set_read_format(line->chan, ast_format_slin);
    line->recording = ast_writefile(path, "wav", NULL, O_CREAT | O_TRUNC | O_WRONLY, 0, 0640);
    if (!line->recording) {
        tl_ivr_failed(line->dialogue->session, cc_now(), op);
        return;
    }
    pbx_builtin_setvar_helper(line->chan, "TRUNKLINE_RECORDED", path);
    line->record_op = op;
    line->record_since = ast_tvnow();
    line->record_until = ast_tvadd(line->record_since,
        ast_samp2tv(record->timeout_ms ? record->timeout_ms : 3600000, 1000));
    line->record_silence_ms = record->silence_ms;
    line->dsp = record->silence_ms ? ast_dsp_new() : NULL;
    ast_copy_string(line->record_keys, S_OR(record->keys, ""), sizeof(line->record_keys));
}

static void flow_transfer(void *host, uint32_t op, const tl_ivr_output *transfer)
{
    struct line *line = host;
    char target[200], *context;
    struct leg leg = { .offer = TL_NONE };
    int cause;

    ast_copy_string(target, transfer->name, sizeof(target));
    if (transfer->reason == TL_IVR_TRANSFER_BLIND) {
        /* exten@context: the dialplan goes on there when the application has ended. */
        context = strchr(target, '@');
        if (context) {
            *context++ = '\0';
        }
        ast_explicit_goto(line->chan, context, target, 1);
        line->gone_to_dialplan = true;
        tl_ivr_transferred(line->dialogue->session, cc_now(), op, TL_IVR_TRANSFER_ANSWERED);
        return;
    }
    line->transfer_op = op;
    line->transfer_until = ast_tvadd(ast_tvnow(),
        ast_samp2tv(transfer->timeout_ms ? transfer->timeout_ms : 60000, 1000));
    if (transfer->reason != TL_IVR_TRANSFER_BRIDGED ||
        !(leg.chan = line_ring_phone(line, target, &cause)) || AST_VECTOR_APPEND(&line->legs, leg)) {
        line->transfer_op = 0;
        tl_ivr_transferred(line->dialogue->session, cc_now(), op, TL_IVR_TRANSFER_FAILED);
    }
}

/*
 * Asks the dialplan: Gosub(queries,NAME,1(args)) leaves its answers in channel variables, whose
 * names it lists in TRUNKLINE_ANSWER.
 */
static void flow_query(void *host, uint32_t op, const tl_ivr_output *query)
{
    struct line *line = host;
    struct ast_str *args = ast_str_create(128);
    tl_ivr_value values[32];
    char *names, *name;
    size_t count = 0;
    uint32_t i;
    char where[200];
    bool asked = false;

    memset(values, 0, sizeof(values));
    for (i = 0; args && i < query->arg_count; i++) {
        char argument[256];
        /* A comma or a bracket would begin an argument of its own. */
        cc_plain(argument, sizeof(argument), query->args[i].text, ",()\"\\$");
        ast_str_append(&args, 0, "%s%s", i ? "," : "", argument);
    }
    pbx_builtin_setvar_helper(line->chan, "TRUNKLINE_ANSWER", "");
    if (args && line->dialogue->queries[0]) {
        snprintf(where, sizeof(where), "%s,%s,1", line->dialogue->queries, query->name);
        asked = !ast_app_run_sub(NULL, line->chan, where, ast_str_buffer(args), 0);
    }
    ast_free(args);
    if (!asked) {
        tl_ivr_failed(line->dialogue->session, cc_now(), op);
        return;
    }
    ast_channel_lock(line->chan);
    names = ast_strdupa(S_OR(pbx_builtin_getvar_helper(line->chan, "TRUNKLINE_ANSWER"), ""));
    while ((name = strsep(&names, ",")) && count < ARRAY_LEN(values)) {
        values[count].name = name;
        values[count].value_type = TL_IVR_TEXT;
        values[count].text = ast_strdupa(S_OR(pbx_builtin_getvar_helper(line->chan, name), ""));
        count += *name != '\0';
    }
    ast_channel_unlock(line->chan);
    if (tl_ivr_query_ok(line->dialogue->session, cc_now(), op, values, count) < 0) {
        ast_log(LOG_WARNING, "%s: %s\n", query->name, tl_last_error());
        tl_ivr_failed(line->dialogue->session, cc_now(), op);
    }
}

static void flow_attach(void *host, const tl_ivr_value *value)
{
    struct line *line = host;
    char name[CC_NAME];

    /* Inherited, so that the agent's channel has it for the screen. */
    snprintf(name, sizeof(name), "__TRUNKLINE_%s", value->name);
    pbx_builtin_setvar_helper(line->chan, name, S_OR(value->text, ""));
}

static const struct flow_host FLOW = {
    .play = flow_play, .stop = flow_stop, .enqueue = flow_enqueue, .record = flow_record,
    .transfer = flow_transfer, .query = flow_query, .attach = flow_attach, .playable = flow_playable,
};

static void queue_ended(struct line *line, enum how how)
{
    tl_ivr_queue_ended(line->dialogue->session, cc_now(), line->queue_op, how_outcome(how));
    flow_follow(line->dialogue);
}

/* A leg of a transfer: talk when it answers, give up when it does not. */
static void watch_transfer(struct line *line)
{
    uint32_t op = line->transfer_op;

    if (!op || !AST_VECTOR_SIZE(&line->legs) || line->call) {
        return;
    }
    if (AST_VECTOR_GET_ADDR(&line->legs, 0)->answered) {
        tl_ivr_answered(line->dialogue->session, cc_now(), op);
        flow_follow(line->dialogue);
        line_converse(line, 0);
        line->up = !ast_check_hangup(line->chan);
        line->transfer_op = 0;
        tl_ivr_transferred(line->dialogue->session, cc_now(), op, TL_IVR_TRANSFER_ANSWERED);
        flow_follow(line->dialogue);
    } else if (ast_tvdiff_ms(line->transfer_until, ast_tvnow()) <= 0) {
        line_drop_legs(line);
        line->transfer_op = 0;
        tl_ivr_transferred(line->dialogue->session, cc_now(), op, TL_IVR_TRANSFER_NO_ANSWER);
        flow_follow(line->dialogue);
    }
}

/* TrunklineIVR(flow) */
int trunkline_ivr_exec(struct ast_channel *chan, const char *data)
{
    struct line line = { .chan = chan, .up = true };
    struct dialogue dialogue;
    tl_ivr_config config;
    char caller[80], called[80];
    enum how how;
    bool told = false;

    if (ast_strlen_zero(data)) {
        ast_log(LOG_WARNING, "TrunklineIVR wants a flow\n");
        return -1;
    }
    if (ast_channel_state(chan) != AST_STATE_UP && ast_answer(chan)) {
        return -1;
    }
    tl_ivr_defaults(&config);
    config.now = cc_now();
    config.seed = (uint64_t)ast_random();
    ast_channel_lock(chan);
    cc_plain(caller, sizeof(caller), S_COR(ast_channel_caller(chan)->id.number.valid,
        ast_channel_caller(chan)->id.number.str, ""), "");
    cc_plain(called, sizeof(called), ast_channel_exten(chan), "");
    ast_channel_unlock(chan);
    config.caller = caller;
    config.called = called;
    AST_VECTOR_INIT(&line.legs, 4);
    if (!flow_begin(&dialogue, trunkline_flows, data, &config, &FLOW, &line)) {
        pbx_builtin_setvar_helper(chan, "IVRSTATUS", "FAILED");
        AST_VECTOR_FREE(&line.legs);
        return 0;
    }
    line.dialogue = &dialogue;
    flow_follow(&dialogue);
    while (!dialogue.over) {
        if (line.up) {
            how = line_step(&line);
        } else if (line.call) {
            how = line_leave(&line);
        } else {
            how = HOW_WAITING;
        }
        if (how != HOW_WAITING) {
            queue_ended(&line, how);
        }
        watch_transfer(&line);
        if (!line.up && !line.call && !told) {
            told = true;
            line_stop_playing(&line);
            line_stop_recording(&line, true);
            line_drop_legs(&line);
            tl_ivr_hangup(dialogue.session, cc_now());
        } else if (told && how == HOW_WAITING) {
            /* What is left to do is the host's, and all of it is answered at once. */
            break;
        }
        flow_tick(&dialogue);
    }
    if (line.call) {
        line_leave(&line);
    }
    line.dialogue = NULL;
    flow_end(&dialogue);
    line_end(&line);
    pbx_builtin_setvar_helper(chan, "IVRSTATUS", "DONE");
    return line.gone_to_dialplan && !ast_check_hangup(chan) ? 0 : -1;
}
