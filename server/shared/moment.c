#include "shared/moment.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Reads exactly `digits` digits whose value is from least to most. */
static bool take(const char **text, int digits, int least, int most, int *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *value = *value * 10 + (**text - '0');
    }
    return *value >= least && *value <= most;
}

static bool expect(const char **text, const char *characters)
{
    if (**text == '\0' || !strchr(characters, **text))
        return false;
    (*text)++;
    return true;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool             leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* 1 to 9 digits; kept to milliseconds. */
static bool take_fraction(const char **text, int *ms)
{
    int digits = 0;

    *ms = 0;
    if (**text != '.')
        return true;
    for ((*text)++; isdigit((unsigned char)**text); (*text)++, digits++)
        if (digits < 3)
            *ms = *ms * 10 + (**text - '0');
    for (int i = digits; i < 3; i++)
        *ms *= 10;
    return digits >= 1 && digits <= 9;
}

static bool take_offset(const char **text, int *minutes)
{
    int sign, hour, minute;

    *minutes = 0;
    if (**text == 'Z' || **text == 'z') {
        (*text)++;
        return true;
    }
    sign = **text == '-' ? -1 : 1;
    if (!expect(text, "+-") || !take(text, 2, 0, 18, &hour) || !expect(text, ":") ||
        !take(text, 2, 0, 59, &minute))
        return false;
    *minutes = sign * (hour * 60 + minute);
    return *minutes >= -1080 && *minutes <= 1080;
}

static bool take_date_and_time(const char **text, struct tm *parts)
{
    int year, month;

    if (!take(text, 4, 1970, 9999, &year) || !expect(text, "-") || !take(text, 2, 1, 12, &month) ||
        !expect(text, "-") || !take(text, 2, 1, days_in(year, month), &parts->tm_mday) ||
        !expect(text, "Tt ") || !take(text, 2, 0, 23, &parts->tm_hour) || !expect(text, ":") ||
        !take(text, 2, 0, 59, &parts->tm_min) || !expect(text, ":") || !take(text, 2, 0, 59, &parts->tm_sec))
        return false;
    parts->tm_year = year - 1900;
    parts->tm_mon = month - 1;
    return true;
}

bool moment_parse(const char *text, struct moment *moment, struct error *error)
{
    struct tm   parts = {0};
    const char *rest = text;
    int         ms;

    if (!take_date_and_time(&rest, &parts) || !take_fraction(&rest, &ms) ||
        !take_offset(&rest, &moment->offset_minutes) || *rest != '\0')
        return error_set(error, ERROR_INVALID, "a time looks like 2026-11-23T14:12:00+01:00, not '%.40s'",
                         text);
    moment->ms = ((int64_t)timegm(&parts) - (int64_t)moment->offset_minutes * 60) * 1000 + ms;
    return true;
}

static int format_plain(int64_t ms, char *text, size_t size)
{
    time_t    seconds = (time_t)(ms / 1000);
    struct tm parts;

    gmtime_r(&seconds, &parts);
    return snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03d", (parts.tm_year + 1900) % 10000,
                    (parts.tm_mon + 1) % 100, parts.tm_mday % 100, parts.tm_hour % 100, parts.tm_min % 100,
                    parts.tm_sec % 100, (int)(ms % 1000) % 1000);
}

void moment_format_utc(int64_t ms, char text[MOMENT_SIZE])
{
    int length = format_plain(ms, text, MOMENT_SIZE);

    snprintf(text + length, (size_t)(MOMENT_SIZE - length), "Z");
}

void moment_format(const struct moment *moment, char text[MOMENT_SIZE])
{
    int minutes = moment->offset_minutes < 0 ? -moment->offset_minutes : moment->offset_minutes;
    int length = format_plain(moment->ms + (int64_t)moment->offset_minutes * 60000, text, MOMENT_SIZE);

    snprintf(text + length, (size_t)(MOMENT_SIZE - length), "%c%02d:%02d",
             moment->offset_minutes < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
}

struct moment moment_now(void)
{
    struct timespec now;
    struct tm       parts;

    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &parts);
    return (struct moment){.ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000,
                           .offset_minutes = (int)(parts.tm_gmtoff / 60)};
}
