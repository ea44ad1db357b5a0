/*
 * setup.c - opening the board's channels, reading the configuration
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>

#include "../pbx-common/config.h"
#include "center.h"

void open_board(void)
{
    char name[40];
    int mode = SR_POLLMODE;

    must((int)sr_setparm(SRL_DEVICE, SR_MODEID, &mode), "sr_setparm");
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
struct cc_config *read_config(const char *path)
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
