/* qr_finder.h: a finder pattern, measured on the grey picture along rays from its middle. */
#ifndef SCANNER_QR_FINDER_H
#define SCANNER_QR_FINDER_H

#include "qr_geometry.h"
#include "qr_search.h"

#define QR_RAYS 64

enum qr_outline { QR_CORE, QR_RING_INSIDE, QR_RING_OUTSIDE, QR_OUTLINES };

struct qr_finder {
    struct qr_point centre;
    double          module; /* pixels, as the rows saw it */
    double          seen;   /* how much of the height that it should have the rows saw, at most 1 */
    double          white, black;
    float           radius[QR_OUTLINES][QR_RAYS]; /* pixels from the middle; negative: not seen */
    struct qr_point corners[QR_OUTLINES][4];      /* in order around the outline */
    bool            has[QR_OUTLINES];             /* the outline is a quadrilateral */
};

/* Measures what the rows hit. false: there is no such pattern. */
bool qr_finder_measure(const struct picture *picture, const struct qr_hit *hit,
                       struct qr_finder *finder) MUST_USE;

/* How sure it is; comparable within one picture. */
double qr_finder_worth(const struct qr_finder *finder);

/* Pixels a module along a direction. */
double qr_finder_module(const struct qr_finder *finder, struct qr_point direction);

/* Modules from the middle of one to the middle of the other. */
double qr_finder_apart(const struct qr_finder *a, const struct qr_finder *b);

/* Fits a quadrilateral to what rays saw of one outline. */
bool qr_outline_fit(const float radius[QR_RAYS], struct qr_point centre, struct qr_point corners[4]) MUST_USE;

static inline struct qr_point qr_ray(int index)
{
    double angle = index * (2 * M_PI / QR_RAYS);

    return (struct qr_point){cos(angle), sin(angle)};
}

#endif
