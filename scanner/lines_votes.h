/* lines_votes.h: what lines read, and how many of them read the same. */
#ifndef SCANNER_LINES_VOTES_H
#define SCANNER_LINES_VOTES_H

#include "decoded.h"
#include "lines_region.h"

#define VOTES_MOST      64u
#define VOTES_TEXT_MOST 256u /* bytes; no code of lines that can be printed is longer */

struct vote {
    enum symbology symbology;
    size_t         length;
    char           text[VOTES_TEXT_MOST];
    struct point   corners[4];
    unsigned       lines, latest; /* how many lines, and the last of them */
};

struct votes {
    struct vote  list[VOTES_MOST];
    size_t       count;
    unsigned     line;       /* the line that is being read now */
    struct point corners[4]; /* of the region that it lies in */
};

/* Counts a reading of the present line; the same line may read it in several ways and counts once. */
void votes_add(struct votes *votes, enum symbology symbology, const char *text, size_t length);

/* Those that enough lines agree on, and that are not far behind the one that most agree on. Returns how many.
 */
size_t votes_take(const struct votes *votes, struct decoded *codes, size_t most);

#endif
