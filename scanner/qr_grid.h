/*
 * qr_grid.h: the grid of modules laid over the picture: a projection of the square, bent where the label is
 * bent.
 *
 * How well it lies is told by the modules that are given (finders, timing, alignment, version): each should
 * be as light or dark as the standard says; and a little by how clearly all others are one or the other.
 */
#ifndef SCANNER_QR_GRID_H
#define SCANNER_QR_GRID_H

#include "qr_finder.h"
#include "qr_threshold.h"

#define QR_BENDS 5

struct qr_grid {
    int             size; /* modules a side */
    bool            bent;
    struct qr_point corners[4]; /* clockwise from the first finder's, in pixels */
    struct qr_point
        bends[QR_BENDS]; /* shifts of the middles of the sides, clockwise from above, and of the middle */
    struct qr_projection projection; /* of the corners */
};

struct qr_three { /* finders: where two sides meet, to its right, below it */
    const struct qr_finder *corner, *right, *below;
};

struct qr_sample {
    double u, v, bend[QR_BENDS];
    double sign; /* -1: given as dark, 1: given as light, 0: data */
};

struct qr_fit { /* what a grid is measured by */
    const struct picture      *picture;
    const struct qr_threshold *threshold;
    double                     gain; /* 1 / the contrast that counts as full */
    struct qr_sample          *samples;
    int                        count, given; /* the given ones come first */
};

/* Pixels a module, and half the contrast between ring and core: the means of the three. */
double qr_three_module(const struct qr_three *three);
double qr_three_contrast(const struct qr_three *three);

/* The first guess from three finders. */
void qr_grid_start(const struct qr_three *three, int size, struct qr_grid *grid);

/* Where a place, 0 to 1 each way, lies in the picture. */
struct qr_point qr_grid_place(const struct qr_grid *grid, double u, double v);

/* Chooses what to measure by; `kinds` as of qr_code_kinds(). The picture, threshold and gain are set. false:
 * no memory. */
bool qr_fit_choose(struct qr_fit *fit, int size, const uint8_t *kinds) MUST_USE;
void qr_fit_free(struct qr_fit *fit);

/* Sets the projection from the corners, and measures. -9: no such square. */
double qr_fit_score(const struct qr_fit *fit, struct qr_grid *grid);
/* Of the given modules alone, -1 to 1. */
double qr_fit_given(const struct qr_fit *fit, struct qr_grid *grid);

#endif
