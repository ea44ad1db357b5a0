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

static const char CONFIG[] = "trunkline.conf";

cc_center *trunkline_center;
struct flows *trunkline_flows;
tl_recorder *trunkline_recorder;

static char recordings[256];

const char *trunkline_recordings(void)
{
    return recordings;
}

static void log_text(void *host, int level, const char *text)
{
    (void)host;
    switch_log_printf(SWITCH_CHANNEL_LOG, level == 0 ? SWITCH_LOG_ERROR : level == 1 ? SWITCH_LOG_WARNING
                      : SWITCH_LOG_NOTICE, "%s\n", text);
}

/* ---- configuration ------------------------------------------------------------------------------------- */

static bool set(struct cc_config *config, const char *section, const char *key, const char *value)
{
    char why[300];

    if (key && value && cc_config_set(config, section, key, value, why, sizeof why)) {
        return true;
    }
    switch_log_printf(SWITCH_CHANNEL_LOG, SWITCH_LOG_ERROR, "%s, %s: %s\n", CONFIG, section,
                      key && value ? why : "a param needs a name and a value");
    return false;
}

static bool read_params(struct cc_config *config, const char *section, switch_xml_t parent)
{
    bool good = true;

    for (switch_xml_t param = switch_xml_child(parent, "param"); param; param = param->next) {
        good &= set(config, section, switch_xml_attr(param, "name"), switch_xml_attr(param, "value"));
    }
    return good;
}

/* <queues><queue name="sales"><param .../></queue></queues>, and agents and flows likewise. */
static bool read_group(struct cc_config *config, switch_xml_t root, const char *group, const char *type)
{
    switch_xml_t parent = switch_xml_child(root, group);
    bool good = true;

    for (switch_xml_t item = parent ? switch_xml_child(parent, type) : NULL; item; item = item->next) {
        const char *name = switch_xml_attr(item, "name");
        good &= name && set(config, name, "type", type) && read_params(config, name, item);
    }
    return good;
}

static struct cc_config *read_config(void)
{
    switch_xml_t root = NULL, xml = switch_xml_open_cfg(CONFIG, &root, NULL), settings;
    struct cc_config *config = cc_config_new();
    char why[300];
    bool good = true;

    if (!xml || !config) {
        switch_log_printf(SWITCH_CHANNEL_LOG, SWITCH_LOG_ERROR, "%s cannot be read\n", CONFIG);
        cc_config_free(config);
        return NULL;
    }
    if ((settings = switch_xml_child(root, "settings"))) {
        good = read_params(config, "general", settings);
    }
    good &= read_group(config, root, "queues", "queue") & read_group(config, root, "agents", "agent") &
        read_group(config, root, "flows", "flow");
    switch_xml_free(xml);
    if (good && !cc_config_check(config, why, sizeof why)) {
        switch_log_printf(SWITCH_CHANNEL_LOG, SWITCH_LOG_ERROR, "%s: %s\n", CONFIG, why);
        good = false;
    }
    if (!good) {
        cc_config_free(config);
        return NULL;
    }
    return config;
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

SWITCH_STANDARD_API(trunkline_api)
{
    char *words[4] = {0}, *copy = strdup(zstr(cmd) ? "" : cmd), *text = NULL;
    int count = switch_split(copy, ' ', words);

    (void)session;
    if (count >= 2 && !strcasecmp(words[0], "show") &&
        (text = report(trunkline_center, words[1], count > 2 ? words[2] : NULL))) {
        stream->write_function(stream, "%s", text);
        report_free(text);
    } else if (count >= 1 && !strcasecmp(words[0], "reload")) {
        struct cc_config *config = read_config();
        if (config) {
            flows_load(trunkline_flows, config);
            cc_reload(trunkline_center, config);
        }
        stream->write_function(stream, config ? "+OK\n" : "-ERR goes on as it was, see the log\n");
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
    events_stop();
}

SWITCH_MODULE_LOAD_FUNCTION(mod_trunkline_load)
{
    const struct cc_hooks hooks = {
        .event = trunkline_call_event, .release = trunkline_call_release, .roster = event_roster,
        .log = log_text,
    };
    switch_application_interface_t *app_interface;
    switch_api_interface_t *api_interface;
    struct cc_config *config = read_config();
    char why[300];

    if (!config) {
        return SWITCH_STATUS_TERM;
    }
    if (config->recordings[0]) {
        switch_copy_string(recordings, config->recordings, sizeof recordings);
    } else {
        snprintf(recordings, sizeof recordings, "%s", SWITCH_GLOBAL_dirs.recordings_dir);
    }
    switch_dir_make_recursive(recordings, SWITCH_DEFAULT_DIR_PERMS, pool);
    trunkline_flows = flows_new(log_text, NULL);
    if (!trunkline_flows || tl_recorder_new(NULL, &trunkline_recorder) < 0 || !events_start()) {
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
    *module_interface = switch_loadable_module_create_module_interface(pool, modname);
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
    /* The core waits for sessions in our applications; phones that still ring are waited for here. */
    while (offers_under_way()) {
        switch_yield(20000);
    }
    switch_console_set_complete("del trunkline");
    /* A recording outlives its application: its media bug runs our code until its call has ended. */
    while (trunkline_recorder && tl_recorder_free(trunkline_recorder) == TL_ERR_IN_USE) {
        switch_yield(20000);
    }
    trunkline_recorder = NULL;
    end();
    return SWITCH_STATUS_SUCCESS;
}
