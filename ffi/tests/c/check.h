/* What the test programs share: a check that says where and why, and then ends the program. */
#ifndef CHECK_H
#define CHECK_H

#include "trunkline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                              \
    do {                                                                              \
        if (!(condition)) {                                                           \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);           \
            exit(1);                                                                  \
        }                                                                             \
    } while (0)

/* The call returns this status, or the program ends with what it returned and why. */
#define EXPECT(status, call)                                                          \
    do {                                                                              \
        tl_status got_ = (call);                                                      \
        if (got_ != (status)) {                                                       \
            fprintf(stderr, "%s:%d: %s: %d %s (%s)\n", __FILE__, __LINE__, #call,     \
                    (int)got_, tl_status_text(got_), tl_last_error());                \
            exit(1);                                                                  \
        }                                                                             \
    } while (0)

#define OK(call) EXPECT(TL_OK, call)

#endif
