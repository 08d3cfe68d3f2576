/* qr_search.h: where rows of a picture cross something like a finder pattern: dark and light as 1:1:3:1:1. */
#ifndef SCANNER_QR_SEARCH_H
#define SCANNER_QR_SEARCH_H

#include "budget.h"
#include "qr_threshold.h"

#define QR_HITS_MOST 1024

struct qr_hit {
    double x, y;     /* the middle, in pixels */
    double module;   /* pixels a module */
    double contrast; /* how much lighter the ring is than the core */
    int    rows;     /* that crossed it */
};

struct qr_hits {
    struct qr_hit hit[QR_HITS_MOST];
    int           count;
};

/* Looks through every `step`th row. `loose` also takes patterns whose outer ring runs into something dark.
 * The best hits come first. false: no memory. */
bool qr_search(const struct picture *picture, const struct qr_threshold *threshold, int step, bool loose,
               const struct budget *budget, struct qr_hits *hits) MUST_USE;

#endif
