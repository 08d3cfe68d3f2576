/* qr_repair.h: from calls and how far they may be believed to a whole matrix, or to none. */
#ifndef SCANNER_QR_REPAIR_H
#define SCANNER_QR_REPAIR_H

#include "qr_reading.h"

/* Reads the format, corrects every block, and writes the matrix as it should be: 1 is dark, size x size.
 * false: more is wrong than can be mended, or what it holds is no text. `reading` is left as it was. */
bool qr_repair(const struct qr_reading *reading, uint8_t *matrix) MUST_USE;

#endif
