/* A session that outlives the program, what a flow says of itself, and terms of office. */
#include "check.h"

static const char FLOW[] =
    "name: keep\n"
    "languages: [en]\n"
    "start: menu\n"
    "nodes:\n"
    "  menu:\n"
    "    type: menu\n"
    "    prompt: Press one.\n"
    "    options: { 1: agent }\n"
    "    on: { noinput: hangup, nomatch: hangup }\n"
    "  agent:\n"
    "    type: queue\n"
    "    queue: sales\n"
    "    on: { answered: hangup, timeout: hangup, failed: hangup, full: hangup }\n";

static const char MENUS[] =
    "<menu name=\"main\" greet-long=\"hello.wav\" timeout=\"10000\" max-failures=\"3\">\n"
    "  <entry action=\"menu-exec-app\" digits=\"1\" param=\"transfer 1000 XML default\"/>\n"
    "</menu>";

static char text[8192];

static int is(const char *where, size_t len, const char *what)
{
    return len == strlen(what) && memcmp(where, what, len) == 0;
}

static tl_ivr_flow *compiled(const char *source, size_t source_len)
{
    tl_ivr_document *document;
    tl_ivr_flow *flow;
    const uint8_t *program;
    size_t len;
    OK(tl_ivr_document_new(source, source_len, "keep.yaml", &document));
    OK(tl_ivr_document_program(document, &program, &len));
    OK(tl_ivr_flow_new(program, len, &flow));
    OK(tl_ivr_document_free(document));
    return flow;
}

static void session(tl_ivr_flow *flow)
{
    static union {
        unsigned char bytes[16384];
        long double align;
    } block, buffer;
    static uint8_t snapshot[4096];
    tl_ivr_session *caller, *again;
    tl_ivr_output out;
    tl_ivr_name names[4];
    uint32_t over, node, used, dropped, pending;
    size_t len;
    OK(tl_ivr_session_new(flow, NULL, &caller));
    OK(tl_ivr_start(caller, 1000));
    OK(tl_ivr_poll(caller, &out, &buffer, sizeof buffer));
    CHECK(out.kind == TL_IVR_PLAY);
    OK(tl_ivr_finished(caller, 2000, out.op));

    EXPECT(TL_ERR_BUFFER, tl_ivr_session_snapshot(caller, snapshot, 8, &len));
    CHECK(len > 8 && len <= sizeof snapshot);
    OK(tl_ivr_session_snapshot(caller, snapshot, len, &len));
    OK(tl_ivr_session_free(caller));
    EXPECT(TL_ERR_IVR_SNAPSHOT, tl_ivr_session_restore_new(flow, snapshot, len - 1, &again));
    snapshot[len / 2] ^= 1;
    EXPECT(TL_ERR_IVR_SNAPSHOT, tl_ivr_session_restore_new(flow, snapshot, len, &again));
    snapshot[len / 2] ^= 1;

    /* The same again goes on: the key that was waited for is taken. */
    OK(tl_ivr_session_restore_new(flow, snapshot, len, &again));
    OK(tl_ivr_session_free(again));
    CHECK(tl_ivr_session_size() <= sizeof block);
    OK(tl_ivr_session_restore_init(block.bytes, tl_ivr_session_size(), flow, snapshot, len, &again));
    OK(tl_ivr_session_is_over(again, &over));
    CHECK(over == 0);
    OK(tl_ivr_session_get_node(again, &node));
    OK(tl_ivr_flow_list_names(flow, TL_IVR_NODES, names, 4, &len));
    CHECK(node < len && is(names[node].name, names[node].name_len, "menu"));
    OK(tl_ivr_session_get_digits(again, &used, &dropped, &pending));
    CHECK(used == 0 && dropped == 0 && pending == 0);
    OK(tl_ivr_digit(again, 3000, '1'));
    OK(tl_ivr_poll(again, &out, &buffer, sizeof buffer));
    CHECK(out.kind == TL_IVR_QUEUE && strcmp(out.name, "sales") == 0);
    OK(tl_ivr_session_get_digits(again, &used, NULL, NULL));
    CHECK(used == 1);
    OK(tl_ivr_hangup(again, 4000));
    while (tl_ivr_poll(again, &out, &buffer, sizeof buffer) == TL_OK)
        ;
    OK(tl_ivr_session_is_over(again, &over));
    CHECK(over == 1);
    OK(tl_ivr_session_free(again));

    /* Another program is another's. */
    static const char other[] = "name: other\nlanguages: [en]\nstart: bye\nnodes:\n"
                                "  bye: { type: play, prompt: Goodbye., next: hangup }\n";
    tl_ivr_flow *wrong = compiled(other, sizeof other - 1);
    EXPECT(TL_ERR_IVR_SNAPSHOT, tl_ivr_session_restore_new(wrong, snapshot, len, &again));
    OK(tl_ivr_flow_free(wrong));
}

static void about(tl_ivr_flow *flow)
{
    tl_ivr_service services[2];
    tl_ivr_prompt prompts[2];
    tl_ivr_name names[8];
    size_t count, len, nodes;
    OK(tl_ivr_flow_list_services(flow, services, 2, &count));
    CHECK(count == 1 && services[0].kind == TL_IVR_SERVICE_QUEUE);
    CHECK(is(services[0].node, services[0].node_len, "agent"));
    CHECK(is(services[0].name, services[0].name_len, "sales"));
    OK(tl_ivr_flow_list_prompts(flow, prompts, 2, &count));
    CHECK(count == 1 && prompts[0].prompt_len == 0 && prompts[0].file == NULL);
    CHECK(is(prompts[0].language, prompts[0].language_len, "en"));
    CHECK(is(prompts[0].text, prompts[0].text_len, "Press one."));

    OK(tl_ivr_flow_list_names(flow, TL_IVR_LANGUAGES, names, 8, &count));
    CHECK(count == 1 && is(names[0].name, names[0].name_len, "en") && names[0].node == NULL);
    OK(tl_ivr_flow_list_names(flow, TL_IVR_NODES, names, 8, &nodes));
    CHECK(nodes >= 2 && nodes <= 8 && is(names[0].name, names[0].name_len, "menu"));
    OK(tl_ivr_flow_list_names(flow, TL_IVR_EXITS, names, 8, &count));
    CHECK(count >= nodes && is(names[0].node, names[0].node_len, "menu") && names[0].name_len > 0);
    OK(tl_ivr_flow_list_names(flow, TL_IVR_NODES, NULL, 0, &count));
    CHECK(count == nodes);
    EXPECT(TL_ERR_ARGUMENT, tl_ivr_flow_list_names(flow, 0, names, 8, &count));

    OK(tl_ivr_flow_draw(flow, TL_IVR_MERMAID, text, sizeof text, &len));
    CHECK(strstr(text, "menu") != NULL && strlen(text) == len);
    OK(tl_ivr_flow_draw(flow, TL_IVR_DOT, text, sizeof text, &len));
    CHECK(strncmp(text, "digraph", 7) == 0);
    EXPECT(TL_ERR_BUFFER, tl_ivr_flow_draw(flow, TL_IVR_DOCUMENT, text, 1, &count));
    OK(tl_ivr_flow_draw(flow, TL_IVR_DOCUMENT, text, sizeof text, &len));
    CHECK(count == len);
    tl_ivr_flow *again = compiled(text, len);
    OK(tl_ivr_flow_list_services(again, NULL, 0, &count));
    CHECK(count == 1);
    OK(tl_ivr_flow_free(again));
    EXPECT(TL_ERR_ARGUMENT, tl_ivr_flow_draw(flow, 0, text, sizeof text, &len));

    OK(tl_ivr_import_freeswitch(MENUS, sizeof MENUS - 1, "main", text, sizeof text, &len));
    OK(tl_ivr_flow_free(compiled(text, len)));
    EXPECT(TL_ERR_IVR_IMPORT, tl_ivr_import_freeswitch("<a/>", 4, "main", text, sizeof text, &len));
}

static void office(void)
{
    tl_acd *acd;
    tl_acd_queue_config config;
    tl_acd_starvation rows[4];
    tl_acd_output out;
    tl_acd_call call;
    tl_acd_membership place;
    uint64_t current, light, heavy, ann;
    size_t count;
    OK(tl_acd_new(NULL, &acd));
    OK(tl_acd_check_epoch(acd, 0, &current));
    CHECK(current == 0);
    OK(tl_acd_begin_epoch(acd, 7));
    EXPECT(TL_ERR_ACD_WRONG_EPOCH, tl_acd_begin_epoch(acd, 7));
    EXPECT(TL_ERR_ACD_WRONG_EPOCH, tl_acd_check_epoch(acd, 6, &current));
    CHECK(current == 7);
    OK(tl_acd_check_epoch(acd, 7, NULL));

    /* Who starves, and under whom. */
    OK(tl_acd_queue_defaults(&config));
    CHECK(config.wrap_up_shared == 1 && config.tier_wait_ms == TL_NONE32);
    config.aging_ms = 30000;
    config.tier_wait_ms = 20000;
    OK(tl_acd_add_queue(acd, &config, &light));
    config.weight = 5;
    config.aging_ms = TL_NONE32;
    OK(tl_acd_add_queue(acd, &config, &heavy));
    OK(tl_acd_list_starvation(acd, rows, 4, &count));
    CHECK(count == 1 && rows[0].queue == heavy && rows[0].under == TL_NONE);
    OK(tl_acd_add_agent(acd, NULL, &ann));
    OK(tl_acd_membership_defaults(&place));
    place.level = 1;
    OK(tl_acd_join_queue(acd, ann, light, &place));
    OK(tl_acd_join_queue(acd, ann, heavy, &place));
    OK(tl_acd_list_starvation(acd, rows, 4, &count));
    CHECK(count == 2 && rows[0].queue == light && rows[0].under == heavy);

    /* Level 1 opens after twenty seconds, to the millisecond. */
    OK(tl_acd_set_agent_state(acd, 1000, ann, TL_ACD_AVAILABLE, 0));
    OK(tl_acd_call_defaults(&call));
    call.queue = light;
    OK(tl_acd_arrive(acd, 1000, &call));
    while (tl_acd_poll(acd, &out) == TL_OK)
        CHECK(out.kind != TL_ACD_OFFER);
    OK(tl_acd_tick(acd, 20999));
    EXPECT(TL_DONE, tl_acd_poll(acd, &out));
    OK(tl_acd_tick(acd, 21000));
    OK(tl_acd_poll(acd, &out));
    CHECK(out.kind == TL_ACD_OFFER && out.agent == ann);
    OK(tl_acd_free(acd));
}

int main(void)
{
    tl_ivr_flow *flow = compiled(FLOW, sizeof FLOW - 1);
    session(flow);
    about(flow);
    OK(tl_ivr_flow_free(flow));
    office();

    /* The example of RFC 3550, section 6.4.1: 6.125 s. */
    tl_rtcp_report report;
    uint32_t trip;
    memset(&report, 0, sizeof report);
    EXPECT(TL_DONE, tl_rtcp_round_trip(&report, 0, &trip));
    report.last_sender_report = 0xb7052000;
    report.delay = 0x00054000;
    OK(tl_rtcp_round_trip(&report, UINT64_C(0xb71080000000), &trip));
    CHECK(trip == 0x00062000);
    report.fraction_lost = 256;
    EXPECT(TL_ERR_ARGUMENT, tl_rtcp_round_trip(&report, 0, &trip));
    return 0;
}
