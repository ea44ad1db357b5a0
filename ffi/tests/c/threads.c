/* Many engines in many threads; one engine in two threads at once; an engine handed over. */
#include <pthread.h>
#include "check.h"

enum { THREADS = 4, CALLS = 2000 };

static void *own_engine(void *unused)
{
    (void)unused;
    tl_acd *acd;
    uint64_t queue, agent;
    tl_acd_call call;
    tl_acd_output out;
    uint64_t done = 0;
    OK(tl_acd_new(NULL, &acd));
    OK(tl_acd_add_queue(acd, NULL, &queue));
    OK(tl_acd_add_agent(acd, NULL, &agent));
    OK(tl_acd_join_queue(acd, agent, queue, NULL));
    OK(tl_acd_set_agent_state(acd, 0, agent, TL_ACD_AVAILABLE, 0));
    OK(tl_acd_call_defaults(&call));
    call.queue = queue;
    for (tl_time now = 0; now < CALLS; now++) {
        OK(tl_acd_arrive(acd, now, &call));
        while (tl_acd_poll(acd, &out) == TL_OK) {
            if (out.kind == TL_ACD_OFFER)
                OK(tl_acd_accept(acd, now, out.offer));
            else if (out.kind == TL_ACD_CONNECTED)
                OK(tl_acd_complete(acd, now, out.call, TL_ACD_BY_AGENT));
            done += out.kind == TL_ACD_COMPLETED;
        }
        /* Each thread has its own last error. */
        if (now % 97 == 0) {
            EXPECT(TL_ERR_ACD_NO_CALL, tl_acd_hangup(acd, now, 1234567));
            CHECK(strstr(tl_last_error(), "tl_acd_hangup: no call"));
        }
    }
    CHECK(done == CALLS);
    OK(tl_acd_free(acd));
    return NULL;
}

static tl_acd *shared;
static int used, busy;
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;

/* Wrong use: two threads in one object. One of them is told so; nothing breaks. */
static void *same_engine(void *unused)
{
    (void)unused;
    int good = 0, refused = 0;
    for (int i = 0; i < 20000; i++) {
        uint64_t queue;
        tl_status status = tl_acd_add_queue(shared, NULL, &queue);
        if (status == TL_OK) {
            good++;
            while ((status = tl_acd_remove_queue(shared, queue)) == TL_ERR_BUSY)
                refused++;
            CHECK(status == TL_OK);
        } else {
            CHECK(status == TL_ERR_BUSY);
            refused++;
        }
    }
    pthread_mutex_lock(&counting);
    used += good;
    busy += refused;
    pthread_mutex_unlock(&counting);
    return NULL;
}

static void run(void *(*work)(void *), int threads)
{
    pthread_t thread[THREADS];
    for (int i = 0; i < threads; i++)
        CHECK(pthread_create(&thread[i], NULL, work, NULL) == 0);
    for (int i = 0; i < threads; i++)
        CHECK(pthread_join(thread[i], NULL) == 0);
}

int main(void)
{
    run(own_engine, THREADS);

    tl_acd_queue_counters counters;
    OK(tl_acd_new(NULL, &shared));
    run(same_engine, 2);
    CHECK(used > 0);
    /* The engine is whole: every queue that was added was removed, and the place is free. */
    uint64_t queue[16];
    for (int i = 0; i < 16; i++)
        OK(tl_acd_add_queue(shared, NULL, &queue[i]));
    OK(tl_acd_get_queue(shared, queue[15], &counters));
    OK(tl_acd_free(shared));
    printf("%d times in, %d times told it was busy\n", used, busy);
    return 0;
}
