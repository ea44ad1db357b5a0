/*
 * app_trunkline.c - Trunkline in Asterisk: TrunklineQueue, TrunklineIVR, TrunklineRecord
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One routing engine for the whole PBX, on a thread of its own (../pbx-common/callcenter.h), which
 * is woken by what happens to calls and devices and by its deadline. docs/asterisk.md has it all.
 */
/*** MODULEINFO
	<support_level>extended</support_level>
 ***/
#include "treatment.h"

#include <sys/stat.h>

#include "asterisk/config.h"
#include "asterisk/paths.h"
#include "asterisk/stasis.h"

static const char CONFIG[] = "trunkline.conf";

cc_center *trunkline_center;
struct flows *trunkline_flows;

static struct stasis_subscription *devices;
static struct ao2_container *watched; /* the names of agents' devices */

AST_MUTEX_DEFINE_STATIC(recordings_lock);
static char recordings[256];

void trunkline_recordings(char *directory, size_t room)
{
    ast_mutex_lock(&recordings_lock);
    if (recordings[0]) {
        ast_copy_string(directory, recordings, room);
    } else {
        snprintf(directory, room, "%s/trunkline", ast_config_AST_SPOOL_DIR);
    }
    ast_mutex_unlock(&recordings_lock);
    ast_mkdir(directory, 0750);
}

/* ---- agents' devices -------------------------------------------------------------------------- */

static enum cc_device device_of(enum ast_device_state state)
{
    switch (state) {
    case AST_DEVICE_NOT_INUSE:
    case AST_DEVICE_UNKNOWN:
        return CC_DEVICE_FREE;
    case AST_DEVICE_INVALID:
    case AST_DEVICE_UNAVAILABLE:
        return CC_DEVICE_GONE;
    default:
        return CC_DEVICE_BUSY;
    }
}

static void device_changed(void *data, struct stasis_subscription *sub, struct stasis_message *message)
{
    struct ast_device_state_message *state;
    char *name;

    if (stasis_message_type(message) != ast_device_state_message_type()) {
        return;
    }
    state = stasis_message_data(message);
    if (state->eid) {
        return; /* one server's view; the aggregate follows */
    }
    name = ao2_find(watched, state->device, OBJ_SEARCH_KEY);
    if (name) {
        ao2_ref(name, -1);
        cc_device(trunkline_center, state->device, device_of(state->state));
    }
}

/* Asking a device for its state may take a channel driver's lock, so the engine's thread does not. */
static int first_look(void *arg)
{
    char *device = arg;

    cc_device_first(trunkline_center, device, device_of(ast_device_state(device)));
    ast_free(device);
    return 0;
}

static void watch(void *host, const char *device, bool start)
{
    char *copy;

    if (!start) {
        ast_str_container_remove(watched, device);
        return;
    }
    ast_str_container_add(watched, device);
    if ((copy = ast_strdup(device))) {
        events_push(first_look, copy);
    }
}

/* ---- configuration ---------------------------------------------------------------------------- */

static void log_text(void *host, int level, const char *text)
{
    if (level == 0) {
        ast_log(LOG_ERROR, "%s\n", text);
    } else if (level == 1) {
        ast_log(LOG_WARNING, "%s\n", text);
    } else {
        ast_log(LOG_NOTICE, "%s\n", text);
    }
}

void trunkline_device(const char *phone, char *device, size_t room)
{
    char *options;

    ast_copy_string(device, phone, room);
    if (!strncasecmp(device, "Local/", 6) && (options = strchr(device + 6, '/'))) {
        *options = '\0';
    }
}

static void name_devices(struct cc_config *config)
{
    size_t i;

    for (i = 0; i < config->agent_count; i++) {
        struct cc_config_agent *agent = &config->agents[i];
        if (!agent->device[0]) {
            trunkline_device(agent->phone, agent->device, sizeof(agent->device));
        }
    }
}

/* One line: of what is the engine's, or of how a queue treats its callers. */
static bool set(struct cc_config *config, struct ao2_container *treatments, const char *section,
    const struct ast_variable *line, char *why, size_t room)
{
    int taken = config->section == CC_QUEUE_SECTION && !strcmp(config->section_name, section) ?
        treatments_set(treatments, section, line->name, line->value, why, room) : 0;

    return taken ? taken > 0 : cc_config_set(config, section, line->name, line->value, why, room);
}

/* What of [general] is this module's own. */
struct general {
    bool keep; /* members that come while Asterisk runs outlive it */
    bool log_members, log_callers;
    bool negative_invalid; /* a row of a database whose penalty is negative is no member */
};

static bool set_general(struct general *general, const struct ast_variable *line)
{
    const struct {
        const char *key;
        bool *flag;
    } FLAGS[] = {
        { "persistent_members", &general->keep },
        { "log_member_names", &general->log_members },
        { "log_caller_names", &general->log_callers },
        { "negative_penalty_invalid", &general->negative_invalid },
    };
    size_t i;

    for (i = 0; i < ARRAY_LEN(FLAGS); i++) {
        if (!strcasecmp(line->name, FLAGS[i].key)) {
            *FLAGS[i].flag = ast_true(line->value);
            return true;
        }
    }
    return false;
}

static void use_general(const struct general *general)
{
    kept_use(general->keep);
    realtime_use(general->negative_invalid);
    events_use_names(general->log_members, general->log_callers);
}

static struct cc_config *read_config(struct general *general, struct ao2_container **treatments)
{
    struct ast_flags flags = { 0 };
    struct ast_config *file = ast_config_load(CONFIG, flags);
    struct cc_config *config;
    struct ast_variable *line;
    const char *section = NULL;
    char why[300];
    bool good = true;

    memset(general, 0, sizeof(*general));
    if (!file || file == CONFIG_STATUS_FILEINVALID) {
        ast_log(LOG_ERROR, "%s cannot be read\n", CONFIG);
        return NULL;
    }
    *treatments = treatments_new();
    if (!*treatments || !(config = cc_config_new())) {
        ao2_cleanup(*treatments);
        ast_config_destroy(file);
        return NULL;
    }
    while ((section = ast_category_browse(file, section))) {
        for (line = ast_variable_browse(file, section); line; line = line->next) {
            if (!strcasecmp(section, "general") && set_general(general, line)) {
                continue;
            }
            if (!set(config, *treatments, section, line, why, sizeof(why))) {
                ast_log(LOG_ERROR, "%s, line %d, [%s]: %s\n", CONFIG, line->lineno, section, why);
                good = false;
            }
        }
    }
    ast_config_destroy(file);
    if (good && (!realtime_rules(config, why, sizeof(why)) || !cc_config_check(config, why, sizeof(why)))) {
        ast_log(LOG_ERROR, "%s: %s\n", CONFIG, why);
        good = false;
    }
    if (!good) {
        cc_config_free(config);
        ao2_cleanup(*treatments);
        return NULL;
    }
    name_devices(config);
    treatments_fit(*treatments, config);
    ast_mutex_lock(&recordings_lock);
    ast_copy_string(recordings, config->recordings, sizeof(recordings));
    ast_mutex_unlock(&recordings_lock);
    return config;
}

static int reload_module(void)
{
    struct general general;
    struct ao2_container *treatments;
    struct cc_config *config = read_config(&general, &treatments);

    if (!config) {
        ast_log(LOG_ERROR, "Trunkline goes on as it was\n");
        return -1;
    }
    treatments_use(treatments);
    flows_load(trunkline_flows, config);
    cc_reload(trunkline_center, config);
    use_general(&general);
    kept_write(NULL);
    return 0;
}

/* ---- the module ------------------------------------------------------------------------------- */

static void offer(void)
{
    cli_start();
    manager_start();
    functions_start();
    applications_start();
}

/* What load_module() has made so far, in the opposite order. Nobody is in the module any more. */
static void put_away(void)
{
    record_stop();
    devices = stasis_unsubscribe_and_join(devices);
    transfers_stop();
    cc_stop(trunkline_center);
    events_stop(); /* which still runs what is queued, and that speaks to the center */
    cc_free(trunkline_center);
    trunkline_center = NULL;
    flows_free(trunkline_flows);
    trunkline_flows = NULL;
    treatments_use(NULL);
    ao2_cleanup(watched);
    watched = NULL;
}

static int unload_module(void)
{
    /* First, so that nothing begins while the recorder waits for the disk. */
    if (!applications_stop()) {
        return -1;
    }
    cli_stop();
    manager_stop();
    functions_stop();
    if (!record_stop()) {
        offer();
        return -1;
    }
    put_away();
    /* Whoever let go of the module last has left its code by then. */
    usleep(10000);
    return 0;
}

static int load_module(void)
{
    const struct cc_hooks hooks = {
        .event = trunkline_call_event, .release = trunkline_call_release, .roster = event_roster,
        .settled = states_settled, .watch = watch, .log = log_text,
    };
    struct general general;
    struct ao2_container *treatments;
    struct cc_config *config = read_config(&general, &treatments);
    char why[300];

    if (!config) {
        return AST_MODULE_LOAD_DECLINE;
    }
    treatments_use(treatments);
    watched = ast_str_container_alloc(1021);
    trunkline_flows = flows_new(log_text, NULL);
    if (!watched || !trunkline_flows || !events_start() || !record_start() || !transfers_start()) {
        cc_config_free(config);
        put_away();
        return AST_MODULE_LOAD_DECLINE;
    }
    flows_load(trunkline_flows, config);
    trunkline_center = cc_new(&hooks, config, why, sizeof(why));
    if (!trunkline_center) {
        ast_log(LOG_ERROR, "The engine cannot be made: %s\n", why);
        cc_config_free(config);
        put_away();
        return AST_MODULE_LOAD_DECLINE;
    }
    states_start();
    devices = stasis_subscribe(ast_device_state_topic_all(), device_changed, NULL);
    if (!devices || !cc_start(trunkline_center)) {
        put_away();
        return AST_MODULE_LOAD_DECLINE;
    }
    stasis_subscription_accept_message_type(devices, ast_device_state_message_type());
    stasis_subscription_set_filter(devices, STASIS_SUBSCRIPTION_FILTER_SELECTIVE);
    use_general(&general);
    kept_restore();
    offer();
    return AST_MODULE_LOAD_SUCCESS;
}

AST_MODULE_INFO(ASTERISK_GPL_KEY, AST_MODFLAG_LOAD_ORDER, "Trunkline: queues, dialogues, recordings",
    .support_level = AST_MODULE_SUPPORT_EXTENDED,
    .load = load_module,
    .unload = unload_module,
    .reload = reload_module,
    .load_pri = AST_MODPRI_DEVSTATE_CONSUMER,
);
