/*
 * json_line.h: reads the lines of a bundle, which have one form only: {"name": value, "name": value, …} with
 * these names in this order, blanks as shown, values that are texts, whole numbers, null, or {"erased":
 * number}.
 */
#ifndef VERIFY_JSON_LINE_H
#define VERIFY_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "shared/buffer.h"
#include "shared/compiler.h"

struct json_value {
    const char *text; /* as it stands in the line, quotes included */
    size_t      length;
};

/* False: the line is not of that form. */
bool json_line_parse(const char *line, size_t length, const char *const *names, size_t count,
                     struct json_value *values) MUST_USE;

/* A whole number without leading zeros; false: it is none. */
bool json_line_number(const struct json_value *value, uint64_t *number) MUST_USE;

/* Adds what the quoted text says; false: it is none, or written in another way than ours. */
bool json_line_text(const struct json_value *value, struct buffer *out) MUST_USE;

bool json_line_is(const struct json_value *value, const char *expected);

/* A file of such lines, read one by one; each line must end with a newline. */
struct json_lines {
    FILE    *file;
    char    *line;
    size_t   size, length;
    uint64_t number; /* of the line, from 1 */
};
bool json_lines_next(struct json_lines *lines); /* false at the end */
void json_lines_close(struct json_lines *lines);

#endif
