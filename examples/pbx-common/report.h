/*
 * report.h - what people ask a call centre: `trunkline show queues|agents|calls|explain`
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef REPORT_H
#define REPORT_H

#include "callcenter.h"

/**
 * Answers "queues", "agents", "calls" or "explain" (the call or agent called `name`, or all
 * calls when it is NULL or empty). The text is to be freed with report_free; NULL when the
 * question is none of these.
 */
char *report(cc_center *center, const char *what, const char *name);

void report_free(char *text);

/** The words for an agent's state, as in "available". */
const char *report_agent_state(uint32_t state);

#endif
