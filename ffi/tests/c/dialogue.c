/* A flow compiled, loaded, and walked through by callers, all outputs and inputs. */
#include "check.h"
#include "pieces.h"

#ifdef TL_STD
static const char document[] =
    "name: test\n"
    "languages: [en]\n"
    "variables:\n"
    "  account: { type: digits, max: 8 }\n"
    "  balance: { type: decimal }\n"
    MENU_AND_QUERY
    "  tell: { type: play, prompt: [Your balance is, { say: balance, as: money }], next: hangup }\n"
    AGENT;

static tl_ivr_session *session;
static tl_time now = 1000;
static union {
    unsigned char bytes[TL_IVR_BUFFER];
    long double align;
} buffer;

static tl_ivr_output next(uint32_t kind)
{
    tl_ivr_output out;
    OK(tl_ivr_poll(session, &out, &buffer, sizeof buffer));
    if (out.kind != kind)
        fprintf(stderr, "output %u instead of %u\n", out.kind, kind);
    CHECK(out.kind == kind);
    return out;
}

int main(void)
{
    tl_ivr_document *doc;
    tl_ivr_flow *flow;
    const uint8_t *program;
    const char *messages;
    size_t len;

    /* A document with errors says which and where. */
    OK(tl_ivr_document_new("name: x\n", 8, "broken.yaml", &doc));
    EXPECT(TL_ERR_IVR_DOCUMENT, tl_ivr_document_program(doc, &program, &len));
    OK(tl_ivr_document_messages(doc, &messages, &len));
    CHECK(len > 10 && memcmp(messages, "error", 5) == 0);
    OK(tl_ivr_document_free(doc));
    EXPECT(TL_ERR_UTF8, tl_ivr_document_new("\xff", 1, NULL, &doc));

    OK(tl_ivr_document_new(document, sizeof document - 1, "test.yaml", &doc));
    tl_status status = tl_ivr_document_program(doc, &program, &len);
    if (status != TL_OK) {
        tl_ivr_document_messages(doc, &messages, &len);
        fprintf(stderr, "%.*s\n", (int)len, messages);
    }
    OK(status);
    EXPECT(TL_ERR_IVR_PROGRAM, tl_ivr_flow_new(program, len - 1, &flow));
    OK(tl_ivr_flow_new(program, len, &flow));
    OK(tl_ivr_document_free(doc));

    /* The session keeps the program alive on its own. */
    tl_ivr_config config;
    OK(tl_ivr_defaults(&config));
    config.caller = "01012345";
    config.trace = 1;
    OK(tl_ivr_session_new(flow, &config, &session));
    tl_ivr_session *other;
    OK(tl_ivr_session_new(flow, NULL, &other));
    OK(tl_ivr_flow_free(flow));

    OK(tl_ivr_start(session, now));
    /* A buffer too small changes nothing: the same output comes again. */
    tl_ivr_output out;
    EXPECT(TL_ERR_BUFFER, tl_ivr_poll(session, &out, &buffer, 20));
    EXPECT(TL_ERR_BUFFER, tl_ivr_poll(session, &out, NULL, 0));
    out = next(TL_IVR_PLAY);
    CHECK(out.item_count == 1 && out.items[0].kind == TL_IVR_ITEM_TEXT && out.flag == 1);
    CHECK(strncmp(out.items[0].text, "Press one", 9) == 0 && strcmp(out.name, "en") == 0);
    uint32_t op = out.op;
    EXPECT(TL_DONE, tl_ivr_poll(session, &out, &buffer, sizeof buffer));
    EXPECT(TL_ERR_IVR_DIGIT, tl_ivr_digit(session, now, 'x'));

    OK(tl_ivr_digit(session, now + 500, '1'));
    CHECK(next(TL_IVR_STOP).op == op);
    out = next(TL_IVR_TRACE);
    CHECK(strcmp(out.name, "menu") == 0 && strcmp(out.detail, "1") == 0);
    out = next(TL_IVR_QUERY);
    CHECK(strcmp(out.name, "balance") == 0 && out.arg_count == 1 && out.timeout_ms > 0);
    CHECK(strcmp(out.args[0].name, "caller") == 0);
    CHECK(out.args[0].value_type == TL_IVR_TEXT && strcmp(out.args[0].text, "01012345") == 0);

    tl_ivr_value amount = {.name = "amount", .value_type = TL_IVR_DECIMAL, .integer = 125000};
    amount.value_type = 77;
    EXPECT(TL_ERR_ARGUMENT, tl_ivr_query_ok(session, now + 600, out.op, &amount, 1));
    amount.value_type = TL_IVR_DECIMAL;
    EXPECT(TL_ERR_ARGUMENT, tl_ivr_query_ok(session, now + 600, out.op, &amount, 33));
    OK(tl_ivr_query_ok(session, now + 600, out.op, &amount, 1));
    next(TL_IVR_TRACE);
    out = next(TL_IVR_PLAY);
    CHECK(out.item_count == 2 && out.items[1].kind == TL_IVR_ITEM_SAY);
    CHECK(strcmp(out.items[1].text, "twelve dollars and fifty cents") == 0);
    CHECK(out.items[1].piece_count >= 4 && strcmp(out.items[1].pieces[0], "twelve") == 0);
    OK(tl_ivr_finished(session, now + 3000, out.op));
    next(TL_IVR_TRACE);
    CHECK(next(TL_IVR_END).reason == TL_IVR_END_FINISHED);
    EXPECT(TL_DONE, tl_ivr_poll(session, &out, &buffer, sizeof buffer));
    OK(tl_ivr_session_free(session));

    /* The other caller goes to the queue, without tracing. */
    session = other;
    OK(tl_ivr_start(session, now));
    op = next(TL_IVR_PLAY).op;
    OK(tl_ivr_digit(session, now, '2'));
    CHECK(next(TL_IVR_STOP).op == op);
    out = next(TL_IVR_QUEUE);
    CHECK(strcmp(out.name, "sales") == 0 && out.arg_count == 0);
    OK(tl_ivr_queue_update(session, now, out.op, 3, 60000));
    EXPECT(TL_ERR_ARGUMENT, tl_ivr_queue_ended(session, now, out.op, 8));
    EXPECT(TL_ERR_ARGUMENT, tl_ivr_transferred(session, now, out.op, 0));
    OK(tl_ivr_answered(session, now + 1000, out.op));
    OK(tl_ivr_queue_ended(session, now + 9000, out.op, TL_IVR_QUEUE_ANSWERED));
    CHECK(next(TL_IVR_END).reason == TL_IVR_END_FINISHED);
    tl_time at;
    OK(tl_ivr_deadline(session, &at));
    CHECK(at == TL_NONE);
    OK(tl_ivr_hangup(session, now + 9000));
    OK(tl_ivr_tick(session, now + 9000));
    OK(tl_ivr_recorded(session, now, 1, 1));
    OK(tl_ivr_failed(session, now, 1));
    OK(tl_ivr_session_free(session));
    return 0;
}
#else
int main(void) { return 0; }
#endif
