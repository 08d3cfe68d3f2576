#include "verify/row_text.h"

#include <string.h>

#include "shared/moment.h"

#define DAY_MS INT64_C(86400000)

size_t row_text_number(int64_t number, char *text)
{
    char     digits[20];
    size_t   count = 0, length = 0;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do
        digits[count++] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (number < 0)
        text[length++] = '-';
    while (count > 0)
        text[length++] = digits[--count];
    return length;
}

size_t row_text_uuid(const uint8_t id[16], char *text)
{
    static const char digits[] = "0123456789abcdef";
    size_t            length = 0;

    text[length++] = '"';
    for (unsigned i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text[length++] = '-';
        text[length++] = digits[id[i] >> 4];
        text[length++] = digits[id[i] & 15];
    }
    text[length++] = '"';
    return length;
}

static void two_digits(char *text, int64_t number)
{
    text[0] = (char)('0' + number / 10);
    text[1] = (char)('0' + number % 10);
}

/* The day is formatted again only when it is another one than before. */
size_t row_text_moment(int64_t ms, char *text)
{
    static _Thread_local int64_t known_day = -1;
    static _Thread_local char    known[MOMENT_SIZE];
    int64_t                      day = ms / DAY_MS, rest = ms % DAY_MS;

    if (ms < 0 || day != known_day) {
        moment_format_utc(ms, known);
        known_day = ms < 0 ? -1 : day;
    }
    text[0] = '"';
    memcpy(text + 1, known, 24);
    if (ms >= 0) {
        two_digits(text + 12, rest / 3600000);
        two_digits(text + 15, rest / 60000 % 60);
        two_digits(text + 18, rest / 1000 % 60);
        two_digits(text + 21, rest % 1000 / 10);
        text[23] = (char)('0' + rest % 10);
    }
    text[25] = '"';
    return 26;
}

size_t row_text_erased(uint64_t seq, char *text)
{
    size_t length = 11;

    memcpy(text, "{\"erased\": ", length);
    length += row_text_number((int64_t)seq, text + length);
    text[length] = '}';
    return length + 1;
}
