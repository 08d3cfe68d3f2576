#include "qr_code.h"

#include <stdlib.h>
#include <string.h>

/* Rows and columns of the middles of alignment patterns after the first, which is 6; ends with 0. */
static const uint8_t alignments[41][7] = {
    {0},
    {0},
    {18},
    {22},
    {26},
    {30},
    {34},
    {22, 38},
    {24, 42},
    {26, 46},
    {28, 50},
    {30, 54},
    {32, 58},
    {34, 62},
    {26, 46, 66},
    {26, 48, 70},
    {26, 50, 74},
    {30, 54, 78},
    {30, 56, 82},
    {30, 58, 86},
    {34, 62, 90},
    {28, 50, 72, 94},
    {26, 50, 74, 98},
    {30, 54, 78, 102},
    {28, 54, 80, 106},
    {32, 58, 84, 110},
    {30, 58, 86, 114},
    {34, 62, 90, 118},
    {26, 50, 74, 98, 122},
    {30, 54, 78, 102, 126},
    {26, 52, 78, 104, 130},
    {30, 56, 82, 108, 134},
    {34, 60, 86, 112, 138},
    {30, 58, 86, 114, 142},
    {34, 62, 90, 118, 146},
    {30, 54, 78, 102, 126, 150},
    {24, 50, 76, 102, 128, 154},
    {28, 54, 80, 106, 132, 158},
    {32, 58, 84, 110, 136, 162},
    {26, 54, 82, 110, 138, 166},
    {30, 58, 86, 114, 142, 170},
};

enum level { LEVEL_L, LEVEL_M, LEVEL_Q, LEVEL_H, LEVELS };

static const uint8_t parities[LEVELS][41] = {
    {0,  7,  10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
     28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
    {0,  10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
     26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28},
    {0,  13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
     28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
    {0,  17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
     30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
};

static const uint8_t block_counts[LEVELS][41] = {
    {0, 1, 1, 1,  1,  1,  2,  2,  2,  2,  4,  4,  4,  4,  4,  6,  6,  6,  6,  7, 8,
     8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25},
    {0,  1,  1,  1,  2,  2,  4,  4,  4,  5,  5,  5,  8,  9,  9,  10, 10, 11, 13, 14, 16,
     17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49},
    {0,  1,  1,  2,  2,  4,  4,  6,  6,  8,  8,  8,  10, 12, 16, 12, 17, 16, 18, 21, 20,
     23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68},
    {0,  1,  1,  2,  4,  4,  4,  5,  6,  8,  8,  11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
     25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81},
};

struct board {
    int      size;
    uint8_t *kinds;
};

static void set(const struct board *board, int x, int y, enum qr_kind kind)
{
    board->kinds[y * board->size + x] = (uint8_t)kind;
}

/* Finder patterns with their light borders, and the format beside them. */
static void set_finders(const struct board *b)
{
    int last = b->size - 1;

    for (int i = 0; i < 9; i++) {
        set(b, 8, i, QR_FORMAT);
        set(b, i, 8, QR_FORMAT);
    }
    for (int i = 0; i < 8; i++) {
        set(b, last - i, 8, QR_FORMAT);
        set(b, 8, last - i, QR_FORMAT);
    }
    for (int y = 0; y < 8; y++)
        for (int x = 0; x < 8; x++) {
            int          away = abs(x - 3) > abs(y - 3) ? abs(x - 3) : abs(y - 3);
            enum qr_kind kind = away == 2 || away == 4 ? QR_LIGHT : QR_DARK;

            set(b, x, y, kind);
            set(b, last - x, y, kind);
            set(b, x, last - y, kind);
        }
}

static void set_alignment(const struct board *b, int cx, int cy)
{
    for (int y = -2; y <= 2; y++)
        for (int x = -2; x <= 2; x++) {
            bool ring = abs(x) == 2 || abs(y) == 2;

            set(b, cx + x, cy + y, ring || (x == 0 && y == 0) ? QR_DARK : QR_LIGHT);
        }
}

static void set_alignments(const struct board *b, int version)
{
    int middles[8] = {6}, count = 1;

    for (int i = 0; i < 7 && alignments[version][i]; i++)
        middles[count++] = alignments[version][i];
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++) {
            bool finder = (i == 0 && (j == 0 || j == count - 1)) || (j == 0 && i == count - 1);

            if (!finder)
                set_alignment(b, middles[i], middles[j]);
        }
}

static int remainder_of(int bits, int generator, int degree, int length)
{
    int rest = bits << degree;

    for (int i = length - 1; i >= 0; i--)
        if (rest >> (degree + i) & 1)
            rest ^= generator << i;
    return rest;
}

static void set_version(const struct board *b, int version)
{
    int bits = version << 12 | remainder_of(version, 0x1f25, 12, 6);

    for (int i = 0; i < 18; i++) {
        enum qr_kind kind = bits >> i & 1 ? QR_DARK : QR_LIGHT;

        set(b, i / 3, i % 3 + b->size - 11, kind);
        set(b, i % 3 + b->size - 11, i / 3, kind);
    }
}

void qr_code_kinds(int size, uint8_t *kinds)
{
    struct board board = {size, kinds};
    int          version = (size - 17) / 4;

    memset(kinds, QR_DATA, (size_t)size * (size_t)size);
    set_finders(&board);
    for (int i = 8; i < size - 8; i++) {
        set(&board, i, 6, i & 1 ? QR_LIGHT : QR_DARK);
        set(&board, 6, i, i & 1 ? QR_LIGHT : QR_DARK);
    }
    if (version >= 2)
        set_alignments(&board, version);
    set(&board, 8, size - 8, QR_DARK);
    if (version >= 7)
        set_version(&board, version);
}

int qr_code_format(int format)
{
    return (format << 10 | remainder_of(format, 0x537, 10, 5)) ^ 0x5412;
}

int qr_code_format_place(int size, int bit, int copy)
{
    static const int8_t column[QR_FORMAT_BITS] = {8, 8, 8, 8, 8, 8, 8, 8, 7, 5, 4, 3, 2, 1, 0};
    static const int8_t row[QR_FORMAT_BITS] = {0, 1, 2, 3, 4, 5, 7, 8, 8, 8, 8, 8, 8, 8, 8};

    if (copy == 0)
        return row[bit] * size + column[bit];
    return bit < 8 ? 8 * size + size - 1 - bit : (size - QR_FORMAT_BITS + bit) * size + 8;
}

bool qr_code_masked(int mask, int x, int y)
{
    switch (mask) {
    case 0:
        return (x + y) % 2 == 0;
    case 1:
        return y % 2 == 0;
    case 2:
        return x % 3 == 0;
    case 3:
        return (x + y) % 3 == 0;
    case 4:
        return (x / 3 + y / 2) % 2 == 0;
    case 5:
        return x * y % 6 == 0;
    case 6:
        return (x * y % 2 + x * y % 3) % 2 == 0;
    default:
        return ((x + y) % 2 + x * y % 3) % 2 == 0;
    }
}

struct path { /* along the double columns, up and down in turn */
    int size, bits;
    uint16_t (*places)[8];
    const uint8_t *kinds;
};

static void walk_columns(struct path *path, int right, bool up)
{
    for (int i = 0; i < path->size; i++) {
        int y = up ? path->size - 1 - i : i;

        for (int x = right; x > right - 2; x--)
            if (path->kinds[y * path->size + x] == QR_DATA && path->bits < 8 * QR_CODEWORDS_MOST) {
                path->places[path->bits / 8][path->bits % 8] = (uint16_t)(y * path->size + x);
                path->bits++;
            }
    }
}

int qr_code_order(int size, const uint8_t *kinds, uint16_t (*places)[8])
{
    struct path path = {size, 0, places, kinds};
    bool        up = true;

    for (int x = size - 1; x > 0; x -= 2, up = !up) {
        if (x == 6) /* the column of the timing pattern */
            x--;
        walk_columns(&path, x, up);
    }
    return path.bits / 8;
}

struct qr_blocks qr_code_blocks(int size, int format)
{
    static const enum level levels[4] = {LEVEL_M, LEVEL_L, LEVEL_H, LEVEL_Q};
    enum level              level = levels[format >> 3];
    int                     version = (size - 17) / 4;

    return (struct qr_blocks){block_counts[level][version], parities[level][version]};
}
