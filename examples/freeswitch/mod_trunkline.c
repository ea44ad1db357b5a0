/*
 * mod_trunkline.c - Trunkline in FreeSWITCH: trunkline_queue, trunkline_ivr, trunkline_record
 *
 * One routing engine for the whole switch, on a thread of its own (../pbx-common/callcenter.h).
 * docs/freeswitch.md has the configuration and the first call.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "mod_trunkline.h"

SWITCH_MODULE_LOAD_FUNCTION(mod_trunkline_load);
SWITCH_MODULE_SHUTDOWN_FUNCTION(mod_trunkline_shutdown);
SWITCH_MODULE_DEFINITION(mod_trunkline, mod_trunkline_load, mod_trunkline_shutdown, NULL);

cc_center *trunkline_center;
struct flows *trunkline_flows;
tl_recorder *trunkline_recorder;
switch_loadable_module_interface_t *trunkline_module;

static void log_text(void *host, int level, const char *text)
{
    (void)host;
    switch_log_printf(SWITCH_CHANNEL_LOG, level == 0 ? SWITCH_LOG_ERROR : level == 1 ? SWITCH_LOG_WARNING
                      : SWITCH_LOG_NOTICE, "%s\n", text);
}

/* ---- API ------------------------------------------------------------------------------------------------- */

static const char SYNTAX[] = "show queues|agents|calls|explain [name] | pause|unpause|login|logout|ready AGENT "
                             "[reason] | reload";

static bool wish(const char *word, const char *agent, const char *reason)
{
    static const char *const WISHES[] = {
        [CC_PAUSE] = "pause", [CC_UNPAUSE] = "unpause", [CC_LOGIN] = "login", [CC_LOGOUT] = "logout",
        [CC_END_WRAP_UP] = "ready",
    };

    for (size_t i = 0; i < sizeof WISHES / sizeof *WISHES; i++) {
        if (agent && !strcasecmp(word, WISHES[i])) {
            cc_wish(trunkline_center, agent, (enum cc_wish)i, reason ? reason : "");
            return true;
        }
    }
    return false;
}

static bool reload(void)
{
    struct settings own;
    struct cc_config *config = settings_read(&own);

    if (!config || !settings_use(&own)) {
        cc_config_free(config);
        return false;
    }
    flows_load(trunkline_flows, config);
    cc_reload(trunkline_center, config);
    return true;
}

SWITCH_STANDARD_API(trunkline_api)
{
    /* The third is all the rest: a reason may have spaces. */
    char *words[3] = {0}, *copy = strdup(zstr(cmd) ? "" : cmd), *text = NULL;
    int count = switch_split(copy, ' ', words);

    (void)session;
    if (count >= 2 && !strcasecmp(words[0], "show") &&
        (text = report(trunkline_center, words[1], count > 2 ? words[2] : NULL))) {
        stream->write_function(stream, "%s", text);
        report_free(text);
    } else if (count >= 1 && !strcasecmp(words[0], "reload")) {
        stream->write_function(stream, reload() ? "+OK\n" : "-ERR goes on as it was, see the log\n");
    } else if (count >= 2 && wish(words[0], words[1], words[2])) {
        stream->write_function(stream, "+OK\n");
    } else {
        stream->write_function(stream, "-USAGE: trunkline %s\n", SYNTAX);
    }
    free(copy);
    return SWITCH_STATUS_SUCCESS;
}

SWITCH_STANDARD_APP(queue_app)
{
    trunkline_queue_app(session, data);
}

SWITCH_STANDARD_APP(ivr_app)
{
    trunkline_ivr_app(session, data);
}

SWITCH_STANDARD_APP(record_app)
{
    trunkline_record_app(session, data);
}

/* ---- the module --------------------------------------------------------------------------------------------- */

static void end(void)
{
    cc_free(trunkline_center);
    trunkline_center = NULL;
    flows_free(trunkline_flows);
    trunkline_flows = NULL;
    tl_recorder_free(trunkline_recorder);
    trunkline_recorder = NULL;
}

SWITCH_MODULE_LOAD_FUNCTION(mod_trunkline_load)
{
    const struct cc_hooks hooks = {
        .event = trunkline_call_event, .release = trunkline_call_release, .roster = event_roster,
        .log = log_text,
    };
    switch_application_interface_t *app_interface;
    switch_api_interface_t *api_interface;
    struct cc_config *config;
    struct settings own;
    char why[300];

    settings_start(pool);
    config = settings_read(&own);
    if (!config) {
        return SWITCH_STATUS_TERM;
    }
    trunkline_flows = flows_new(log_text, NULL);
    if (!settings_use(&own) || !trunkline_flows || tl_recorder_new(NULL, &trunkline_recorder) < 0) {
        cc_config_free(config);
        end();
        return SWITCH_STATUS_TERM;
    }
    flows_load(trunkline_flows, config);
    trunkline_center = cc_new(&hooks, config, why, sizeof why);
    if (!trunkline_center) {
        switch_log_printf(SWITCH_CHANNEL_LOG, SWITCH_LOG_ERROR, "The engine cannot be made: %s\n", why);
        cc_config_free(config);
        end();
        return SWITCH_STATUS_TERM;
    }
    if (!cc_start(trunkline_center)) {
        end();
        return SWITCH_STATUS_TERM;
    }
    trunkline_module = *module_interface = switch_loadable_module_create_module_interface(pool, modname);
    SWITCH_ADD_APP(app_interface, "trunkline_queue", "Waits in a queue for an agent",
                   "trunkline_queue queue [timeout [keys]]", queue_app, "queue [timeout [keys]]", SAF_NONE);
    SWITCH_ADD_APP(app_interface, "trunkline_ivr", "Runs a flow", "trunkline_ivr flow", ivr_app, "flow",
                   SAF_NONE);
    SWITCH_ADD_APP(app_interface, "trunkline_record", "Records both directions of a call",
                   "trunkline_record [file]", record_app, "[file]", SAF_MEDIA_TAP);
    SWITCH_ADD_API(api_interface, "trunkline", "Trunkline", trunkline_api, SYNTAX);
    switch_console_set_complete("add trunkline show queues");
    switch_console_set_complete("add trunkline show agents");
    switch_console_set_complete("add trunkline show calls");
    switch_console_set_complete("add trunkline show explain");
    switch_console_set_complete("add trunkline reload");
    return SWITCH_STATUS_SUCCESS;
}

SWITCH_MODULE_SHUTDOWN_FUNCTION(mod_trunkline_shutdown)
{
    /*
     * The core has waited for sessions in our applications; phones that still ring are waited for
     * here, and the last instructions of their threads.
     */
    do {
        switch_yield(20000);
    } while (offers_under_way());
    switch_console_set_complete("del trunkline");
    /* Where unloading was forced: a recording's media bug runs our code until its call has ended. */
    while (trunkline_recorder && tl_recorder_free(trunkline_recorder) == TL_ERR_IN_USE) {
        switch_yield(20000);
    }
    trunkline_recorder = NULL;
    end();
    return SWITCH_STATUS_SUCCESS;
}
