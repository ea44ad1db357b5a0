/*
 * settings.c - trunkline.conf.xml: what is the center's of it, and what is this module's
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "mod_trunkline.h"

static const char CONFIG[] = "trunkline.conf";

static struct settings settings;
static switch_mutex_t *lock;

void settings_start(switch_memory_pool_t *pool)
{
    switch_mutex_init(&lock, SWITCH_MUTEX_NESTED, pool);
}

static void copy(char *into, size_t room, const char *setting)
{
    switch_mutex_lock(lock);
    switch_copy_string(into, setting, room);
    switch_mutex_unlock(lock);
}

void trunkline_recordings(char *into, size_t room)
{
    copy(into, room, settings.recordings);
}

void trunkline_announcement(char *into, size_t room)
{
    copy(into, room, settings.announcement);
}

bool settings_use(const struct settings *own)
{
    switch_memory_pool_t *pool = NULL;
    bool made;

    switch_core_new_memory_pool(&pool);
    made = switch_dir_make_recursive(own->recordings, SWITCH_DEFAULT_DIR_PERMS, pool) == SWITCH_STATUS_SUCCESS;
    switch_core_destroy_memory_pool(&pool);
    if (!made) {
        switch_log_printf(SWITCH_CHANNEL_LOG, SWITCH_LOG_ERROR, "%s cannot be made\n", own->recordings);
        return false;
    }
    switch_mutex_lock(lock);
    settings = *own;
    switch_mutex_unlock(lock);
    return true;
}

/* ---- trunkline.conf.xml ---------------------------------------------------------------------------------- */

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

static bool read_general(struct cc_config *config, switch_xml_t parent, struct settings *own)
{
    bool good = true;

    for (switch_xml_t param = switch_xml_child(parent, "param"); param; param = param->next) {
        const char *name = switch_xml_attr(param, "name"), *value = switch_xml_attr(param, "value");
        if (name && value && !strcasecmp(name, "announcement")) {
            switch_copy_string(own->announcement, value, sizeof own->announcement);
        } else {
            good &= set(config, "general", name, value);
        }
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

struct cc_config *settings_read(struct settings *own)
{
    switch_xml_t root = NULL, xml = switch_xml_open_cfg(CONFIG, &root, NULL), general;
    struct cc_config *config = cc_config_new();
    char why[300];
    bool good = true;

    if (!xml || !config) {
        switch_xml_free(xml);
        switch_log_printf(SWITCH_CHANNEL_LOG, SWITCH_LOG_ERROR, "%s cannot be read\n", CONFIG);
        cc_config_free(config);
        return NULL;
    }
    memset(own, 0, sizeof *own);
    if ((general = switch_xml_child(root, "settings"))) {
        good = read_general(config, general, own);
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
    switch_copy_string(own->recordings,
                       config->recordings[0] ? config->recordings : SWITCH_GLOBAL_dirs.recordings_dir,
                       sizeof own->recordings);
    return config;
}
