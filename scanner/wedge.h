/*
 * wedge.h: splits what a hand scanner or a pipe sends into codes.
 *
 * CR, LF, CRLF, TAB or NUL end one; so do 60 ms of silence after a burst: at least six bytes that came
 * quicker than anybody types. The caller brings the clock (any clock that counts milliseconds).
 */
#ifndef SCANNER_WEDGE_H
#define SCANNER_WEDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEDGE_TEXT_MOST  256u /* bytes; a longer one is not a code, and is told so once */
#define WEDGE_SILENCE_MS 60
#define WEDGE_TYPING_MS  35 /* mean distance of a burst's bytes */
#define WEDGE_BURST      6u /* bytes */

struct wedge {
    char    text[WEDGE_TEXT_MOST + 1];
    size_t  length;
    bool    too_long;
    bool    ended;             /* the text stands only until the next byte */
    int64_t first_ms, last_ms; /* of this code's bytes */
};

/* Takes one byte. True when it ended a code, which then stands in wedge->text (cut, with too_long set, when
 * it was too long) until the next byte. Empty ones are passed over. */
bool wedge_take(struct wedge *wedge, char byte, int64_t now_ms);

/* How long to wait for the next byte, in milliseconds; -1: as long as it takes, for nobody sends a burst. */
int wedge_patience_ms(const struct wedge *wedge, int64_t now_ms);

/* True when silence has ended a code, which then stands in wedge->text. */
bool wedge_silence(struct wedge *wedge, int64_t now_ms);

/* At the end of input: true when an unfinished code stands in wedge->text. */
bool wedge_end(struct wedge *wedge);

#endif
