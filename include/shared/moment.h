/* moment.h: a point in time with the offset of the clock that said it (RFC 3339). */
#ifndef SHARED_MOMENT_H
#define SHARED_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/compiler.h"
#include "shared/error.h"

#define MOMENT_SIZE 32 /* bytes of text, with the NUL */

/* Clocks differ by less (317 years): more is no difference of clocks, and counts as none (sql: made_at). */
#define CLOCK_SKEW_MOST_MS INT64_C(9999999999999)

struct moment {
    int64_t ms;             /* milliseconds since 1970, UTC */
    int     offset_minutes; /* east of UTC */
};

/* "2026-11-23T14:12:00.250+01:00"; years 1970 to 9999, the offset is required, no leap second. */
bool moment_parse(const char *text, struct moment *moment, struct error *error) MUST_USE;

/* In UTC: "2026-11-23T13:12:00.250Z" */
void moment_format_utc(int64_t ms, char text[MOMENT_SIZE]);

/* With its own offset: "2026-11-23T14:12:00.250+01:00" */
void moment_format(const struct moment *moment, char text[MOMENT_SIZE]);

/* Now, with the offset of this machine's zone (TZ). */
struct moment moment_now(void);

#endif
