/* track_texts.h: what the tracking page says of where a repair stands, and of how it ended. */
#ifndef ENDPOINTS_TRACK_TEXTS_H
#define ENDPOINTS_TRACK_TEXTS_H

#include <stdbool.h>

/* All but the tone are keys of site/text. */
struct track_text {
    const char *name; /* of the phase, or of the outcome */
    const char *badge, *tone, *headline, *of_laptop, *sentence;
    const char *state; /* in the place of the expected day; NULL: the day counts */
    bool        away;  /* it ended without coming back to its owner */
};

/* The outcome counts once the device was returned. */
const struct track_text *track_text_of(const char *phase, const char *outcome);

#endif
