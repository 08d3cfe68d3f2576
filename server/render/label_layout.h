/* label_layout.h: label sheets as manufacturers cut them; millimetres on A4 (210 × 297). */
#ifndef RENDER_LABEL_LAYOUT_H
#define RENDER_LABEL_LAYOUT_H

#include <stddef.h>

#include "shared/compiler.h"

#define SHEET_WIDTH_MM  210.0
#define SHEET_HEIGHT_MM 297.0

struct label_layout {
    const char *name, *also; /* "L7160", "HERMA 4677, Avery L7060" */
    double      width, height;
    unsigned    columns, rows;
    double      left, top;        /* of the first label */
    double      pitch_x, pitch_y; /* from one label to the next */
};

extern const struct label_layout label_layouts[];
extern const size_t              label_layout_count;

/* NULL: there is none of that name. */
const struct label_layout *label_layout_find(const char *name);

#endif
