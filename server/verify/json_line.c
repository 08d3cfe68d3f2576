#include "verify/json_line.h"

#include <stdlib.h>
#include <string.h>

#include "render/json.h"

#define LINE_MOST (1024u * 1024u)

static bool take(const char **at, const char *end, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(end - *at) < length || memcmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

static bool take_digits(const char **at, const char *end)
{
    const char *start = *at;

    (void)take(at, end, "-");
    while (*at < end && **at >= '0' && **at <= '9')
        ++*at;
    return *at > start;
}

static bool take_text(const char **at, const char *end)
{
    if (!take(at, end, "\""))
        return false;
    while (*at < end && **at != '"')
        *at += **at == '\\' ? 2 : 1;
    return *at < end && take(at, end, "\"");
}

static bool take_value(const char **at, const char *end)
{
    if (*at < end && **at == '"')
        return take_text(at, end);
    if (take(at, end, "null"))
        return true;
    if (take(at, end, "{\"erased\": "))
        return take_digits(at, end) && take(at, end, "}");
    return take_digits(at, end);
}

bool json_line_parse(const char *line, size_t length, const char *const *names, size_t count,
                     struct json_value *values)
{
    const char *at = line, *end = line + length;

    if (!take(&at, end, "{"))
        return false;
    for (size_t i = 0; i < count; i++) {
        if ((i > 0 && !take(&at, end, ", ")) || !take(&at, end, "\"") || !take(&at, end, names[i]) ||
            !take(&at, end, "\": "))
            return false;
        values[i].text = at;
        if (!take_value(&at, end))
            return false;
        values[i].length = (size_t)(at - values[i].text);
    }
    return take(&at, end, "}") && at == end;
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

/* The character behind a backslash; 0: not one of ours. */
static bool unescape(const char **at, const char *end, struct buffer *out)
{
    char     character;
    unsigned code = 0;

    if (*at < end && (**at == '"' || **at == '\\')) {
        buffer_add(out, (*at)++, 1);
        return true;
    }
    if (end - *at < 5 || (*at)[0] != 'u')
        return false;
    for (int i = 1; i < 5; i++) {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, (*at)[i]);

        if (!digit || !*digit)
            return false;
        code = code * 16 + (unsigned)(digit - digits);
    }
    if (code == 0 || code > 0x7F)
        return false;
    character = (char)code;
    buffer_add(out, &character, 1);
    *at += 5;
    return true;
}

bool json_line_is(const struct json_value *value, const char *expected)
{
    return strlen(expected) == value->length && memcmp(value->text, expected, value->length) == 0;
}

/* Only what we would write ourselves is accepted: one text has one form. */
bool json_line_text(const struct json_value *value, struct buffer *out)
{
    CLEANUP(buffer_free) struct buffer again = {.limit = LINE_MOST};
    struct json                        json;
    const char                        *at = value->text + 1, *end = value->text + value->length - 1;
    size_t                             start = out->length;

    if (value->length < 2 || value->text[0] != '"')
        return false;
    buffer_add(out, "", 0);
    while (at < end) {
        size_t plain = 0;

        while (at + plain < end && at[plain] != '\\')
            plain++;
        buffer_add(out, at, plain);
        at += plain;
        if (at < end && (++at, !unescape(&at, end, out)))
            return false;
    }
    if (out->overflowed || strlen(out->text + start) != out->length - start)
        return false;
    json_begin(&json, &again);
    json_text(&json, out->text + start);
    return json_line_is(value, again.text);
}

bool json_lines_next(struct json_lines *lines)
{
    ssize_t got = getline(&lines->line, &lines->size, lines->file);

    if (got <= 0)
        return false;
    lines->number++;
    lines->length = (size_t)got;
    if (lines->line[lines->length - 1] == '\n' && lines->length <= LINE_MOST)
        lines->length--;
    else
        lines->length = 0; /* torn: not a line of ours */
    return true;
}

void json_lines_close(struct json_lines *lines)
{
    free(lines->line);
    if (lines->file)
        fclose(lines->file);
    *lines = (struct json_lines){0};
}
