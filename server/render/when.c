#include "render/when.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct words {
    const char *days[7], *short_days[7], *months[12], *short_months[12];
    const char *today, *yesterday, *day, *hour, *minute;
    char        colon; /* between hours and minutes */
};

static const struct words english = {
    {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
    {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
    {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
     "November", "December"},
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
    "Today",
    "Yesterday",
    "d",
    "h",
    "min",
    ':'};
static const struct words dutch = {
    {"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"},
    {"zo", "ma", "di", "wo", "do", "vr", "za"},
    {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
     "november", "december"},
    {"jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"},
    "Vandaag",
    "Gisteren",
    "d",
    "u",
    "min",
    '.'};

static const struct words *words_of(const char *language)
{
    return strcmp(language, "nl") == 0 ? &dutch : &english;
}

int64_t when_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct tm local(int64_t ms)
{
    time_t    seconds = (time_t)(ms / 1000);
    struct tm parts;

    localtime_r(&seconds, &parts);
    return parts;
}

/* The day before, whatever the clocks did in the night. */
static bool is_day_before(struct tm day, const struct tm *other)
{
    day.tm_mday--;
    day.tm_hour = 12;
    day.tm_isdst = -1;
    mktime(&day);
    return day.tm_year == other->tm_year && day.tm_yday == other->tm_yday;
}

const char *when_clock(struct arena *arena, const char *language, int64_t ms)
{
    struct tm then = local(ms);

    return arena_format(arena, "%d%c%02d", then.tm_hour, words_of(language)->colon, then.tm_min);
}

const char *when_moment(struct arena *arena, const char *language, int64_t ms)
{
    const struct words *words = words_of(language);
    struct tm           then = local(ms), now = local(when_now());
    const char         *clock = when_clock(arena, language, ms);

    if (then.tm_year == now.tm_year && then.tm_yday == now.tm_yday)
        return arena_format(arena, "%s, %s", words->today, clock);
    if (is_day_before(now, &then))
        return arena_format(arena, "%s, %s", words->yesterday, clock);
    if (then.tm_year == now.tm_year)
        return arena_format(arena, "%s %d %s, %s", words->short_days[then.tm_wday], then.tm_mday,
                            words->short_months[then.tm_mon], clock);
    return arena_format(arena, "%d %s %d, %s", then.tm_mday, words->short_months[then.tm_mon],
                        then.tm_year + 1900, clock);
}

const char *when_moment_inside(struct arena *arena, const char *language, int64_t ms)
{
    const struct words *words = words_of(language);
    char               *text = arena_copy(arena, when_moment(arena, language, ms));

    if (strncmp(text, words->today, strlen(words->today)) == 0 ||
        strncmp(text, words->yesterday, strlen(words->yesterday)) == 0)
        text[0] = (char)(text[0] - 'A' + 'a');
    return text;
}

time_t when_day_ends(void)
{
    struct tm day = local(when_now());

    day.tm_mday++;
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    day.tm_isdst = -1;
    return mktime(&day);
}

static bool read_date(const char *date, struct tm *parts)
{
    *parts = (struct tm){.tm_hour = 12, .tm_isdst = -1};
    if (strlen(date) < 10)
        return false;
    parts->tm_year = (int)strtol(date, NULL, 10) - 1900;
    parts->tm_mon = (int)strtol(date + 5, NULL, 10) - 1;
    parts->tm_mday = (int)strtol(date + 8, NULL, 10);
    return mktime(parts) != -1;
}

/* A day of this year goes without saying which. */
static const char *with_year(struct arena *arena, const struct tm *day, const char *text)
{
    return day->tm_year == local(when_now()).tm_year
               ? text
               : arena_format(arena, "%s %d", text, day->tm_year + 1900);
}

const char *when_day(struct arena *arena, const char *language, const char *date)
{
    const struct words *words = words_of(language);
    struct tm           day;

    if (!read_date(date, &day))
        return "";
    return with_year(
        arena, &day,
        arena_format(arena, "%s %d %s", words->days[day.tm_wday], day.tm_mday, words->months[day.tm_mon]));
}

const char *when_today(struct arena *arena)
{
    struct tm now = local(when_now());

    return arena_format(arena, "%04d-%02d-%02d", now.tm_year + 1900, now.tm_mon + 1, now.tm_mday);
}

bool when_day_is_over(const char *date)
{
    struct tm day, now = local(when_now());

    if (!read_date(date, &day))
        return false;
    return day.tm_year < now.tm_year || (day.tm_year == now.tm_year && day.tm_yday < now.tm_yday);
}

bool when_day_is_far(const char *date)
{
    struct tm day, now = local(when_now());

    if (!read_date(date, &day))
        return false;
    now.tm_year += 2;
    return day.tm_year > now.tm_year || (day.tm_year == now.tm_year && day.tm_yday > now.tm_yday);
}

static const char *short_of(struct arena *arena, const char *language, const struct tm *day)
{
    return with_year(
        arena, day,
        arena_format(arena, "%d %s", day->tm_mday, words_of(language)->short_months[day->tm_mon]));
}

const char *when_short(struct arena *arena, const char *language, const char *date)
{
    struct tm day;

    return read_date(date, &day) ? short_of(arena, language, &day) : "";
}

const char *when_short_moment(struct arena *arena, const char *language, int64_t ms)
{
    struct tm day = local(ms);

    return short_of(arena, language, &day);
}

const char *when_receipt(struct arena *arena, const char *language, int64_t ms)
{
    struct tm then = local(ms);

    return arena_format(arena, "%d %s %d, %s", then.tm_mday, words_of(language)->short_months[then.tm_mon],
                        then.tm_year + 1900, when_clock(arena, language, ms));
}

const char *when_before(struct arena *arena, const char *language, const char *time)
{
    char clock[8] = "";

    if (strlen(time) < 5)
        return "";
    memcpy(clock, time, 5);
    clock[2] = words_of(language)->colon;
    return strcmp(language, "nl") == 0 ? arena_format(arena, "vóór %s uur", clock)
                                       : arena_format(arena, "before %s", clock);
}

const char *when_span(struct arena *arena, const char *language, int64_t ms)
{
    const struct words *words = words_of(language);
    long                minutes = (long)(ms / 60000);

    if (minutes >= 24 * 60)
        return arena_format(arena, "%ld %s %ld %s", minutes / (24 * 60), words->day, minutes / 60 % 24,
                            words->hour);
    if (minutes >= 60)
        return arena_format(arena, "%ld %s %ld %s", minutes / 60, words->hour, minutes % 60, words->minute);
    return arena_format(arena, "%ld %s", minutes, words->minute);
}
