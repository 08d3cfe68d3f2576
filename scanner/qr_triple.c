#include "qr_triple.h"

#include <stdlib.h>

#define FINDERS_MOST 14
#define COST_MOST    1.9

/* The turn of the side below is clockwise of that to the right, unless the code is mirrored: then the names
 * are. */
static void turn_right(struct qr_three *three)
{
    struct qr_point right = qr_minus(three->right->centre, three->corner->centre);
    struct qr_point below = qr_minus(three->below->centre, three->corner->centre);

    if (qr_cross(right, below) < 0) {
        const struct qr_finder *kept = three->right;

        three->right = three->below;
        three->below = kept;
    }
}

static double contrast(const struct qr_finder *f)
{
    return f->white - f->black;
}

static bool alike_in_contrast(const struct qr_three *t)
{
    double a = contrast(t->corner), b = contrast(t->right), c = contrast(t->below);

    return qr_min(a, qr_min(b, c)) >= .2 * qr_max(a, qr_max(b, c));
}

/* What speaks against three finders with this one at the corner; false: they cannot be a code. */
static bool weigh(struct qr_triple *t)
{
    struct qr_three *three = &t->three;
    struct qr_point  right, below;
    double           width, height, sides, modules_right, modules_below, off;

    turn_right(three);
    right = qr_minus(three->right->centre, three->corner->centre);
    below = qr_minus(three->below->centre, three->corner->centre);
    width = qr_distance(three->right->centre, three->corner->centre);
    height = qr_distance(three->below->centre, three->corner->centre);
    sides = width * height;
    if (width < 1 || height < 1 || qr_cross(right, below) < .34 * sides || !alike_in_contrast(three))
        return false;
    modules_right = qr_finder_apart(three->corner, three->right);
    modules_below = qr_finder_apart(three->corner, three->below);
    t->size = (modules_right + modules_below) / 2 + 7;
    if (t->size < 17 || t->size > 190)
        return false;
    off = fabs(t->size - (4 * rint((t->size - 17) / 4) + 17));
    t->cost = 2 * fabs(log(modules_right / modules_below)) +
              .7 * fabs(right.x * below.x + right.y * below.y) / sides +
              .35 * (fabs(log(three->corner->module / three->right->module)) +
                     fabs(log(three->corner->module / three->below->module)));
    if (t->size < 50)
        t->cost += .04 * off;
    return true;
}

static bool best_corner(const struct qr_finder *const f[3], struct qr_triple *best)
{
    best->cost = COST_MOST;
    for (int i = 0; i < 3; i++) {
        struct qr_triple trial = {.three = {f[i], f[(i + 1) % 3], f[(i + 2) % 3]}};

        if (weigh(&trial) && trial.cost < best->cost)
            *best = trial;
    }
    return best->cost < COST_MOST;
}

static int by_cost(const void *a, const void *b)
{
    double x = ((const struct qr_triple *)a)->cost, y = ((const struct qr_triple *)b)->cost;

    return (x > y) - (x < y);
}

int qr_triples_find(const struct qr_pool *pool, struct qr_triple triples[QR_TRIPLES_MOST])
{
    int    count = pool->count < FINDERS_MOST ? pool->count : FINDERS_MOST, found = 0;
    double top = count ? qr_max(qr_finder_worth(pool->finder), 1e-9) : 1;

    for (int i = 0; i < count; i++)
        for (int j = i + 1; j < count; j++)
            for (int k = j + 1; k < count; k++) {
                const struct qr_finder *three[3] = {&pool->finder[i], &pool->finder[j], &pool->finder[k]};
                struct qr_triple       *triple = &triples[found];

                if (!best_corner(three, triple))
                    continue;
                triple->cost -=
                    .35 / top *
                    (qr_finder_worth(three[0]) + qr_finder_worth(three[1]) + qr_finder_worth(three[2]));
                found++;
            }
    qsort(triples, (size_t)found, sizeof *triples, by_cost);
    return found;
}
