/* picture.h: photographs as rows of grey. */
#ifndef SCANNER_PICTURE_H
#define SCANNER_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/error.h"

#define PICTURE_PIXELS_MOST 64000000u /* refused from the header, before anything is decoded */
#define PICTURE_PIXELS_KEPT 12582912u /* larger ones are made smaller while they are decoded */

struct picture {
    uint8_t *grey;          /* one byte a pixel, rows without gaps; the owner frees it */
    unsigned width, height; /* pixels */
    float    shrunk;        /* pixels of the picture as it is shown for one of these; 0 counts as 1 */
};

/* Opens what may be a picture: a regular file, and nothing that waits or does something when it is read.
 * Loads what reading it needs. Returns a file descriptor, or -1 with the error. */
int picture_open(const char *path, struct error *error) MUST_USE;

/* Reads PNG, JPEG, WebP or HEIC, by content; turned as it is shown. Takes over the file. ERROR_UNSUPPORTED:
 * none of these; ERROR_TOO_LARGE; ERROR_INVALID: damaged. */
bool picture_read(int file, struct picture *picture, struct error *error) MUST_USE;

/* The same of a JPEG in memory: a frame of a camera. */
bool picture_read_frame(const uint8_t *jpeg, size_t length, struct picture *picture,
                        struct error *error) MUST_USE;
void picture_free(struct picture *picture);

#endif
