/*
 * cli.c - `trunkline show ...`, `trunkline pause ...`
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "app_trunkline.h"

#include "asterisk/cli.h"

static char *cli_show(struct ast_cli_entry *entry, int command, struct ast_cli_args *args)
{
    char *text;

    switch (command) {
    case CLI_INIT:
        entry->command = "trunkline show {queues|agents|calls|explain}";
        entry->usage =
            "Usage: trunkline show queues|agents|calls|explain [channel or agent]\n"
            "       What waits, who is there, and why a call still waits.\n";
        return NULL;
    case CLI_GENERATE:
        return NULL;
    }
    if (args->argc > 4) {
        return CLI_SHOWUSAGE;
    }
    text = report(trunkline_center, args->argv[2], args->argc == 4 ? args->argv[3] : NULL);
    if (!text) {
        return CLI_FAILURE;
    }
    ast_cli(args->fd, "%s", text);
    report_free(text);
    return CLI_SUCCESS;
}

static char *cli_wish(struct ast_cli_entry *entry, int command, struct ast_cli_args *args)
{
    static const char *const WISHES[] = {
        [CC_PAUSE] = "pause", [CC_UNPAUSE] = "unpause", [CC_LOGIN] = "login",
        [CC_LOGOUT] = "logout", [CC_END_WRAP_UP] = "ready",
    };
    size_t wish;

    switch (command) {
    case CLI_INIT:
        entry->command = "trunkline {pause|unpause|login|logout|ready}";
        entry->usage =
            "Usage: trunkline pause|unpause|login|logout|ready agent [reason]\n"
            "       An agent's break, its end, coming and going, the end of the paperwork.\n";
        return NULL;
    case CLI_GENERATE:
        return NULL;
    }
    if (args->argc < 3 || args->argc > 4) {
        return CLI_SHOWUSAGE;
    }
    for (wish = 0; wish < ARRAY_LEN(WISHES); wish++) {
        if (!strcasecmp(args->argv[1], WISHES[wish])) {
            cc_wish(trunkline_center, args->argv[2], (enum cc_wish)wish,
                args->argc == 4 ? args->argv[3] : "");
            kept_write(NULL);
            return CLI_SUCCESS;
        }
    }
    return CLI_SHOWUSAGE;
}

static struct ast_cli_entry COMMANDS[] = {
    AST_CLI_DEFINE(cli_show, "Shows queues, agents, calls, and why"),
    AST_CLI_DEFINE(cli_wish, "Changes what an agent is"),
};

void cli_start(void)
{
    ast_cli_register_multiple(COMMANDS, ARRAY_LEN(COMMANDS));
    commands_start();
}

void cli_stop(void)
{
    commands_stop();
    ast_cli_unregister_multiple(COMMANDS, ARRAY_LEN(COMMANDS));
}
