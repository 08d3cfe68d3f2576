/* The filters that decide what is dark by what is around it. */
#include <stdlib.h>
#include <string.h>

#include "filters.h"

static bool take_same(const struct picture *from, struct picture *to)
{
    *to = (struct picture){.width = from->width, .height = from->height};
    to->grey = malloc((size_t)from->width * from->height);
    return to->grey != NULL;
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

    if (!take_same(from, to))
        return false;
    for (size_t i = 0; i < count; i++)
        to->grey[i] = from->grey[i] <= level ? 0 : 255;
    return true;
}

/* Column sums of the rows in the window are kept up to date, so that memory is one row and not a picture. */
static void move_rows(const struct picture *from, unsigned y, unsigned half, uint32_t *columns)
{
    const uint8_t *enters = y + half < from->height ? from->grey + (size_t)(y + half) * from->width : NULL;
    const uint8_t *leaves = y > half ? from->grey + (size_t)(y - half - 1) * from->width : NULL;

    for (unsigned x = 0; x < from->width; x++)
        columns[x] += (enters ? enters[x] : 0U) - (leaves ? leaves[x] : 0U);
}

static void threshold_row(const struct picture *from, unsigned y, unsigned half, int below,
                          const uint32_t *columns, uint8_t *out)
{
    unsigned top = y > half ? y - half : 0,
             rows = (y + half < from->height ? y + half + 1 : from->height) - top;
    const uint8_t *row = from->grey + (size_t)y * from->width;
    uint64_t       sum = 0;
    unsigned       wide = 0;

    for (unsigned x = 0; x < half && x < from->width; x++, wide++)
        sum += columns[x];
    for (unsigned x = 0; x < from->width; x++) {
        if (x + half < from->width) {
            sum += columns[x + half];
            wide++;
        }
        if (x > half) {
            sum -= columns[x - half - 1];
            wide--;
        }
        out[x] = ((int64_t)row[x] + below) * (int64_t)((uint64_t)wide * rows) < (int64_t)sum ? 0 : 255;
    }
}

bool picture_threshold_locally(const struct picture *from, unsigned window, int below, struct picture *to)
{
    unsigned  half = window / 2;
    uint32_t *columns = calloc(from->width, sizeof *columns);

    if (!columns || !take_same(from, to)) {
        free(columns);
        return false;
    }
    for (unsigned y = 0; y < half && y < from->height; y++)
        for (unsigned x = 0; x < from->width; x++)
            columns[x] += from->grey[(size_t)y * from->width + x];
    for (unsigned y = 0; y < from->height; y++) {
        move_rows(from, y, half, columns);
        threshold_row(from, y, half, below, columns, to->grey + (size_t)y * from->width);
    }
    free(columns);
    return true;
}
