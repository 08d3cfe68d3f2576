/* headers.h: the headers that go with every answer, whatever the handler says. */
#ifndef WEB_HEADERS_H
#define WEB_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/compiler.h"

struct header {
    const char *name, *value;
};

extern const struct header headers_always[];
extern const size_t        headers_always_count;

/* Strict-Transport-Security: only where the base address is https. */
extern const struct header headers_secure;

/* Whether search engines must be told to leave the path alone: sticker and tracking addresses. */
bool headers_hide_from_robots(const char *path) MUST_USE;

#endif
