/* qr_triple.h: which finders may belong to one code, and how many modules it may have. */
#ifndef SCANNER_QR_TRIPLE_H
#define SCANNER_QR_TRIPLE_H

#include "qr_grid.h"
#include "qr_tried.h"

#define QR_TRIPLES_MOST 364 /* of 14 finders */
#define QR_FORETOLD     4

struct qr_triple {
    struct qr_three three;
    double          cost; /* the less, the likelier */
    double          size; /* modules a side, as measured */
};

/* The threes that may be a code, likeliest first; the pool is sorted. Returns how many. */
int qr_triples_find(const struct qr_pool *pool, struct qr_triple triples[QR_TRIPLES_MOST]);

/* Where the third finder may be when only two were found, from their axes. `third`: room for the finders made
 * up. Returns how many. */
int qr_triples_foretell(const struct qr_finder *a, const struct qr_finder *b,
                        struct qr_finder third[QR_FORETOLD], struct qr_triple triples[QR_FORETOLD]);

#endif
