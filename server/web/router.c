#include "web/router.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "web/percent.h"

#define SEGMENTS_MAX 8

struct segments {
    char   text[SEGMENTS_MAX][PATH_PART_SIZE]; /* decoded */
    size_t count;
    bool   beyond; /* more or longer segments than any route has */
};

static bool has_strange_symbol(const char *segment)
{
    for (; *segment; segment++)
        if ((unsigned char)*segment < ' ' || strchr("/\\\x7f", *segment))
            return true;
    return false;
}

static bool decode_segment(const char *path, size_t length, struct segments *segments, struct error *error)
{
    char decoded[(size_t)3 * PATH_PART_SIZE];

    if (length >= sizeof decoded || segments->count == SEGMENTS_MAX) {
        segments->beyond = true;
        return true;
    }
    if (!percent_decode(path, length, PLUS_IS_PLUS, decoded, error))
        return error_set(error, ERROR_INVALID, "This address has an escape that means nothing.");
    if (has_strange_symbol(decoded))
        return error_set(error, ERROR_INVALID, "This address has a symbol that no address of ours has.");
    if (strlen(decoded) >= PATH_PART_SIZE)
        segments->beyond = true;
    else
        memcpy(segments->text[segments->count++], decoded, strlen(decoded) + 1);
    return true;
}

static bool decode_path(const char *path, struct segments *segments, struct error *error)
{
    segments->count = 0;
    segments->beyond = *path != '/';
    while (*path == '/') {
        size_t length = strcspn(++path, "/");

        if (!decode_segment(path, length, segments, error))
            return false;
        path += length;
    }
    return true;
}

static bool same_word(const char *pattern, size_t length, const char *segment, bool without_case)
{
    if (strlen(segment) != length)
        return false;
    return without_case ? strncasecmp(pattern, segment, length) == 0 : memcmp(pattern, segment, length) == 0;
}

static bool keep_part(struct path_parts *parts, const char *segment)
{
    if (*segment == '\0' || strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0 ||
        parts->count == PATH_PARTS_MAX)
        return false;
    memcpy(parts->text[parts->count++], segment, strlen(segment) + 1);
    return true;
}

/* The rest of the address as one part; what is empty or points elsewhere matches nothing. */
static bool keep_rest(struct path_parts *parts, const struct segments *segments, size_t n)
{
    char   rest[PATH_PART_SIZE] = "";
    size_t length = 0;

    for (size_t first = n; n < segments->count; n++) {
        const char *segment = segments->text[n];
        size_t      count = strlen(segment);

        if (count == 0 || strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0 ||
            length + count + 2 > sizeof rest)
            return false;
        if (n > first)
            rest[length++] = '/';
        memcpy(rest + length, segment, count + 1);
        length += count;
    }
    return keep_part(parts, rest);
}

static bool matches(const char *pattern, const struct segments *segments, struct path_parts *parts)
{
    bool   without_case = strncmp(pattern, "/d/", 3) == 0 || strncmp(pattern, "/t/", 3) == 0;
    size_t n = 0;

    parts->count = 0;
    for (; *pattern == '/' && n < segments->count; n++) {
        size_t length = strcspn(++pattern, "/");

        if (*pattern == '{' && pattern[length - 2] == '*')
            return keep_rest(parts, segments, n);
        bool same = *pattern == '{' ? keep_part(parts, segments->text[n])
                                    : same_word(pattern, length, segments->text[n], without_case);

        if (!same)
            return false;
        pattern += length;
    }
    return *pattern == '\0' && n == segments->count;
}

const struct route *router_find(const struct route *routes, size_t count, const char *method,
                                const char *path, struct path_parts *parts, struct error *error)
{
    struct segments segments;
    bool            path_known = false;
    const char     *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;

    if (!decode_path(path, &segments, error))
        return NULL;
    for (size_t i = 0; i < count && !segments.beyond; i++) {
        if (!matches(routes[i].pattern, &segments, parts))
            continue;
        if (strcmp(routes[i].method, wanted) == 0)
            return &routes[i];
        path_known = true;
    }
    parts->count = 0;
    if (path_known)
        error_set(error, ERROR_METHOD, "This address does not take the method %.16s.", method);
    else
        error_set(error, ERROR_NOT_FOUND, "There is nothing at this address.");
    return NULL;
}

static void add_method(char *allow, size_t size, const char *method)
{
    size_t length = strlen(allow);

    if (!strstr(allow, method))
        (void)snprintf(allow + length, size - length, "%s%s", length ? ", " : "", method);
}

void router_allow(const struct route *routes, size_t count, const char *path, char *allow, size_t size)
{
    struct segments   segments;
    struct path_parts parts;
    struct error      error;

    allow[0] = '\0';
    if (!decode_path(path, &segments, &error) || segments.beyond)
        return;
    for (size_t i = 0; i < count; i++) {
        if (!matches(routes[i].pattern, &segments, &parts))
            continue;
        add_method(allow, size, routes[i].method);
        if (strcmp(routes[i].method, "GET") == 0)
            add_method(allow, size, "HEAD");
    }
}
