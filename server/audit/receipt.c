#include "audit/receipt.h"

#include <inttypes.h>
#include <string.h>

#include "audit/base64.h"

#define HEADING "c2sp.org/tlog-proof@v1\n"

static void add_length(struct buffer *out, size_t length)
{
    buffer_add(out, (const char[]){(char)(length >> 8), (char)length}, 2);
}

static void add_extra(const struct receipt *receipt, struct buffer *out)
{
    add_length(out, receipt->entry_length);
    buffer_add(out, (const char *)receipt->entry, receipt->entry_length);
    for (size_t i = 0; i < receipt->opening_count; i++) {
        const struct receipt_opening *opening = &receipt->openings[i];

        buffer_add(out, (const char[]){(char)opening->tag}, 1);
        add_length(out, opening->length);
        buffer_add(out, (const char *)opening->value, opening->length);
        buffer_add(out, (const char *)opening->salt, SALT_SIZE);
    }
}

void receipt_format(const struct receipt *receipt, struct buffer *out)
{
    CLEANUP(buffer_free) struct buffer extra = {.limit = RECEIPT_MOST};

    add_extra(receipt, &extra);
    buffer_text(out, HEADING "extra ");
    base64_add(out, (const uint8_t *)extra.text, extra.length);
    buffer_format(out, "\nindex %" PRIu64 "\n", receipt->index);
    for (size_t i = 0; i < receipt->path_count; i++) {
        base64_add(out, receipt->path[i], HASH_SIZE);
        buffer_text(out, "\n");
    }
    buffer_text(out, "\n");
    buffer_add(out, receipt->checkpoint, receipt->checkpoint_length);
}

struct reading {
    const char *at, *end;
};

static const char *take_line(struct reading *reading, size_t *length)
{
    const char *line = reading->at;
    const char *newline = line < reading->end ? memchr(line, '\n', (size_t)(reading->end - line)) : NULL;

    *length = 0;
    if (!newline)
        return NULL;
    *length = (size_t)(newline - line);
    reading->at = newline + 1;
    return line;
}

static bool starts(const char *line, size_t length, const char *word)
{
    return line && length >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

static bool read_index(const char *text, size_t length, uint64_t *index)
{
    if (length == 0 || length > 19 || (text[0] == '0' && length > 1))
        return false;
    *index = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *index = *index * 10 + (uint64_t)(text[i] - '0');
    }
    return *index <= INT64_MAX;
}

static bool read_openings(struct arena *arena, const uint8_t *bytes, size_t length, struct receipt *receipt)
{
    unsigned previous = 0;

    receipt->openings = ARENA_NEW(arena, struct receipt_opening, ENTRY_TAG_COUNT);
    for (size_t at = 0; at < length;) {
        struct receipt_opening *opening = &receipt->openings[receipt->opening_count];

        if (length - at < 3u + SALT_SIZE)
            return false;
        opening->tag = bytes[at];
        opening->length = (size_t)bytes[at + 1] << 8 | bytes[at + 2];
        if (opening->tag <= previous || opening->tag >= ENTRY_TAG_COUNT ||
            opening->length > length - at - 3 - SALT_SIZE)
            return false;
        previous = opening->tag;
        opening->value = bytes + at + 3;
        opening->salt = opening->value + opening->length;
        at += 3 + opening->length + SALT_SIZE;
        receipt->opening_count++;
    }
    return true;
}

static bool read_extra(struct arena *arena, const char *text, size_t length, struct receipt *receipt)
{
    uint8_t *bytes = arena_take(arena, length + 1);
    size_t   got;

    if (!base64_decode(text, length, bytes, length, &got) || got < 2)
        return false;
    receipt->entry = bytes + 2;
    receipt->entry_length = (size_t)bytes[0] << 8 | bytes[1];
    if (receipt->entry_length > got - 2)
        return false;
    return read_openings(arena, receipt->entry + receipt->entry_length, got - 2 - receipt->entry_length,
                         receipt);
}

static bool read_path(struct reading *reading, struct receipt *receipt)
{
    size_t      length;
    const char *line;

    while ((line = take_line(reading, &length)) && length > 0)
        if (receipt->path_count == MERKLE_PATH_MOST ||
            !base64_decode_all(line, length, receipt->path[receipt->path_count++], HASH_SIZE))
            return false;
    return line != NULL;
}

static bool read_all(struct reading *reading, struct arena *arena, struct receipt *receipt)
{
    size_t      length;
    const char *line = take_line(reading, &length);

    if (!starts(line, length, "c2sp.org/tlog-proof@v1") || length != sizeof HEADING - 2)
        return false;
    line = take_line(reading, &length);
    if (!starts(line, length, "extra ") || !read_extra(arena, line + 6, length - 6, receipt))
        return false;
    line = take_line(reading, &length);
    return starts(line, length, "index ") && read_index(line + 6, length - 6, &receipt->index) &&
           read_path(reading, receipt);
}

bool receipt_parse(const char *text, size_t length, struct arena *arena, struct receipt *receipt,
                   struct error *error)
{
    struct reading reading = {text, text + length};

    *receipt = (struct receipt){0};
    if (length > RECEIPT_MOST)
        return error_set(error, ERROR_TOO_LARGE, "a receipt has at most %u bytes", RECEIPT_MOST);
    if (!read_all(&reading, arena, receipt))
        return error_set(error, ERROR_INVALID, "this is not a receipt of Spoor (c2sp.org/tlog-proof@v1)");
    receipt->checkpoint = reading.at;
    receipt->checkpoint_length = (size_t)(reading.end - reading.at);
    return true;
}
