#include "qr_threshold.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t even_bytes = 0x00FF00FF00FF00FFu, high_bits = 0x8080808080808080u;

static uint64_t eight_bytes(const uint8_t *from, size_t left)
{
    uint64_t word = 0;

    memcpy(&word, from, left < 8 ? left : 8);
    return word;
}

/* Adds a row of pixels, two by two, to lanes of 16 bits. */
static void add_row(const uint8_t *row, size_t width, uint64_t *pairs)
{
    size_t words = width / 8;

    for (size_t i = 0; i < words; i++) {
        uint64_t word;

        memcpy(&word, row + 8 * i, 8);
        pairs[i] += (word & even_bytes) + (word >> 8 & even_bytes);
    }
    if (width % 8) {
        uint64_t word = eight_bytes(row + 8 * words, width % 8);

        pairs[words] += (word & even_bytes) + (word >> 8 & even_bytes);
    }
}

/* Turns a row of cells' sums into one of the table of sums from the first corner. */
static void close_row(const uint64_t *pairs, int columns, int shift, const uint32_t *above, uint32_t *sums)
{
    int      pairs_in_cell = 1 << (shift - 1);
    uint32_t sum = 0;

    sums[0] = 0;
    for (int c = 0; c < columns; c++) {
        for (int i = c * pairs_in_cell; i < (c + 1) * pairs_in_cell; i++)
            sum += (uint32_t)(pairs[i / 4] >> (16 * (i % 4)) & 0xFFFF);
        sums[c + 1] = above[c + 1] + sum;
    }
}

static void sum_rows(const struct picture *picture, struct qr_sums *sums, uint64_t *pairs, size_t words)
{
    size_t stride = (size_t)sums->columns + 1;

    for (int row = 0; row < sums->rows; row++) {
        size_t    y = (size_t)row << sums->shift, end = y + ((size_t)1 << sums->shift);
        uint32_t *above = sums->sum + (size_t)row * stride;

        memset(pairs, 0, words * sizeof *pairs);
        for (; y < end && y < picture->height; y++)
            add_row(picture->grey + y * picture->width, picture->width, pairs);
        close_row(pairs, sums->columns, sums->shift, above, above + stride);
    }
}

static int cells(unsigned pixels, int shift)
{
    return (int)((pixels + (1u << shift) - 1) >> shift);
}

bool qr_sums_make(const struct picture *picture, int shift, struct qr_sums *sums)
{
    size_t    words = picture->width / 8 + 2;
    uint64_t *pairs = malloc(words * sizeof *pairs);

    *sums = (struct qr_sums){NULL, cells(picture->width, shift), cells(picture->height, shift), shift};
    sums->sum = calloc(((size_t)sums->columns + 1) * ((size_t)sums->rows + 1), sizeof *sums->sum);
    if (sums->sum && pairs)
        sum_rows(picture, sums, pairs, words);
    else
        qr_sums_free(sums);
    free(pairs);
    return sums->sum;
}

void qr_sums_free(struct qr_sums *sums)
{
    free(sums->sum);
    sums->sum = NULL;
}

static int lesser(int a, int b)
{
    return a < b ? a : b;
}

int qr_sums_mean(const struct qr_sums *sums, const struct picture *picture, int column, int row, int half)
{
    size_t stride = (size_t)sums->columns + 1;
    int    cell = 1 << sums->shift;
    int    left = column > half ? column - half : 0, right = lesser(column + half + 1, sums->columns);
    int    top = row > half ? row - half : 0, bottom = lesser(row + half + 1, sums->rows);
    int    width = lesser(right * cell, (int)picture->width) - left * cell;
    int    height = lesser(bottom * cell, (int)picture->height) - top * cell;
    const uint32_t *high = sums->sum + (size_t)top * stride, *low = sums->sum + (size_t)bottom * stride;
    uint32_t        sum = low[right] - low[left] - high[right] + high[left];

    return width > 0 && height > 0 ? (int)(sum / ((uint32_t)width * (uint32_t)height)) : 0;
}

static bool take_room(const struct picture *picture, int shift, struct qr_threshold *t)
{
    t->shift = shift;
    t->columns = cells(picture->width, shift);
    t->rows = cells(picture->height, shift);
    t->level = malloc((size_t)t->columns * (size_t)t->rows);
    return t->level;
}

static void set_levels(const struct picture *picture, const struct qr_sums *sums, int half, int bias,
                       struct qr_threshold *t)
{
    uint8_t *level = t->level;

    for (int row = 0; row < t->rows; row++)
        for (int column = 0; column < t->columns; column++) {
            int value = qr_sums_mean(sums, picture, column, row, half) - bias;

            *level++ = (uint8_t)(value < 0 ? 0 : value);
        }
}

bool qr_threshold_mean(const struct picture *picture, int window, int bias, struct qr_threshold *threshold)
{
    int            shift = window >= 96 ? 3 : window >= 32 ? 2 : 1;
    int            half = (window / 2 + (1 << shift) / 2) >> shift;
    struct qr_sums sums;

    if (!take_room(picture, shift, threshold))
        return false;
    if (qr_sums_make(picture, shift, &sums))
        set_levels(picture, &sums, half ? half : 1, bias, threshold);
    else
        qr_threshold_free(threshold);
    qr_sums_free(&sums);
    return threshold->level;
}

static int best_parting(const size_t counts[256], size_t pixels)
{
    double all = 0, below = 0, sum_below = 0, best = -1;
    int    level = 128;

    for (int i = 0; i < 256; i++)
        all += (double)i * (double)counts[i];
    for (int i = 0; i < 256; i++) {
        double above, apart, spread;

        below += (double)counts[i];
        above = (double)pixels - below;
        if (below <= 0 || above <= 0)
            continue;
        sum_below += (double)i * (double)counts[i];
        apart = sum_below / below - (all - sum_below) / above;
        spread = below * above * apart * apart;
        if (spread > best) {
            best = spread;
            level = i;
        }
    }
    return level;
}

bool qr_threshold_whole(const struct picture *picture, struct qr_threshold *threshold)
{
    size_t counts[256] = {0}, pixels = (size_t)picture->width * picture->height;

    if (!take_room(picture, 3, threshold))
        return false;
    for (size_t i = 0; i < pixels; i++)
        counts[picture->grey[i]]++;
    memset(threshold->level, best_parting(counts, pixels),
           (size_t)threshold->columns * (size_t)threshold->rows);
    return true;
}

void qr_threshold_free(struct qr_threshold *threshold)
{
    free(threshold->level);
    threshold->level = NULL;
}

/* One bit for each of eight bytes of `a` that is less than its neighbour in `b`. */
static uint64_t bytes_below(uint64_t a, uint64_t b)
{
    uint64_t less = ((a | high_bits) - (b & ~high_bits)) ^ ((a ^ ~b) & high_bits);

    less = ((~a & b) | (~(a ^ b) & less)) & high_bits;
    return ((less >> 7) * 0x0102040810204080u) >> 56;
}

static void spread_levels(const struct qr_threshold *t, int row, uint8_t *levels, size_t width)
{
    const uint8_t *level = t->level + (size_t)row * (size_t)t->columns;

    for (size_t x = 0; x < width; x += (size_t)1 << t->shift)
        memset(levels + x, level[x >> t->shift], (size_t)1 << t->shift);
}

void qr_threshold_row(const struct picture *picture, const struct qr_threshold *threshold, int y,
                      uint8_t *levels, uint64_t *bits)
{
    size_t         width = picture->width, words = width / 8;
    const uint8_t *row = picture->grey + (size_t)y * width;

    spread_levels(threshold, y >> threshold->shift, levels, width);
    memset(bits, 0, (width / 64 + 1) * sizeof *bits);
    for (size_t i = 0; i < words; i++) {
        uint64_t grey, level;

        memcpy(&grey, row + 8 * i, 8);
        memcpy(&level, levels + 8 * i, 8);
        bits[i / 8] |= bytes_below(grey, level) << (8 * (i % 8));
    }
    for (size_t x = 8 * words; x < width; x++)
        bits[x / 64] |= (uint64_t)(row[x] < levels[x]) << (x % 64);
}
