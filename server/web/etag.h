/* etag.h: a name for the content of an answer, so that an unchanged one need not be sent again. */
#ifndef WEB_ETAG_H
#define WEB_ETAG_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/compiler.h"

struct etag {
    char text[35]; /* 32 hexadecimal digits of BLAKE2b-128, in quotes */
};

struct etag etag_of(const void *bytes, size_t count);

/* Whether an If-None-Match header names it. The header may be NULL. */
bool etag_matches(const struct etag *etag, const char *if_none_match) MUST_USE;

#endif
