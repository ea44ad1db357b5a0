/*
 * options.h - a configuration's insides: keys that are a number, a time or a word of the engine's
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trunkline.h>

/** 1 when the key is an option of that and was taken in, 0 when it is none, -1 when it failed. */
int cc_option_of_queue(tl_acd_queue_config *config, const char *key, const char *value, char *why,
                       size_t room);
int cc_option_of_member(tl_acd_membership *config, const char *key, const char *value, char *why,
                        size_t room);
int cc_option_of_limits(tl_acd_limits *limits, const char *key, const char *value, char *why,
                        size_t room);

/** The strategy of that name (NULL: the usual one) as it is written; NULL when there is none. */
const char *cc_option_strategy(const char *text, uint32_t *strategy);

/** The order of calls of that name, a tl_acd_call_order. */
bool cc_option_call_order(const char *text, uint32_t *order);

/** Copies a text that has to fit. */
bool cc_option_text(char *into, size_t room, const char *value, const char *key, char *why,
                    size_t why_room);

/** Whether it says yes. */
bool cc_option_truth(const char *value);

/** A number, or "none": TL_NONE32. */
bool cc_option_number(const char *text, uint32_t *value);

/** Seconds with at most three decimals, as milliseconds; no floating point. */
bool cc_option_milliseconds(const char *text, uint64_t *ms);

/** Puts a sentence in `why`. Always false. */
bool cc_option_fail(char *why, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
