/*
 * json_line.h: reads the lines of a bundle, which have one form only: {"name": value, "name": value, …} with
 * these names in this order, blanks as shown, values that are texts, whole numbers, null, or {"erased":
 * number}. Texts are UTF-8; only quotation marks, backslashes and control characters are escaped, the latter
 * as \u00xx.
 */
#ifndef VERIFY_JSON_LINE_H
#define VERIFY_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buffer.h"
#include "shared/compiler.h"

struct json_value {
    const char *text; /* as it stands in the line, quotes included */
    size_t      length;
    bool        escaped; /* a text with a backslash */
};

struct json_name {
    const char *text;
    size_t      length;
};
#define JSON_NAME(text)                                                                                      \
    {                                                                                                        \
        "\"" text "\": ", sizeof text + 3                                                                    \
    }

/* False: the line is not of that form. */
bool json_line_parse(const char *line, size_t length, const struct json_name *names, size_t count,
                     struct json_value *values) MUST_USE;

/* A whole number without leading zeros; false: it is none. */
bool json_line_number(const struct json_value *value, uint64_t *number) MUST_USE;

/* What a text says: *said points into the line, or into `room` where it is escaped. False: it is none. */
bool json_line_text(const struct json_value *value, struct buffer *room, const char **said,
                    size_t *length) MUST_USE;

bool json_line_is(const struct json_value *value, const char *expected, size_t length);

#endif
