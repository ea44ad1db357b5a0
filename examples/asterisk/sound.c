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

void line_ring(struct line *line, bool ring)
{
    bool on = line->music_on;

    if (line->ring != ring) {
        line_music(line, false);
        line->ring = ring;
        line_music(line, on);
    }
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
    line_periodic_played(line);
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

void line_say(struct line *line, const char *files)
{
    char *rest = ast_strdupa(files), *file;
    bool played_already = line->playing;
    char **more;

    if (!played_already) {
        line_play(line, 0, NULL, 0, false);
    }
    while ((file = strsep(&rest, "&"))) {
        if (ast_fileexists(file, NULL, ast_channel_language(line->chan)) > 0 &&
            (more = ast_realloc(line->files, (line->file_count + 1) * sizeof(*more)))) {
            line->files = more;
            line->files[line->file_count++] = ast_strdup(file);
        }
    }
    if (!played_already) {
        line_play_next(line);
    }
}
