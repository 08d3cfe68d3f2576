/* What a hand scanner sends, and when: no code holds an end sign or is longer than it may be, none is empty,
 * and where nobody pauses no byte is lost or moved. */
#include <stdlib.h>
#include <string.h>

#include "wedge.h"

#define BYTES_MOST 4096u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static bool is_end(uint8_t byte)
{
    return byte == '\r' || byte == '\n' || byte == '\t' || byte == '\0';
}

static void check_code(const struct wedge *wedge)
{
    size_t length = strlen(wedge->text);

    if (length == 0 || length >= WEDGE_TEXT_MOST || length != wedge->length || strpbrk(wedge->text, "\r\n\t"))
        abort();
    if (wedge->too_long && length != WEDGE_TEXT_MOST - 1)
        abort();
}

/* Every second byte says how long the one before it was waited for. */
static void with_pauses(const uint8_t *bytes, size_t length)
{
    struct wedge wedge = {0};
    int64_t      now_ms = -1000;

    for (size_t i = 0; i + 1 < length; i += 2) {
        now_ms +=
            bytes[i + 1] > 250 ? -(int64_t)bytes[i + 1] : bytes[i + 1]; /* a clock that is set back, too */
        if (wedge_patience_ms(&wedge, now_ms) > WEDGE_SILENCE_MS || wedge_patience_ms(&wedge, now_ms) < -1)
            abort();
        if (wedge_silence(&wedge, now_ms))
            check_code(&wedge);
        if (wedge_take(&wedge, (char)bytes[i], now_ms))
            check_code(&wedge);
    }
    if (wedge_end(&wedge))
        check_code(&wedge);
    if (wedge_end(&wedge))
        abort(); /* it ended already */
}

/* The code that begins at `begin`, told apart in another way. */
static size_t next_code(const uint8_t *bytes, size_t length, size_t *begin)
{
    size_t end;

    while (*begin < length && is_end(bytes[*begin]))
        (*begin)++;
    for (end = *begin; end < length && !is_end(bytes[end]); end++)
        ;
    return end - *begin;
}

static void check_same(const struct wedge *wedge, const uint8_t *bytes, size_t whole)
{
    size_t kept = whole < WEDGE_TEXT_MOST ? whole : WEDGE_TEXT_MOST - 1;

    if (whole == 0 || wedge->length != kept || memcmp(wedge->text, bytes, kept) != 0 ||
        wedge->too_long != (whole > kept))
        abort();
}

static void without_pauses(const uint8_t *bytes, size_t length)
{
    struct wedge wedge = {0};
    size_t       begin = 0, whole;

    for (size_t i = 0; i < length; i++) {
        if (!wedge_take(&wedge, (char)bytes[i], 1000))
            continue;
        whole = next_code(bytes, length, &begin);
        check_same(&wedge, bytes + begin, whole);
        begin += whole;
    }
    whole = next_code(bytes, length, &begin);
    if (wedge_end(&wedge))
        check_same(&wedge, bytes + begin, whole);
    else if (whole > 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length > BYTES_MOST)
        return 0;
    with_pauses(bytes, length);
    without_pauses(bytes, length);
    return 0;
}
