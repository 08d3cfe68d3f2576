/* picture.h: photographs as rows of grey. */
#ifndef SCANNER_PICTURE_H
#define SCANNER_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/error.h"

#define PICTURE_PIXELS_MOST 64000000u /* refused from the header, before anything is decoded */

struct picture {
    uint8_t *grey;          /* one byte a pixel, rows without gaps; the owner frees it */
    unsigned width, height; /* pixels */
};

/* Reads PNG or JPEG, by content. ERROR_UNSUPPORTED: neither; ERROR_TOO_LARGE; ERROR_INVALID: damaged. */
bool picture_read(const char *path, struct picture *picture, struct error *error) MUST_USE;
void picture_free(struct picture *picture);

/* The picture at half or double size; false when there is no memory or nothing left of it. */
bool picture_scale(const struct picture *from, unsigned numerator, unsigned denominator,
                   struct picture *to) MUST_USE;

#endif
