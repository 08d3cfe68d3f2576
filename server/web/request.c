#include "web/request.h"

#include <string.h>
#include <strings.h>

#include "shared/moment.h"
#include "shared/utf8.h"
#include "shared/uuid.h"
#include "web/cookie.h"

const char *request_part(const struct request *request, size_t n)
{
    return n < request->parts.count ? request->parts.text[n] : "";
}

static const char *find(const struct field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].value;
    return NULL;
}

const char *request_query(const struct request *request, const char *name)
{
    const char *value = find(request->query, request->query_count, name);

    return value ? value : "";
}

const char *request_field(const struct request *request, const char *name)
{
    const char *value = find(request->form, request->form_count, name);

    return value ? value : request_query(request, name);
}

static bool is_listed(const char *names, const char *name)
{
    size_t length = strlen(name);

    while (*names) {
        names += strspn(names, " ");
        size_t word = strcspn(names, " ");

        if (word == length && memcmp(names, name, length) == 0)
            return true;
        names += word;
    }
    return false;
}

static bool only(const struct field *fields, size_t count, const char *names, struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!is_listed(names, fields[i].name) && !is_listed("token lang", fields[i].name))
            return error_field(error, fields[i].name, "The field \"%s\" is not one of this form.",
                               fields[i].name);
    return true;
}

bool request_only(const struct request *request, const char *names, struct error *error)
{
    return only(request->query, request->query_count, names, error) &&
           only(request->form, request->form_count, names, error);
}

/* Each door has its own key: the API never looks at cookies, pages never at bearer tokens. */
static bool is_other_doors_key(const struct request *request, const char *name)
{
    if (!request->route)
        return false;
    return strcasecmp(name, request->route->door == DOOR_API ? "Cookie" : "Authorization") == 0;
}

const char *request_header(const struct request *request, const char *name)
{
    if (is_other_doors_key(request, name))
        return NULL;
    for (size_t i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

const char *request_cookie(const struct request *request, const char *name)
{
    const char *header = request_header(request, "Cookie");

    return header ? cookie_find(request->arena, header, name) : NULL;
}

/* What a checked value may hold, beyond the symbols that anyone may write. */
enum value_kind { VALUE_LINE, VALUE_TEXT };

static bool is_control(uint32_t symbol)
{
    return symbol < 0x20 || (symbol >= 0x7F && symbol < 0xA0);
}

/* Line separators, and what turns or hides the text around it. */
static bool is_misleading(uint32_t symbol)
{
    return symbol == 0x2028 || symbol == 0x2029 || symbol == 0x200B || symbol == 0xFEFF ||
           (symbol >= 0x202A && symbol <= 0x202E) || (symbol >= 0x2066 && symbol <= 0x2069);
}

static bool has_refused_symbol(const char *text, enum value_kind kind)
{
    size_t   left = strlen(text);
    uint32_t symbol;

    while (left > 0) {
        size_t taken = utf8_decode(text, left, &symbol);

        if (taken == 0 || (is_control(symbol) && !(kind == VALUE_TEXT && symbol == '\n')) ||
            (kind == VALUE_LINE && is_misleading(symbol)))
            return true;
        text += taken;
        left -= taken;
    }
    return false;
}

/* CR LF and CR become LF, a tab becomes a blank. */
static const char *plain_line_ends(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text), *out = copy;

    for (; *text; text++) {
        if (*text == '\r' && text[1] == '\n')
            continue;
        *out = *text;
        if (*text == '\r')
            *out = '\n';
        else if (*text == '\t')
            *out = ' ';
        out++;
    }
    *out = '\0';
    return copy;
}

/* What a value must be like. */
struct rule {
    enum value_kind kind;
    const char     *label;
    size_t          least, most; /* code points */
};

static bool check(const char *text, const struct rule *rule, const char *name, struct error *error)
{
    size_t count = utf8_count(text);

    if (count < rule->least || (rule->least > 0 && text[strspn(text, " \n")] == '\0'))
        return rule->least > 1 && count > 0
                   ? error_field(error, name, "%s needs at least %zu characters.", rule->label, rule->least)
                   : error_field(error, name, "%s is missing: please fill it in.", rule->label);
    if (count > rule->most)
        return error_field(error, name, "%s has %zu characters; at most %zu fit.", rule->label, count,
                           rule->most);
    if (has_refused_symbol(text, rule->kind))
        return error_field(error, name, "%s has control characters: please type it again.", rule->label);
    return true;
}

/* NOLINTNEXTLINE(readability-function-size): name, label and both limits belong to each call */
bool request_line(const struct request *request, const char *name, const char *label, size_t least,
                  size_t most, const char **value, struct error *error)
{
    const struct rule rule = {VALUE_LINE, label, least, most};
    const char       *text = request_field(request, name);

    if (!check(text, &rule, name, error))
        return false;
    *value = text;
    return true;
}

/* NOLINTNEXTLINE(readability-function-size): as above */
bool request_text(const struct request *request, const char *name, const char *label, size_t least,
                  size_t most, const char **value, struct error *error)
{
    const struct rule rule = {VALUE_TEXT, label, least, most};
    const char       *text = plain_line_ends(request->arena, request_field(request, name));

    if (!check(text, &rule, name, error))
        return false;
    *value = text;
    return true;
}

bool request_uuid(const struct request *request, const char *name, const char *label, bool required,
                  const char **value, struct error *error)
{
    const char *text = request_field(request, name);
    char       *uuid = arena_take(request->arena, UUID_SIZE);

    if (*text == '\0') {
        if (required)
            return error_field(error, name, "%s is missing: please choose one.", label);
        *value = "";
        return true;
    }
    if (!uuid_parse(text, uuid))
        return error_field(error, name, "%s is not a choice that this page offered.", label);
    *value = uuid;
    return true;
}

#define DAY_LENGTH 10

bool request_day(const struct request *request, const char *name, const char *label, const char **value,
                 struct error *error)
{
    const char   *text = request_field(request, name);
    struct error  unreadable = {0};
    struct moment midnight;

    *value = text;
    if (*text == '\0')
        return true;
    if (strlen(text) != DAY_LENGTH ||
        !moment_parse(arena_format(request->arena, "%sT00:00:00Z", text), &midnight, &unreadable))
        return error_field(error, name, "%s is a day that exists, such as 2026-11-26.", label);
    return true;
}
