/* A flow tried key by key: what the same steps in a scenario file are, and what they reach. */
#include "check.h"
#include "pieces.h"

static const char FLOW[] =
    "name: house\n"
    "languages: [en]\n"
    "variables:\n"
    "  balance: { type: int }\n"
    MENU_AND_QUERY
    "  tell: { type: play, prompt: [You have, { say: balance, as: number }], next: agent }\n"
    AGENT;

static const char SCENARIO[] =
    "flow: house.yaml\n"
    "given: { caller: \"555\", seed: 9, at: 1970-01-01T00:00:01Z }\n"
    "scenarios:\n"
    "  - name: both\n"
    "    steps:\n"
    "      - listen\n"
    "      - press: \"1\"\n"
    "      - answer: { amount: 12 }\n"
    "      - heard\n"
    "      - queue: { position: 2, wait: 3m }\n"
    "      - wait: 5s\n"
    "      - late: 1s\n"
    "      - answered\n"
    "      - ended: answered\n";

static union {
    unsigned char bytes[4096];
    long double align;
} block, other_block;

static tl_ivr_flow *house(void)
{
    tl_ivr_document *document;
    tl_ivr_flow *flow;
    const uint8_t *program;
    size_t len;
    OK(tl_ivr_document_new(FLOW, strlen(FLOW), "house.yaml", &document));
    const char *messages;
    OK(tl_ivr_document_messages(document, &messages, &len));
    if (tl_ivr_document_program(document, &program, &len) != TL_OK)
        fprintf(stderr, "%s\n", messages);
    OK(tl_ivr_document_program(document, &program, &len));
    OK(tl_ivr_flow_new(program, len, &flow));
    OK(tl_ivr_document_free(document));
    return flow;
}

static int is(const char *text, size_t len, const char *expected)
{
    return len == strlen(expected) && memcmp(text, expected, len) == 0;
}

static void line_is(const tl_ivr_trial *trial, uint32_t number, const char *expected)
{
    const char *line;
    size_t len;
    OK(tl_ivr_trial_get_line(trial, number, &line, &len));
    if (!is(line, len, expected)) {
        fprintf(stderr, "%.*s instead of %s\n", (int)len, line, expected);
        exit(1);
    }
}

static void by_hand(tl_ivr_flow *flow, tl_ivr_coverage *coverage)
{
    tl_ivr_trial *trial;
    tl_ivr_trial_info info;
    tl_ivr_config config;
    tl_ivr_value amount;
    tl_ivr_name visits[4];
    size_t count, len, played_len;
    const char *transcript, *played;
    OK(tl_ivr_defaults(&config));
    config.caller = "555";
    config.seed = 9;
    config.now = 1000;
    CHECK(tl_ivr_trial_size() <= sizeof block);
    EXPECT(TL_ERR_MEMORY, tl_ivr_trial_init(&block, tl_ivr_trial_size() - 16, flow, &config, &trial));
    OK(tl_ivr_trial_init(&block, sizeof block, flow, &config, &trial));
    line_is(trial, 0, "en: Press one for your balance, two for an agent.");
    OK(tl_ivr_trial_get_info(trial, &info));
    CHECK(info.now == 1000 && info.lines == 1 && info.visits == 0 && info.over == 0);
    CHECK(info.playing != TL_NONE32 && info.host == TL_NONE32);
    EXPECT(TL_DONE, tl_ivr_trial_answered(trial));
    EXPECT(TL_DONE, tl_ivr_trial_failed(trial));
    EXPECT(TL_DONE, tl_ivr_trial_recorded(trial, 1));
    EXPECT(TL_DONE, tl_ivr_trial_found(trial, NULL, 0));
    EXPECT(TL_DONE, tl_ivr_trial_queue_update(trial, 1, 1));
    EXPECT(TL_DONE, tl_ivr_trial_transferred(trial, TL_IVR_TRANSFER_BUSY));
    EXPECT(TL_ERR_IVR_DIGIT, tl_ivr_trial_press(trial, "1x"));
    EXPECT(TL_ERR_IVR_DIGIT, tl_ivr_trial_burst(trial, "E"));

    OK(tl_ivr_trial_listen(trial));
    OK(tl_ivr_trial_get_info(trial, &info));
    CHECK(info.now == 2000 && info.playing == TL_NONE32 && info.deadline > info.now);
    OK(tl_ivr_trial_press(trial, "1"));
    OK(tl_ivr_trial_seek(trial, "menu -> 1"));
    line_is(trial, 0, "query balance caller=555");
    EXPECT(TL_DONE, tl_ivr_trial_seek(trial, "nothing of the kind"));
    line_is(trial, 0, "query balance caller=555");
    OK(tl_ivr_trial_take(trial));
    EXPECT(TL_ERR_ARGUMENT, tl_ivr_trial_get_line(trial, 0, &transcript, &len));
    memset(&amount, 0, sizeof amount);
    amount.name = "amount";
    amount.value_type = TL_IVR_INT;
    amount.integer = 12;
    EXPECT(TL_ERR_ARGUMENT, tl_ivr_trial_found(trial, &amount, 33));
    OK(tl_ivr_trial_found(trial, &amount, 1));
    line_is(trial, 1, "en: You have twelve");
    OK(tl_ivr_trial_heard(trial));
    OK(tl_ivr_trial_seek(trial, "queue sales 0"));
    OK(tl_ivr_trial_queue_update(trial, 2, 180000));
    OK(tl_ivr_trial_wait(trial, 5000));
    OK(tl_ivr_trial_skip(trial, 1000));
    OK(tl_ivr_trial_answered(trial));
    EXPECT(TL_ERR_ARGUMENT, tl_ivr_trial_queue_ended(trial, 8));
    EXPECT(TL_ERR_ARGUMENT, tl_ivr_trial_transferred(trial, 0));
    OK(tl_ivr_trial_queue_ended(trial, TL_IVR_QUEUE_ANSWERED));
    OK(tl_ivr_trial_get_info(trial, &info));
    CHECK(info.over == 1 && info.host == TL_NONE32 && info.visits == 4 && info.deadline == TL_NONE);
    OK(tl_ivr_trial_seek(trial, "end Finished"));
    OK(tl_ivr_trial_list_visits(trial, visits, 4, &count));
    CHECK(count == 4 && is(visits[0].node, visits[0].node_len, "menu"));
    CHECK(is(visits[0].name, visits[0].name_len, "1"));
    CHECK(is(visits[3].node, visits[3].node_len, "agent"));
    CHECK(is(visits[3].name, visits[3].name_len, "answered"));
    OK(tl_ivr_coverage_count(coverage, trial));

    /* A file of scenarios says the same, word for word. */
    tl_ivr_rehearsal *rehearsal;
    tl_ivr_rehearsal_info went;
    OK(tl_ivr_rehearsal_new(flow, SCENARIO, strlen(SCENARIO), NULL, &rehearsal));
    OK(tl_ivr_rehearsal_get_info(rehearsal, &went));
    CHECK(went.scenarios == 1 && went.failed == 0);
    OK(tl_ivr_rehearsal_transcript(rehearsal, &played, &played_len));
    OK(tl_ivr_trial_transcript(trial, &transcript, &len));
    CHECK(len > 300 && played_len > len && played_len < len + 40);
    if (memcmp(played + played_len - len, transcript, len) != 0) {
        fprintf(stderr, "%.*s\ninstead of\n%.*s\n", (int)len, transcript, (int)played_len, played);
        exit(1);
    }
    tl_ivr_name missed[8], also[8];
    size_t more;
    OK(tl_ivr_rehearsal_list_missed(rehearsal, missed, 8, &count));
    OK(tl_ivr_coverage_list_missed(coverage, also, 8, &more));
    CHECK(count == more && count > 3 && count <= 8);
    for (size_t i = 0; i < count; i++) {
        CHECK(missed[i].node_len == also[i].node_len && missed[i].name_len == also[i].name_len);
        CHECK(memcmp(missed[i].name, also[i].name, also[i].name_len) == 0);
    }
    OK(tl_ivr_rehearsal_free(rehearsal));
    OK(tl_ivr_trial_free(trial));
    EXPECT(TL_ERR_NULL, tl_ivr_trial_listen(NULL));
}

static void covered(void)
{
    tl_ivr_flow *flow = house();
    tl_ivr_coverage *coverage;
    tl_ivr_trial *trial;
    size_t taken, exits, len, before;
    char text[512];
    tl_ivr_flow_info info;
    OK(tl_ivr_flow_get_info(flow, &info));
    CHECK(is(info.name, info.name_len, "house") && info.id != 0 && info.variable_bytes > 0);
    CHECK(info.variable_bytes < 512);
    CHECK(tl_ivr_coverage_size() <= sizeof other_block);
    OK(tl_ivr_coverage_init(&other_block, sizeof other_block, flow, &coverage));
    OK(tl_ivr_coverage_free(coverage));
    EXPECT(TL_ERR_OBJECT, tl_ivr_coverage_get_exits(coverage, &taken, &exits));
    OK(tl_ivr_coverage_new(flow, &coverage));
    OK(tl_ivr_coverage_get_exits(coverage, &taken, &exits));
    CHECK(taken == 0 && exits > 8);
    by_hand(flow, coverage);
    OK(tl_ivr_coverage_get_exits(coverage, &before, &exits));
    CHECK(before == 4);

    /* A call that says nothing takes another exit; the flow has ended meanwhile. */
    OK(tl_ivr_trial_new(flow, NULL, &trial));
    OK(tl_ivr_flow_free(flow));
    for (int i = 0; i < 10; i++) {
        OK(tl_ivr_trial_listen(trial));
        OK(tl_ivr_trial_wait(trial, 20000));
    }
    OK(tl_ivr_trial_seek(trial, "menu -> noinput"));
    OK(tl_ivr_trial_hangup(trial));
    OK(tl_ivr_coverage_count(coverage, trial));
    OK(tl_ivr_trial_free(trial));
    OK(tl_ivr_coverage_get_exits(coverage, &taken, &exits));
    CHECK(taken == 5);
    OK(tl_ivr_coverage_report(coverage, text, sizeof text, &len));
    CHECK(strncmp(text, "coverage: 5 of ", 15) == 0 && len == strlen(text));
    CHECK(strstr(text, "never taken: menu -> 2\n") && !strstr(text, "menu -> noinput"));
    EXPECT(TL_ERR_BUFFER, tl_ivr_coverage_report(coverage, text, 10, &len));
    EXPECT(TL_ERR_OBJECT, tl_ivr_coverage_count(coverage, (tl_ivr_trial *)(void *)coverage));
    OK(tl_ivr_coverage_free(coverage));

    flow = house();
    OK(tl_ivr_trial_new(flow, NULL, &trial));
    OK(tl_ivr_trial_burst(trial, "21"));
    OK(tl_ivr_trial_seek(trial, "queue sales"));
    OK(tl_ivr_trial_failed(trial));
    OK(tl_ivr_trial_seek(trial, "agent -> failed"));
    OK(tl_ivr_trial_free(trial));
    OK(tl_ivr_flow_free(flow));
}

int main(void)
{
    covered();
    return 0;
}
