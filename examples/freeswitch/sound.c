/*
 * sound.c - what the caller hears, and its keys
 *
 * The session's thread plays something all the time, silence if nothing else, and looks at each of
 * its frames whether the engine, the flow or the caller has something to say.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "line.h"

#define FRAME_MS 20

void line_begin(struct line *line)
{
    switch_channel_answer(line->channel);
    /* What is played by a timer of its own does not look at the caller's frames. */
    switch_channel_set_variable(line->channel, "timer_name", NULL);
}

void line_stop_playing(struct line *line)
{
    for (size_t i = 0; i < line->file_count; i++) {
        free(line->files[i]);
    }
    line->file_count = line->file_at = 0;
    line->playing = false;
    line->restart = true;
}

static void played(struct line *line)
{
    uint32_t op = line->play_op;

    line_stop_playing(line);
    if (line->dialogue && op) {
        tl_ivr_finished(line->dialogue->session, cc_now(), op);
        flow_follow(line->dialogue);
    }
}

/* Whether to stop playing and look around. */
static bool disturbed(const struct line *line)
{
    return line->restart || (line->call && call_news(line->call)) ||
           (line->recording && switch_micro_time_now() >= line->record_until) ||
           (line->dialogue && flow_wait(line->dialogue, -1) == 0) ||
           (line->transfer && (offer_outcome(line->transfer) != OFFER_RINGS ||
                               switch_micro_time_now() >= line->transfer_until));
}

static switch_status_t on_frame(switch_core_session_t *session, switch_frame_t *frame, void *data)
{
    (void)session, (void)frame;
    return disturbed(data) ? SWITCH_STATUS_BREAK : SWITCH_STATUS_SUCCESS;
}

static switch_status_t on_input(switch_core_session_t *session, void *input, switch_input_type_t type,
                                void *data, unsigned int length)
{
    struct line *line = data;
    char key;

    (void)session, (void)length;
    if (type != SWITCH_INPUT_TYPE_DTMF) {
        return SWITCH_STATUS_SUCCESS;
    }
    key = ((switch_dtmf_t *)input)->digit;
    if (line->recording && strchr(line->record_keys, key)) {
        return SWITCH_STATUS_BREAK;
    }
    if (line->dialogue) {
        tl_ivr_digit(line->dialogue->session, cc_now(), key);
        flow_follow(line->dialogue);
    } else if (line->call && strchr(line->exit_keys, key)) {
        line_exit(line, key);
    }
    return line->restart ? SWITCH_STATUS_BREAK : SWITCH_STATUS_SUCCESS;
}

static void record_caller(struct line *line, switch_input_args_t *args)
{
    switch_file_handle_t file = {0};
    switch_time_t began = switch_micro_time_now();

    /* The core counts whole seconds of silence; the bound is its own only for a line that is dead. */
    file.silence_hits = (line->record_silence_ms + 999) / 1000;
    file.thresh = line->record_silence_ms ? 200 : 0;
    line->record_until = began + (switch_time_t)line->record_ms * 1000;
    switch_ivr_record_file(line->session, &file, line->record_path, args, line->record_ms / 1000 + 2);
    line->recording = false;
    tl_ivr_recorded(line->dialogue->session, cc_now(), line->record_op,
                    (uint32_t)((switch_micro_time_now() - began) / 1000));
    flow_follow(line->dialogue);
}

static switch_status_t play(struct line *line, const char *file, switch_input_args_t *args)
{
    switch_file_handle_t handle = {0};
    switch_status_t status = switch_ivr_play_file(line->session, &handle, file, args);

    if (status == SWITCH_STATUS_NOTFOUND) {
        switch_log_printf(SWITCH_CHANNEL_SESSION_LOG(line->session), SWITCH_LOG_WARNING,
                          "%s cannot be played\n", file);
    }
    return status;
}

/* The next file of a prompt; a key or a word may forget them all while it is played. */
static void play_next(struct line *line, switch_input_args_t *args)
{
    char *file = strdup(line->files[line->file_at]);
    switch_status_t status = play(line, file, args);

    free(file);
    /* Interrupted by a word that left the prompt as it was, it begins again: prompts are short. */
    if (status != SWITCH_STATUS_BREAK && !line->restart) {
        line->file_at++;
    }
}

void line_sound(struct line *line)
{
    switch_input_args_t args = {0};

    line->restart = false;
    args.input_callback = on_input;
    args.read_frame_callback = on_frame;
    args.buf = line;
    args.buflen = sizeof *line;
    args.user_data = line;
    if (line->recording) {
        record_caller(line, &args);
    } else if (line->playing && line->file_at == line->file_count) {
        played(line);
    } else if (line->playing) {
        play_next(line, &args);
    } else if (line->announcement) {
        const char *file = line->announcement;
        line->announcement = NULL;
        play(line, file, &args);
    } else if (line->call && line->music[0]) {
        if (play(line, line->music, &args) == SWITCH_STATUS_NOTFOUND) {
            line->music[0] = '\0';
        }
    } else if (play(line, "silence_stream://-1", &args) == SWITCH_STATUS_NOTFOUND) {
        switch_ivr_sleep(line->session, FRAME_MS, SWITCH_FALSE, &args);
    }
}
