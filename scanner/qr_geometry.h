/* qr_geometry.h: points, and the projection that carries a flat square onto a picture. */
#ifndef SCANNER_QR_GEOMETRY_H
#define SCANNER_QR_GEOMETRY_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "picture.h"

struct qr_point {
    double x, y;
};

struct qr_match { /* a place in the code and the place in the picture where it was seen */
    struct qr_point code, seen;
    double          weight;
};

struct qr_projection {
    double term[8];
};

/* As fmin() and fmax(), which are calls unless NaN may be forgotten. */
static inline double qr_min(double a, double b)
{
    return a < b ? a : b;
}

static inline double qr_max(double a, double b)
{
    return a > b ? a : b;
}

static inline double qr_distance(struct qr_point a, struct qr_point b)
{
    return sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
}

static inline struct qr_point qr_minus(struct qr_point a, struct qr_point b)
{
    return (struct qr_point){a.x - b.x, a.y - b.y};
}

/* Twice the area between two vectors: positive when b lies clockwise of a, as the picture is looked at. */
static inline double qr_cross(struct qr_point a, struct qr_point b)
{
    return a.x * b.y - a.y * b.x;
}

static inline struct qr_point qr_project(const struct qr_projection *p, double u, double v)
{
    const double *t = p->term;
    double        scale = 1 / (t[6] * u + t[7] * v + 1);

    return (struct qr_point){(t[0] * u + t[1] * v + t[2]) * scale, (t[3] * u + t[4] * v + t[5]) * scale};
}

/* The grey between four pixels; outside, that of the nearest edge. The picture is at least 2 x 2. */
static inline double qr_grey(const struct picture *picture, double x, double y)
{
    double         right = picture->width - 1.001, bottom = picture->height - 1.001;
    const uint8_t *above, *below;
    size_t         column, row;

    x = x < 0 ? 0 : x > right ? right : x;
    y = y < 0 ? 0 : y > bottom ? bottom : y;
    column = (size_t)x;
    row = (size_t)y;
    x -= (double)column;
    y -= (double)row;
    above = picture->grey + row * picture->width + column;
    below = above + picture->width;
    return (1 - y) * (above[0] + x * (above[1] - above[0])) + y * (below[0] + x * (below[1] - below[0]));
}

/* Solves `count` equations, each `count` factors and the sum, in place: the sums become the answers. */
bool qr_solve(double *rows, int count) MUST_USE;

/* By weighted least squares; at least four matches. */
bool qr_projection_fit(const struct qr_match *matches, size_t count, struct qr_projection *p) MUST_USE;

/* The unit square onto four corners, clockwise from its origin. */
bool qr_projection_corners(const struct qr_point corners[4], struct qr_projection *p) MUST_USE;

/* The middle value; 0 of nothing. The values are sorted. */
double qr_median(double *values, size_t count);

#endif
