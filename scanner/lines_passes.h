/* lines_passes.h: the passes that read codes of lines along lines of our own; rows of the table in passes.c.
 */
#ifndef SCANNER_LINES_PASSES_H
#define SCANNER_LINES_PASSES_H

#include "passes.h"

/* Sixteen lines across each region of parallel stripes. */
void lines_read_regions(struct reading *reading);

/* More lines, thicker, a little askew, sharpened harder. */
void lines_read_askew(struct reading *reading);

/* Light bars on dark; then thicker lines still, more askew. */
void lines_read_inverted(struct reading *reading);

/* The whole picture along its rows and columns. */
void lines_read_rows(struct reading *reading);

/* The whole picture along fourteen angles. */
void lines_read_angles(struct reading *reading);

#endif
