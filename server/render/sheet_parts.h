/* sheet_parts.h: what printed sheets have in common, drawn with cairo; for the sheets of this room only. */
#ifndef RENDER_SHEET_PARTS_H
#define RENDER_SHEET_PARTS_H

#include <cairo.h>

#include "render/qr.h"

/* cairo's stream into a struct buffer. */
cairo_status_t sheet_write(void *buffer, const unsigned char *bytes, unsigned length);

/* Draws the code with its quiet zone into the square at x, y; all in the units of the page. */
void sheet_draw_qr(cairo_t *page, const struct qr *qr, double x, double y, double side);

#endif
