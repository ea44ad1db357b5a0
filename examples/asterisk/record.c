/*
 * record.c - TrunklineRecord: both directions of a call in a .tlr file
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A frame hook on the channel hands every voice frame, as it came from the wire, to the library's
 * recorder, which has a thread of its own: the media thread never waits for the disk.
 */
#include "app_trunkline.h"

#include "asterisk/format_cache.h"
#include "asterisk/framehook.h"
#include "asterisk/paths.h"
#include "asterisk/translate.h"

static tl_recorder *recorder;

enum { CALLER, AGENT };

struct recording {
    tl_recording *file;
    uint32_t coding; /* of both directions */
    uint32_t rate;
    tl_time start;
    uint64_t end[2]; /* position behind the last sample of each direction */
    struct ast_trans_pvt *path[2];
    struct ast_format *path_from[2];
    bool failed;
};

bool record_start(void)
{
    if (tl_recorder_new(NULL, &recorder) < 0) {
        ast_log(LOG_ERROR, "%s\n", tl_last_error());
        return false;
    }
    return true;
}

bool record_stop(void)
{
    if (tl_recorder_free(recorder) < 0) {
        return false; /* a call is still being recorded */
    }
    recorder = NULL;
    return true;
}

/*
 * Where a frame belongs. Frames follow each other; only when the line was silent for longer than
 * jitter can explain is there a gap.
 */
static uint64_t place(struct recording *recording, int direction, int samples)
{
    uint64_t now = (cc_now() - recording->start) * recording->rate / 1000;
    uint64_t tolerance = recording->rate / 5, end = recording->end[direction];
    uint64_t at = now > (uint64_t)samples ? now - (uint64_t)samples : 0;

    return at > end + tolerance ? at : end;
}

static void write_pcm(struct recording *recording, int direction, const int16_t *pcm, size_t samples)
{
    uint64_t at = place(recording, direction, (int)samples);
    tl_status status = TL_OK;

    if (recording->coding == TL_RECORDING_PCM16) {
        status = tl_recording_write_pcm(recording->file, direction, at, pcm, samples, NULL);
    } else {
        uint8_t codes[samples ? samples : 1];
        tl_g711_encode(recording->coding, pcm, samples, codes);
        status = tl_recording_write_codes(recording->file, direction, at, codes, samples, NULL);
    }
    recording->end[direction] = at + samples;
    if (status < 0 && !recording->failed) {
        recording->failed = true;
        ast_log(LOG_ERROR, "Recording failed: %s\n", tl_last_error());
    }
}

static void write_codes(struct recording *recording, int direction, uint32_t law,
    const struct ast_frame *frame)
{
    uint8_t codes[frame->datalen ? frame->datalen : 1];
    uint64_t at = place(recording, direction, frame->datalen);
    tl_status status;

    tl_g711_transcode(law, recording->coding, frame->data.ptr, (size_t)frame->datalen, codes);
    status = tl_recording_write_codes(recording->file, direction, at, codes, (size_t)frame->datalen, NULL);
    recording->end[direction] = at + (uint64_t)frame->datalen;
    if (status < 0 && !recording->failed) {
        recording->failed = true;
        ast_log(LOG_ERROR, "Recording failed: %s\n", tl_last_error());
    }
}

/* A codec that is neither G.711 nor linear, made linear by Asterisk's own translators. */
static void write_translated(struct recording *recording, int direction, struct ast_frame *frame)
{
    struct ast_format *linear = ast_format_cache_get_slin_by_rate(recording->rate);
    struct ast_frame *pcm;

    if (recording->path_from[direction] != frame->subclass.format) {
        if (recording->path[direction]) {
            ast_translator_free_path(recording->path[direction]);
        }
        ao2_replace(recording->path_from[direction], frame->subclass.format);
        recording->path[direction] = ast_translator_build_path(linear, frame->subclass.format);
    }
    if (recording->path[direction] &&
        (pcm = ast_translate(recording->path[direction], frame, 0))) {
        write_pcm(recording, direction, pcm->data.ptr, (size_t)pcm->samples);
        ast_frfree(pcm);
    }
}

static struct ast_frame *on_frame(struct ast_channel *chan, struct ast_frame *frame,
    enum ast_framehook_event event, void *data)
{
    struct recording *recording = data;
    int direction = event == AST_FRAMEHOOK_EVENT_READ ? CALLER : AGENT;

    if (!frame || frame->frametype != AST_FRAME_VOICE || !frame->data.ptr || frame->datalen <= 0 ||
        (event != AST_FRAMEHOOK_EVENT_READ && event != AST_FRAMEHOOK_EVENT_WRITE)) {
        return frame;
    }
    bool alaw = ast_format_cmp(frame->subclass.format, ast_format_alaw) == AST_FORMAT_CMP_EQUAL;
    bool ulaw = ast_format_cmp(frame->subclass.format, ast_format_ulaw) == AST_FORMAT_CMP_EQUAL;
    if ((alaw || ulaw) && recording->coding != TL_RECORDING_PCM16) {
        write_codes(recording, direction, alaw ? TL_G711_ALAW : TL_G711_ULAW, frame);
    } else if (ast_format_cache_is_slinear(frame->subclass.format) &&
               ast_format_get_sample_rate(frame->subclass.format) == recording->rate) {
        write_pcm(recording, direction, frame->data.ptr, (size_t)frame->samples);
    } else {
        write_translated(recording, direction, frame);
    }
    return frame;
}

static int consume(void *data, enum ast_frame_type type)
{
    return type == AST_FRAME_VOICE; /* so that no bridge goes around it */
}

static void end(void *data)
{
    struct recording *recording = data;
    int direction;

    /* The recorder's thread closes the file. */
    tl_recording_free(recording->file);
    for (direction = CALLER; direction <= AGENT; direction++) {
        if (recording->path[direction]) {
            ast_translator_free_path(recording->path[direction]);
        }
        ao2_cleanup(recording->path_from[direction]);
    }
    ast_free(recording);
    /* At the very end: from here on the module may go. */
    ast_module_unref(AST_MODULE_SELF);
}

static tl_recording *open_file(struct ast_channel *chan, const char *path,
    const struct recording *recording)
{
    const tl_recording_channel channels[] = {
        { "caller", recording->coding, recording->rate }, { "agent", recording->coding, recording->rate },
    };
    char caller[80], called[80];
    tl_recording_meta meta[] = {
        { "channel", ast_channel_name(chan) }, { "uniqueid", ast_channel_uniqueid(chan) },
        { "caller", caller }, { "called", called },
    };
    tl_recording_config config;
    tl_recording *file = NULL;

    ast_channel_lock(chan);
    cc_plain(caller, sizeof(caller), S_COR(ast_channel_caller(chan)->id.number.valid,
        ast_channel_caller(chan)->id.number.str, ""), "");
    cc_plain(called, sizeof(called), ast_channel_exten(chan), "");
    ast_channel_unlock(chan);
    tl_recording_defaults(&config);
    config.started = cc_now();
    config.channels = channels;
    config.channel_count = ARRAY_LEN(channels);
    config.meta = meta;
    config.meta_count = ARRAY_LEN(meta);
    if (tl_recording_new(recorder, path, &config, &file) < 0) {
        ast_log(LOG_ERROR, "%s: %s\n", path, tl_last_error());
        return NULL;
    }
    return file;
}

/* TrunklineRecord([file]) */
int trunkline_record_exec(struct ast_channel *chan, const char *data)
{
    struct ast_framehook_interface interface = {
        .version = AST_FRAMEHOOK_INTERFACE_VERSION, .event_cb = on_frame, .destroy_cb = end,
        .consume_cb = consume,
    };
    struct recording *recording = ast_calloc(1, sizeof(*recording));
    struct ast_format *format = ast_channel_rawreadformat(chan);
    char directory[256], path[600];
    int id;

    if (!recording) {
        return 0;
    }
    recording->rate = format ? (uint32_t)ast_format_get_sample_rate(format) : 8000;
    recording->coding = ast_format_cmp(format, ast_format_alaw) == AST_FORMAT_CMP_EQUAL ?
        TL_RECORDING_ALAW : ast_format_cmp(format, ast_format_ulaw) == AST_FORMAT_CMP_EQUAL ?
        TL_RECORDING_ULAW : TL_RECORDING_PCM16;
    if (!ast_strlen_zero(data) && !cc_is_below(data)) {
        ast_log(LOG_ERROR, "TrunklineRecord(%s): not a name below the directory of recordings\n", data);
        ast_free(recording);
        return 0;
    }
    trunkline_recordings(directory, sizeof(directory));
    snprintf(path, sizeof(path), "%s/%s%s", directory, S_OR(data, ast_channel_uniqueid(chan)),
        ast_strlen_zero(data) ? ".tlr" : "");
    recording->start = cc_now();
    recording->file = open_file(chan, path, recording);
    if (!recording->file) {
        ast_free(recording);
        return 0;
    }
    interface.data = recording;
    /* The recording outlives the application: the module stays until it has ended. */
    ast_module_ref(AST_MODULE_SELF);
    ast_channel_lock(chan);
    id = ast_framehook_attach(chan, &interface);
    ast_channel_unlock(chan);
    if (id < 0) {
        ast_log(LOG_ERROR, "%s cannot be recorded\n", ast_channel_name(chan));
        end(recording);
        return 0;
    }
    pbx_builtin_setvar_helper(chan, "TRUNKLINE_RECORDING", path);
    return 0;
}
