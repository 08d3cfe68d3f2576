/* track_texts.h: what the tracking page says of where a repair stands, and of how it ended. */
#ifndef ENDPOINTS_TRACK_TEXTS_H
#define ENDPOINTS_TRACK_TEXTS_H

#include <stdbool.h>

/* All but the tone are keys of site/text. */
struct track_text {
    const char *name; /* of the phase, or of the outcome; NULL: any phase */
    const char *step; /* NULL: any step of the phase */
    const char *wait; /* a reason, or the side that has to act; NULL: nothing is waited for */
    const char *badge, *tone, *headline, *of_laptop, *sentence; /* badge NULL: the reason's own words */
    const char *reason; /* in the place of the reason's sentence; NULL: that counts */
    const char *act;    /* what its owner must do; NULL: nothing */
    const char *state;  /* in the place of the expected day; NULL: the day counts */
    const char *stands; /* the phase that it is shown at; NULL: the one that it is in */
    const char *holder; /* who has it, where that is known from this; NULL: the ledger knows */
    bool        away;   /* it ended without coming back to its owner */
};

/* Where a repair stands; the outcome counts once the device was returned. */
struct track_stand {
    const char *phase, *step, *wait, *side, *outcome;
};

/* The one row that everything on the page is said from. */
const struct track_text *track_text_of(const struct track_stand *stand);

#endif
