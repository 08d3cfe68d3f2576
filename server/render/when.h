/* when.h: times and dates for people, in the site's zone (TZ), in their language. */
#ifndef RENDER_WHEN_H
#define RENDER_WHEN_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "shared/arena.h"

/* "Today, 14:12", "Yesterday, 9:03", "Thu 19 Nov, 15:25"; with the year where it is not this one. */
const char *when_moment(struct arena *arena, const char *language, int64_t ms);

/* The same for the middle of a sentence: "today, 14:12". */
const char *when_moment_inside(struct arena *arena, const char *language, int64_t ms);

/* "Thursday 26 November" of a date "2026-11-26", with the year where it is not this one; "" for "". */
const char *when_day(struct arena *arena, const char *language, const char *date);

/* Whether today is later than the date; false for "". */
bool when_day_is_over(const char *date);

/* Whether the date is more than two years from today; false for "". */
bool when_day_is_far(const char *date);

/* Today: "2026-11-26". */
const char *when_today(struct arena *arena);

/* When the day ends, and with it what "today" means. */
time_t when_day_ends(void);

/* "26 Nov" of a date; of a moment; with the year where it is not this one. */
const char *when_short(struct arena *arena, const char *language, const char *date);
const char *when_short_moment(struct arena *arena, const char *language, int64_t ms);

/* "26 Nov 2026, 14:12": paper is kept for years, and always says which. */
const char *when_receipt(struct arena *arena, const char *language, int64_t ms);

/* "before 16:00", "vóór 16.00 uur" of "16:00"; "" for "". */
const char *when_before(struct arena *arena, const char *language, const char *time);

/* "14:12" */
const char *when_clock(struct arena *arena, const char *language, int64_t ms);

/* "4 d 14 h", "8 h 54 min", "3 min" */
const char *when_span(struct arena *arena, const char *language, int64_t ms);

/* Milliseconds since 1970, now. */
int64_t when_now(void);

#endif
