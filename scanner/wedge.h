/* wedge.h: splits what a keyboard-wedge scanner or a pipe sends into codes: CR, LF, TAB or NUL end one. */
#ifndef SCANNER_WEDGE_H
#define SCANNER_WEDGE_H

#include <stdbool.h>
#include <stddef.h>

#define WEDGE_TEXT_MOST 256u /* bytes; a longer one is not a code, and is told so once */

struct wedge {
    char   text[WEDGE_TEXT_MOST + 1];
    size_t length;
    bool   too_long;
};

/* Takes one byte. True when it ended a code, which then stands in wedge->text (cut, with too_long set, when
 * it was too long) until the next byte. Empty ones are passed over. */
bool wedge_take(struct wedge *wedge, char byte);

/* At the end of input: true when an unfinished code stands in wedge->text. */
bool wedge_end(struct wedge *wedge);

#endif
