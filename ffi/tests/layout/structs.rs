// Written by the test; see layout.rs.
layouts! {
    tl_memory_stats { size, used, peak, blocks, overflows, overflowed, reserved }
    tl_acd_limits { struct_size, queues, agents, memberships, calls, offers, lines, pools, classes, profiles, skills, ring_max, outputs, steps, ghosts, rules }
    tl_acd_queue_config { struct_size, strategy, tag, medium, ring_timeout_ms, retry_ms, wrap_up_ms, max_wait_ms, overflow_queue, service_level_ms, announce_first_ms, announce_every_ms, overflow_target, resume_within_ms, max_waiting, weight, missed_limit, aging_ms, join_empty, leave_empty, busy_delay_ms, declined_delay_ms, failed_delay_ms, no_answer_delay_ms, progressive_ms, custom_term, custom_second_term, custom_start, custom_ring, custom_best_skill, target_ms, share, leave_empty_after_ms, leave_empty_stay_ms, custom_to_untried, wrap_up_shared, tier_wait_ms, tier_by_level, tier_skip_empty, service_level, short_ms, head_only, reserved }
    tl_acd_relax_step { after_ms, call_class, penalty_min, penalty_max, levels_less, penalty_raise, penalty_raise_within, penalty_min_by, penalty_max_by, penalty_raise_by, penalty_raise_within_alone }
    tl_acd_agent_config { struct_size, profile, tag, wrap_up_ms, units, blocked_by, reserved }
    tl_acd_membership { struct_size, penalty, level, position, wrap_up_ms, paused }
    tl_acd_skill { skill, level, reserved }
    tl_acd_call { struct_size, priority, tag, queue, preferred_agent, credit_ms, max_wait_ms, caller, preferred_wait_ms, call_class, position, penalty_min, penalty_max, penalty_raise, penalty_raise_within, reserved, rule }
    tl_acd_output { kind, reason, detail, position, at, call, agent, offer, queue, from_queue, call_tag, agent_tag, until, waited_ms, talked_ms, rang_ms, estimate_ms, next_agent, next_call, free, waiting, priority, from_priority, reserved }
    tl_acd_change { kind, detail, at, queue, agent, call, offer, value, priority, reason, reserved }
    tl_acd_service_level { definition, reserved, in_level, of }
    tl_acd_queue_counters { offered, refused, answered, abandoned, timed_out, exited, left_empty, overflowed, waiting, talking, answered_in_level, abandoned_in_level, completed, waited_ms, answered_waited_ms, talked_ms, members, logged_in, taking_calls, free, short_calls, reserved }
    tl_acd_agent_counters { state, reason, offered, answered, missed, lost, cancelled, talked_ms, wrapped_ms, reserved }
    tl_acd_call_info { state, position, estimate_ms, tag, queue, arrived, joined, priority, call_class, rule, penalty_min, penalty_max, penalty_raise, penalty_raise_within, reserved }
    tl_acd_member_info { agent_tag, penalty, level, position, wrap_up_ms, calls, state, reason, wanted, last_call, login, last_pause, paused, ringing, talking, wrapping, reserved }
    tl_acd_starvation { queue, under, reserved }
    tl_acd_why_waiting { unskilled, out_of_window, logged_out, not_ready, left_alone, busy, tried, free, ahead, ringing, alone_until, next_change, paused, reserved32, reserved }
    tl_acd_why_idle { available, unskilled, out_of_window, held, open, paused, left_alone_until, reserved }
    tl_acd_estimates { by_length_ms, by_last_served_ms, by_first_ms, reserved }
    tl_acd_next { call, before, because, reserved32, reserved }
    tl_acd_call_facts { tag, queue, arrived, joined, called, answered, original_position, resumed, reserved }
    tl_acd_agent_facts { state, reason, before, before_reason, login, last_pause, last_call, missed, reserved32, reserved }
    tl_acd_estimate_error { count, sum_ms, absolute_sum_ms, mean_ms, mean_absolute_ms }
    tl_acd_estimate_errors { by_length, by_last_served, by_first, reserved }
    tl_acd_queue_name { queue, name }
    tl_acd_channel { name, uniqueid, linkedid, caller_id_num, caller_id_name, connected_line_num, connected_line_name, language, account_code, context, exten, member_uuid, url, bridge_id, hangup_cause, state_desc, state, priority, reserved }
    tl_acd_caller { tag, channel, transfer_to, transfer_context, transfer, reserved }
    tl_acd_agent_name { tag, name, interface, state_interface, membership, kind, system, channel, ring_in_use, reserved }
    tl_acd_reason_name { reason, name }
    tl_acd_names { struct_size, form, queues, queue_count, callers, caller_count, agents, agent_count, reasons, reason_count }
    tl_acd_member_news { agent, queue, event, reserved }
    tl_acd_log_line { at, call, queue, agent, event, data, data_count, reserved }
    tl_stats_config { struct_size, level, interval_ms, level_ms, short_ms }
    tl_stats_limits { struct_size, traffic, classes, agents, agent_intervals, ratings, calls, ended }
    tl_stats_lost { traffic, classes, agents, agent_intervals, ratings, calls, ended, reserved }
    tl_stats_traffic { from, queue, offered, refused, answered, abandoned, left, moved, answered_in_level, abandoned_in_level, short_calls, waited_ms, answer_ms, talked_ms, rated, rating, completed, wrap_up_ms, call_class, reserved }
    tl_stats_agent { agent, available_ms, ringing_ms, talking_ms, wrap_up_ms, not_ready_ms, offered, answered, missed, rated, rating, from, reserved }
    tl_stats_rating { queue, agent, count, sum, grades, reserved }
    tl_stats_call { tag, arrived, queue, agent, answered, ended, offers, end, reason, detail, reserved }
    tl_stats_traffic_figures { answer_average_ms, handle_average_ms, abandoned_per_mille, level_per_mille, level, reserved }
    tl_stats_agent_figures { logged_in_ms, busy_ms, occupancy_per_mille, points, reserved }
    tl_door_config { struct_size, listed_max, callers, per_caller, per_caller_ms, numbers, per_number, per_number_ms, calls_max, reserved }
    tl_door_listed { caller, barred, value }
    tl_period { start, end }
    tl_offset { from, seconds, reserved }
    tl_day { year, month, day, rule, value, period_count, periods }
    tl_calendar_config { struct_size, week_count, week, offsets, offset_count, days, day_count }
    tl_acd_duty { agent, place }
    tl_campaign_retry { after_ms, tries, reserved }
    tl_campaign_config { struct_size, contacts, do_not_call, mode, dials_per_100_agents, intensified_mode, intensified_dials_per_100_agents, cap_per_mille, preview_ms, skip_ms, complaints_max, success_min_per_mille, success_high_per_mille, sample_min, blend_on_per_mille, blend_off_per_mille, blend_reserve, zone_count, abandoned, busy, no_answer, machine, congestion, zones, period_ms, reserved }
    tl_campaign_contact { struct_size, zone, tag, number, not_before, priority, reserved }
    tl_campaign_info { contacts, done, dialling, suspended, live, abandoned, unanswered, intensified, reserved32, last_live, last_abandoned }
    tl_campaign_output { kind, contact, tag, number, tries, reason, reserved }
    tl_pacer_config { struct_size, mode, dials_per_100_agents, cap_per_mille }
    tl_pacer_counters { dialling, live, abandoned, unanswered, reserved }
    tl_guard_config { struct_size, complaints_max, success_min_per_mille, success_high_per_mille, sample_min, reserved }
    tl_blend { on_per_mille, off_per_mille, reserve, dialling }
    tl_staffing_load { struct_size, patience, calls_per_hour, handle_s, patience_s }
    tl_staffing_service { wait_probability, abandoned, in_level, in_level_of_answered, wait_s, answer_s, queue, occupancy }
    tl_sim_tally { offered, answered, abandoned, left, waited, in_level, wait_s, answer_s, talk_s, service_level, abandonment, wait_probability, average_wait_s, average_answer_s, reserved }
    tl_sim_agent { busy_s, there_s }
    tl_sim_call { came, waited_ms, talked_ms, stream, fate, agent, reserved }
    tl_sim_estimate { mean, error }
    tl_sim_study_result { service_level, abandonment, wait_probability, average_wait_s, average_answer_s, occupancy }
    tl_ivr_service { node, node_len, name, name_len, kind, reserved }
    tl_ivr_prompt { prompt, prompt_len, language, language_len, file, file_len, text, text_len }
    tl_ivr_flow_info { name, name_len, id, variable_bytes, reserved }
    tl_ivr_name { name, name_len, node, node_len }
    tl_ivr_item { kind, piece_count, file, text, pieces }
    tl_ivr_value { name, value_type, reserved, integer, text }
    tl_ivr_output { kind, op, reason, flag, priority, timeout_ms, silence_ms, item_count, items, arg_count, reserved, args, name, detail, keys }
    tl_ivr_config { struct_size, trace, seed, now, caller, called, language }
    tl_ivr_trial_info { now, deadline, lines, visits, playing, host, over, node, keys, reserved32, reserved }
    tl_ivr_rehearsal_info { scenarios, failed, exits_taken, exits, reserved }
    tl_dtmf_event { kind, key, level, reserved, start, duration }
    tl_line_config { struct_size, listen, plan, initial_silence_ms, greeting_ms, silence_after_ms, between_words_ms, word_ms, words, total_ms }
    tl_line_event { kind, value, at, duration }
    tl_tone_step { low_hz, high_hz, ms, reserved }
    tl_tone_shape { meaning, repeats, steps, count }
    tl_rtp_packet { marker, payload_type, sequence, timestamp, ssrc, padding, payload, payload_len, csrcs, csrc_count, extension, extension_len, extension_profile, has_extension }
    tl_event_packet { marker, payload, clock }
    tl_event_signal { down, event, timestamp, duration, complete, volume }
    tl_rtcp_report { ssrc, fraction_lost, lost, highest_sequence, jitter, last_sender_report, delay, reserved }
    tl_rtcp_sender { ntp, rtp, packets, octets, reserved }
    tl_rtp_statistics { received, lost, duplicates, reordered, discarded, restarts, jitter, reserved }
    tl_rtcp_summary { ssrc, has_sender, has_report, leaves, sender, report }
    tl_rtcp_item { ssrc, kind, text, len, detail, subtype }
    tl_rtcp_block { from, reserved, report }
    tl_jitter_config { struct_size, law, min_delay_ms, max_delay_ms, codec, reserved }
    tl_jitter_packet { ssrc, timestamp, sequence, comfort_noise, reserved, payload, payload_len, arrival_us }
    tl_jitter_pulled { sound, delay_ms, timestamp }
    tl_jitter_stats { packets, taken, duplicate, late, refused, dropped, restarts, samples, voice_samples, concealed_samples, noise_samples, silent_samples, removed_samples, added_samples, delay_ms, target_ms, reserved }
    tl_agc_config { struct_size, target_dbov, most_gain_db, most_loss_db }
    tl_wav_header { container, encoding, channels, rate, data_bytes, reserved }
    tl_block_samples { coding, shift, samples, count }
    tl_block_info { coding, reserved, samples }
    tl_recorder_config { struct_size, queue, sync_every_ms, reserved }
    tl_recording_channel { name, coding, rate }
    tl_recording_meta { key, value }
    tl_recording_config { struct_size, level, started, channels, meta, channel_count, meta_count, block_ms, checkpoint_every, id, signer, recipients, passphrase, recipient_count, clear_head, cipher, passphrase_kib, passphrase_passes, passphrase_lanes }
    tl_mark { kind, channel, position, length, text }
    tl_reader_config { struct_size, passphrase_mib, secret, passphrase }
    tl_reader_info { started, channels, meta, marks, damaged, finished, reserved, duration_us, later }
    tl_reader_entry { position, len, offset, channel, reserved }
    tl_reader_peaks { first, levels, count, channel, reserved }
    tl_reader_clock { position, micros, channel, reserved }
    tl_reader_damage { from, to }
    tl_reader_packet { samples, len }
    tl_reader_shape { rate, channels, frames }
    tl_recording_report { intact, closed, recovered, signature, records, missing, broken, damaged, damaged_bytes, signature_at, signer, reserved }
}
