#include <stdio.h>
#include <trunkline.h>
int main(void) {
    tl_acd *acd; uint64_t sales, ann; tl_acd_call call; tl_acd_output out;
    tl_acd_new(NULL, &acd);                                    /* an engine, */
    tl_acd_add_queue(acd, NULL, &sales);                       /* a queue, */
    tl_acd_add_agent(acd, NULL, &ann);                         /* an agent who takes its calls */
    tl_acd_join_queue(acd, ann, sales, NULL);
    tl_acd_set_agent_state(acd, 0, ann, TL_ACD_AVAILABLE, 0);  /* and is free */
    tl_acd_call_defaults(&call); call.queue = sales; call.tag = 7;
    tl_acd_arrive(acd, 1000, &call);                           /* a caller, at 1000 ms */
    while (tl_acd_poll(acd, &out) == TL_OK)
        if (out.kind == TL_ACD_OFFER) printf("ring Ann for call %d\n", (int)out.call_tag);
    return tl_acd_free(acd);
}
