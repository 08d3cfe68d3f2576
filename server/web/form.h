/* form.h: reads "name=value&name=value" as in an address or an application/x-www-form-urlencoded body. */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/arena.h"
#include "shared/error.h"

#define FORM_FIELDS_MAX 200
#define FORM_NAME_MAX   64 /* bytes */

struct field {
    const char *name, *value; /* decoded once, valid UTF-8 without NUL */
};

struct form {
    struct field *fields; /* in order */
    size_t        count;
};

/* Texts live as long as the arena. ERROR_INVALID: a field without name or without "=", a name with other
 * symbols than letters, digits, "_", "-", ".", a name that stands there twice, a value with control
 * characters other than tab and line ends. ERROR_TOO_LARGE: too many fields. */
bool form_parse(struct arena *arena, const char *text, size_t length, struct form *form,
                struct error *error) MUST_USE;

/* NULL if there is none. */
const char *form_find(const struct form *form, const char *name);

#endif
