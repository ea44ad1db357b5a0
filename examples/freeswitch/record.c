/*
 * record.c - trunkline_record: both directions of a call in a .tlr file
 *
 * A media bug hands every frame to the library's recorder, which has a thread of its own: the media
 * thread never waits for the disk.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "mod_trunkline.h"

struct recording {
    tl_recording *file;
    uint64_t position;
    bool failed;
};

/* Both directions in one frame, sample by sample: the caller's left, what it hears right. */
static void write_frame(struct recording *recording, const switch_frame_t *frame)
{
    const int16_t *both = frame->data;
    size_t samples = frame->datalen / 4, done = 0;
    int16_t side[480];
    uint32_t channel;

    while (done < samples) {
        size_t count = samples - done < 480 ? samples - done : 480;
        for (channel = 0; channel < 2; channel++) {
            for (size_t i = 0; i < count; i++) {
                side[i] = both[2 * (done + i) + channel];
            }
            if (tl_recording_write_pcm(recording->file, channel, recording->position + done, side, count,
                                       NULL) < 0 && !recording->failed) {
                recording->failed = true;
                switch_log_printf(SWITCH_CHANNEL_LOG, SWITCH_LOG_ERROR, "Recording failed: %s\n",
                                  tl_last_error());
            }
        }
        done += count;
    }
    recording->position += samples;
}

static switch_bool_t on_bug(switch_media_bug_t *bug, void *data, switch_abc_type_t type)
{
    struct recording *recording = data;
    uint8_t buffer[SWITCH_RECOMMENDED_BUFFER_SIZE];
    switch_frame_t frame = {0};

    if (type == SWITCH_ABC_TYPE_READ) {
        frame.data = buffer;
        frame.buflen = sizeof buffer;
        while (switch_core_media_bug_read(bug, &frame, SWITCH_FALSE) == SWITCH_STATUS_SUCCESS && frame.datalen) {
            write_frame(recording, &frame);
        }
    } else if (type == SWITCH_ABC_TYPE_CLOSE) {
        tl_recording_free(recording->file); /* closed by the recorder's thread */
        recording->file = NULL;
        switch_thread_rwlock_unlock(trunkline_module->rwlock);
    }
    return SWITCH_TRUE;
}

/* trunkline_record [file] */
void trunkline_record_app(switch_core_session_t *session, const char *data)
{
    switch_channel_t *channel = switch_core_session_get_channel(session);
    switch_caller_profile_t *profile = switch_channel_get_caller_profile(channel);
    struct recording *recording = switch_core_session_alloc(session, sizeof *recording);
    switch_codec_implementation_t codec = {0};
    switch_media_bug_t *bug = NULL;
    tl_recording_config config;
    char directory[SETTING], *path;

    switch_core_session_get_read_impl(session, &codec);
    const uint32_t rate = codec.actual_samples_per_second ? codec.actual_samples_per_second : 8000;
    const tl_recording_channel sides[] = {
        {"caller", TL_RECORDING_PCM16, rate}, {"agent", TL_RECORDING_PCM16, rate},
    };
    const tl_recording_meta meta[] = {
        {"uuid", switch_core_session_get_uuid(session)},
        {"caller", profile && profile->caller_id_number ? profile->caller_id_number : ""},
        {"called", profile && profile->destination_number ? profile->destination_number : ""},
    };
    if (!zstr(data) && !cc_is_below(data)) {
        switch_log_printf(SWITCH_CHANNEL_SESSION_LOG(session), SWITCH_LOG_ERROR,
                          "trunkline_record %s: not a name below the directory of recordings\n", data);
        return;
    }
    trunkline_recordings(directory, sizeof directory);
    path = zstr(data) ? switch_core_session_sprintf(session, "%s/%s.tlr", directory,
                                                    switch_core_session_get_uuid(session))
        : switch_core_session_sprintf(session, "%s/%s", directory, data);
    tl_recording_defaults(&config);
    config.started = cc_now();
    config.channels = sides;
    config.channel_count = 2;
    config.meta = meta;
    config.meta_count = 3;
    if (tl_recording_new(trunkline_recorder, path, &config, &recording->file) < 0) {
        switch_log_printf(SWITCH_CHANNEL_SESSION_LOG(session), SWITCH_LOG_ERROR, "%s: %s\n", path,
                          tl_last_error());
        return;
    }
    /* It outlives this application: until its call has ended the module stays. */
    switch_thread_rwlock_rdlock(trunkline_module->rwlock);
    if (switch_core_media_bug_add(session, "trunkline", path, on_bug, recording, 0,
                                  SMBF_READ_STREAM | SMBF_WRITE_STREAM | SMBF_STEREO,
                                  &bug) != SWITCH_STATUS_SUCCESS) {
        tl_recording_free(recording->file);
        switch_thread_rwlock_unlock(trunkline_module->rwlock);
        switch_log_printf(SWITCH_CHANNEL_SESSION_LOG(session), SWITCH_LOG_ERROR, "%s cannot be recorded\n", path);
        return;
    }
    switch_channel_set_variable(channel, "trunkline_recording", path);
}
