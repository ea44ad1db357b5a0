/*
 * text.h - what callers and dialplans write, made fit for where it goes
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef CC_TEXT_H
#define CC_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies `from` (NULL is empty) to `to`, with a `_` for every control character, for everything that
 * is not ASCII, and for every character of `marks`. Numbers are ASCII; what is not could be no UTF-8,
 * which the library refuses, and marks would end an argument of the host's own language.
 */
void cc_plain(char *to, size_t size, const char *from, const char *marks);

/* Whether a name stays below the directory it is put into: relative, and never upwards. */
bool cc_is_below(const char *name);

#endif
