/*
 * qr_threshold.h: which pixels are dark, against the mean of what lies around them.
 *
 * The level is held for cells of 2, 4 or 8 pixels a side, not for each pixel; rows become bits only when they
 * are asked for.
 */
#ifndef SCANNER_QR_THRESHOLD_H
#define SCANNER_QR_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "picture.h"

struct qr_threshold {
    uint8_t *level; /* a pixel below it is dark */
    int      columns, rows, shift;
};

struct qr_sums { /* of all pixels left of and above each corner of a cell, modulo 2^32 */
    uint32_t *sum;
    int       columns, rows, shift; /* of the cells */
};

/* `shift`: 1 to 3. false: no memory. */
bool qr_sums_make(const struct picture *picture, int shift, struct qr_sums *sums) MUST_USE;
void qr_sums_free(struct qr_sums *sums);
/* The mean of the cells within `half` cells of this one. */
int qr_sums_mean(const struct qr_sums *sums, const struct picture *picture, int column, int row, int half);

/* The mean of `window` x `window` pixels less `bias`. false: no memory. */
bool qr_threshold_mean(const struct picture *picture, int window, int bias,
                       struct qr_threshold *threshold) MUST_USE;
/* One level for the whole picture: the one that parts its greys best (Otsu). */
bool qr_threshold_whole(const struct picture *picture, struct qr_threshold *threshold) MUST_USE;
void qr_threshold_free(struct qr_threshold *threshold);

static inline int qr_level(const struct qr_threshold *threshold, int x, int y)
{
    return threshold->level[(size_t)(y >> threshold->shift) * (size_t)threshold->columns +
                            (size_t)(x >> threshold->shift)];
}

static inline bool qr_dark(const struct picture *picture, const struct qr_threshold *threshold, int x, int y)
{
    return picture->grey[(size_t)y * picture->width + (size_t)x] < qr_level(threshold, x, y);
}

/* One bit a pixel, the first in the lowest bit of the first word; bits past the end of the row are 0.
 * `levels`: room for the picture's width + 8 bytes; `bits`: for width / 64 + 1 words. */
void qr_threshold_row(const struct picture *picture, const struct qr_threshold *threshold, int y,
                      uint8_t *levels, uint64_t *bits);

#endif
