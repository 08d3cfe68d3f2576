/* qr_tried.h: what is known of one picture from earlier passes: finders, and what was tried with them. */
#ifndef SCANNER_QR_TRIED_H
#define SCANNER_QR_TRIED_H

#include "qr_grid.h"
#include "qr_pass.h"

#define QR_POOL_MOST  40
#define QR_TRIES_MOST 4096
#define QR_VIEWS      8 /* four scales, two polarities */

struct qr_pool { /* the best finders of one view */
    struct qr_finder finder[QR_POOL_MOST];
    int              count;
};

struct qr_try {
    struct qr_point centre[3];
    int             size, view;
    unsigned        depth;
};

struct qr_tried {
    struct qr_pool pool[QR_VIEWS];
    struct qr_try  tries[QR_TRIES_MOST];
    int            count;
};

/* Measures what the rows hit, best first, and keeps what is better than what is there. */
void qr_pool_add(struct qr_pool *pool, const struct picture *picture, const struct qr_hits *hits);
/* The best first. */
void qr_pool_sort(struct qr_pool *pool);

/* True the first time that these three are to be tried with this size, view and depth. */
bool qr_tried_first(struct qr_tried *tried, const struct qr_three *three, int size, int view, unsigned depth);

#endif
