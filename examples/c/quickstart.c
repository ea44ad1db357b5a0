/*
 * One call from its arrival to its end, through libtrunkline.
 *
 *     cc quickstart.c $(pkg-config --cflags --libs trunkline) && ./a.out
 *
 * A PBX does the same with real phones: it tells the engine what happened, does what the engine
 * says, and calls tl_acd_tick when tl_acd_deadline has come. Here the clock is a variable.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <trunkline.h>

/* Every call can fail; a failure has a code, and a sentence that says what was wrong. */
static void must(tl_status status)
{
    if (status < 0) {
        fprintf(stderr, "%s (%s)\n", tl_last_error(), tl_status_text(status));
        exit(1);
    }
}

/* What a PBX would remember of the call. */
static uint64_t call_handle = TL_NONE, offer_handle = TL_NONE;

/* Does what the engine says. */
static void follow(tl_acd *acd)
{
    tl_acd_output out;

    while (tl_acd_poll(acd, &out) == TL_OK) {
        switch (out.kind) {
        case TL_ACD_JOINED:
            call_handle = out.call;
            printf("%8" PRIu64 "  call %" PRIu64 " waits at place %" PRIu32 "\n", out.at,
                   out.call_tag, out.position);
            break;
        case TL_ACD_OFFER:
            printf("%8" PRIu64 "  ring phone %" PRIu64 " for call %" PRIu64 "\n", out.at,
                   out.agent_tag, out.call_tag);
            offer_handle = out.offer;
            break;
        case TL_ACD_CONNECTED:
            printf("%8" PRIu64 "  connect call %" PRIu64 " with phone %" PRIu64
                   " after %" PRIu64 " ms\n",
                   out.at, out.call_tag, out.agent_tag, out.waited_ms);
            break;
        case TL_ACD_COMPLETED:
            printf("%8" PRIu64 "  call %" PRIu64 " is over, %" PRIu64 " ms of talk\n", out.at,
                   out.call_tag, out.talked_ms);
            break;
        }
    }
}

int main(void)
{
    tl_acd *acd;
    must(tl_acd_new(NULL, &acd));

    /* A queue, with five seconds of paperwork after each call. */
    uint64_t sales;
    tl_acd_queue_config queue;
    must(tl_acd_queue_defaults(&queue));
    queue.tag = 800;
    queue.wrap_up_ms = 5000;
    must(tl_acd_add_queue(acd, &queue, &sales));

    /* An agent at phone 101, who takes calls of that queue. */
    uint64_t ann;
    tl_acd_agent_config agent;
    must(tl_acd_agent_defaults(&agent));
    agent.tag = 101;
    must(tl_acd_add_agent(acd, &agent, &ann));
    must(tl_acd_join_queue(acd, ann, sales, NULL));
    must(tl_acd_set_agent_state(acd, 0, ann, TL_ACD_AVAILABLE, 0));

    /* A caller arrives; the phone rings for two seconds; they talk for a minute. */
    tl_acd_call call;
    must(tl_acd_call_defaults(&call));
    call.tag = 7;
    call.queue = sales;
    must(tl_acd_arrive(acd, 1000, &call));
    follow(acd);
    must(tl_acd_accept(acd, 3000, offer_handle));
    follow(acd);
    must(tl_acd_complete(acd, 63000, call_handle, TL_ACD_BY_CALLER));
    follow(acd);

    /* The engine wants to be called when the paperwork is over. */
    tl_time deadline;
    must(tl_acd_deadline(acd, &deadline));
    printf("%8d  call me again at %" PRIu64 "\n", 63000, deadline);
    must(tl_acd_tick(acd, deadline));
    follow(acd);

    must(tl_acd_free(acd));
    return 0;
}
