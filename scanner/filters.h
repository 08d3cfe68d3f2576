/* filters.h: pictures made of pictures. Each is the caller's to free; false: no memory, or nothing left of
 * it. */
#ifndef SCANNER_FILTERS_H
#define SCANNER_FILTERS_H

#include "picture.h"

bool picture_invert(const struct picture *from, struct picture *to) MUST_USE;

/* One pixel for each square of `side` pixels: its mean. */
bool picture_shrink(const struct picture *from, unsigned side, struct picture *to) MUST_USE;

/* Twice the size, cubic. */
bool picture_double(const struct picture *from, struct picture *to) MUST_USE;

/* A kernel of 1 2 1 both ways: takes off the noise of single pixels. */
bool picture_soften(const struct picture *from, struct picture *to) MUST_USE;

/* Black and white at one threshold for all: the one that parts them best (Otsu). */
bool picture_threshold(const struct picture *from, struct picture *to) MUST_USE;

#endif
