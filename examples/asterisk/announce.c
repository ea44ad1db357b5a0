/*
 * announce.c - what a caller is told who waits without a flow: its place, how long it may still be, and
 * what is played again and again
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * When the place is told is the engine's to say; whether there is anything to tell then, is said here.
 */
#include "line.h"

#include "asterisk/say.h"

/* ---- the place and the wait -------------------------------------------------------------------- */

static void add_file(struct ast_str **text, const char *file)
{
    if (*file) {
        ast_str_append(text, 0, "%s%s", ast_str_strlen(*text) ? "&" : "", file);
    }
}

/* In English as it is spoken; elsewhere, where the order of words is another, digit by digit from 21 on. */
static void add_number(struct ast_str **text, unsigned number, const char *language)
{
    char digits[12], file[24];
    struct ast_str *spoken;
    size_t i;

    if (!strncasecmp(language, "en", 2) && (spoken = ast_get_number_str((int)number, "en"))) {
        add_file(text, ast_str_buffer(spoken));
        ast_free(spoken);
        return;
    }
    snprintf(digits, sizeof(digits), "%u", number);
    if (number <= 20) {
        snprintf(file, sizeof(file), "digits/%s", digits);
        add_file(text, file);
        return;
    }
    for (i = 0; digits[i]; i++) {
        snprintf(file, sizeof(file), "digits/%c", digits[i]);
        add_file(text, file);
    }
}

static bool add_place(struct ast_str **text, const struct treatment *how, unsigned place, const char *language)
{
    if (how->place == PLACE_NO || (how->place == PLACE_LIMIT && place > how->place_limit)) {
        return false;
    }
    if (place == 1) {
        add_file(text, how->sounds[SOUND_NEXT]);
    } else if (how->place == PLACE_MORE && place > how->place_limit) {
        add_file(text, how->sounds[SOUND_MORE_THAN]);
        add_number(text, how->place_limit, language);
        add_file(text, how->sounds[SOUND_MORE_WAITING]);
    } else {
        add_file(text, how->sounds[SOUND_NUMBER]);
        add_number(text, place, language);
        add_file(text, how->sounds[SOUND_WAITING]);
    }
    return true;
}

/* To the nearest minute, or to steps of so many seconds. */
static bool add_hold(struct ast_str **text, const struct treatment *how, uint64_t wait_ms, const char *language)
{
    uint32_t step = how->hold_round_s ?: 60;
    uint64_t seconds = (wait_ms / 1000 + step / 2) / step * step;
    unsigned minutes = (unsigned)(seconds / 60), rest = (unsigned)(seconds % 60);

    if (!seconds || wait_ms >= UINT32_MAX) {
        return false;
    }
    add_file(text, how->sounds[SOUND_HOLD]);
    if (minutes) {
        add_number(text, minutes, language);
        add_file(text, how->sounds[minutes == 1 ? SOUND_MINUTE : SOUND_MINUTES]);
    }
    if (rest) {
        add_number(text, rest, language);
        add_file(text, how->sounds[SOUND_SECONDS]);
    }
    return true;
}

static bool has_something_to_say(const struct line *line, unsigned place)
{
    const struct treatment *how = line->treatment;
    /* The engine's clock and this thread's differ by a moment. */
    bool due = !line->told_at || how->every_ms == TL_NONE || cc_now() + 500 >= line->told_at + how->every_ms;

    if (place == 1 && !how->to_first) {
        return false;
    }
    if (how->only_up && line->told_place && place >= line->told_place) {
        return false;
    }
    return due || place != line->told_place;
}

void line_announce(struct line *line, unsigned place, uint64_t wait_ms)
{
    const struct treatment *how = line->treatment;
    const char *language = ast_channel_language(line->chan);
    struct ast_str *text = has_something_to_say(line, place) ? ast_str_create(200) : NULL;
    bool said;

    if (!text) {
        return;
    }
    said = add_place(&text, how, place, language);
    if (how->hold == HOLD_YES || (how->hold == HOLD_ONCE && !line->told_at)) {
        said = add_hold(&text, how, wait_ms, language) || said;
    }
    if (said) {
        add_file(&text, how->sounds[SOUND_THANKS]);
        line_say(line, ast_str_buffer(text));
    }
    line->told_at = cc_now();
    line->told_place = place;
    ast_free(text);
}

/* ---- again and again --------------------------------------------------------------------------- */

static struct timeval in(uint64_t ms)
{
    return ast_tvadd(ast_tvnow(), ast_samp2tv((unsigned)ms, 1000));
}

static uint64_t period(const struct treatment *how)
{
    return how->periodic[0] && how->periodic_every_ms < UINT32_MAX ? how->periodic_every_ms : 0;
}

void line_periodic_start(struct line *line)
{
    const struct treatment *how = line->treatment;
    uint64_t first = how->periodic_first_ms < UINT32_MAX ? how->periodic_first_ms : period(how);

    line->told_at = 0;
    line->told_place = 0;
    line->periodic_next = 0;
    line->periodic_at = period(how) && !line->dialogue ? in(first) : (struct timeval){ 0 };
}

/* Its place now, which it was told last when it came. */
static void look(cc_center *center, void *arg)
{
    struct line *line = arg;
    tl_acd_call_info info;

    if (tl_acd_get_call(cc_engine(center), line->call->center.handle, &info) >= 0 &&
        info.position != TL_NONE32) {
        line->position = (int)info.position;
    }
}

void line_periodic(struct line *line)
{
    const struct treatment *how = line->treatment;
    unsigned which = how->periodic_random ? (unsigned)ast_random() : line->periodic_next++;
    const char *file;
    char name[CC_NAME];
    size_t length;

    line->periodic_at = in(period(how)); /* from now: what was missed meanwhile is not made up for */
    if (!how->to_first) {
        cc_ask(trunkline_center, look, line);
        if (line->position == 1) {
            return;
        }
    }
    file = treatment_periodic(how, which, &length);
    snprintf(name, sizeof(name), "%.*s", (int)length, file);
    line->periodic_plays = true;
    line_say(line, name);
}

void line_periodic_played(struct line *line)
{
    if (line->periodic_plays && line->treatment->periodic_relative) {
        line->periodic_at = in(period(line->treatment));
    }
    line->periodic_plays = false;
}
