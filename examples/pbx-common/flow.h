/*
 * flow.h - the flows of a configuration, compiled, and one caller's dialogue with one of them
 *
 * A dialogue belongs to one thread, the one that has the call. The host's part is `struct
 * flow_host`: what to do when the flow wants something. It answers with the tl_ivr_* inputs on
 * dialogue->session, then calls flow_follow again.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef FLOW_H
#define FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <trunkline.h>

struct cc_arrival;
struct cc_config;
struct flows;

/** Says a sentence in the host's log: 0 is an error, 1 a warning, 2 a notice. */
typedef void (*flow_log)(void *host, int level, const char *text);

/** An empty set of flows; NULL when there is no memory. */
struct flows *flows_new(flow_log log, void *host);

/**
 * Compiles every flow of the configuration. One that has errors is reported to the log, and what
 * was there under its name stays; one that is gone from the configuration can be begun no more.
 * Dialogues under way go on with the flow they began with. Returns how many there are.
 */
size_t flows_load(struct flows *flows, const struct cc_config *config);

/** Ends them. Dialogues under way keep theirs. */
void flows_free(struct flows *flows);

/** What the flow wants of the host. `op` is the number to answer with. */
struct flow_host {
    /** Play the files in order; `keys_stop`: a key ends it. Answer: tl_ivr_finished. */
    void (*play)(void *host, uint32_t op, const char *const *files, size_t count, bool keys_stop);
    /** End an operation. No answer. */
    void (*stop)(void *host, uint32_t op);
    /** Put the caller in a queue. Answer: tl_ivr_answered, tl_ivr_queue_ended. */
    void (*enqueue)(void *host, uint32_t op, const tl_ivr_output *queue);
    /** Record the caller. Answer: tl_ivr_recorded. */
    void (*record)(void *host, uint32_t op, const tl_ivr_output *record);
    /** Transfer the caller. Answer: tl_ivr_transferred. */
    void (*transfer)(void *host, uint32_t op, const tl_ivr_output *transfer);
    /** Ask `queries` of the configuration. Answer: tl_ivr_query_ok. */
    void (*query)(void *host, uint32_t op, const tl_ivr_output *query);
    /** Attach a value to the call. No answer. */
    void (*attach)(void *host, const tl_ivr_value *value);
    /** Whether a sound of this name can be played; NULL: all can. */
    bool (*playable)(void *host, const char *file);
};

struct dialogue {
    tl_ivr_session *session;
    const struct flow_host *ops;
    void *host;
    char prompts[256], queries[80];
    bool over;
    uint32_t reason; /* a tl_ivr_end, once over */
};

/** Begins a dialogue; false when there is no such flow. Call flow_follow next. */
bool flow_begin(struct dialogue *dialogue, struct flows *flows, const char *name,
                const tl_ivr_config *config, const struct flow_host *ops, void *host);

/** How a call wants to be queued, of a TL_IVR_QUEUE; good while that is. */
void flow_arrival(const tl_ivr_output *queue, struct cc_arrival *arrival);

/** Does what the flow wants, until it wants nothing more for now. */
void flow_follow(struct dialogue *dialogue);

/** Milliseconds until flow_tick is due, at most `most`; -1 stands for no bound. */
int flow_wait(const struct dialogue *dialogue, int most);

/** Time has passed. */
void flow_tick(struct dialogue *dialogue);

/** Ends it. */
void flow_end(struct dialogue *dialogue);

#endif
