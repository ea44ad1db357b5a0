/* The transcripts of ivr-core through C: everything the sessions say, byte for byte.
 *
 *     ivr_transcripts FLOW.yaml TRANSCRIPT.txt [FLOW.yaml TRANSCRIPT.txt]...
 *
 * ivr-core/README.md describes transcripts. What goes in is played again, what comes out is written
 * anew, and the whole must be the same text. */
#include "check.h"

enum { FIELDS = 64 };

static char *out;
static size_t out_len, out_room;

static void put(const char *text, size_t len)
{
    if (out_len + len + 1 > out_room) {
        out_room = (out_len + len + 1) * 2;
        out = realloc(out, out_room);
        CHECK(out);
    }
    memcpy(out + out_len, text, len);
    out_len += len;
    out[out_len] = 0;
}

static void escaped(const char *text)
{
    for (; *text; text++) {
        const char *two = *text == '\\'   ? "\\\\"
                          : *text == '\t' ? "\\t"
                          : *text == '\n' ? "\\n"
                          : *text == '\r' ? "\\r"
                                          : NULL;
        put(two ? two : text, two ? 2 : 1);
    }
}

static void text_field(const char *before, const char *text)
{
    put("\t", 1);
    put(before, strlen(before));
    escaped(text);
}

static void number_field(int64_t number)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRId64, number);
    text_field("", digits);
}

static void values(const tl_ivr_output *said)
{
    for (uint32_t i = 0; i < said->arg_count; i++) {
        text_field("", said->args[i].name);
        put("=", 1);
        escaped(said->args[i].text);
    }
}

static void item(const tl_ivr_item *item)
{
    switch (item->kind) {
    case TL_IVR_ITEM_FILE:
        text_field("file:", item->file);
        if (item->text)
            text_field("or:", item->text);
        break;
    case TL_IVR_ITEM_TEXT:
        text_field("text:", item->text);
        break;
    case TL_IVR_ITEM_SAY:
        text_field("say:", item->text);
        text_field("pieces:", "");
        for (uint32_t i = 0; i < item->piece_count; i++) {
            put("|", i > 0);
            escaped(item->pieces[i]);
        }
        break;
    default:
        CHECK(!"a kind of item");
    }
}

static void tell(const tl_ivr_output *said)
{
    static const char *const kinds[] = {"",       "play",     "stop",   "query", "queue",
                                        "record", "transfer", "attach", "left",  "end"};
    static const char *const ends[] = {"",          "finished", "transferred", "caller_hung_up",
                                       "unhandled", "loop",     "stack"};
    static const char *const transfers[] = {"", "blind", "bridged", "consult"};
    CHECK(said->kind >= 1 && said->kind <= 9);
    put(">", 1);
    text_field("", kinds[said->kind]);
    if (said->kind <= TL_IVR_TRANSFER)
        number_field(said->op);
    switch (said->kind) {
    case TL_IVR_PLAY:
        text_field("", said->name);
        text_field("", said->flag ? "true" : "false");
        for (uint32_t i = 0; i < said->item_count; i++)
            item(&said->items[i]);
        break;
    case TL_IVR_QUERY:
        text_field("", said->name);
        number_field(said->timeout_ms);
        values(said);
        break;
    case TL_IVR_QUEUE:
        text_field("", said->name);
        number_field(said->priority);
        number_field(said->timeout_ms);
        values(said);
        break;
    case TL_IVR_RECORD:
        text_field("", said->flag ? "true" : "false");
        number_field(said->timeout_ms);
        number_field(said->silence_ms);
        text_field("", said->keys);
        break;
    case TL_IVR_TRANSFER:
        text_field("", transfers[said->reason]);
        text_field("", said->name);
        number_field(said->timeout_ms);
        values(said);
        break;
    case TL_IVR_ATTACH:
        values(said);
        break;
    case TL_IVR_TRACE:
        text_field("", said->name);
        text_field("", said->detail);
        break;
    case TL_IVR_END:
        text_field("", ends[said->reason]);
        break;
    }
    put("\n", 1);
}

/* The fields of a line, in place. */
static size_t split(char *line, char **fields)
{
    size_t count = 1;
    char *to = line;
    fields[0] = line;
    for (const char *from = line; *from; from++) {
        if (*from == '\t') {
            CHECK(count < FIELDS);
            *to++ = 0;
            fields[count++] = to;
        } else if (*from == '\\') {
            from++;
            *to++ = *from == 't' ? '\t' : *from == 'n' ? '\n' : *from == 'r' ? '\r' : *from;
        } else {
            *to++ = *from;
        }
    }
    *to = 0;
    return count;
}

/* "name=type:value", in place. */
static tl_ivr_value answer(char *field)
{
    static const char *const types[] = {"", "int", "decimal", "bool", "text", "time"};
    tl_ivr_value value = {0};
    char *type = strchr(field, '=');
    CHECK(type);
    *type++ = 0;
    char *text = strchr(type, ':');
    CHECK(text);
    *text++ = 0;
    value.name = field;
    for (uint32_t i = 1; i <= 5; i++)
        if (strcmp(types[i], type) == 0)
            value.value_type = i;
    CHECK(value.value_type != 0);
    value.text = text;
    if (value.value_type == TL_IVR_BOOL)
        value.integer = strcmp(text, "true") == 0;
    else if (value.value_type == TL_IVR_DECIMAL)
        value.integer = (int64_t)(strtold(text, NULL) * 10000.0L + (*text == '-' ? -0.5L : 0.5L));
    else
        value.integer = strtoll(text, NULL, 10);
    return value;
}

static uint32_t word(const char *text, const char *const *words)
{
    for (uint32_t i = 1; words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    fprintf(stderr, "no word %s\n", text);
    exit(1);
}

static void feed(tl_ivr_session *session, char **fields, size_t count)
{
    static const char *const queue[] = {"",     "answered", "abandoned", "timeout", "full",
                                        "empty", "exit_key", "failed",    NULL};
    static const char *const transfer[] = {"", "answered", "busy", "no_answer", "rejected", "failed",
                                           NULL};
    tl_time now = strtoull(fields[1], NULL, 10);
    const char *what = fields[2];
    uint32_t op = count > 3 ? (uint32_t)strtoul(fields[3], NULL, 10) : 0;
    if (strcmp(what, "start") == 0) {
        OK(tl_ivr_start(session, now));
    } else if (strcmp(what, "hangup") == 0) {
        OK(tl_ivr_hangup(session, now));
    } else if (strcmp(what, "tick") == 0) {
        OK(tl_ivr_tick(session, now));
    } else if (strcmp(what, "digit") == 0) {
        for (const char *key = fields[3]; *key; key++)
            OK(tl_ivr_digit(session, now, *key));
    } else if (strcmp(what, "finished") == 0) {
        OK(tl_ivr_finished(session, now, op));
    } else if (strcmp(what, "failed") == 0) {
        OK(tl_ivr_failed(session, now, op));
    } else if (strcmp(what, "answered") == 0) {
        OK(tl_ivr_answered(session, now, op));
    } else if (strcmp(what, "recorded") == 0) {
        OK(tl_ivr_recorded(session, now, op, (uint32_t)strtoul(fields[4], NULL, 10)));
    } else if (strcmp(what, "queue") == 0) {
        OK(tl_ivr_queue_update(session, now, op, (uint32_t)strtoul(fields[4], NULL, 10),
                               (uint32_t)strtoul(fields[5], NULL, 10)));
    } else if (strcmp(what, "queue_ended") == 0) {
        OK(tl_ivr_queue_ended(session, now, op, word(fields[4], queue)));
    } else if (strcmp(what, "transferred") == 0) {
        OK(tl_ivr_transferred(session, now, op, word(fields[4], transfer)));
    } else {
        tl_ivr_value given[FIELDS];
        CHECK(strcmp(what, "answer") == 0);
        for (size_t i = 4; i < count; i++)
            given[i - 4] = answer(fields[i]);
        OK(tl_ivr_query_ok(session, now, op, given, count - 4));
    }
}

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    CHECK(file && fseek(file, 0, SEEK_END) == 0);
    *len = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(*len + 1);
    CHECK(text && fread(text, 1, *len, file) == *len);
    fclose(file);
    text[*len] = 0;
    return text;
}

static tl_ivr_flow *load(const char *path)
{
    tl_ivr_document *document;
    tl_ivr_flow *flow;
    const uint8_t *program;
    size_t len;
    char *source = read_file(path, &len);
    OK(tl_ivr_document_new(source, len, path, &document));
    OK(tl_ivr_document_program(document, &program, &len));
    OK(tl_ivr_flow_new(program, len, &flow));
    OK(tl_ivr_document_free(document));
    free(source);
    return flow;
}

static void play(const char *yaml, const char *path)
{
    static union {
        unsigned char bytes[TL_IVR_BUFFER];
        long double align;
    } buffer;
    tl_ivr_flow *flow = load(yaml);
    tl_ivr_session *session = NULL;
    size_t len;
    char *transcript = read_file(path, &len), *line = strdup(transcript), *lines = line;
    CHECK(lines);
    out_len = 0;
    for (char *next; *line; line = next) {
        char *fields[FIELDS];
        next = line + strcspn(line, "\n");
        CHECK(*next == '\n');
        *next++ = 0;
        if (*line == '>' || strncmp(line, "wake", 4) == 0)
            continue;
        put(line, strlen(line));
        put("\n", 1);
        size_t count = split(line, fields);
        if (strcmp(fields[0], "scenario") == 0)
            continue;
        if (strcmp(fields[0], "begin") == 0) {
            tl_ivr_config config;
            CHECK(count == 6);
            OK(tl_ivr_session_free(session));
            OK(tl_ivr_defaults(&config));
            config.now = strtoull(fields[1], NULL, 10);
            config.seed = strtoull(fields[2], NULL, 10);
            config.caller = fields[3];
            config.called = fields[4];
            config.language = fields[5];
            config.trace = 1;
            OK(tl_ivr_session_new(flow, &config, &session));
            continue;
        }
        CHECK(strcmp(fields[0], "<") == 0 && count >= 3);
        feed(session, fields, count);
        tl_ivr_output said;
        tl_status status;
        while ((status = tl_ivr_poll(session, &said, &buffer, sizeof buffer)) == TL_OK)
            tell(&said);
        EXPECT(TL_DONE, status);
        tl_time due;
        OK(tl_ivr_deadline(session, &due));
        put("wake", 4);
        if (due == TL_NONE)
            text_field("", "never");
        else
            number_field((int64_t)due);
        put("\n", 1);
    }
    if (out_len != len || memcmp(out, transcript, len) != 0) {
        size_t at = 0;
        while (at < len && at < out_len && out[at] == transcript[at])
            at++;
        while (at > 0 && out[at - 1] != '\n')
            at--;
        fprintf(stderr, "%s: C says\n%.300s\nRust says\n%.300s\n", path, out + at, transcript + at);
        exit(1);
    }
    OK(tl_ivr_session_free(session));
    OK(tl_ivr_flow_free(flow));
    free(lines);
    free(transcript);
}

int main(int argc, char **argv)
{
    CHECK(argc >= 9 && argc % 2 == 1);
    for (int i = 1; i + 1 < argc; i += 2)
        play(argv[i], argv[i + 1]);
    free(out);
    printf("%d transcripts are in C what they are in Rust\n", argc / 2);
    return 0;
}
