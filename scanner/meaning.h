/* meaning.h: what a scanned text is: a label, a serial number, or a card of the bench. */
#ifndef SCANNER_MEANING_H
#define SCANNER_MEANING_H

#include <stdbool.h>

#include "shared/error.h"
#include "shared/label.h"

#define MEANING_TEXT_MOST 121u /* bytes, with the NUL */

enum meaning_kind {
    MEANING_LABEL,  /* text is the label's code */
    MEANING_NUMBER, /* a serial number or asset tag, as it was read */
    MEANING_STEP,   /* SPOOR:STEP:diagnosis */
    MEANING_PLACE,  /* SPOOR:PLACE:<code>; text is the label's code */
    MEANING_PERSON, /* SPOOR:PERSON:<code> */
    MEANING_REASON, /* SPOOR:REASON:PARTS_ORDERED */
    MEANING_UNDO,
    MEANING_DONE
};

struct meaning {
    enum meaning_kind kind;
    char              text[MEANING_TEXT_MOST];
    char              shown[MEANING_TEXT_MOST]; /* for people */
    const char       *layout;                   /* the keyboard layout that had to be undone; NULL: none */
};

/* Takes every form, with or without an AIM identifier ("]C1") before it. ERROR_INVALID: a misread label, or
 * nothing that a label could hold.
 * `typed`: it came through a keyboard. Then, where it makes no sense as it is, the layouts of keyboard.h are
 * undone; only an exact fit counts, and only when no other layout fits something else. A bare code that is
 * another label under another layout is refused too (none such is minted): an address is never in doubt. */
bool meaning_read(const char *text, bool typed, struct meaning *meaning, struct error *error) MUST_USE;

#endif
