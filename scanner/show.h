/* show.h: what a person or a script is told of each scan: a line, a colour, a word, a sign and a sound. */
#ifndef SCANNER_SHOW_H
#define SCANNER_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "sound.h"

enum show_kind {
    SHOW_GOOD,    /* recorded */
    SHOW_LOOK,    /* recorded; something may not be as it was meant */
    SHOW_WAITING, /* kept here, not sent yet */
    SHOW_DOUBLED, /* read twice within a moment */
    SHOW_PROBLEM,
    SHOW_CONTEXT /* what the next scans mean */
};

struct face;

struct show {
    bool          json, colour;
    struct sound *sound; /* NULL: quiet */
    struct face  *face;  /* NULL: lines */
};

struct shown {
    enum show_kind kind;
    const char    *code, *word, *more;
    const char    *event_id; /* NULL: not stored */
    const char    *flags;    /* what the server noticed, with commas between; NULL: it did not say */
    int64_t        number;   /* of the scanner's counter; 0: not stored */
};

/* One line on standard output (or on the face). Makes no sound. */
void show_line(const struct show *show, const struct shown *shown);
void show_sound(const struct show *show, enum sound_kind kind);

/* What a camera sees at the moment: one line of a terminal that the next one takes the place of. Nothing
 * elsewhere.
 */
void show_glance(const struct show *show, const char *what, const char *text);

/* The sign that stands for a kind, for those who do not see its colour. */
const char *show_sign(enum show_kind kind);

#endif
