/* qr_attempt.h: one try: three finders, one size. */
#ifndef SCANNER_QR_ATTEMPT_H
#define SCANNER_QR_ATTEMPT_H

#include "qr_grid.h"
#include "qr_pass.h"

enum qr_depth {                         /* bits */
                QR_DEPTH_ALL_CALLS = 1, /* every way to call modules, and bending of large codes too */
                QR_DEPTH_BLURRED = 2,   /* on a blurred picture, against noise */
                QR_DEPTH_FORETOLD =
                    4 /* one finder is made up: the grid must fit better before time is spent on it */
};

/* How well the given modules must agree at the start, -1 to 1. */
double qr_attempt_gate(unsigned depth);

/* `score`: raised to how well the grid lay in the end. */
bool qr_attempt(const struct picture *picture, const struct qr_three *three, int size, unsigned depth,
                const struct budget *budget, double *score, struct qr_symbol *symbol) MUST_USE;

#endif
