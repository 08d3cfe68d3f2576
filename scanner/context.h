/* context.h: what the next scans mean. It is set by options or by scanning a card, and stays. */
#ifndef SCANNER_CONTEXT_H
#define SCANNER_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "meaning.h"

#define CONTEXT_IDLE_MS                                                                                      \
    ((int64_t)15 * 60 * 1000) /* after so long without a scan it is the first one again                      \
                               */

struct context_words {
    char        step[MEANING_TEXT_MOST], reason[MEANING_TEXT_MOST];
    char        place[LABEL_SYMBOLS + 1], person[LABEL_SYMBOLS + 1]; /* codes of labels */
    const char *note;
};

/* All zeros is one without a meaning. */
struct context {
    struct context_words first; /* from the command line */
    struct context_words now;
    bool                 changed; /* a card was scanned */
    int64_t              used_ms;
};

/* A card. Of step, person and reason the latest counts; a place stays beside it. SPOOR:DONE ends it. */
void context_apply(struct context *context, const struct meaning *card, int64_t now_ms);

/* Tells that it is used now. True when it has just ended because nobody scanned for too long. */
bool context_tick(struct context *context, int64_t now_ms, bool used);

/* The kind of event that a scan is now; NULL: nobody said yet. */
const char *context_kind(const struct context *context);

/* "step repair, place 7K3M9-QXFDT"; "" for none. */
void context_describe(const struct context *context, char *text, unsigned size);

#endif
