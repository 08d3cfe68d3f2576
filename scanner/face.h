/* face.h: the whole-terminal face of a scanner at work; the only file that knows ncurses. */
#ifndef SCANNER_FACE_H
#define SCANNER_FACE_H

#include <stdbool.h>

#include "shared/compiler.h"
#include "show.h"

#define FACE_LINES_MOST 60u

struct face;

/* What stands around the last result. Texts are printed as they are, without control bytes. */
struct face_state {
    const char *title, *context, *trouble; /* trouble: "" for none */
    const char *waiting;                   /* "3 waiting, 1 needs attention" */
    const char *lines[FACE_LINES_MOST];    /* today's list, newest first */
    size_t      line_count;
};

/* NULL: standard input and output are no terminal that can do it. */
struct face *face_start(void) MUST_USE;
void         face_stop(struct face *face); /* gives the terminal back; NULL is allowed */

void face_result(struct face *face, const struct shown *shown);
void face_draw(struct face *face, const struct face_state *state);

/* The next byte that was typed; false: none is there. */
bool face_read(struct face *face, char *byte);

#endif
