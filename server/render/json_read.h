/* json_read.h: reads JSON that strangers send; every problem names its member. Texts live as long as the
 * arena. */
#ifndef RENDER_JSON_READ_H
#define RENDER_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/arena.h"
#include "shared/buffer.h"
#include "shared/error.h"

struct json_value; /* owned by the arena it was read into */

/* One object; duplicate members, NUL characters and invalid UTF-8 are refused. */
const struct json_value *json_read(struct arena *arena, const char *text, size_t length,
                                   struct error *error) MUST_USE;

/* The member must be an array of `least` to `most` values. */
bool json_read_array(const struct json_value *object, const char *name, size_t least, size_t most,
                     const struct json_value **array, size_t *count, struct error *error) MUST_USE;
const struct json_value *json_read_item(const struct json_value *array, size_t n);

/* Refuses members that are not in the list (names separated by blanks), and values that are no objects.
 * `path` stands before the member's name in the error: "events[3].". */
bool json_read_only(const struct json_value *object, const char *names, const char *path,
                    struct error *error) MUST_USE;

/* A text of at most `most` code points without control characters (line ends and tabs are allowed where
 * `lines`). NULL where it is missing and not required. */
bool json_read_text(const struct json_value *object, const char *name, const char *path, bool required,
                    size_t most, bool lines, const char **text, struct error *error) MUST_USE;

/* A whole number from 1 to 2^53; 0 where it is missing. */
bool json_read_count(const struct json_value *object, const char *name, const char *path, int64_t *number,
                     struct error *error) MUST_USE;

/* A whole number of any sign, up to 2^53; 0 where it is missing. */
bool json_read_integer(const struct json_value *object, const char *name, const char *path, int64_t *number,
                       struct error *error) MUST_USE;

/* The member as JSON text; NULL where it is missing. It must be an object of at most `most` bytes, with none
 * of the members in `reserved` (names separated by blanks), and hold only numbers that any reader keeps: 0,
 * or 1e-9 to 2^53 without their sign. */
bool json_read_object(const struct json_value *object, const char *name, const char *path, size_t most,
                      const char *reserved, struct arena *arena, const char **text,
                      struct error *error) MUST_USE;

/* Appends the object as the one text that does not depend on who wrote it: members sorted by name, no blanks,
 * numbers as floating-point numbers, without the members in `less` (names separated by blanks). Nothing when
 * it is empty then. False where `text` is no object. */
bool json_append_canonical(struct buffer *out, const char *text, const char *less) MUST_USE;

/* Whether the object has the member. */
bool json_has_member(const char *text, const char *name);

/* The text that is a member of the object that is the member `outer`; "" where there is none, or it does not
 * fit. */
void json_inner_text(const char *text, const char *outer, const char *name, char *value, size_t size);

/* The whole number that is a member of the object; 0 where there is none. */
int64_t json_integer_of(const char *text, const char *name);

#endif
