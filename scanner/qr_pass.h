/*
 * qr_pass.h: finds QR codes that zbar does not, and mends them.
 *
 * A pass looks for finder patterns, tries threes of them (and twos, the third being foretold) with the sizes
 * that fit, lays a grid over the code, bends it where the label is bent, calls each module light or dark in
 * several ways and corrects the blocks, least trusted codewords as erasures first. What comes out is a matrix
 * without a fault; its text is for zbar to read, from a clean drawing (qr_redraw.h).
 */
#ifndef SCANNER_QR_PASS_H
#define SCANNER_QR_PASS_H

#include "budget.h"
#include "picture.h"
#include "qr_geometry.h"

#define QR_MODULES_MOST (177u * 177u)

struct qr_symbol {
    int     size;                    /* modules a side */
    uint8_t matrix[QR_MODULES_MOST]; /* row by row, 1 is dark; given patterns are perfect, mirrored codes
                                        upright */
    struct qr_point corners[4];      /* clockwise from the code's own upper left, in pixels of the picture */
};

enum qr_polarity { QR_DARK_ON_LIGHT = 1, QR_LIGHT_ON_DARK = 2, QR_EITHER = 3 };
enum qr_sharpness {
    QR_SHARPEN_NOT,
    QR_SHARPEN,
    QR_SHARPEN_MORE
}; /* before looking for finders; sampling is on the picture */

struct qr_settings {
    const char       *name;
    unsigned          numerator, denominator; /* the size of the picture that is handed in to the original */
    enum qr_polarity  polarity;
    enum qr_sharpness sharpness;
    bool deep; /* more thresholds, finders without a quiet zone, more threes, every way to call modules,
                  blurred */
};

/* The rows that pay, from cheap to dear. */
enum qr_row {
    QR_PLAIN,
    QR_HALF,
    QR_INVERTED,
    QR_SHARP,
    QR_HALF_SHARP,
    QR_DOUBLE,
    QR_DEEP,
    QR_SHARPER,
    QR_QUARTER,
    QR_HALF_DEEP,
    QR_ROWS
};
extern const struct qr_settings qr_rows[QR_ROWS];

/* What was found and tried in one picture, so that a later pass does not do it again. Its size does not grow.
 */
struct qr_tried;
struct qr_tried *qr_tried_new(void); /* NULL: no memory */
void             qr_tried_free(struct qr_tried *tried);

/* Returns how many codes were found, at most `most`; it stops looking there. */
size_t qr_read(const struct picture *picture, const struct qr_settings *settings, struct qr_tried *tried,
               const struct budget *budget, struct qr_symbol *symbols, size_t most);

#endif
