#include "qr_finder.h"

#include <string.h>

static double core_grey(const struct picture *picture, const struct qr_finder *f)
{
    double sum = 0;

    for (int j = -1; j <= 1; j++)
        for (int i = -1; i <= 1; i++)
            sum += qr_grey(picture, f->centre.x + i * f->module * .6, f->centre.y + j * f->module * .6);
    return sum / 9;
}

/* The lightest grey along a ray where the light ring should be. */
static double ring_grey(const struct picture *picture, const struct qr_finder *f, struct qr_point ray)
{
    double best = f->black, step = qr_max(f->module * .25, .35);
    int    count = (int)ceil(f->module * 3.2 / step);

    for (int i = 0; i < count; i++) {
        double r = f->module + i * step;

        best = qr_max(best, qr_grey(picture, f->centre.x + r * ray.x, f->centre.y + r * ray.y));
    }
    return best;
}

static bool outside(const struct picture *picture, double x, double y)
{
    return x < 0 || y < 0 || x >= picture->width || y >= picture->height;
}

/* Where a ray leaves the core, the light ring and the dark ring. */
static void cast_ray(const struct picture *picture, struct qr_finder *f, int index, double level)
{
    struct qr_point ray = qr_ray(index);
    double          step = qr_min(qr_max(.25 * f->module, .2), .5), before = f->black;
    int             outline = QR_CORE;

    for (double r = step; r < f->module * 9 && outline < QR_OUTLINES; r += step) {
        double x = f->centre.x + r * ray.x, y = f->centre.y + r * ray.y;
        double grey = outside(picture, x, y) ? f->white : qr_grey(picture, x, y);

        if (outline == QR_RING_INSIDE ? grey < level : grey >= level) {
            double back = grey > before || grey < before ? (grey - level) / (grey - before) : 0;

            f->radius[outline++][index] = (float)(r - step * back);
        }
        before = grey;
    }
}

/* The radii should be as 1.5 : 2.5 : 3.5. */
static void check_ray(struct qr_finder *f, int index)
{
    float core = f->radius[QR_CORE][index], inside = f->radius[QR_RING_INSIDE][index],
          outer = f->radius[QR_RING_OUTSIDE][index];

    if (core <= 0 || inside <= 0)
        return;
    if (inside < 1.15f * core || inside > 2.9f * core) {
        for (int outline = 0; outline < QR_OUTLINES; outline++)
            f->radius[outline][index] = -1;
    } else if (outer > 0 && (outer < 1.08f * inside || outer > 2.1f * inside))
        f->radius[QR_RING_OUTSIDE][index] = -1;
}

/* The middle is where the diagonals cross. */
static void recentre(struct qr_finder *f)
{
    const struct qr_point *c = f->has[QR_RING_INSIDE]    ? f->corners[QR_RING_INSIDE]
                               : f->has[QR_RING_OUTSIDE] ? f->corners[QR_RING_OUTSIDE]
                                                         : f->corners[QR_CORE];
    struct qr_point        a = qr_minus(c[2], c[0]), b = qr_minus(c[3], c[1]), centre;
    double                 area = qr_cross(a, b), share;

    if (fabs(area) < 1e-3)
        return;
    share = qr_cross(qr_minus(c[1], c[0]), b) / area;
    centre = (struct qr_point){c[0].x + share * a.x, c[0].y + share * a.y};
    if (qr_distance(centre, f->centre) < 1.5 * f->module)
        f->centre = centre;
}

/* A level for each ray, between the core and the light ring there. */
static bool cast_rays(const struct picture *picture, struct qr_finder *f)
{
    double ring[QR_RAYS], sorted[QR_RAYS];

    f->black = core_grey(picture, f);
    for (int i = 0; i < QR_RAYS; i++)
        ring[i] = ring_grey(picture, f, qr_ray(i));
    memcpy(sorted, ring, sizeof sorted);
    f->white = qr_median(sorted, QR_RAYS);
    if (f->white - f->black < 6)
        return false;
    for (int i = 0; i < QR_RAYS; i++) {
        bool weak = ring[i] - f->black < .4 * (f->white - f->black);

        for (int outline = 0; outline < QR_OUTLINES; outline++)
            f->radius[outline][i] = -1;
        cast_ray(picture, f, i, .5 * (f->black + (weak ? f->white : ring[i])));
        check_ray(f, i);
    }
    return true;
}

bool qr_finder_measure(const struct picture *picture, const struct qr_hit *hit, struct qr_finder *finder)
{
    bool any = false;

    memset(finder, 0, sizeof *finder);
    finder->centre = (struct qr_point){hit->x, hit->y};
    finder->module = hit->module;
    finder->seen = qr_min(hit->rows / (3 * hit->module), 1);
    if (!cast_rays(picture, finder))
        return false;
    for (int i = 0; i < QR_OUTLINES; i++) {
        finder->has[i] = qr_outline_fit(finder->radius[i], finder->centre, finder->corners[i]);
        any |= finder->has[i];
    }
    if (any)
        recentre(finder);
    return any;
}

double qr_finder_worth(const struct qr_finder *f)
{
    return f->seen * (f->white - f->black) *
           (1 + f->has[QR_CORE] + f->has[QR_RING_INSIDE] + f->has[QR_RING_OUTSIDE]);
}

double qr_finder_module(const struct qr_finder *finder, struct qr_point direction)
{
    static const double modules[QR_OUTLINES] = {1.5, 2.5, 3.5};
    double              turn = atan2(direction.y, direction.x) / (2 * M_PI) * QR_RAYS, sum = 0;
    int                 first = (int)lrint(turn) + QR_RAYS, count = 0;

    for (int i = -1; i <= 1; i++)
        for (int back = 0; back < QR_RAYS; back += QR_RAYS / 2)
            for (int outline = QR_RING_INSIDE; outline < QR_OUTLINES; outline++) {
                float radius = finder->radius[outline][(first + i + back) % QR_RAYS];

                if (radius > 0) {
                    sum += (double)radius / modules[outline];
                    count++;
                }
            }
    return count ? sum / count : finder->module;
}

double qr_finder_apart(const struct qr_finder *a, const struct qr_finder *b)
{
    struct qr_point way = qr_minus(b->centre, a->centre);

    return qr_distance(a->centre, b->centre) / sqrt(qr_finder_module(a, way) * qr_finder_module(b, way));
}
