/* qr_gate.h: a first look at a grid, before anything is made ready for it: most of those that are tried are
 * no code. */
#ifndef SCANNER_QR_GATE_H
#define SCANNER_QR_GATE_H

#include "qr_grid.h"

struct qr_gate {
    const struct picture *picture;
    struct qr_sums        sums; /* made when they are first needed */
};

/* Whether the given modules agree with the picture at all, as far as the finders alone tell where they are.
 */
bool qr_gate_opens(struct qr_gate *gate, const struct qr_three *three, int size, double least);
void qr_gate_free(struct qr_gate *gate);

#endif
