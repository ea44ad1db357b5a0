/* What the engine says, in the words of Asterisk and FreeSWITCH; and how good its predictions were. */
#include "check.h"

static tl_acd *acd;
static tl_acd_follower *follower;
static tl_acd_accuracy *accuracy;
static tl_stats *stats;
static tl_acd_names names;
static uint64_t sales;
static tl_time now = 1700000000000u;
static char said[1 << 16];

enum words { AMI, QUEUE_LOG, CALLCENTER };

/* One output in the words asked for, behind what was said before. */
static void render(enum words words)
{
    size_t at = strlen(said), len = 0;
    char *text = said + at;
    size_t room = sizeof said - at;
    if (words == AMI)
        OK(tl_acd_render_ami(follower, acd, &names, text, room, &len));
    else if (words == QUEUE_LOG)
        OK(tl_acd_render_queue_log(follower, &names, text, room, &len));
    else
        OK(tl_acd_render_callcenter(follower, &names, text, room, &len));
    CHECK(strlen(text) == len);
}

/* All outputs; the handles of the last offer and call. */
static tl_acd_output drain(enum words words)
{
    tl_acd_output out, kept;
    memset(&kept, 0, sizeof kept);
    said[0] = 0;
    while (tl_acd_poll(acd, &out) == TL_OK) {
        OK(tl_acd_follower_see(follower, acd));
        OK(tl_acd_accuracy_see(accuracy, acd));
        OK(tl_stats_see(stats, acd));
        render(words);
        if (out.kind == TL_ACD_OFFER || out.kind == TL_ACD_JOINED)
            kept = out;
    }
    return kept;
}

static void expect(const char *text)
{
    if (strcmp(said, text) != 0) {
        fprintf(stderr, "said:\n%s\ninstead of:\n%s\n", said, text);
        exit(1);
    }
}

/* In the caller's memory. */
static void make(void)
{
    static union {
        unsigned char bytes[1 << 16];
        long double align;
    } blocks[2];
    size_t size;
    OK(tl_acd_new(NULL, &acd));
    OK(tl_acd_follower_size(NULL, &size));
    CHECK(size <= sizeof blocks[0]);
    EXPECT(TL_ERR_MEMORY, tl_acd_follower_init(blocks[0].bytes, size - 16, NULL, &follower));
    OK(tl_acd_follower_init(blocks[0].bytes, size, NULL, &follower));
    OK(tl_acd_accuracy_size(NULL, &size));
    CHECK(size <= sizeof blocks[1]);
    EXPECT(TL_ERR_MEMORY, tl_acd_accuracy_init(blocks[1].bytes, size - 16, NULL, &accuracy));
    OK(tl_acd_accuracy_init(blocks[1].bytes, size, NULL, &accuracy));
    OK(tl_stats_new(NULL, &stats));
}

int main(void)
{
    make();
    tl_acd_queue_config config;
    OK(tl_acd_queue_defaults(&config));
    config.wrap_up_ms = 3000;
    OK(tl_acd_add_queue(acd, &config, &sales));
    uint64_t agent;
    tl_acd_agent_config ann;
    OK(tl_acd_agent_defaults(&ann));
    ann.tag = 101;
    OK(tl_acd_add_agent(acd, &ann, &agent));
    OK(tl_acd_join_queue(acd, agent, sales, NULL));

    tl_acd_queue_name queue_names[] = {{0, NULL}};
    tl_acd_caller callers[2];
    tl_acd_agent_name agents[1];
    tl_acd_reason_name reasons[] = {{9, "Tea"}, {4, "lunch"}};
    memset(callers, 0, sizeof callers);
    memset(agents, 0, sizeof agents);
    queue_names[0].queue = sales;
    queue_names[0].name = "sales";
    /* Not in order, and a name that would forge a field if it could. */
    callers[0].tag = 8;
    callers[0].channel.uniqueid = "17.8";
    callers[1].tag = 7;
    callers[1].channel.name = "PJSIP/trunk-1";
    callers[1].channel.uniqueid = "17.1";
    callers[1].channel.caller_id_num = "5550100";
    callers[1].channel.caller_id_name = "Ada\r\nEvent: Hangup|x\xff" "y";
    callers[1].channel.bridge_id = "b-1";
    callers[1].transfer_to = "900";
    callers[1].transfer_context = "default";
    agents[0].tag = 101;
    agents[0].name = "Ann";
    agents[0].interface = "PJSIP/ann";

    size_t len;
    char small[8];
    EXPECT(TL_ERR_STRUCT_SIZE, tl_acd_render_queue_log(follower, &names, said, 10, &len));
    OK(tl_acd_names_defaults(&names));
    EXPECT(TL_ERR_ARGUMENT, tl_acd_follower_see(follower, acd));
    EXPECT(TL_ERR_ARGUMENT, tl_acd_render_queue_log(follower, &names, said, sizeof said, &len));
    names.queue_count = 1;
    EXPECT(TL_ERR_NULL, tl_acd_render_ami_queue_summary(acd, TL_NONE, &names, said, 10, &len));
    names.queues = queue_names;
    names.callers = callers;
    names.caller_count = 2;
    names.agents = agents;
    names.agent_count = 1;
    names.reasons = reasons;
    names.reason_count = 2;
    names.form = 2;
    EXPECT(TL_ERR_ARGUMENT,
           tl_acd_render_ami_queue_summary(acd, TL_NONE, &names, said, sizeof said, &len));
    names.form = TL_ACD_FORM_TEXT;

    /* A call waits, in lines of queue_log. */
    tl_acd_call call;
    OK(tl_acd_call_defaults(&call));
    call.queue = sales;
    call.tag = 7;
    OK(tl_acd_arrive(acd, now, &call));
    uint64_t first = drain(QUEUE_LOG).call;
    expect("1700000000|17.1|sales|NONE|ENTERQUEUE||5550100|1|Ada  Event: Hangup_x\n");
    tl_acd_call_facts facts;
    OK(tl_acd_follower_get_call(follower, first, &facts));
    CHECK(facts.tag == 7 && facts.queue == sales && facts.joined == now && facts.answered == 0);
    CHECK(facts.original_position == 1 && facts.resumed == 0);
    OK(tl_acd_follower_get_call(follower, TL_NONE, &facts));
    CHECK(facts.queue == TL_NONE);

    /* The room is too small: the same again with more. */
    EXPECT(TL_ERR_BUFFER, tl_acd_render_queue_log(follower, &names, small, sizeof small, &len));
    CHECK(small[0] == 0 && len == strlen(said));
    OK(tl_acd_render_queue_log(follower, &names, said, len + 1, &len));
    expect("1700000000|17.1|sales|NONE|ENTERQUEUE||5550100|1|Ada  Event: Hangup_x\n");

    /* The same output in the other words, and as fields. */
    said[0] = 0;
    render(AMI);
    expect("Event: QueueCallerJoin\r\nChannel: PJSIP/trunk-1\r\nChannelState: 6\r\n"
           "ChannelStateDesc: Up\r\nCallerIDNum: 5550100\r\nCallerIDName: Ada  Event: Hangup|x\r\n"
           "ConnectedLineNum: \r\nConnectedLineName: \r\nLanguage: en\r\nAccountCode: \r\n"
           "Context: \r\nExten: \r\nPriority: 1\r\nUniqueid: 17.1\r\nLinkedid: \r\n"
           "Queue: sales\r\nPosition: 1\r\nCount: 1\r\n\r\n");
    names.form = TL_ACD_FORM_FIELDS;
    OK(tl_acd_render_queue_log(follower, &names, said, sizeof said, &len));
    static const char fields[] =
        "ENTERQUEUE\0Time\0" "1700000000\0CallID\0" "17.1\0Queue\0sales\0Agent\0NONE\0"
        "Event\0ENTERQUEUE\0Data1\0\0Data2\0" "5550100\0Data3\0" "1\0"
        "Data4\0Ada\r\nEvent: Hangup|x\0\0";
    CHECK(len == sizeof fields - 1 && memcmp(said, fields, sizeof fields) == 0);
    names.form = TL_ACD_FORM_TEXT;

    /* She comes, lets it ring, and answers; she passes it on. */
    now += 10000;
    OK(tl_acd_set_agent_state(acd, now, agent, TL_ACD_AVAILABLE, 0));
    uint64_t offer = drain(QUEUE_LOG).offer;
    expect("1700000010|NONE|NONE|Ann|AGENTLOGIN|PJSIP/ann\n");
    now += 4000;
    OK(tl_acd_accept(acd, now, offer));
    drain(QUEUE_LOG);
    expect("1700000014|17.1|sales|Ann|CONNECT|14|b-1|4\n");
    now += 60000;
    OK(tl_acd_complete(acd, now, first, TL_ACD_BY_TRANSFER));
    drain(QUEUE_LOG);
    expect("1700000074|17.1|sales|Ann|BLINDTRANSFER|900|default|14|60|1\n");
    now += 1000;
    OK(tl_acd_set_agent_state(acd, now, agent, TL_ACD_NOT_READY, 4));
    drain(CALLCENTER);
    expect("");
    now += 2000;
    OK(tl_acd_tick(acd, now));
    drain(CALLCENTER);
    expect("Event-Name: CUSTOM\nEvent-Subclass: callcenter%3A%3Ainfo\n"
           "CC-Action: agent-status-change\nCC-Agent: Ann\nCC-Agent-Status: On%20Break\n\n");
    tl_acd_agent_facts agent_facts;
    OK(tl_acd_follower_get_agent(follower, agent, &agent_facts));
    CHECK(agent_facts.state == TL_ACD_NOT_READY && agent_facts.reason == 4);
    CHECK(agent_facts.before == TL_ACD_WRAP_UP && agent_facts.last_pause == now);
    CHECK(agent_facts.login == 1700000010000u && agent_facts.last_call == 7);

    /* Nobody had been served when the call joined, so nothing could be predicted from that. */
    tl_acd_estimate_errors errors;
    OK(tl_acd_accuracy_get(accuracy, sales, &errors));
    CHECK(errors.by_last_served.count == 0 && errors.by_length.count == 0);
    /* The second one is told that it waits as long as the first: 14 s, and waits 20. */
    call.tag = 8;
    OK(tl_acd_arrive(acd, now, &call));
    uint64_t second = drain(QUEUE_LOG).call;
    now += 19000;
    OK(tl_acd_set_agent_state(acd, now, agent, TL_ACD_AVAILABLE, 0));
    offer = drain(QUEUE_LOG).offer;
    expect("1700000096|NONE|NONE|Ann|UNPAUSEALL|lunch\n");
    now += 1000;
    OK(tl_acd_accept(acd, now, offer));
    drain(QUEUE_LOG);
    OK(tl_acd_accuracy_get(accuracy, sales, &errors));
    CHECK(errors.by_last_served.count == 1 && errors.by_last_served.sum_ms == -6000);
    CHECK(errors.by_last_served.mean_ms == -6000 && errors.by_last_served.mean_absolute_ms == 6000);

    /* Answers to questions, and what the engine does not say. */
    OK(tl_acd_render_ami_queue_summary(acd, sales, &names, said, sizeof said, &len));
    expect("Event: QueueSummary\r\nQueue: sales\r\nLoggedIn: 1\r\nAvailable: 0\r\nCallers: 0\r\n"
           "HoldTime: 17\r\nTalkTime: 60\r\nLongestHoldTime: 0\r\n\r\n"
           "Event: QueueSummaryComplete\r\nEventList: Complete\r\nListItems: 1\r\n\r\n");
    OK(tl_acd_render_ami_queue_status(follower, acd, TL_NONE, &names, said, sizeof said, &len));
    CHECK(strstr(said, "Event: QueueParams\r\nQueue: sales\r\n") != NULL);
    CHECK(strstr(said, "Event: QueueMember\r\n") != NULL && strstr(said, "ListItems: 2\r\n") != NULL);
    tl_acd_member_news news = {agent, sales, TL_ACD_MEMBER_ADDED, 0};
    OK(tl_acd_render_ami_member(follower, acd, &news, &names, said, sizeof said, &len));
    CHECK(strstr(said, "Event: QueueMemberAdded\r\nQueue: sales\r\nMemberName: Ann\r\n") == said);
    news.event = 0;
    EXPECT(TL_ERR_ARGUMENT,
           tl_acd_render_ami_member(follower, acd, &news, &names, said, sizeof said, &len));
    news.event = TL_ACD_MEMBER_PENALTY;
    news.queue = TL_NONE;
    CHECK(tl_acd_render_ami_member(follower, acd, &news, &names, said, sizeof said, &len) < 0);
    OK(tl_acd_render_ami_agent_dump(7, 101, sales, &names, said, sizeof said, &len));
    CHECK(strstr(said, "Event: AgentDump\r\nChannel: PJSIP/trunk-1\r\n") == said);

    tl_acd_log_line line;
    memset(&line, 0, sizeof line);
    line.at = now;
    line.call = line.queue = line.agent = "NONE";
    line.event = "QUEUESTART";
    line.data[1] = "a|b\nc";
    line.data_count = 2;
    OK(tl_acd_render_queue_log_line(&line, &names, said, sizeof said, &len));
    expect("1700000097|NONE|NONE|NONE|QUEUESTART||a_b c\n");
    line.data_count = 7;
    EXPECT(TL_ERR_ARGUMENT, tl_acd_render_queue_log_line(&line, &names, said, sizeof said, &len));
    OK(tl_acd_render_callcenter_agent(TL_ACD_AGENT_STATE_GET, 101, TL_ACD_TALKING, &names, said,
                                      sizeof said, &len));
    expect("Event-Name: CUSTOM\nEvent-Subclass: callcenter%3A%3Ainfo\n"
           "CC-Action: agent-state-get\nCC-Agent: Ann\nCC-Agent-State: In%20a%20queue%20call\n\n");
    EXPECT(TL_ERR_ARGUMENT, tl_acd_render_callcenter_agent(TL_ACD_AGENT_STATE_GET, 101, 77, &names,
                                                           said, sizeof said, &len));
    EXPECT(TL_ERR_ARGUMENT,
           tl_acd_render_callcenter_agent(0, 101, 0, &names, said, sizeof said, &len));
    OK(tl_acd_render_callcenter_count(3, &names, said, sizeof said, &len));
    expect("Event-Name: CUSTOM\nEvent-Subclass: callcenter%3A%3Ainfo\nCC-Action: members-count\n"
           "CC-Count: 3\nCC-Selection: All-Queues\n\n");
    OK(tl_acd_render_ami_strategy(TL_ACD_ROUND_ROBIN, said, sizeof said, &len));
    expect("rrmemory");
    EXPECT(TL_ERR_ARGUMENT, tl_acd_render_ami_strategy(99, said, sizeof said, &len));

    /* What polled through this, counted by that. */
    tl_stats_traffic row;
    size_t count;
    OK(tl_stats_list_traffic(stats, &row, 1, &count));
    CHECK(count == 1 && row.offered == 2 && row.answered == 2);
    OK(tl_acd_complete(acd, now, second, TL_ACD_BY_CALLER));
    drain(AMI);
    CHECK(strstr(said, "Reason: caller\r\n") != NULL);

    OK(tl_stats_free(stats));
    OK(tl_acd_accuracy_free(accuracy));
    OK(tl_acd_follower_free(follower));
    EXPECT(TL_ERR_OBJECT, tl_acd_follower_see(follower, acd));
    OK(tl_acd_follower_new(NULL, &follower));
    OK(tl_acd_accuracy_new(NULL, &accuracy));
    OK(tl_acd_accuracy_free(accuracy));
    OK(tl_acd_follower_free(follower));
    OK(tl_acd_free(acd));
    return 0;
}
