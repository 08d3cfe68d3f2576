#include "verify/hex.h"

#define DIGIT 0x10 /* marks what is one */

static const uint8_t digit_of[256] = {
    ['0'] = DIGIT | 0,  ['1'] = DIGIT | 1,  ['2'] = DIGIT | 2,  ['3'] = DIGIT | 3,
    ['4'] = DIGIT | 4,  ['5'] = DIGIT | 5,  ['6'] = DIGIT | 6,  ['7'] = DIGIT | 7,
    ['8'] = DIGIT | 8,  ['9'] = DIGIT | 9,  ['a'] = DIGIT | 10, ['b'] = DIGIT | 11,
    ['c'] = DIGIT | 12, ['d'] = DIGIT | 13, ['e'] = DIGIT | 14, ['f'] = DIGIT | 15};

bool hex_read(const char *digits, uint8_t *bytes, size_t size)
{
    uint8_t all = DIGIT;

    for (size_t i = 0; i < size; i++) {
        uint8_t high = digit_of[(uint8_t)digits[2 * i]], low = digit_of[(uint8_t)digits[2 * i + 1]];

        all &= high & low;
        bytes[i] = (uint8_t)(high << 4 | (low & 15));
    }
    return all == DIGIT;
}
