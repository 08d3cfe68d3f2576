/* qr_foretell.c: the third finder, hidden by glare or dirt, from the axes of the two that were seen. */
#include "qr_triple.h"

static enum qr_outline outline_of(const struct qr_finder *f)
{
    return f->has[QR_RING_INSIDE] ? QR_RING_INSIDE : f->has[QR_RING_OUTSIDE] ? QR_RING_OUTSIDE : QR_CORE;
}

static struct qr_point side_of(const struct qr_finder *f, int index)
{
    const struct qr_point *c = f->corners[outline_of(f)];

    return qr_minus(c[(index + 1) % 4], c[index % 4]);
}

static double cosine(struct qr_point a, struct qr_point b)
{
    double lengths = sqrt((a.x * a.x + a.y * a.y) * (b.x * b.x + b.y * b.y));

    return lengths > 0 ? (a.x * b.x + a.y * b.y) / lengths : 0;
}

/* The side of the outline that goes most along a direction. */
static struct qr_point side_along(const struct qr_finder *f, struct qr_point way)
{
    struct qr_point best = side_of(f, 0);

    for (int i = 1; i < 4; i++)
        if (cosine(side_of(f, i), way) > cosine(best, way))
            best = side_of(f, i);
    return best;
}

/* One module across a direction, as the sides of a finder have it. */
static struct qr_point module_across(const struct qr_finder *f, struct qr_point way)
{
    struct qr_point across = {-way.y, way.x}, back = {way.y, -way.x};
    struct qr_point one = side_along(f, across), other = side_along(f, back);
    double          modules = outline_of(f) == QR_RING_INSIDE ? 5 : 7;

    return (struct qr_point){(one.x - other.x) / 2 / modules, (one.y - other.y) / 2 / modules};
}

static void make_up(const struct qr_finder *like, struct qr_point centre, struct qr_finder *third)
{
    *third = *like;
    third->centre = centre;
    for (int i = 0; i < QR_OUTLINES; i++)
        third->has[i] = false;
}

/* Both lie along one side: the third is beside one of them, on either side. */
static int beside(const struct qr_finder *a, const struct qr_finder *b, struct qr_finder third[QR_FORETOLD],
                  struct qr_triple triples[QR_FORETOLD])
{
    struct qr_point way = qr_minus(b->centre, a->centre), u = module_across(a, way),
                    v = module_across(b, way);
    double modules = qr_finder_apart(a, b);

    for (int i = 0; i < QR_FORETOLD; i++) {
        const struct qr_finder *corner = i % 2 ? b : a;
        double                  shift = (i < 2 ? modules : -modules) / 2;
        struct qr_point         centre = {corner->centre.x + shift * (u.x + v.x),
                                          corner->centre.y + shift * (u.y + v.y)};

        make_up(corner, centre, &third[i]);
        triples[i] = (struct qr_triple){{corner, i % 2 ? a : b, &third[i]}, 0, modules + 7};
    }
    return QR_FORETOLD;
}

/* The side that goes best towards b to one hand of the way there; false: none. */
static bool side_to_hand(const struct qr_finder *a, struct qr_point way, bool left, int *side)
{
    double best = .3;

    for (int i = 0; i < 4; i++) {
        struct qr_point s = side_of(a, i);

        if (cosine(s, way) > best && (qr_cross(way, s) > 0) == left) {
            best = cosine(s, way);
            *side = i;
        }
    }
    return best > .3;
}

/* They lie across the code from each other: the third is where the sides from both meet. */
static int between(const struct qr_finder *a, const struct qr_finder *b, struct qr_finder third[QR_FORETOLD],
                   struct qr_triple triples[QR_FORETOLD])
{
    struct qr_point way = qr_minus(b->centre, a->centre);
    int             count = 0;

    for (int hand = 0; hand < 2; hand++) {
        int             side = 0;
        struct qr_point along, across;
        double          share;

        if (!side_to_hand(a, way, hand, &side))
            continue;
        along = side_of(a, side);
        across = side_of(a, side + 1);
        if (fabs(qr_cross(along, across)) < 1e-3)
            continue;
        share = qr_cross(way, across) / qr_cross(along, across);
        make_up(a, (struct qr_point){a->centre.x + share * along.x, a->centre.y + share * along.y},
                &third[count]);
        triples[count] = (struct qr_triple){{&third[count], a, b}, 0, 0};
        triples[count].size = (qr_finder_apart(&third[count], a) + qr_finder_apart(&third[count], b)) / 2 + 7;
        count++;
    }
    return count;
}

static void order(struct qr_triple *triple)
{
    struct qr_point right = qr_minus(triple->three.right->centre, triple->three.corner->centre);
    struct qr_point below = qr_minus(triple->three.below->centre, triple->three.corner->centre);

    if (qr_cross(right, below) < 0)
        triple->three = (struct qr_three){triple->three.corner, triple->three.below, triple->three.right};
}

int qr_triples_foretell(const struct qr_finder *a, const struct qr_finder *b,
                        struct qr_finder third[QR_FORETOLD], struct qr_triple triples[QR_FORETOLD])
{
    struct qr_point way = qr_minus(b->centre, a->centre);
    double          along;
    int             count = 0;

    if (outline_of(a) == QR_CORE || outline_of(b) == QR_CORE ||
        qr_distance(a->centre, b->centre) < 8 * a->module)
        return 0;
    along = cosine(side_along(a, way), way);
    if (along > .9)
        count = beside(a, b, third, triples);
    else if (along > .55 && along < .85)
        count = between(a, b, third, triples);
    for (int i = 0; i < count; i++)
        order(&triples[i]);
    return count;
}
