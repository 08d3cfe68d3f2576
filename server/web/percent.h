/* percent.h: percent-encoded text, decoded once. */
#ifndef WEB_PERCENT_H
#define WEB_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/error.h"

/* Whether a plus sign stands for a blank: in queries and forms, not in paths. */
enum percent_plus { PLUS_IS_PLUS, PLUS_IS_BLANK };

/* Decodes into `out`, which has room for length + 1 bytes. ERROR_INVALID: an escape that is cut or not
 * hexadecimal, a NUL, or bytes that are not UTF-8. */
bool percent_decode(const char *text, size_t length, enum percent_plus plus, char *out,
                    struct error *error) MUST_USE;

#endif
