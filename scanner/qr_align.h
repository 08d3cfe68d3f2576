/* qr_align.h: moves a grid until it lies as well as it can. */
#ifndef SCANNER_QR_ALIGN_H
#define SCANNER_QR_ALIGN_H

#include "qr_grid.h"

/* Each returns the score that it reached; the grid is never worse than before. */

/* Tries the last corner in steps of `step` modules, `reach` of them every way. */
double qr_align_last_corner(const struct qr_fit *fit, struct qr_grid *grid, int reach, double step);
/* Moves the corners, and the bends of a bent grid, one coordinate at a time by ever smaller steps. */
double qr_align_descend(const struct qr_fit *fit, struct qr_grid *grid);
/* Finds the corners of a flat code. */
double qr_align_flat(const struct qr_fit *fit, struct qr_grid *grid);
/* Bends the grid: a cylinder moves the middle lines by whole modules, so whole modules are tried first. */
double qr_align_bent(const struct qr_fit *fit, struct qr_grid *grid);

#endif
