/*
 * picture_formats.h: what the readers of the formats share.
 *
 * A reader checks the size from the header (grey_begin), gives the rows of grey from above to below
 * (grey_row), and says how the picture is to be turned. Rows are averaged while they come, so that a large
 * picture is never there as a whole.
 */
#ifndef SCANNER_PICTURE_FORMATS_H
#define SCANNER_PICTURE_FORMATS_H

#include <stddef.h>
#include <stdio.h>

#include "picture.h"

#define PICTURE_BYTES_MOST ((size_t)96 * 1024 * 1024) /* of a file that has to be in memory as a whole */

struct grey {
    struct picture *picture;
    unsigned        side;    /* a square of so many pixels becomes one */
    unsigned        waiting; /* rows that were added to the sums */
    unsigned        row;     /* of the picture, next */
    uint32_t       *sums;
};

/* Refuses what is empty or too large. Between begin and end the reader may leave by longjmp; then grey_end
 * frees. */
bool grey_check(unsigned long width, unsigned long height, struct error *error) MUST_USE;
bool grey_begin(struct grey *grey, struct picture *picture, unsigned width, unsigned height,
                struct error *error) MUST_USE;
void grey_row(struct grey *grey, const uint8_t *row);
void grey_end(struct grey *grey);

/* The orientation that EXIF data says, 1 to 8; 1 where it says none. The data begins with "Exif" and two
 * NULs, or without
 * (`bare`). */
unsigned exif_orientation(const uint8_t *data, size_t length, bool bare);

/* Turns and mirrors as the orientation says. */
bool picture_turn(struct picture *picture, unsigned orientation, struct error *error) MUST_USE;

/* The readers. The picture is empty before and freed by the caller when they fail. */
bool png_picture(FILE *file, struct picture *picture, unsigned *orientation, struct error *error);
bool jpeg_picture(FILE *file, const uint8_t *bytes, size_t length, struct picture *picture,
                  unsigned     *orientation,
                  struct error *error); /* from the file, or from the bytes where it is NULL */
bool webp_picture(const uint8_t *bytes, size_t length, struct picture *picture, unsigned *orientation,
                  struct error *error);

/* Loads the library for HEIC; a process that may open no files any more has to have called it before. */
bool heic_prepare(void);
bool heic_picture(const uint8_t *bytes, size_t length, struct picture *picture, unsigned *orientation,
                  struct error *error);

#endif
