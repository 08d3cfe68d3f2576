#include "qr_finder.h"

struct seen {
    struct qr_point at[QR_RAYS];
    size_t          count;
    double          middle; /* the middle radius */
};

struct line {
    double a, b, c; /* ax + by + c = 0 */
};

/* The ends of the rays, without those far out of line. */
static bool gather(const float radius[QR_RAYS], struct qr_point centre, struct seen *seen)
{
    double sorted[QR_RAYS];
    size_t count = 0;

    for (int i = 0; i < QR_RAYS; i++)
        if (radius[i] > 0)
            sorted[count++] = (double)radius[i];
    seen->middle = qr_median(sorted, count);
    seen->count = 0;
    for (int i = 0; i < QR_RAYS; i++)
        if ((double)radius[i] > .35 * seen->middle && (double)radius[i] < 1.9 * seen->middle) {
            struct qr_point ray = qr_ray(i);

            seen->at[seen->count++] =
                (struct qr_point){centre.x + (double)radius[i] * ray.x, centre.y + (double)radius[i] * ray.y};
        }
    return count >= QR_RAYS * 6 / 10 && seen->count >= QR_RAYS / 2;
}

static struct qr_point farthest(const struct seen *seen, struct qr_point from)
{
    struct qr_point best = from;

    for (size_t i = 0; i < seen->count; i++)
        if (qr_distance(seen->at[i], from) > qr_distance(best, from))
            best = seen->at[i];
    return best;
}

/* The farthest point, the farthest from that, and the farthest on either side of the line between. */
static bool extremes(const struct seen *seen, struct qr_point centre, struct qr_point c[4])
{
    double most = 0, least = 0;

    c[0] = farthest(seen, centre);
    c[2] = farthest(seen, c[0]);
    for (size_t i = 0; i < seen->count; i++) {
        double side = qr_cross(qr_minus(c[2], c[0]), qr_minus(seen->at[i], c[0]));

        if (side > most) {
            most = side;
            c[1] = seen->at[i];
        }
        if (side < least) {
            least = side;
            c[3] = seen->at[i];
        }
    }
    return most > 0 && least < 0 && most >= -.35 * least && -least >= .35 * most;
}

/* The line through the points along the middle of the side from u to v. */
static bool side_line(const struct seen *seen, struct qr_point u, struct qr_point v, struct line *line)
{
    struct qr_point way = qr_minus(v, u);
    double length = sqrt(way.x * way.x + way.y * way.y), sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0, turn;
    int    count = 0;

    if (length < 1)
        return false;
    for (size_t i = 0; i < seen->count; i++) {
        struct qr_point p = qr_minus(seen->at[i], u);
        double          along = (p.x * way.x + p.y * way.y) / (length * length);

        if (along < .12 || along > .88 || fabs(qr_cross(p, way)) / length > .22 * length)
            continue;
        sx += p.x;
        sy += p.y;
        sxx += p.x * p.x;
        sxy += p.x * p.y;
        syy += p.y * p.y;
        count++;
    }
    if (count < 3)
        return false;
    sx /= count;
    sy /= count;
    turn = .5 * atan2(2 * (sxy / count - sx * sy), (sxx / count - sx * sx) - (syy / count - sy * sy));
    line->a = -sin(turn);
    line->b = cos(turn);
    line->c = -(line->a * (sx + u.x) + line->b * (sy + u.y));
    return true;
}

static bool meet(const struct line *u, const struct line *v, struct qr_point *at)
{
    double turn = u->a * v->b - v->a * u->b;

    if (fabs(turn) < .15)
        return false;
    *at = (struct qr_point){(u->b * v->c - v->b * u->c) / turn, (v->a * u->c - u->a * v->c) / turn};
    return true;
}

static bool sharpen_corners(const struct seen *seen, struct qr_point centre, struct qr_point c[4])
{
    struct line     lines[4];
    struct qr_point sharp[4];

    for (int i = 0; i < 4; i++)
        if (!side_line(seen, c[i], c[(i + 1) % 4], &lines[i]))
            return false;
    for (int i = 0; i < 4; i++)
        if (!meet(&lines[(i + 3) % 4], &lines[i], &sharp[i]) ||
            qr_distance(sharp[i], centre) > seen->middle * 2.6)
            return false;
    for (int i = 0; i < 4; i++)
        c[i] = sharp[i];
    return true;
}

bool qr_outline_fit(const float radius[QR_RAYS], struct qr_point centre, struct qr_point corners[4])
{
    struct seen seen;

    if (!gather(radius, centre, &seen) || !extremes(&seen, centre, corners))
        return false;
    for (int i = 0; i < 2 && sharpen_corners(&seen, centre, corners); i++)
        continue;
    for (int i = 0; i < 4; i++)
        if (qr_distance(corners[i], corners[(i + 1) % 4]) < 1)
            return false;
    return true;
}
