#include "render/json_read.h"

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const json_t *inside(const struct json_value *value)
{
    return (const json_t *)(const void *)value;
}

static const struct json_value *outside(const json_t *value)
{
    return (const struct json_value *)(const void *)value;
}

static void release(void *value)
{
    json_decref(value);
}

/* The library's own words for some of this are for its programmers. */
static const char *what_is_wrong(const json_error_t *problem)
{
    switch (json_error_code(problem)) {
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a text may not hold NUL";
    case json_error_invalid_utf8:
        return "a text is not UTF-8";
    case json_error_duplicate_key:
        return "a name stands there twice";
    case json_error_numeric_overflow:
        return "a number is too large";
    case json_error_premature_end_of_input:
        return "it ends too early";
    default:
        return "a bracket, comma or quote is not where it belongs";
    }
}

const struct json_value *json_read(struct arena *arena, const char *text, size_t length, struct error *error)
{
    json_error_t problem;
    json_t      *value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);

    if (!value) {
        error_set(error, ERROR_INVALID, "this is not JSON: %s (line %d, column %d)", what_is_wrong(&problem),
                  problem.line, problem.column);
        return NULL;
    }
    arena_defer(arena, release, value);
    if (json_is_object(value))
        return outside(value);
    error_set(error, ERROR_INVALID, "a JSON object is expected, such as {\"events\": [...]}");
    return NULL;
}

bool json_read_array(const struct json_value *object, const char *name, size_t least, size_t most,
                     const struct json_value **array, size_t *count, struct error *error)
{
    const json_t *value = json_object_get(inside(object), name);

    if (!json_is_array(value))
        return error_field(error, name, "'%s' must be an array", name);
    *array = outside(value);
    *count = json_array_size(value);
    if (*count > most) {
        error_field(error, name, "'%s' may hold at most %zu, not %zu", name, most, *count);
        error->kind = ERROR_TOO_LARGE;
        return false;
    }
    return *count >= least || error_field(error, name, "'%s' is empty", name);
}

const struct json_value *json_read_item(const struct json_value *array, size_t n)
{
    return outside(json_array_get(inside(array), n));
}

static bool fail(struct error *error, const char *path, const char *name, const char *what)
{
    char field[48];

    snprintf(field, sizeof field, "%.20s%.24s", path, name);
    return error_field(error, field, "%s%.60s %s", path, name, what);
}

static bool is_listed(const char *names, const char *name)
{
    size_t length = strchr(name, ' ') ? 0 : strlen(name);

    for (const char *at = strstr(names, name); length && at; at = strstr(at + 1, name))
        if ((at == names || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

bool json_read_only(const struct json_value *object, const char *names, const char *path, struct error *error)
{
    json_t     *members = (json_t *)(uintptr_t)object, *value;
    const char *name;

    if (!json_is_object(members))
        return fail(error, path, "", "must be an object");
    json_object_foreach(members, name, value)
    {
        if (!is_listed(names, name))
            return fail(error, path, name, "is not known here; nothing was recorded");
    }
    return true;
}

/* Code points; SIZE_MAX where a control character stands that is not allowed. The UTF-8 was checked when it
 * was read. */
static size_t count_points(const char *text, bool lines)
{
    size_t points = 0;

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if ((c < ' ' && !(lines && (c == '\n' || c == '\r' || c == '\t'))) || c == 0x7F)
            return SIZE_MAX;
        if (c == 0xC2 && (unsigned char)text[1] < 0xA0) /* U+0080 to U+009F */
            return SIZE_MAX;
        points += (c & 0xC0) != 0x80;
    }
    return points;
}

bool json_read_text(const struct json_value *object, const char *name, const char *path, bool required,
                    size_t most, bool lines, const char **text, struct error *error)
{
    const json_t *value = json_object_get(inside(object), name);
    size_t        points;

    *text = NULL;
    if (!value)
        return !required || fail(error, path, name, "is missing");
    if (!json_is_string(value))
        return fail(error, path, name, "must be a text");
    *text = json_string_value(value);
    points = count_points(*text, lines);
    if (points == SIZE_MAX)
        return fail(error, path, name, "contains a control character");
    if (points > most)
        return fail(error, path, name, "is too long");
    return points > 0 || fail(error, path, name, "is empty; leave it out instead");
}

bool json_read_count(const struct json_value *object, const char *name, const char *path, int64_t *number,
                     struct error *error)
{
    const json_t *value = json_object_get(inside(object), name);

    *number = 0;
    if (!value)
        return true;
    *number = json_integer_value(value);
    if (!json_is_integer(value) || *number < 1 || *number > INT64_C(9007199254740992))
        return fail(error, path, name, "must be a whole number from 1 on");
    return true;
}

bool json_read_integer(const struct json_value *object, const char *name, const char *path, int64_t *number,
                       struct error *error)
{
    const json_t *value = json_object_get(inside(object), name);

    *number = json_integer_value(value);
    if (value && (!json_is_integer(value) || *number > INT64_C(9007199254740992) ||
                  *number < -INT64_C(9007199254740992)))
        return fail(error, path, name, "must be a whole number");
    return true;
}

static bool is_kept(const json_t *value) // NOLINT(misc-no-recursion): the reader limits the depth
{
    const json_t *inner;
    size_t        i;
    const char   *name;
    double        number = fabs(json_number_value(value));

    if (json_is_number(value))
        return number == 0 ? !signbit(json_number_value(value))
                           : number >= 1e-9 && number <= 9007199254740992.0;
    json_array_foreach(value, i, inner)
    {
        if (!is_kept(inner))
            return false;
    }
    json_object_foreach((json_t *)(uintptr_t)value, name, inner)
    {
        if (!is_kept(inner))
            return false;
    }
    return true;
}

static bool has_reserved(const json_t *value, const char *reserved)
{
    const json_t *inner;
    const char   *name;

    json_object_foreach((json_t *)(uintptr_t)value, name, inner)
    {
        if (is_listed(reserved, name))
            return true;
    }
    return false;
}

bool json_read_object(const struct json_value *object, const char *name, const char *path, size_t most,
                      const char *reserved, struct arena *arena, const char **text, struct error *error)
{
    const json_t *value = json_object_get(inside(object), name);
    char         *dumped;

    *text = NULL;
    if (!value)
        return true;
    if (!json_is_object(value))
        return fail(error, path, name, "must be an object");
    if (has_reserved(value, reserved))
        return fail(error, path, name, arena_format(arena, "may not hold %s", reserved));
    if (!is_kept(value))
        return fail(error, path, name, "holds a number that is too large, too small or minus nought");
    dumped = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    if (!dumped)
        return fail(error, path, name, "cannot be kept");
    arena_defer(arena, free, dumped);
    *text = dumped;
    return strlen(dumped) <= most || fail(error, path, name, "is too large");
}

static int append(const char *piece, size_t length, void *out)
{
    buffer_add(out, piece, length);
    return 0;
}

bool json_append_canonical(struct buffer *out, const char *text, const char *less)
{
    json_t     *object = json_loads(text, JSON_DECODE_INT_AS_REAL, NULL), *value;
    const char *name;
    void       *next;
    bool        is_object = json_is_object(object);

    json_object_foreach_safe(object, next, name, value)
    {
        if (is_listed(less, name))
            json_object_del(object, name);
    }
    if (json_object_size(object) > 0)
        json_dump_callback(object, append, out, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(object);
    return is_object;
}

int64_t json_integer_of(const char *text, const char *name)
{
    json_t *object = json_loads(text, 0, NULL);
    int64_t number = json_integer_value(json_object_get(object, name));

    json_decref(object);
    return number;
}

bool json_has_member(const char *text, const char *name)
{
    json_t *object = json_loads(text, 0, NULL);
    bool    has = json_object_get(object, name) != NULL;

    json_decref(object);
    return has;
}

void json_inner_text(const char *text, const char *outer, const char *name, char *value, size_t size)
{
    json_t     *object = json_loads(text, 0, NULL);
    const char *inner = json_string_value(json_object_get(json_object_get(object, outer), name));

    snprintf(value, size, "%s", inner && strlen(inner) < size ? inner : "");
    json_decref(object);
}
