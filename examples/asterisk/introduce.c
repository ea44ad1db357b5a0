/*
 * introduce.c - an agent has answered: what it hears of the caller, and what the dialplan does before they talk
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"

#include "asterisk/app.h"
#include "asterisk/file.h"
#include "asterisk/mixmonitor.h"
#include "asterisk/say.h"

static void play(struct ast_channel *chan, const char *file)
{
    const char *language = ast_channel_language(chan);

    if (*file && ast_fileexists(file, NULL, language) > 0 && !ast_streamfile(chan, file, language)) {
        ast_waitstream(chan, AST_DIGIT_ANY);
        ast_stopstream(chan);
    }
}

static void say_wait(struct ast_channel *leg, const struct treatment *how, uint64_t waited_ms)
{
    int minutes = (int)(waited_ms / 60000), seconds = (int)(waited_ms / 1000 % 60);
    const char *language = ast_channel_language(leg);

    play(leg, how->sounds[SOUND_REPORT_HOLD]);
    if (minutes) {
        ast_say_number(leg, minutes, AST_DIGIT_ANY, language, "n");
        play(leg, how->sounds[SOUND_MINUTES]);
    }
    if (seconds > 1) {
        ast_say_number(leg, seconds, AST_DIGIT_ANY, language, "n");
        play(leg, how->sounds[SOUND_SECONDS]);
    }
}

static const char *announcement(const struct line *line, const struct word *word)
{
    return S_OR(line->announce, word->announce);
}

bool line_introduces(const struct line *line, const struct word *word)
{
    const struct treatment *how = line->treatment;

    return announcement(line, word)[0] || how->report_hold || how->member_delay_ms;
}

void line_introduce(struct line *line, struct ast_channel *leg, const struct word *word)
{
    const struct treatment *how = line->treatment;
    char *files = ast_strdupa(announcement(line, word)), *file;

    if (ast_autoservice_start(line->chan)) {
        return;
    }
    if (!how->member_delay_ms || !ast_safe_sleep(leg, (int)how->member_delay_ms)) {
        while ((file = ast_strsep(&files, '&', AST_STRSEP_STRIP | AST_STRSEP_TRIM))) {
            play(leg, file);
        }
        if (how->report_hold) {
            say_wait(leg, how, cc_now() - line->since);
        }
    }
    ast_autoservice_stop(line->chan);
}

/* A subroutine of the dialplan as "context[,arguments]", run with the agent's channel. */
static void run_gosub(struct line *line, struct ast_channel *leg, const char *gosub)
{
    char *context = ast_strdupa(gosub), *arguments = strchr(context, ',');
    struct ast_str *where = ast_str_create(200);

    if (where) {
        if (arguments) {
            *arguments++ = '\0';
        }
        ast_str_set(&where, 0, "%s,s,1%s%s%s", context, arguments ? "(" : "", S_OR(arguments, ""),
            arguments ? ")" : "");
        ast_app_exec_sub(line->chan, leg, ast_str_buffer(where), 0);
        ast_free(where);
    }
}

static void run_agi(struct line *line)
{
    struct ast_app *agi = pbx_findapp("agi");

    if (agi) {
        pbx_exec(line->chan, agi, line->agi);
    } else {
        ast_log(LOG_WARNING, "Queue: there is no application AGI for %s\n", line->agi);
    }
}

static const char *variable(struct ast_channel *chan, const char *name, char *value, size_t room)
{
    ast_channel_lock(chan);
    ast_copy_string(value, S_OR(pbx_builtin_getvar_helper(chan, name), ""), room);
    ast_channel_unlock(chan);
    return value;
}

/* By MixMonitor, as app_queue has it done: MONITOR_FILENAME, MONITOR_OPTIONS, MONITOR_EXEC say how. */
static void monitor(struct line *line)
{
    char name[256], file[300], options[100], command[1024], arguments[1200];

    variable(line->chan, "MONITOR_FILENAME", name, sizeof(name));
    snprintf(file, sizeof(file), "%s.%s", S_OR(name, ast_channel_uniqueid(line->chan)),
        line->treatment->monitor_format);
    variable(line->chan, "MONITOR_OPTIONS", options, sizeof(options));
    variable(line->chan, "MONITOR_EXEC", command, sizeof(command));
    snprintf(arguments, sizeof(arguments), "b%s%s%s", options, command[0] ? "," : "", command);
    if (ast_start_mixmonitor(line->chan, file, arguments)) {
        ast_log(LOG_WARNING, "%s is not recorded: is app_mixmonitor loaded?\n", ast_channel_name(line->chan));
    }
}

void line_last_words(struct line *line, struct ast_channel *leg)
{
    const char *gosub = S_OR(line->gosub, line->treatment->gosub);

    if (line->treatment->sounds[SOUND_CALLER][0] && !ast_autoservice_start(leg)) {
        line_stop_playing(line);
        line_music(line, false);
        play(line->chan, line->treatment->sounds[SOUND_CALLER]);
        ast_autoservice_stop(leg);
    }
    if (line->treatment->monitor_format[0]) {
        monitor(line);
    }
    if (!ast_strlen_zero(line->url) && ast_channel_supports_html(leg)) {
        ast_channel_sendurl(leg, line->url);
    }
    if (*gosub) {
        run_gosub(line, leg, gosub);
    }
    if (!ast_strlen_zero(line->agi)) {
        run_agi(line);
    }
}

/* ---- variables --------------------------------------------------------------------------------- */

void line_set_number(struct ast_channel *chan, const char *name, long long value)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", value);
    pbx_builtin_setvar_helper(chan, name, text);
}

void line_set_time(struct ast_channel *chan, const char *name, uint64_t ms)
{
    char whole[24];

    line_set_number(chan, name, (long long)(ms / 1000));
    snprintf(whole, sizeof(whole), "%s_MS", name);
    line_set_number(chan, whole, (long long)ms);
}

void line_set_variables(const struct line *line, const struct leg *leg, const struct word *word,
    uint64_t waited_ms)
{
    struct ast_channel *const chans[] = { line->chan, leg->chan };
    size_t i;

    for (i = 0; i < ARRAY_LEN(chans); i++) {
        pbx_builtin_setvar_helper(chans[i], "MEMBERINTERFACE", leg->phone);
        pbx_builtin_setvar_helper(chans[i], "MEMBERNAME", leg->agent);
        line_set_number(chans[i], "MEMBERCALLS", word->member.calls);
        line_set_number(chans[i], "MEMBERLASTCALL", (long long)(word->member.last_call_ms / 1000));
        line_set_number(chans[i], "MEMBERPENALTY", word->member.config.penalty);
        line_set_number(chans[i], "MEMBERDYNAMIC", word->member.origin == CC_FROM_HOST);
        line_set_number(chans[i], "MEMBERREALTIME", word->member.origin == CC_FROM_ROWS);
        line_set_number(chans[i], "QEHOLDTIME", (long long)(waited_ms / 1000));
        line_set_number(chans[i], "QEORIGINALPOS", line->first_position);
        line_queue_variables(line, chans[i]);
    }
    line_set_time(line->chan, "QUEUEWAIT", waited_ms);
}

void line_queue_variables(const struct line *line, struct ast_channel *chan)
{
    if (line->treatment->variables) {
        functions_set_variables(chan, line->queue);
    }
}
