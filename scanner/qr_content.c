#include "qr_content.h"

struct bits {
    const uint8_t *data;
    size_t         at, count;
};

enum mode { END, NUMBERS, LETTERS, APPEND, BYTES, FNC1_FIRST, ECI = 7, KANJI, FNC1_SECOND, HANZI = 13 };

static size_t left(const struct bits *bits)
{
    return bits->count - bits->at;
}

static size_t take(struct bits *bits, size_t count)
{
    size_t value = 0;

    for (; count && bits->at < bits->count; count--, bits->at++)
        value = value << 1 | (bits->data[bits->at / 8] >> (7 - bits->at % 8) & 1);
    return value;
}

static bool skip(struct bits *bits, size_t count)
{
    if (left(bits) < count)
        return false;
    bits->at += count;
    return true;
}

/* How wide the count of characters is, by the three ranges of versions. */
static size_t count_bits(enum mode mode, int size)
{
    static const uint8_t widths[14][3] = {
        [NUMBERS] = {10, 12, 14}, [LETTERS] = {9, 11, 13}, [BYTES] = {8, 16, 16},
        [KANJI] = {8, 10, 12},    [HANZI] = {8, 10, 12},
    };

    return widths[mode][size <= 17 + 4 * 9 ? 0 : size <= 17 + 4 * 26 ? 1 : 2];
}

static size_t content_bits(enum mode mode, size_t characters)
{
    static const uint8_t rest_numbers[3] = {0, 4, 7};

    if (mode == NUMBERS)
        return characters / 3 * 10 + rest_numbers[characters % 3];
    if (mode == LETTERS)
        return characters / 2 * 11 + characters % 2 * 6;
    return characters * (mode == BYTES ? 8 : 13);
}

static bool skip_designator(struct bits *bits)
{
    size_t first = take(bits, 8);

    if (first < 0x80)
        return true;
    return first < 0xC0 ? skip(bits, 8) : first < 0xE0 && skip(bits, 16);
}

static bool skip_segment(struct bits *bits, enum mode mode, int size)
{
    switch (mode) {
    case APPEND:
        return skip(bits, 16);
    case FNC1_FIRST:
        return true;
    case FNC1_SECOND:
        return skip(bits, 8);
    case ECI:
        return skip_designator(bits);
    case HANZI:
        return skip(bits, 4) && skip(bits, content_bits(mode, take(bits, count_bits(mode, size))));
    case NUMBERS:
    case LETTERS:
    case BYTES:
    case KANJI:
        return skip(bits, content_bits(mode, take(bits, count_bits(mode, size))));
    default:
        return false;
    }
}

bool qr_content_plausible(int size, const uint8_t *data, size_t length)
{
    struct bits bits = {data, 0, length * 8};

    while (left(&bits) >= 4) {
        enum mode mode = (enum mode)take(&bits, 4);

        if (mode == END)
            break;
        if (!skip_segment(&bits, mode, size))
            return false;
    }
    return bits.at > 4;
}
