/* Every function with NULL, wrong objects, stale handles, short and oversized structs: a code and a
 * sentence each time, and nothing touched. */
#include "check.h"

#include <stddef.h>

#define REFUSED(call)                                                                   \
    do {                                                                                \
        tl_status got_ = (call);                                                        \
        if (got_ >= 0) {                                                                \
            fprintf(stderr, "%s:%d: %s: %d\n", __FILE__, __LINE__, #call, (int)got_);   \
            exit(1);                                                                    \
        }                                                                               \
        /* The sentence names the function. */                                          \
        if (strncmp(tl_last_error(), #call, strcspn(#call, "(")) != 0) {                \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call,               \
                    tl_last_error());                                                   \
            exit(1);                                                                    \
        }                                                                               \
    } while (0)

static union {
    unsigned char bytes[1 << 18];
    long double align;
} block;

static void null_objects(void)
{
    tl_acd_output out;
    tl_acd_call call;
    tl_acd_queue_counters queue;
    tl_acd_agent_counters agent;
    tl_acd_call_info info;
    tl_ivr_output todo;
    tl_dtmf_event event;
    tl_jitter_stats stats;
    tl_jitter_packet packet = {0};
    tl_time at;
    uint64_t handle;
    uint32_t small;
    int16_t pcm[8];
    OK(tl_acd_call_defaults(&call));

    REFUSED(tl_acd_set_seed(NULL, 1));
    REFUSED(tl_acd_add_queue(NULL, NULL, &handle));
    REFUSED(tl_acd_set_queue(NULL, 0, NULL));
    REFUSED(tl_acd_set_relaxation(NULL, 0, NULL, 0));
    REFUSED(tl_acd_add_rule(NULL, NULL, 0, &handle));
    REFUSED(tl_acd_remove_rule(NULL, 0));
    REFUSED(tl_acd_remove_queue(NULL, 0));
    REFUSED(tl_acd_add_agent(NULL, NULL, &handle));
    REFUSED(tl_acd_remove_agent(NULL, 0));
    REFUSED(tl_acd_join_queue(NULL, 0, 0, NULL));
    REFUSED(tl_acd_set_membership(NULL, 0, 0, NULL));
    REFUSED(tl_acd_leave_queue(NULL, 0, 0));
    REFUSED(tl_acd_add_class(NULL, NULL, 0, &small));
    REFUSED(tl_acd_add_profile(NULL, NULL, 0, &small));
    REFUSED(tl_acd_tick(NULL, 0));
    REFUSED(tl_acd_arrive(NULL, 0, &call));
    REFUSED(tl_acd_hangup(NULL, 0, 0));
    REFUSED(tl_acd_exit(NULL, 0, 0, 0));
    REFUSED(tl_acd_move(NULL, 0, 0, 0, 1));
    REFUSED(tl_acd_set_priority(NULL, 0, 0, 0));
    REFUSED(tl_acd_set_penalties(NULL, 0, 0, 0, 0, 0, 0));
    REFUSED(tl_acd_set_rule(NULL, 0, 0, TL_NONE));
    REFUSED(tl_acd_accept(NULL, 0, 0));
    REFUSED(tl_acd_reject(NULL, 0, 0, TL_ACD_CAUSE_BUSY));
    REFUSED(tl_acd_complete(NULL, 0, 0, TL_ACD_BY_AGENT));
    REFUSED(tl_acd_set_agent_state(NULL, 0, 0, TL_ACD_AVAILABLE, 0));
    REFUSED(tl_acd_end_wrap_up(NULL, 0, 0));
    REFUSED(tl_acd_poll(NULL, &out));
    REFUSED(tl_acd_deadline(NULL, &at));
    REFUSED(tl_acd_get_queue(NULL, 0, &queue));
    REFUSED(tl_acd_get_agent(NULL, 0, &agent));
    REFUSED(tl_acd_get_call(NULL, 0, &info));
    REFUSED(tl_acd_live_calls(NULL, &small));
    REFUSED(tl_ivr_session_init(&block, sizeof block, NULL, NULL, NULL));
    REFUSED(tl_ivr_start(NULL, 0));
    REFUSED(tl_ivr_digit(NULL, 0, '1'));
    REFUSED(tl_ivr_hangup(NULL, 0));
    REFUSED(tl_ivr_tick(NULL, 0));
    REFUSED(tl_ivr_finished(NULL, 0, 0));
    REFUSED(tl_ivr_failed(NULL, 0, 0));
    REFUSED(tl_ivr_query_ok(NULL, 0, 0, NULL, 0));
    REFUSED(tl_ivr_recorded(NULL, 0, 0, 0));
    REFUSED(tl_ivr_queue_update(NULL, 0, 0, 0, 0));
    REFUSED(tl_ivr_answered(NULL, 0, 0));
    REFUSED(tl_ivr_queue_ended(NULL, 0, 0, TL_IVR_QUEUE_FULL));
    REFUSED(tl_ivr_transferred(NULL, 0, 0, TL_IVR_TRANSFER_BUSY));
    REFUSED(tl_ivr_poll(NULL, &todo, &block, sizeof block));
    REFUSED(tl_ivr_deadline(NULL, &at));
    REFUSED(tl_dtmf_listen(NULL, pcm, 8));
    REFUSED(tl_dtmf_reset(NULL));
    REFUSED(tl_dtmf_poll(NULL, &event));
    REFUSED(tl_jitter_insert(NULL, &packet, NULL));
    REFUSED(tl_jitter_pull(NULL, 0, pcm, 8, NULL));
    REFUSED(tl_jitter_get_stats(NULL, &stats));

    OK(tl_acd_free(NULL));
    OK(tl_ivr_flow_free(NULL));
    OK(tl_ivr_session_free(NULL));
    OK(tl_dtmf_free(NULL));
    OK(tl_jitter_free(NULL));
#ifdef TL_STD
    OK(tl_ivr_document_free(NULL));
    REFUSED(tl_ivr_document_new(NULL, 1, NULL, NULL));
    REFUSED(tl_ivr_document_program(NULL, NULL, NULL));
    REFUSED(tl_ivr_document_messages(NULL, NULL, NULL));
    REFUSED(tl_ivr_flow_new(NULL, 1, NULL));
    REFUSED(tl_ivr_session_new(NULL, NULL, NULL));
    REFUSED(tl_acd_new(NULL, NULL));
    REFUSED(tl_dtmf_new(NULL));
    REFUSED(tl_jitter_new(NULL, NULL));
#endif
}

static void null_results(void)
{
    size_t size;
    tl_acd *acd;
    tl_dtmf *dtmf;
    OK(tl_acd_size(NULL, &size));
    CHECK(size <= sizeof block);
    REFUSED(tl_acd_size(NULL, NULL));
    REFUSED(tl_acd_limits_defaults((tl_acd_limits *)NULL));
    REFUSED(tl_acd_queue_defaults((tl_acd_queue_config *)NULL));
    REFUSED(tl_acd_agent_defaults((tl_acd_agent_config *)NULL));
    REFUSED(tl_acd_membership_defaults((tl_acd_membership *)NULL));
    REFUSED(tl_acd_call_defaults((tl_acd_call *)NULL));
    REFUSED(tl_ivr_defaults((tl_ivr_config *)NULL));
    REFUSED(tl_jitter_defaults((tl_jitter_config *)NULL));
    REFUSED(tl_acd_init(NULL, size, NULL, &acd));
    REFUSED(tl_acd_init(&block, size, NULL, NULL));
    REFUSED(tl_acd_init(&block, size - TL_ALIGN, NULL, &acd));
    REFUSED(tl_acd_init(block.bytes + 8, sizeof block - 8, NULL, &acd));
    OK(tl_acd_init(&block, size, NULL, &acd));

    REFUSED(tl_acd_add_queue(acd, NULL, NULL));
    REFUSED(tl_acd_set_queue(acd, 0, NULL));
    REFUSED(tl_acd_set_relaxation(acd, 0, NULL, 1));
    REFUSED(tl_acd_add_agent(acd, NULL, NULL));
    REFUSED(tl_acd_add_class(acd, NULL, 1, NULL));
    REFUSED(tl_acd_add_class(acd, NULL, 0, NULL));
    REFUSED(tl_acd_arrive(acd, 0, NULL));
    REFUSED(tl_acd_poll(acd, NULL));
    REFUSED(tl_acd_deadline(acd, NULL));
    REFUSED(tl_acd_live_calls(acd, NULL));
    /* A refusal has done nothing: there is room for all the queues still. */
    for (int i = 0; i < 16; i++) {
        uint64_t queue;
        OK(tl_acd_add_queue(acd, NULL, &queue));
    }

    /* An object of another type, one that was freed, one that never was. */
    REFUSED(tl_dtmf_poll((tl_dtmf *)(void *)acd, NULL));
    REFUSED(tl_ivr_tick((tl_ivr_session *)(void *)acd, 0));
    REFUSED(tl_acd_tick((tl_acd *)(void *)(block.bytes + 3), 0));
    OK(tl_acd_free(acd));
    REFUSED(tl_acd_tick(acd, 0));
    REFUSED(tl_acd_free(acd));
    memset(&block, 0, sizeof block);
    REFUSED(tl_acd_tick(acd, 0));
    OK(tl_dtmf_init(&block, sizeof block, &dtmf));
    REFUSED(tl_acd_tick((tl_acd *)(void *)dtmf, 0));
    OK(tl_dtmf_free(dtmf));
}

static void struct_sizes(void)
{
    tl_acd *acd;
    size_t size;
    uint64_t queue;
    struct {
        tl_acd_queue_config config;
        uint64_t newer;
    } longer;
    tl_acd_limits limits;

    OK(tl_acd_init(&block, sizeof block, NULL, &acd));
    OK(tl_acd_queue_defaults(&longer.config));
    CHECK(longer.config.struct_size == sizeof longer.config);
    longer.newer = 0;
    longer.config.struct_size = sizeof longer;
    OK(tl_acd_add_queue(acd, &longer.config, &queue));
    longer.newer = 1;
    EXPECT(TL_ERR_STRUCT_SIZE, tl_acd_add_queue(acd, &longer.config, &queue));
    /* As long as it was at first is fine for ever, and shorter never was. */
    const uint32_t first = offsetof(tl_acd_queue_config, wrap_up_shared);
    longer.config.struct_size = first;
    OK(tl_acd_add_queue(acd, &longer.config, &queue));
    for (uint32_t wrong = 0; wrong < first; wrong += 4) {
        longer.config.struct_size = wrong;
        EXPECT(TL_ERR_STRUCT_SIZE, tl_acd_add_queue(acd, &longer.config, &queue));
    }
    longer.config.struct_size = UINT32_MAX;
    EXPECT(TL_ERR_STRUCT_SIZE, tl_acd_add_queue(acd, &longer.config, &queue));

    OK(tl_acd_limits_defaults(&limits));
    limits.calls = UINT32_MAX;
    limits.memberships = UINT32_MAX;
    tl_status huge = tl_acd_size(&limits, &size);
    CHECK(huge == TL_ERR_ARGUMENT || (huge == TL_OK && size > UINT32_MAX));
    limits.classes = 65536;
    EXPECT(TL_ERR_ARGUMENT, tl_acd_size(&limits, &size));
    OK(tl_acd_limits_defaults(&limits));
    limits.ring_max = 0;
    EXPECT(TL_ERR_ACD_CONFIG, tl_acd_init(&block, sizeof block, &limits, &acd));
}

int main(void)
{
    null_objects();
    null_results();
    struct_sizes();
    return 0;
}
