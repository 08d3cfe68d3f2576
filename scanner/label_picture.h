/* label_picture.h: a label as the dots of a printer: the QR, and below it the code in large letters. */
#ifndef SCANNER_LABEL_PICTURE_H
#define SCANNER_LABEL_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/arena.h"
#include "shared/error.h"
#include "shared/label.h"

#define LABEL_MODULE_LEAST 0.33 /* mm: smaller ones are not read reliably */

struct label_picture {
    unsigned       width, height; /* dots */
    unsigned       stride;        /* bytes a row */
    unsigned       module;        /* dots, whole */
    const uint8_t *bits;          /* the leftmost dot is the highest bit; 1 is black */
};

/* The QR of `address`, at most `size_mm` wide with its quiet zone. ERROR_INVALID: its modules would be too
 * small. */
bool label_picture_make(struct arena *arena, const char *address, const struct label *label, double size_mm,
                        unsigned dpi, struct label_picture *picture, struct error *error) MUST_USE;

bool label_picture_dot(const struct label_picture *picture, unsigned x, unsigned y);

#endif
