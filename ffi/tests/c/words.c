/* Values in words, and a flow that is tried without a telephone. */
#include "check.h"

static char text[1024];

static const char *say(const char *language, uint32_t kind, uint32_t type, int64_t number,
                       const char *digits)
{
    tl_ivr_value value;
    uint16_t pieces[64];
    char joined[1024] = "", piece[64];
    size_t len, count, total;
    memset(&value, 0, sizeof value);
    value.value_type = type;
    value.integer = number;
    value.text = digits;
    OK(tl_say_text(NULL, language, kind, &value, text, sizeof text, &len));
    CHECK(strlen(text) == len && len > 0);
    EXPECT(TL_ERR_BUFFER, tl_say_text(NULL, language, kind, &value, piece, 1, &total));
    CHECK(total == len);
    /* Its pieces are the same words. */
    OK(tl_say_pieces(NULL, language, kind, &value, pieces, 64, &count));
    OK(tl_say_count_pieces(NULL, language, &total));
    for (size_t i = 0; i < count; i++) {
        CHECK(pieces[i] < total);
        OK(tl_say_piece(NULL, language, pieces[i], piece, sizeof piece, &len));
        if (i > 0 && language[0] == 'e')
            strcat(joined, " ");
        strcat(joined, piece);
    }
    CHECK(strcmp(joined, text) == 0);
    return text;
}

#define SAYS(words, ...)                                                   \
    do {                                                                   \
        const char *said_ = say(__VA_ARGS__);                              \
        if (strcmp(said_, words) != 0) {                                   \
            fprintf(stderr, "%s instead of %s\n", said_, words);           \
            exit(1);                                                       \
        }                                                                  \
    } while (0)

static void speaking(void)
{
    tl_ivr_value value;
    size_t len;
    SAYS("一万零一百", "zh", TL_SAY_NUMBER, TL_IVR_INT, 10100, NULL);
    SAYS("twenty first", "en", TL_SAY_ORDINAL, TL_IVR_INT, 21, NULL);
    SAYS("幺三八", "zh-CN", TL_SAY_PHONE, TL_IVR_TEXT, 0, "138");
    SAYS("一三八", "zh", TL_SAY_DIGITS, TL_IVR_TEXT, 0, "1-3-8");
    SAYS("two", "en-US", TL_SAY_COUNT, TL_IVR_INT, 2, NULL);
    SAYS("两", "zh", TL_SAY_COUNT, TL_IVR_INT, 2, NULL);
    /* Money, decimals, moments and durations say something in both languages. */
    static const struct {
        uint32_t kind, type;
        int64_t number;
    } cases[] = {
        {TL_SAY_MONEY, TL_IVR_INT, 1250},         {TL_SAY_DECIMAL, TL_IVR_DECIMAL, -31400},
        {TL_SAY_DATE, TL_IVR_TIME, 1700000000000}, {TL_SAY_TIME, TL_IVR_TIME, 1700000000000},
        {TL_SAY_DURATION, TL_IVR_INT, 3725000},   {TL_SAY_MINUTES, TL_IVR_INT, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        say("zh", cases[i].kind, cases[i].type, cases[i].number, NULL);
        say("en", cases[i].kind, cases[i].type, cases[i].number, NULL);
    }

    memset(&value, 0, sizeof value);
    value.value_type = TL_IVR_INT;
    EXPECT(TL_ERR_IVR_SAY, tl_say_text(NULL, "tlh", TL_SAY_NUMBER, &value, text, 100, &len));
    EXPECT(TL_ERR_IVR_SAY, tl_say_text(NULL, "en", TL_SAY_DATE, &value, text, 100, &len));
    value.integer = INT64_MAX;
    EXPECT(TL_ERR_IVR_SAY, tl_say_text(NULL, "en", TL_SAY_NUMBER, &value, text, 100, &len));
    EXPECT(TL_ERR_ARGUMENT, tl_say_text(NULL, "en", 0, &value, text, 100, &len));
    EXPECT(TL_ERR_ARGUMENT, tl_say_text(NULL, "en", 12, &value, text, 100, &len));
    value.value_type = 6;
    EXPECT(TL_ERR_ARGUMENT, tl_say_text(NULL, "en", TL_SAY_NUMBER, &value, text, 100, &len));
    value.value_type = TL_IVR_TEXT;
    EXPECT(TL_ERR_NULL, tl_say_text(NULL, "en", TL_SAY_DIGITS, &value, text, 100, &len));
    EXPECT(TL_ERR_UTF8, tl_say_text(NULL, "\xff", TL_SAY_DIGITS, &value, text, 100, &len));
    EXPECT(TL_ERR_ARGUMENT, tl_say_piece(NULL, "en", 60000, text, 100, &len));
    OK(tl_say_count_pieces(NULL, "tlh", &len));
    CHECK(len == 0);
}

static const char FLOW[] =
    "name: hello\n"
    "languages: [en]\n"
    "start: menu\n"
    "nodes:\n"
    "  menu:\n"
    "    type: menu\n"
    "    prompt: Press one.\n"
    "    options: { 1: bye }\n"
    "    on: { noinput: hangup, nomatch: hangup }\n"
    "  bye: { type: play, prompt: Goodbye., next: hangup }\n";

static const char SCENARIOS[] =
    "flow: flows/hello.yaml\n"
    "scenarios:\n"
    "  - name: presses one\n"
    "    steps:\n"
    "      - then: Press one.\n"
    "      - press: \"1\"\n"
    "      - then: Goodbye.\n"
    "      - listen\n"
    "  - name: expects too much\n"
    "    steps:\n"
    "      - then: Welcome.\n";

static int holds(const char *where, size_t len, const char *what)
{
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= len; i++)
        if (memcmp(where + i, what, n) == 0)
            return 1;
    return 0;
}

static void rehearsing(void)
{
    tl_ivr_document *document;
    tl_ivr_flow *flow;
    tl_ivr_rehearsal *rehearsal;
    tl_ivr_rehearsal_info info;
    const uint8_t *program;
    const char *name, *failure, *report;
    size_t len, name_len;
    OK(tl_ivr_document_new(FLOW, strlen(FLOW), "hello.yaml", &document));
    OK(tl_ivr_document_program(document, &program, &len));
    OK(tl_ivr_flow_new(program, len, &flow));
    OK(tl_ivr_document_free(document));

    OK(tl_ivr_rehearsal_flow(SCENARIOS, strlen(SCENARIOS), text, sizeof text, &len));
    CHECK(strcmp(text, "flows/hello.yaml") == 0);
    OK(tl_ivr_rehearsal_new(flow, SCENARIOS, strlen(SCENARIOS), "hello.ivrtest.yaml", &rehearsal));
    OK(tl_ivr_rehearsal_report(rehearsal, &report, &len));
    tl_status went = tl_ivr_rehearsal_get_info(rehearsal, &info);
    if (went != TL_OK)
        fprintf(stderr, "%.*s\n", (int)len, report);
    CHECK(went == TL_OK);
    CHECK(info.scenarios == 2 && info.failed == 1);
    CHECK(info.exits_taken == 2 && info.exits > info.exits_taken);
    CHECK(holds(report, len, "ok      presses one\nFAILED  expects too much\n"));
    CHECK(holds(report, len, "never taken: menu -> noinput"));
    OK(tl_ivr_rehearsal_get_scenario(rehearsal, 0, &name, &name_len, &failure, &len));
    CHECK(len == 0 && name_len == 11 && memcmp(name, "presses one", 11) == 0);
    OK(tl_ivr_rehearsal_get_scenario(rehearsal, 1, &name, &name_len, &failure, &len));
    CHECK(holds(failure, len, "Press one."));
    EXPECT(TL_ERR_ARGUMENT,
           tl_ivr_rehearsal_get_scenario(rehearsal, 2, &name, &name_len, &failure, &len));
    OK(tl_ivr_rehearsal_transcript(rehearsal, &report, &len));
    CHECK(holds(report, len, "scenario\tpresses one\n"));
    OK(tl_ivr_rehearsal_free(rehearsal));

    OK(tl_ivr_rehearsal_new(flow, "scenarios: 3\n", 13, NULL, &rehearsal));
    EXPECT(TL_ERR_IVR_DOCUMENT, tl_ivr_rehearsal_get_info(rehearsal, &info));
    EXPECT(TL_ERR_IVR_DOCUMENT, tl_ivr_rehearsal_transcript(rehearsal, &report, &len));
    OK(tl_ivr_rehearsal_report(rehearsal, &report, &len));
    CHECK(holds(report, len, "flow.ivrtest.yaml:1"));
    OK(tl_ivr_rehearsal_free(rehearsal));
    EXPECT(TL_ERR_IVR_DOCUMENT, tl_ivr_rehearsal_flow("scenarios: 3\n", 13, text, 10, &len));

    /* A flow that teaches no language speaks as the library does. */
    tl_ivr_value value;
    memset(&value, 0, sizeof value);
    value.value_type = TL_IVR_INT;
    value.integer = 7;
    OK(tl_say_text(flow, "en", TL_SAY_NUMBER, &value, text, sizeof text, &len));
    CHECK(strcmp(text, "seven") == 0);
    OK(tl_say_count_pieces(flow, "en", &name_len));
    OK(tl_say_count_pieces(NULL, "en", &len));
    CHECK(len == name_len);
    OK(tl_say_piece(flow, "en", 0, text, sizeof text, &len));
    OK(tl_ivr_flow_free(flow));
}

int main(void)
{
    speaking();
    rehearsing();
    return 0;
}
