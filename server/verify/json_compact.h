/*
 * json_compact.h: a JSON object as PostgreSQL writes it (jsonb), in the form that scanners sign: members
 * sorted by name, without blanks, numbers as jansson writes them.
 */
#ifndef VERIFY_JSON_COMPACT_H
#define VERIFY_JSON_COMPACT_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/buffer.h"

/* A part of a text. */
struct json_part {
    const char *text; /* NULL: not there */
    size_t      length;
};

/* The value of this member, as it stands there; an object's text in, too. */
struct json_part json_compact_member(struct json_part object, const char *name);

/* The object in that form, less the members that are named (NULL ends the list). False: it is no object, or
 * is too large for `out`. */
bool json_compact(struct json_part object, const char *const *without, struct buffer *out) MUST_USE;

#endif
