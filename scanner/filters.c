#include "filters.h"

#include <stdlib.h>
#include <string.h>

static bool take_room(struct picture *picture, size_t width, size_t height)
{
    *picture = (struct picture){0};
    if (width == 0 || height == 0 || width > PICTURE_PIXELS_MOST / height)
        return false;
    picture->grey = malloc(width * height);
    if (!picture->grey)
        return false;
    picture->width = (unsigned)width;
    picture->height = (unsigned)height;
    return true;
}

bool picture_invert(const struct picture *from, struct picture *to)
{
    size_t count = (size_t)from->width * from->height;

    if (!take_room(to, from->width, from->height))
        return false;
    for (size_t i = 0; i < count; i++)
        to->grey[i] = (uint8_t)(255 - from->grey[i]);
    return true;
}

static void add_row(const uint8_t *row, unsigned side, unsigned width, uint32_t *sums)
{
    for (unsigned x = 0; x < width; x++, row += side)
        for (unsigned i = 0; i < side; i++)
            sums[x] += row[i];
}

bool picture_shrink(const struct picture *from, unsigned side, struct picture *to)
{
    uint32_t *sums = NULL;

    if (!take_room(to, from->width / side, from->height / side))
        return false;
    sums = malloc(sizeof *sums * to->width);
    if (!sums) {
        picture_free(to);
        return false;
    }
    for (unsigned y = 0; y < to->height; y++) {
        uint8_t *out = to->grey + (size_t)y * to->width;

        memset(sums, 0, sizeof *sums * to->width);
        for (unsigned i = 0; i < side; i++)
            add_row(from->grey + ((size_t)y * side + i) * from->width, side, to->width, sums);
        for (unsigned x = 0; x < to->width; x++)
            out[x] = (uint8_t)((sums[x] + side * side / 2) / (side * side));
    }
    free(sums);
    return true;
}

/* A new sample a quarter before (or after) sample `b`, of four in a row; weights of Catmull and Rom, in
 * 128ths. */
static uint8_t quarter(int a, int b, int c, int d)
{
    int value = (-9 * a + 111 * b + 29 * c - 3 * d + 64) / 128;

    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static unsigned clamp(long at, unsigned count)
{
    return at < 0 ? 0 : at >= (long)count ? count - 1 : (unsigned)at;
}

static void double_line(const uint8_t *from, size_t from_step, unsigned count, uint8_t *to, size_t to_step)
{
    for (unsigned i = 0; i < count; i++) {
        int at[5];

        for (long k = -2; k <= 2; k++)
            at[k + 2] = from[clamp((long)i + k, count) * from_step];
        to[(size_t)2 * i * to_step] = quarter(at[3], at[2], at[1], at[0]);
        to[((size_t)2 * i + 1) * to_step] = quarter(at[1], at[2], at[3], at[4]);
    }
}

bool picture_double(const struct picture *from, struct picture *to)
{
    struct picture wide;

    *to = (struct picture){0};
    if (!take_room(&wide, (size_t)from->width * 2, from->height))
        return false;
    for (unsigned y = 0; y < from->height; y++)
        double_line(from->grey + (size_t)y * from->width, 1, from->width, wide.grey + (size_t)y * wide.width,
                    1);
    if (take_room(to, wide.width, (size_t)from->height * 2))
        for (unsigned x = 0; x < wide.width; x++)
            double_line(wide.grey + x, wide.width, wide.height, to->grey + x, wide.width);
    picture_free(&wide);
    return to->grey != NULL;
}

static void soften_row(const uint8_t *above, const uint8_t *row, const uint8_t *below, unsigned width,
                       uint16_t *sums, uint8_t *out)
{
    for (unsigned x = 0; x < width; x++)
        sums[x] = (uint16_t)(above[x] + 2 * row[x] + below[x]);
    out[0] = (uint8_t)(sums[0] / 4);
    out[width - 1] = (uint8_t)(sums[width - 1] / 4);
    for (unsigned x = 1; x + 1 < width; x++)
        out[x] = (uint8_t)((sums[x - 1] + 2 * sums[x] + sums[x + 1] + 8) / 16);
}

bool picture_soften(const struct picture *from, struct picture *to)
{
    uint16_t *sums = malloc(sizeof *sums * (from->width + 1));

    if (!sums || !take_room(to, from->width, from->height)) {
        free(sums);
        return false;
    }
    for (unsigned y = 0; y < from->height; y++) {
        const uint8_t *row = from->grey + (size_t)y * from->width;

        soften_row(y > 0 ? row - from->width : row, row, y + 1 < from->height ? row + from->width : row,
                   from->width, sums, to->grey + (size_t)y * from->width);
    }
    free(sums);
    return true;
}

/* The level that parts dark and light with the largest difference of their means (Otsu). */
static unsigned best_level(const struct picture *picture)
{
    size_t   histogram[256] = {0}, count = (size_t)picture->width * picture->height;
    double   all = 0, below = 0, sum_below = 0, best = -1;
    unsigned level = 128;

    for (size_t i = 0; i < count; i++)
        histogram[picture->grey[i]]++;
    for (unsigned i = 0; i < 256; i++)
        all += (double)i * (double)histogram[i];
    for (unsigned i = 0; i < 256; i++) {
        double above, apart;

        below += (double)histogram[i];
        sum_below += (double)i * (double)histogram[i];
        above = (double)count - below;
        if (below <= 0 || above <= 0)
            continue;
        apart = sum_below / below - (all - sum_below) / above;
        if (below * above * apart * apart > best) {
            best = below * above * apart * apart;
            level = i;
        }
    }
    return level;
}

bool picture_threshold(const struct picture *from, struct picture *to)
{
    size_t   count = (size_t)from->width * from->height;
    unsigned level = best_level(from);

    if (!take_room(to, from->width, from->height))
        return false;
    for (size_t i = 0; i < count; i++)
        to->grey[i] = from->grey[i] <= level ? 0 : 255;
    return true;
}
