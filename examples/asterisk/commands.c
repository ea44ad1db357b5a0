/*
 * commands.c - app_queue's commands: `trunkline queue add member ...`, and where app_queue is not loaded,
 * `queue add member ...`
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * With the words and the answers of app_queue, for the scripts that use them.
 */
#include "line.h"

#include "asterisk/cli.h"

typedef const char *const words[];

/* Whether the words from `at` on are pairs that begin with these names, in this order. */
static bool are_pairs(int count, words argv, int at, const char *const *names)
{
    for (; at < count; at += 2, names++) {
        if (!*names || at + 1 == count || strcmp(argv[at], *names)) {
            return false;
        }
    }
    return true;
}

static const char *pair(int count, words argv, int at)
{
    return at + 1 < count ? argv[at + 1] : "";
}

/* ---- members ----------------------------------------------------------------------------------- */

static char *add_member(int fd, int count, words argv)
{
    static const char *const NAMES[] = { "to", "penalty", "as", "state_interface", "paused", NULL };
    struct member_change change = { .what = MEMBER_ADD, .by = "CLI" };
    const char *queue = pair(count, argv, 4), *phone = count > 3 ? argv[3] : "";
    enum cc_change done;
    int penalty = atoi(pair(count, argv, 6));

    if (count < 6 || !are_pairs(count, argv, 4, NAMES)) {
        return CLI_SHOWUSAGE;
    }
    change.who = (struct cc_newcomer){
        .queue = queue, .phone = phone, .penalty = penalty > 0 ? (uint32_t)penalty : 0,
        .name = pair(count, argv, 8), .device = pair(count, argv, 10), .paused = count > 12,
        .reason = pair(count, argv, 12), .wrap_up_ms = TL_NONE32,
    };
    if ((done = members_change(&change)) == CC_DONE) {
        ast_cli(fd, "Added interface '%s' to queue '%s'\n", phone, queue);
        return CLI_SUCCESS;
    }
    if (done == CC_NO_QUEUE) {
        ast_cli(fd, "Unable to add interface to queue '%s': No such queue\n", queue);
    } else {
        ast_cli(fd, "Unable to add interface '%s' to queue '%s': %s\n", phone, queue,
            done == CC_THERE_ALREADY ? "Already there" : "No room");
    }
    return CLI_FAILURE;
}

static char *remove_member(int fd, int count, words argv)
{
    struct member_change change = { .what = MEMBER_REMOVE, .by = "CLI" };
    const char *queue = pair(count, argv, 4), *phone = count > 3 ? argv[3] : "";

    if (count != 6 || strcmp(argv[4], "from")) {
        return CLI_SHOWUSAGE;
    }
    change.who = (struct cc_newcomer){ .queue = queue, .phone = phone };
    switch (members_change(&change)) {
    case CC_DONE:
        ast_cli(fd, "Removed interface %s from queue '%s'\n", phone, queue);
        return CLI_SUCCESS;
    case CC_NO_QUEUE:
        ast_cli(fd, "Unable to remove interface from queue '%s': No such queue\n", queue);
        break;
    case CC_CONFIGURED:
        ast_cli(fd, "Unable to remove interface '%s' from queue '%s': Member is not dynamic\n", phone, queue);
        break;
    default:
        ast_cli(fd, "Unable to remove interface '%s' from queue '%s': Not there\n", phone, queue);
        break;
    }
    return CLI_FAILURE;
}

static char *pause_member(int fd, int count, words argv)
{
    static const char *const NAMES[] = { "queue", "reason", NULL };
    struct member_change change = { .what = MEMBER_PAUSE };
    const char *queue = pair(count, argv, 4), *reason = pair(count, argv, 6);
    bool paused = !strcasecmp(argv[1], "pause"), done;

    if (count < 4 || !are_pairs(count, argv, 4, NAMES)) {
        return CLI_SHOWUSAGE;
    }
    change.who = (struct cc_newcomer){ .queue = queue, .phone = argv[3], .paused = paused, .reason = reason };
    done = members_change(&change) == CC_DONE;
    ast_cli(fd, done ? "%spaused interface '%s'" : "Unable to %spause interface '%s'", paused ? "" : "un", argv[3]);
    if (*queue) {
        ast_cli(fd, " in queue '%s'", queue);
    }
    if (*reason) {
        ast_cli(fd, " for reason '%s'", reason);
    }
    ast_cli(fd, "\n");
    return done ? CLI_SUCCESS : CLI_FAILURE;
}

/* queue set penalty|ringinuse VALUE on INTERFACE [in QUEUE] */
static char *set_member(int fd, int count, words argv)
{
    static const char *const NAMES[] = { "on", "in", NULL };
    struct member_change change = { .what = MEMBER_PENALTY };
    const char *queue = pair(count, argv, 6);
    bool done;

    if (count < 6 || !are_pairs(count, argv, 4, NAMES)) {
        return CLI_SHOWUSAGE;
    }
    change.who = (struct cc_newcomer){ .queue = queue, .phone = argv[5] };
    if (!strcasecmp(argv[2], "ringinuse")) {
        if (!ast_true(argv[3]) && !ast_false(argv[3])) {
            return CLI_SHOWUSAGE;
        }
        change.what = MEMBER_RING_IN_USE;
        change.ring_in_use = ast_true(argv[3]);
    } else {
        members_set_penalty(&change, argv[3]); /* what is no number is 0, as app_queue takes it */
    }
    done = members_change(&change) == CC_DONE;
    ast_cli(fd, "%s %s on interface '%s' from queue '%s'\n", done ? "Set" : "Failed to set", argv[2], argv[5],
        *queue ? queue : "(null)"); /* as app_queue says it */
    return done ? CLI_SUCCESS : CLI_FAILURE;
}

/* ---- callers and queues ------------------------------------------------------------------------ */

static char *priority_caller(int fd, int count, words argv)
{
    static const char *const NAMES[] = { "on", "to", NULL };
    const char *queue = pair(count, argv, 4);
    int priority;

    /* `immediate` is what happens anyway. */
    count -= count == 9 && !strcmp(argv[8], "immediate");
    if (count != 8 || !are_pairs(count, argv, 4, NAMES) || sscanf(argv[7], "%30d", &priority) != 1) {
        return CLI_SHOWUSAGE;
    }
    switch (manager_set_priority(queue, argv[3], priority)) {
    case CC_DONE:
        return CLI_SUCCESS;
    case CC_NO_QUEUE:
        ast_cli(fd, "Unable change priority caller %s on queue '%s': No such queue\n", argv[3], queue);
        break;
    default:
        ast_cli(fd, "Unable to change priority caller '%s' on queue '%s': Not there\n", argv[3], queue);
        break;
    }
    return CLI_FAILURE;
}

static char *print(int fd, struct ast_str *text)
{
    if (!text) {
        return CLI_FAILURE;
    }
    ast_cli(fd, "%s", ast_str_buffer(text));
    ast_free(text);
    return CLI_SUCCESS;
}

static char *show(int fd, int count, words argv)
{
    return count > 3 ? CLI_SHOWUSAGE : print(fd, show_queue(count == 3 ? argv[2] : NULL));
}

static char *show_all_rules(int fd, int count, words argv)
{
    return count > 4 ? CLI_SHOWUSAGE : print(fd, show_rule(count == 4 ? argv[3] : NULL));
}

static void reset(cc_center *center, void *queue)
{
    cc_reset(center, queue);
}

static char *reset_stats(int fd, int count, words argv)
{
    int at;

    if (count == 3) {
        cc_ask(trunkline_center, reset, NULL);
    }
    for (at = 3; at < count; at++) {
        cc_ask(trunkline_center, reset, (char *)argv[at]);
    }
    return CLI_SUCCESS;
}

/* Whatever part of it is named: the whole configuration is taken in anew. */
static char *reload(int fd, int count, words argv)
{
    return ast_module_reload("app_trunkline") == AST_MODULE_RELOAD_SUCCESS ? CLI_SUCCESS : CLI_FAILURE;
}

/* ---- the table --------------------------------------------------------------------------------- */

#define OURS "trunkline "
/* What each runs, app_queue's words, what follows them, what it does. */
#define ALL(COMMAND)                                                                               \
    COMMAND(show, "queue show", " [queue]", "Queues, their members and callers")                   \
    COMMAND(show_all_rules, "queue show rules", " [rule]", "How callers' penalties change")        \
    COMMAND(add_member, "queue add member",                                                        \
        " <interface> to <queue> [penalty <penalty> [as <name>"                                    \
        " [state_interface <interface> [paused <reason>]]]]", "Puts an agent into a queue")        \
    COMMAND(remove_member, "queue remove member", " <interface> from <queue>",                     \
        "Takes such an agent out")                                                                 \
    COMMAND(pause_member, "queue {pause|unpause} member",                                          \
        " <interface> [queue <queue> [reason <reason>]]", "Pauses an agent, or ends that")         \
    COMMAND(set_member, "queue set {penalty|ringinuse}", " <value> on <interface> [in <queue>]",   \
        "Changes what an agent is in a queue, or in all")                                          \
    COMMAND(priority_caller, "queue priority caller",                                              \
        " <channel> on <queue> to <priority> [immediate]", "Another priority for a caller")        \
    COMMAND(reset_stats, "queue reset stats", " [<queue> ...]", "Begins to count anew")            \
    COMMAND(reload, "queue reload {parameters|members|rules|all}", " [<queue> ...]",               \
        "Takes the configuration in anew, all of it")

#define DESCRIBED(run, words, usage, does) \
    { run, OURS words, "Usage: " words usage "\n       " does ".\n" },
static const struct {
    char *(*run)(int fd, int count, words argv);
    const char *command, *usage;
} COMMANDS[] = { ALL(DESCRIBED) };

static char *run(struct ast_cli_entry *entry, int command, struct ast_cli_args *args);

/* Ours, and behind them app_queue's. */
#define ENTRY(ignored, words, usage, does) AST_CLI_DEFINE(run, does),
static struct ast_cli_entry entries[] = { ALL(ENTRY) ALL(ENTRY) };
static size_t registered;

static char *run(struct ast_cli_entry *entry, int command, struct ast_cli_args *args)
{
    size_t at = (size_t)(entry - entries), which = at % ARRAY_LEN(COMMANDS);
    int skipped = at < ARRAY_LEN(COMMANDS);

    switch (command) {
    case CLI_INIT:
        entry->command = (char *)COMMANDS[which].command + (skipped ? 0 : strlen(OURS));
        entry->usage = COMMANDS[which].usage;
        return NULL;
    case CLI_GENERATE:
        return NULL;
    }
    return COMMANDS[which].run(args->fd, args->argc - skipped, args->argv + skipped);
}

void commands_start(void)
{
    registered = ARRAY_LEN(COMMANDS) * (ast_module_check("app_queue.so") ? 1 : 2);
    ast_cli_register_multiple(entries, (int)registered);
}

void commands_stop(void)
{
    ast_cli_unregister_multiple(entries, (int)registered);
}
