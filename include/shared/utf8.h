/* utf8.h: text as code points. Overlong forms, surrogates and values above U+10FFFF are not UTF-8. */
#ifndef SHARED_UTF8_H
#define SHARED_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/compiler.h"

/* Reads the code point that the bytes begin with. Returns how many bytes it took; 0 if they begin with none.
 */
size_t utf8_decode(const char *bytes, size_t count, uint32_t *code_point) MUST_USE;

bool utf8_is_valid(const char *bytes, size_t count) MUST_USE;

/* How many code points a valid text has. */
size_t utf8_count(const char *text) MUST_USE;

#endif
