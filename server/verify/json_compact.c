#include "verify/json_compact.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MOST  2100u  /* jansson reads 2048 */
#define LENGTH_MOST 16384u /* bytes: the service takes 4,000 and adds some */
#define NUMBER_MOST 400u   /* digits: 1e308 has 309 */

struct reading {
    const char    *at, *end;
    unsigned       depth;
    struct buffer *out; /* NULL: only passes over */
};

struct member {
    struct json_part name, value; /* the name without its quotes */
};

static bool write_value(struct reading *reading);

static void put(const struct reading *reading, const char *text, size_t length)
{
    if (reading->out)
        buffer_add(reading->out, text, length);
}

static void pass_blanks(struct reading *reading)
{
    while (reading->at < reading->end && *reading->at == ' ')
        reading->at++;
}

/* Passes over blanks, and over the character if it follows. */
static bool take(struct reading *reading, char character)
{
    pass_blanks(reading);
    if (reading->at == reading->end || *reading->at != character)
        return false;
    reading->at++;
    return true;
}

/* Escapes are the same in both forms, but for the digits of \u001f: jansson writes \u001F. */
static void put_escape(const struct reading *reading, const char *escape, size_t length)
{
    put(reading, escape, 2);
    for (size_t i = 2; i < length; i++) {
        char digit = (char)toupper((unsigned char)escape[i]);

        put(reading, &digit, 1);
    }
}

static bool write_text(struct reading *reading)
{
    const char *start = reading->at, *at = start + 1;
    size_t      length;

    put(reading, "\"", 1);
    for (; at < reading->end && *at != '"'; at += length) {
        length = *at != '\\' ? 1 : at + 1 < reading->end && at[1] == 'u' ? 6 : 2;
        if ((size_t)(reading->end - at) < length)
            return false;
        if (length == 1)
            put(reading, at, 1);
        else
            put_escape(reading, at, length);
    }
    put(reading, "\"", 1);
    reading->at = at < reading->end ? at + 1 : at;
    return at < reading->end;
}

/* As jansson writes a double: 17 digits, always with a point or an exponent, the latter without + and zeros.
 */
static void put_real(const struct reading *reading, double value)
{
    char  text[64];
    char *exponent, *digits;

    snprintf(text, sizeof text - 2, "%.17g", value);
    exponent = strchr(text, 'e');
    if (!exponent && !strchr(text, '.'))
        memcpy(text + strlen(text), ".0", 3);
    if (exponent) {
        digits = exponent + 1 + strspn(exponent + 1, "+-0");
        exponent += exponent[1] == '-' ? 2 : 1;
        memmove(exponent, digits, strlen(digits) + 1);
    }
    put(reading, text, strlen(text));
}

/* A number, or a word such as true. PostgreSQL writes numbers out in full: what no integer holds was a
 * double. */
static bool write_word(struct reading *reading)
{
    const char *start = reading->at;
    char        text[NUMBER_MOST + 1];
    size_t      length = 0;

    while (start + length < reading->end && !strchr(",]} ", start[length]))
        length++;
    if (length == 0 || length > NUMBER_MOST)
        return false;
    memcpy(text, start, length);
    text[length] = '\0';
    reading->at += length;
    errno = 0;
    if (*text == '-' || isdigit((unsigned char)*text))
        (void)!strtoll(text, NULL, 10);
    if ((*text == '-' || isdigit((unsigned char)*text)) && (strchr(text, '.') || errno == ERANGE))
        put_real(reading, strtod(text, NULL));
    else
        put(reading, text, length);
    return true;
}

static bool write_list(struct reading *reading)
{
    reading->at++;
    put(reading, "[", 1);
    for (bool first = true; !take(reading, ']'); first = false) {
        if (!first && !take(reading, ','))
            return false;
        if (!first)
            put(reading, ",", 1);
        if (!write_value(reading))
            return false;
    }
    put(reading, "]", 1);
    return true;
}

/* The next byte of a name as it is meant. */
static int next_byte(const char **at, const char *end)
{
    static const char letters[] = "b\bf\fn\nr\rt\t";
    const char       *letter;

    if (*at == end)
        return -1;
    if (**at != '\\' || end - *at < 2)
        return (unsigned char)*(*at)++;
    *at += 2;
    if ((*at)[-1] == 'u' && end - *at >= 4) {
        char digits[] = {(*at)[2], (*at)[3], '\0'};

        *at += 4;
        return (int)strtol(digits, NULL, 16);
    }
    letter = strchr(letters, (*at)[-1]);
    return letter ? letter[1] : (unsigned char)(*at)[-1];
}

static int by_name(const void *one, const void *other)
{
    const struct json_part *left = &((const struct member *)one)->name,
                           *right = &((const struct member *)other)->name;
    const char *a = left->text, *b = right->text;
    int         x, y;

    do {
        x = next_byte(&a, left->text + left->length);
        y = next_byte(&b, right->text + right->length);
    } while (x == y && x >= 0);
    return x - y;
}

static bool pass_member(struct reading *reading, struct member *member)
{
    const char *start;

    pass_blanks(reading);
    start = reading->at;
    if (start == reading->end || *start != '"' || !write_text(reading))
        return false;
    member->name = (struct json_part){start + 1, (size_t)(reading->at - start) - 2};
    if (!take(reading, ':'))
        return false;
    pass_blanks(reading);
    start = reading->at;
    if (!write_value(reading))
        return false;
    member->value = (struct json_part){start, (size_t)(reading->at - start)};
    return true;
}

/* Adds room where a power of two is full. */
static struct member *grow(struct member *members, size_t count)
{
    if (count & (count - 1))
        return members;
    members = realloc(members, 2 * (count + 1) * sizeof *members);
    if (!members)
        abort();
    return members;
}

/* The members of the object (the caller frees them); false where it is none. */
static bool read_members(struct reading *reading, struct member **members, size_t *count)
{
    struct reading over = {.at = reading->at, .end = reading->end, .depth = reading->depth};
    bool           whole = take(&over, '{');

    *members = NULL;
    for (*count = 0; whole && !take(&over, '}'); ++*count) {
        *members = grow(*members, *count);
        whole = (*count == 0 || take(&over, ',')) && pass_member(&over, &(*members)[*count]);
    }
    reading->at = over.at;
    return whole;
}

static bool is_listed(const char *const *names, const struct json_part *name)
{
    for (; names && *names; names++)
        if (strlen(*names) == name->length && memcmp(*names, name->text, name->length) == 0)
            return true;
    return false;
}

static bool put_members(struct reading *reading, struct member *members, size_t count,
                        const char *const *without)
{
    bool written = true, first = true;

    qsort(members, count, sizeof *members, by_name);
    put(reading, "{", 1);
    for (size_t i = 0; i < count && written; i++) {
        struct reading name = {.at = members[i].name.text - 1, .out = reading->out},
                       value = {.at = members[i].value.text, .depth = reading->depth, .out = reading->out};

        if (is_listed(without, &members[i].name))
            continue;
        name.end = members[i].name.text + members[i].name.length + 1;
        value.end = members[i].value.text + members[i].value.length;
        put(reading, ",", first ? 0 : 1);
        written = write_text(&name);
        put(reading, ":", 1);
        written = written && write_value(&value);
        first = false;
    }
    put(reading, "}", 1);
    return written;
}

static bool write_object(struct reading *reading, const char *const *without)
{
    struct member *members;
    size_t         count;
    bool           written = read_members(reading, &members, &count) &&
                   (!reading->out || count == 0 || put_members(reading, members, count, without));

    if (written && reading->out && count == 0)
        put(reading, "{}", 2);
    free(members);
    return written;
}

static bool write_value(struct reading *reading)
{
    bool written;

    if (reading->at == reading->end || ++reading->depth > DEPTH_MOST)
        return false;
    pass_blanks(reading);
    if (reading->at == reading->end)
        written = false;
    else if (*reading->at == '"')
        written = write_text(reading);
    else if (*reading->at == '{')
        written = write_object(reading, NULL);
    else if (*reading->at == '[')
        written = write_list(reading);
    else
        written = write_word(reading);
    reading->depth--;
    return written;
}

bool json_compact(struct json_part object, const char *const *without, struct buffer *out)
{
    struct reading reading = {.at = object.text, .end = object.text + object.length, .out = out};

    return object.length <= LENGTH_MOST && write_object(&reading, without) && reading.at == reading.end &&
           !out->overflowed;
}

struct json_part json_compact_member(struct json_part object, const char *name)
{
    struct reading    reading = {.at = object.text};
    const char *const wanted[] = {name, NULL};
    struct json_part  value = {0};
    struct member    *members;
    size_t            count;

    if (!object.text || object.length > LENGTH_MOST)
        return value;
    reading.end = object.text + object.length;
    if (!read_members(&reading, &members, &count))
        count = 0;
    for (size_t i = 0; i < count; i++)
        if (is_listed(wanted, &members[i].name))
            value = members[i].value;
    free(members);
    return value;
}
