#include "qr_filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "qr_geometry.h"

#define REACH_MOST 24
#define ONE        256 /* the weights of a kernel add up to it */

struct blurring {
    const struct picture *from;
    int                   reach, amount; /* amount 0: the blur itself */
    uint32_t              weight[REACH_MOST + 1];
    uint16_t             *rows; /* 2 * reach + 1 rows that are blurred across, in turn */
    uint32_t             *sums; /* of one row */
};

static bool take_room(const struct picture *from, struct picture *to)
{
    *to = (struct picture){
        .grey = malloc((size_t)from->width * from->height), .width = from->width, .height = from->height};
    return to->grey;
}

static void make_kernel(struct blurring *b, double sigma)
{
    double   weight[REACH_MOST + 1], sum = 0;
    uint32_t rest = ONE;

    b->reach = (int)qr_min(ceil(sigma * 2.6), REACH_MOST);
    for (int i = 0; i <= b->reach; i++) {
        weight[i] = exp(-i * i / (2 * sigma * sigma));
        sum += i ? 2 * weight[i] : weight[i];
    }
    for (int i = 1; i <= b->reach; i++) {
        b->weight[i] = (uint32_t)lrint(weight[i] / sum * ONE);
        rest -= 2 * b->weight[i];
    }
    b->weight[0] = rest;
}

static size_t clamped(int at, unsigned size)
{
    return at < 0 ? 0 : at >= (int)size ? size - 1 : (size_t)at;
}

static uint16_t *row_of(const struct blurring *b, int y)
{
    return b->rows + (size_t)(y % (2 * b->reach + 1)) * b->from->width;
}

static void blur_across(const struct blurring *b, int y)
{
    const uint8_t *in = b->from->grey + (size_t)y * b->from->width;
    uint16_t      *out = row_of(b, y);
    int            width = (int)b->from->width;

    for (int x = 0; x < width; x++) {
        uint32_t sum = b->weight[0] * in[x];

        if (x >= b->reach && x + b->reach < width)
            for (int i = 1; i <= b->reach; i++)
                sum += b->weight[i] * (uint32_t)(in[x - i] + in[x + i]);
        else
            for (int i = 1; i <= b->reach; i++)
                sum += b->weight[i] *
                       (uint32_t)(in[clamped(x - i, b->from->width)] + in[clamped(x + i, b->from->width)]);
        out[x] = (uint16_t)sum;
    }
}

static void blur_down(const struct blurring *b, int y)
{
    size_t          width = b->from->width;
    const uint16_t *middle = row_of(b, y);

    for (size_t x = 0; x < width; x++)
        b->sums[x] = b->weight[0] * middle[x];
    for (int i = 1; i <= b->reach; i++) {
        const uint16_t *above = row_of(b, (int)clamped(y - i, b->from->height));
        const uint16_t *below = row_of(b, (int)clamped(y + i, b->from->height));

        for (size_t x = 0; x < width; x++)
            b->sums[x] += b->weight[i] * ((uint32_t)above[x] + below[x]);
    }
}

static void put_row(const struct blurring *b, int y, uint8_t *out)
{
    const uint8_t *in = b->from->grey + (size_t)y * b->from->width;

    for (size_t x = 0; x < b->from->width; x++) {
        int blurred = (int)(b->sums[x] >> 8), value;

        value = b->amount ? ONE * in[x] + b->amount * (ONE * in[x] - blurred) : blurred;
        value = (value + ONE / 2) / ONE;
        out[x] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

static void blur_rows(const struct blurring *b, struct picture *to)
{
    int height = (int)b->from->height, next = 0;

    for (int y = 0; y < height; y++) {
        for (; next <= y + b->reach && next < height; next++)
            blur_across(b, next);
        blur_down(b, y);
        put_row(b, y, to->grey + (size_t)y * to->width);
    }
}

bool qr_sharpen(const struct picture *from, double sigma, int amount, struct picture *to)
{
    struct blurring b = {.from = from, .amount = amount};

    if (!take_room(from, to))
        return false;
    make_kernel(&b, sigma);
    b.rows = calloc((size_t)(2 * b.reach + 1) * from->width, sizeof *b.rows);
    b.sums = malloc(from->width * sizeof *b.sums);
    if (b.rows && b.sums)
        blur_rows(&b, to);
    else
        picture_free(to);
    free(b.rows);
    free(b.sums);
    return to->grey;
}

bool qr_blur(const struct picture *from, double sigma, struct picture *to)
{
    return qr_sharpen(from, sigma, 0, to);
}

bool qr_invert(const struct picture *from, struct picture *to)
{
    size_t pixels = (size_t)from->width * from->height;

    if (!take_room(from, to))
        return false;
    for (size_t i = 0; i < pixels / 8; i++) {
        uint64_t word;

        memcpy(&word, from->grey + 8 * i, 8);
        word = ~word;
        memcpy(to->grey + 8 * i, &word, 8);
    }
    for (size_t i = pixels / 8 * 8; i < pixels; i++)
        to->grey[i] = (uint8_t)~from->grey[i];
    return true;
}

bool qr_crop(const struct picture *from, int left, int top, int right, int bottom, struct picture *to)
{
    left = left < 0 ? 0 : left;
    top = top < 0 ? 0 : top;
    right = right > (int)from->width ? (int)from->width : right;
    bottom = bottom > (int)from->height ? (int)from->height : bottom;
    *to = (struct picture){0};
    if (left >= right || top >= bottom)
        return false;
    *to = (struct picture){.width = (unsigned)(right - left), .height = (unsigned)(bottom - top)};
    to->grey = malloc((size_t)to->width * to->height);
    for (size_t y = 0; to->grey && y < to->height; y++)
        memcpy(to->grey + y * to->width, from->grey + (y + (size_t)top) * from->width + (size_t)left,
               to->width);
    return to->grey;
}
