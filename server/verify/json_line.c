#include "verify/json_line.h"

#include <endian.h>
#include <string.h>

#include "shared/utf8.h"

static bool take(const char **at, const char *end, const char *word, size_t length)
{
    if ((size_t)(end - *at) < length || memcmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

#define TAKE(at, end, word) take((at), (end), (word), sizeof(word) - 1)

static bool take_digits(const char **at, const char *end)
{
    const char *start = *at;

    *at += *at < end && **at == '-';
    while (*at < end && **at >= '0' && **at <= '9')
        ++*at;
    return *at > start;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The character that is escaped at the backslash, and behind it; -1: nothing that we would write. */
static int unescape(const char **at, const char *end)
{
    int high, low, code;

    if (end - *at >= 2 && ((*at)[1] == '"' || (*at)[1] == '\\'))
        return *at += 2, (*at)[-1];
    if (end - *at < 6 || memcmp(*at, "\\u00", 4) != 0)
        return -1;
    high = hex_digit((*at)[4]);
    low = hex_digit((*at)[5]);
    code = high * 16 + low;
    if (high < 0 || low < 0 || code == 0 || (code >= ' ' && code != 0x7F))
        return -1;
    *at += 6;
    return code;
}

/* Of eight bytes at once, the high bits of the results: set for the first byte that is below `most`, or that
 * is `byte`. */
#define EACH(byte)         (UINT64_C(0x0101010101010101) * (byte))
#define BELOW(eight, most) (((eight)-EACH(most)) & ~(eight))
#define ARE(eight, byte)   BELOW((eight) ^ EACH(byte), 1)

/* Passes over what is ASCII and stands for itself, eight bytes at a time; at most seven of it are left. One
 * more than 0x7F has its high bit set, as what is no ASCII has. */
static const char *pass_plain(const char *at, const char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t eight, others;

        memcpy(&eight, at, sizeof eight);
        eight = le64toh(eight);
        others =
            (eight | (eight + EACH(1)) | BELOW(eight, ' ') | ARE(eight, '"') | ARE(eight, '\\')) & EACH(0x80);
        if (others)
            return at + __builtin_ctzll(others) / 8;
    }
    return at;
}

/* Behind the opening quote, up to and with the closing one. */
static bool take_text(const char **at, const char *end, struct json_value *value)
{
    const char   *start = *at;
    unsigned char seen = 0;

    while ((*at = pass_plain(*at, end)) < end) {
        unsigned char c = (unsigned char)**at;

        seen |= c;
        if (c >= ' ' && c != '"' && c != '\\' && c != 0x7F) {
            ++*at;
        } else if (c == '\\') {
            value->escaped = true;
            if (unescape(at, end) < 0)
                return false;
        } else {
            ++*at;
            return c == '"' && (seen < 0x80 || utf8_is_valid(start, (size_t)(*at - 1 - start)));
        }
    }
    return false;
}

static bool take_value(const char **at, const char *end, struct json_value *value)
{
    bool taken;

    *value = (struct json_value){.text = *at};
    switch (*at < end ? **at : '\0') {
    case '"':
        ++*at;
        taken = take_text(at, end, value);
        break;
    case 'n':
        taken = TAKE(at, end, "null");
        break;
    case '{':
        taken = TAKE(at, end, "{\"erased\": ") && take_digits(at, end) && TAKE(at, end, "}");
        break;
    default:
        taken = take_digits(at, end);
    }
    value->length = (size_t)(*at - value->text);
    return taken;
}

bool json_line_parse(const char *line, size_t length, const struct json_name *names, size_t count,
                     struct json_value *values)
{
    const char *at = line, *end = line + length;

    if (!TAKE(&at, end, "{"))
        return false;
    for (size_t i = 0; i < count; i++)
        if ((i > 0 && !TAKE(&at, end, ", ")) || !take(&at, end, names[i].text, names[i].length) ||
            !take_value(&at, end, &values[i]))
            return false;
    return TAKE(&at, end, "}") && at == end;
}

bool json_line_number(const struct json_value *value, uint64_t *number)
{
    *number = 0;
    if (value->length == 0 || value->length > 18 || (value->text[0] == '0' && value->length > 1))
        return false;
    for (size_t i = 0; i < value->length; i++) {
        if (value->text[i] < '0' || value->text[i] > '9')
            return false;
        *number = *number * 10 + (uint64_t)(value->text[i] - '0');
    }
    return true;
}

bool json_line_text(const struct json_value *value, struct buffer *room, const char **said, size_t *length)
{
    const char *at = value->text + 1, *end = value->text + value->length - 1;

    if (value->length < 2 || value->text[0] != '"')
        return false;
    *said = at;
    *length = value->length - 2;
    if (!value->escaped)
        return true;
    room->length = 0;
    while (at < end) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        char        character;

        buffer_add(room, at, (size_t)((backslash ? backslash : end) - at));
        if (!backslash)
            break;
        at = backslash;
        character = (char)unescape(&at, end);
        buffer_add(room, &character, 1);
    }
    *said = room->text;
    *length = room->length;
    return !room->overflowed;
}

bool json_line_is(const struct json_value *value, const char *expected, size_t length)
{
    return length == value->length && memcmp(value->text, expected, length) == 0;
}
