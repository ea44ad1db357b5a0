/* A compound packet with all that can be said in it, and numbers that do not wrap. */
#include "check.h"

static const char *text(const tl_rtcp_item *item)
{
    static char copy[300];
    CHECK(item->len < sizeof copy);
    memcpy(copy, item->text, item->len);
    copy[item->len] = 0;
    return copy;
}

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static void compound(void)
{
    uint8_t datagram[400];
    size_t len, before, count;
    tl_rtcp_item items[8];
    tl_rtcp_block blocks[8];
    tl_rtcp_summary summary;
    tl_rtcp_report reports[2] = {{.ssrc = 70, .lost = -3}, {.ssrc = 71, .jitter = 9}};
    const uint32_t gone[] = {5, 6};
    static const uint8_t long_text[256];
    OK(tl_rtcp_write(5, NULL, reports, 2, "phone@example.com", 0, datagram, sizeof datagram, &len));
    OK(tl_rtcp_add_item(datagram, sizeof datagram, &len, 5, TL_RTCP_NAME, BYTES("Ann")));
    OK(tl_rtcp_add_item(datagram, sizeof datagram, &len, 6, TL_RTCP_TOOL, BYTES("trunkline")));
    OK(tl_rtcp_add_item(datagram, sizeof datagram, &len, 6, TL_RTCP_NOTE, NULL, 0));
    /* An application's packet, as another side may send it: "TEST", subtype 3, four bytes. */
    const uint8_t application[] = {0x83, 204, 0, 3, 0, 0, 0, 9, 'T', 'E', 'S', 'T', 1, 2, 3, 4};
    memcpy(datagram + len, application, sizeof application);
    len += sizeof application;
    OK(tl_rtcp_add_goodbye(datagram, sizeof datagram, &len, gone, 2, BYTES("shift is over")));

    OK(tl_rtcp_list_items(datagram, len, NULL, 0, &count));
    CHECK(count == 7);
    OK(tl_rtcp_list_items(datagram, len, items, 8, &count));
    CHECK(items[0].ssrc == 5 && items[0].kind == TL_RTCP_CNAME);
    CHECK(strcmp(text(&items[0]), "phone@example.com") == 0);
    CHECK(items[1].ssrc == 5 && items[1].kind == TL_RTCP_NAME && strcmp(text(&items[1]), "Ann") == 0);
    CHECK(items[2].ssrc == 6 && strcmp(text(&items[2]), "trunkline") == 0);
    CHECK(items[3].kind == TL_RTCP_NOTE && items[3].len == 0 && items[3].detail == 0);
    CHECK(items[4].kind == TL_RTCP_APPLICATION && items[4].ssrc == 9 && items[4].subtype == 3);
    CHECK(items[4].detail == 0x54455354 && items[4].len == 4 && items[4].text[3] == 4);
    for (int i = 5; i < 7; i++) {
        CHECK(items[i].kind == TL_RTCP_GOODBYE && items[i].ssrc == gone[i - 5]);
        CHECK(strcmp(text(&items[i]), "shift is over") == 0);
    }
    OK(tl_rtcp_list_reports(datagram, len, blocks, 8, &count));
    CHECK(count == 2 && blocks[0].from == 5 && blocks[0].report.ssrc == 70);
    CHECK(blocks[0].report.lost == -3 && blocks[1].report.jitter == 9);
    OK(tl_rtcp_parse(datagram, len, 71, &summary));
    CHECK(summary.has_report == 1 && summary.leaves == 1);

    /* What has no room, or cannot be said, leaves everything as it is. */
    before = len;
    EXPECT(TL_ERR_BUFFER, tl_rtcp_add_item(datagram, len + 8, &len, 5, TL_RTCP_LOC, BYTES("here")));
    EXPECT(TL_ERR_ARGUMENT,
           tl_rtcp_add_item(datagram, sizeof datagram, &len, 5, TL_RTCP_LOC, long_text, 256));
    EXPECT(TL_ERR_ARGUMENT, tl_rtcp_add_item(datagram, sizeof datagram, &len, 5, 0, BYTES("x")));
    EXPECT(TL_ERR_ARGUMENT, tl_rtcp_add_item(datagram, sizeof datagram, &len, 5, 256, BYTES("x")));
    EXPECT(TL_ERR_ARGUMENT, tl_rtcp_add_item(datagram, len - 1, &len, 5, 1, BYTES("x")));
    EXPECT(TL_ERR_ARGUMENT,
           tl_rtcp_add_goodbye(datagram, sizeof datagram, &len, gone, 1, long_text, 256));
    CHECK(len == before);
    EXPECT(TL_ERR_RTP_MALFORMED, tl_rtcp_list_items(datagram, len - 1, items, 8, &count));
    EXPECT(TL_ERR_RTP_MALFORMED, tl_rtcp_list_reports(datagram, 3, blocks, 8, &count));
    EXPECT(TL_ERR_RTP_MALFORMED, tl_rtcp_list_reports(datagram, 0, blocks, 8, &count));
}

static void numbers(void)
{
    uint64_t highest = TL_NONE, whole;
    OK(tl_rtp_unwrap_sequence(&highest, 65534, &whole));
    CHECK(whole == 65536 + 65534 && highest == whole);
    OK(tl_rtp_unwrap_sequence(&highest, 1, &whole));
    CHECK(whole == 2 * 65536 + 1 && highest == whole);
    OK(tl_rtp_unwrap_sequence(&highest, 65535, &whole)); /* late */
    CHECK(whole == 65536 + 65535 && highest == 2 * 65536 + 1);
    highest = TL_NONE;
    OK(tl_rtp_unwrap_timestamp(&highest, 10, &whole));
    CHECK(whole == UINT64_C(0x10000000A));
    OK(tl_rtp_unwrap_timestamp(&highest, UINT32_MAX, &whole));
    CHECK(whole == UINT32_MAX && highest == UINT64_C(0x10000000A));
    highest = TL_NONE - 1;
    OK(tl_rtp_unwrap_timestamp(&highest, 5, &whole));
    EXPECT(TL_ERR_NULL, tl_rtp_unwrap_timestamp(&highest, 5, NULL));
}

int main(void)
{
    compound();
    numbers();
    return 0;
}
