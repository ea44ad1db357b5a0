/*
 * sound.c - what the caller hears
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"

#include "asterisk/file.h"
#include "asterisk/musiconhold.h"

void line_music(struct line *line, bool on)
{
    if (on == line->music_on) {
        return;
    }
    line->music_on = on;
    if (line->ring) {
        ast_indicate(line->chan, on ? AST_CONTROL_RINGING : -1);
    } else if (on) {
        ast_moh_start(line->chan, S_OR(line->music, NULL), NULL);
    } else {
        ast_moh_stop(line->chan);
    }
}

void line_tell_agent(struct line *line, struct ast_channel *leg, const char *file)
{
    const char *language = ast_channel_language(leg);

    if (ast_fileexists(file, NULL, language) <= 0 || ast_autoservice_start(line->chan)) {
        return;
    }
    if (!ast_streamfile(leg, file, language)) {
        ast_waitstream(leg, AST_DIGIT_ANY);
        ast_stopstream(leg);
    }
    ast_autoservice_stop(line->chan);
}

static void forget_files(struct line *line)
{
    size_t i;

    for (i = 0; i < line->file_count; i++) {
        ast_free(line->files[i]);
    }
    ast_free(line->files);
    line->files = NULL;
    line->file_count = line->file_at = 0;
    line->playing = false;
}

void line_stop_playing(struct line *line)
{
    if (line->playing) {
        ast_stopstream(line->chan);
        forget_files(line);
    }
}

/* Begins the next file; when there is none, the whole prompt was played. */
void line_play_next(struct line *line)
{
    while (line->file_at < line->file_count) {
        if (ast_streamfile(line->chan, line->files[line->file_at++],
                ast_channel_language(line->chan)) == 0) {
            return;
        }
    }
    uint32_t op = line->play_op;
    ast_stopstream(line->chan);
    forget_files(line);
    if (line->dialogue && op) {
        tl_ivr_finished(line->dialogue->session, cc_now(), op);
        flow_follow(line->dialogue);
    }
    if (!line->playing && line->want_music && line->call) {
        line_music(line, true);
    }
}

void line_play(struct line *line, uint32_t op, const char *const *files, size_t count, bool keys_stop)
{
    size_t i;

    line_stop_playing(line);
    line_music(line, false);
    line->files = count ? ast_calloc(count, sizeof(*line->files)) : NULL;
    for (i = 0; line->files && i < count; i++) {
        line->files[line->file_count++] = ast_strdup(files[i]);
    }
    line->playing = true;
    line->play_op = op;
    line->keys_stop = keys_stop;
    if (!line->up) {
        line->file_at = line->file_count;
    }
}

/* "You are number three": in app_queue's sounds, which every installation has. */
void line_say_position(struct line *line, uint32_t position)
{
    char digits[12], names[16][24];
    const char *files[16];
    size_t count = 0, i;

    if (position == 1) {
        files[count++] = "queue-youarenext";
    } else {
        files[count++] = "queue-thereare";
        snprintf(digits, sizeof(digits), "%u", position - 1);
        if (position - 1 <= 20) {
            snprintf(names[count], sizeof(names[0]), "digits/%s", digits);
            files[count] = names[count];
            count++;
        } else {
            for (i = 0; digits[i]; i++) {
                snprintf(names[count], sizeof(names[0]), "digits/%c", digits[i]);
                files[count] = names[count];
                count++;
            }
        }
        files[count++] = "queue-callswaiting";
    }
    line_play(line, 0, files, count, false);
    line_play_next(line);
}
