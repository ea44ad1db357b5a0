/* A session stored, made again elsewhere, and taken over to a corrected version of its flow. */
#include "check.h"

#ifdef TL_STD
#define DOCUMENT(prompt, node)                                                        \
    "name: shop\n"                                                                    \
    "languages: [en]\n"                                                               \
    "start: " node "\n"                                                               \
    "nodes:\n"                                                                        \
    "  " node ":\n"                                                                   \
    "    type: menu\n"                                                                \
    "    prompt: " prompt "\n"                                                        \
    "    options: { 1: sales, 2: " node " }\n"                                        \
    "    on: { noinput: hangup, nomatch: hangup }\n"                                  \
    "  sales:\n"                                                                      \
    "    type: queue\n"                                                               \
    "    queue: sales\n"                                                              \
    "    next: hangup\n"                                                              \
    "    on: { failed: hangup }\n"

static union {
    unsigned char bytes[TL_IVR_BUFFER];
    long double align;
} buffer, block;

static tl_ivr_flow *load(const char *text)
{
    tl_ivr_document *doc;
    tl_ivr_flow *flow;
    const uint8_t *program;
    size_t len;
    OK(tl_ivr_document_new(text, strlen(text), "shop.yaml", &doc));
    OK(tl_ivr_document_program(doc, &program, &len));
    OK(tl_ivr_flow_new(program, len, &flow));
    OK(tl_ivr_document_free(doc));
    return flow;
}

static tl_ivr_output next(tl_ivr_session *session, uint32_t kind)
{
    tl_ivr_output out;
    OK(tl_ivr_poll(session, &out, buffer.bytes, sizeof buffer));
    CHECK(out.kind == kind);
    return out;
}

static void rest(tl_ivr_session *session)
{
    tl_ivr_output out;
    EXPECT(TL_DONE, tl_ivr_poll(session, &out, buffer.bytes, sizeof buffer));
}

int main(void)
{
    tl_ivr_flow *old = load(DOCUMENT("Press one for slaes", "menu"));
    tl_ivr_flow *mended = load(DOCUMENT("Press one for sales", "menu"));
    tl_ivr_flow *renamed = load(DOCUMENT("Press one for sales", "choice"));
    tl_ivr_session *session, *standby;

    OK(tl_ivr_session_new(old, NULL, &session));
    OK(tl_ivr_start(session, 1000));
    EXPECT(TL_ERR_UNDRAINED, tl_ivr_session_migrate(session, mended));
    uint32_t op = next(session, TL_IVR_PLAY).op;
    rest(session);

    /* Stored and made again: in memory of its own, or in a block. */
    unsigned char bytes[2048];
    size_t needs = 0, len = 0;
    EXPECT(TL_ERR_BUFFER, tl_ivr_session_snapshot(session, NULL, 0, &needs));
    CHECK(needs > 0 && needs <= sizeof bytes);
    EXPECT(TL_ERR_BUFFER, tl_ivr_session_snapshot(session, bytes, needs - 1, &len));
    OK(tl_ivr_session_snapshot(session, bytes, sizeof bytes, &len));
    CHECK(len == needs);
    OK(tl_ivr_session_restore_new(old, bytes, len, &standby));
    EXPECT(TL_ERR_IVR_SNAPSHOT, tl_ivr_session_restore_new(mended, bytes, len, &session));
    EXPECT(TL_ERR_IVR_SNAPSHOT, tl_ivr_session_restore_new(old, bytes, len - 1, &session));
    bytes[len / 2] ^= 1;
    EXPECT(TL_ERR_IVR_SNAPSHOT, tl_ivr_session_restore_new(old, bytes, len, &session));
    bytes[len / 2] ^= 1;
    OK(tl_ivr_session_free(session));

    OK(tl_ivr_finished(standby, 3000, op));
    rest(standby);
    tl_time before, after;
    OK(tl_ivr_deadline(standby, &before));

    /* Where there is no such place the session stays where it was. */
    EXPECT(TL_ERR_IVR_MIGRATE, tl_ivr_session_migrate(standby, renamed));
    CHECK(strstr(tl_last_error(), "node") != NULL);
    OK(tl_ivr_session_migrate(standby, mended));
    OK(tl_ivr_deadline(standby, &after));
    CHECK(before == after && before != TL_NONE);
    OK(tl_ivr_digit(standby, 3500, '2'));
    tl_ivr_output out = next(standby, TL_IVR_PLAY);
    CHECK(strcmp(out.items[0].text, "Press one for sales") == 0);
    rest(standby);

    OK(tl_ivr_session_snapshot(standby, bytes, sizeof bytes, &len));
    CHECK(tl_ivr_session_size() <= sizeof block);
    EXPECT(TL_ERR_MEMORY, tl_ivr_session_restore_init(block.bytes, 16, mended, bytes, len, &session));
    OK(tl_ivr_session_restore_init(block.bytes, sizeof block, mended, bytes, len, &session));
    OK(tl_ivr_digit(session, 4000, '1'));
    CHECK(next(session, TL_IVR_STOP).op == out.op);
    CHECK(strcmp(next(session, TL_IVR_QUEUE).name, "sales") == 0);

    OK(tl_ivr_session_free(session));
    OK(tl_ivr_session_free(standby));
    OK(tl_ivr_flow_free(renamed));
    OK(tl_ivr_flow_free(mended));
    OK(tl_ivr_flow_free(old));
    return 0;
}
#else
int main(void) { return 0; }
#endif
