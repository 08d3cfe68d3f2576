#include "shared/uuid.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static bool is_hyphen_place(int place)
{
    return place == 8 || place == 13 || place == 18 || place == 23;
}

bool uuid_parse_any(const char *text, char canonical[UUID_SIZE])
{
    bool nil = true;

    for (int i = 0; i < UUID_SIZE - 1; i++) {
        unsigned char c = (unsigned char)text[i];

        if (is_hyphen_place(i) ? c != '-' : !isxdigit(c))
            return false;
        canonical[i] = (char)tolower(c);
        nil = nil && (c == '-' || c == '0');
    }
    canonical[UUID_SIZE - 1] = '\0';
    return text[UUID_SIZE - 1] == '\0' && !nil;
}

bool uuid_parse(const char *text, char canonical[UUID_SIZE])
{
    return uuid_parse_any(text, canonical) && (canonical[14] == '4' || canonical[14] == '7') &&
           strchr("89ab", canonical[19]);
}

int64_t uuid_made_ms(const char *text)
{
    char canonical[UUID_SIZE], digits[13];

    if (!uuid_parse(text, canonical) || canonical[14] != '7')
        return 0;
    snprintf(digits, sizeof digits, "%.8s%.4s", canonical, canonical + 9);
    return (int64_t)strtoll(digits, NULL, 16);
}

void uuid_make(char text[UUID_SIZE])
{
    unsigned char   b[16];
    struct timespec now;
    uint64_t        ms;

    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
        abort();
    clock_gettime(CLOCK_REALTIME, &now);
    ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    for (int i = 0; i < 6; i++)
        b[i] = (unsigned char)(ms >> (40 - 8 * i));
    b[6] = (unsigned char)((b[6] & 0x0F) | 0x70);
    b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
    snprintf(text, UUID_SIZE, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
             b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}
