/* qr_redraw.h: a mended QR code as a clean picture. */
#ifndef SCANNER_QR_REDRAW_H
#define SCANNER_QR_REDRAW_H

#include "qr_pass.h"

#define QR_REDRAW_PIXELS 3 /* a module: zbar always reads it so */
#define QR_REDRAW_BORDER 4 /* modules of quiet zone */

/* false: no memory. The caller frees the picture. */
bool qr_redraw(const struct qr_symbol *symbol, struct picture *picture) MUST_USE;

#endif
