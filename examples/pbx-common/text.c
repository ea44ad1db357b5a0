/*
 * text.c - what callers and dialplans write, made fit for where it goes
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include <string.h>

#include "text.h"

void cc_plain(char *to, size_t size, const char *from, const char *marks)
{
    if (!size)
        return;
    for (; from && *from && size > 1; from++, size--) {
        unsigned char c = (unsigned char)*from;
        *to++ = c < ' ' || c > '~' || strchr(marks, c) ? '_' : (char)c;
    }
    *to = '\0';
}

bool cc_is_below(const char *name)
{
    if (!*name || *name == '/')
        return false;
    for (const char *part = name; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (!strncmp(part, "..", 2) && (part[2] == '/' || part[2] == '\0'))
            return false;
    }
    return true;
}
