#include "qr_align.h"

#define LARGE_SIZE 60

static struct qr_point module_along(struct qr_point from, struct qr_point to, int size)
{
    return (struct qr_point){(to.x - from.x) / size, (to.y - from.y) / size};
}

/* The last corner of a parallelogram. */
static struct qr_point opposite(const struct qr_grid *g)
{
    return (struct qr_point){g->corners[1].x + g->corners[3].x - g->corners[0].x,
                             g->corners[1].y + g->corners[3].y - g->corners[0].y};
}

double qr_align_last_corner(const struct qr_fit *fit, struct qr_grid *grid, int reach, double step)
{
    struct qr_grid  best = *grid;
    double          most = qr_fit_score(fit, &best);
    struct qr_point across = module_along(grid->corners[3], grid->corners[2], grid->size);
    struct qr_point down = module_along(grid->corners[1], grid->corners[2], grid->size);

    for (int j = -reach; j <= reach; j++)
        for (int i = -reach; i <= reach; i++) {
            struct qr_grid trial = *grid;
            double         score;

            trial.corners[2].x += step * (i * across.x + j * down.x);
            trial.corners[2].y += step * (i * across.y + j * down.y);
            score = qr_fit_score(fit, &trial);
            if (score > most + .01) {
                most = score;
                best = trial;
            }
        }
    *grid = best;
    return most;
}

static double *coordinate(struct qr_grid *grid, int index)
{
    struct qr_point *point = index < 8 ? &grid->corners[index / 2] : &grid->bends[index / 2 - 4];

    return index % 2 ? &point->y : &point->x;
}

/* One round over all coordinates; true when something became better. */
static bool descend_once(const struct qr_fit *fit, struct qr_grid *grid, double step, double *best)
{
    int  count = grid->bent ? 8 + 2 * QR_BENDS : 8;
    bool better = false;

    for (int i = 0; i < 2 * count; i++) {
        double *at = coordinate(grid, i / 2), old = *at, score;

        *at = old + (i % 2 ? step : -step);
        score = qr_fit_score(fit, grid);
        if (score > *best + 1e-4) {
            *best = score;
            better = true;
        } else
            *at = old;
    }
    return better;
}

double qr_align_descend(const struct qr_fit *fit, struct qr_grid *grid)
{
    double best = qr_fit_score(fit, grid);
    double module = qr_distance(grid->corners[0], grid->corners[1]) / grid->size;

    for (int halving = 0; halving < 4; halving++)
        for (int i = 0; i < 3 && descend_once(fit, grid, ldexp(1.2 * module, -halving), &best); i++)
            continue;
    return qr_fit_score(fit, grid);
}

double qr_align_flat(const struct qr_fit *fit, struct qr_grid *grid)
{
    struct qr_grid other = *grid;

    other.corners[2] = opposite(grid);
    if (qr_align_last_corner(fit, &other, 2, 1) >
        qr_align_last_corner(fit, grid, grid->size > LARGE_SIZE ? 4 : 3, 1))
        *grid = other;
    return qr_align_descend(fit, grid);
}

static struct qr_point mean_of(struct qr_point a, struct qr_point b)
{
    return (struct qr_point){(a.x + b.x) / 2, (a.y + b.y) / 2};
}

/* Shifts three bends in a line, in steps along `way`. */
static void slide_bends(const struct qr_fit *fit, struct qr_grid *grid, const int bends[3],
                        struct qr_point way, int reach, double *best)
{
    struct qr_grid start = *grid;

    for (int k = -reach; k <= reach; k++) {
        struct qr_grid trial = start;
        double         score;

        for (int i = 0; i < 3; i++) {
            trial.bends[bends[i]].x += k * way.x;
            trial.bends[bends[i]].y += k * way.y;
        }
        score = qr_fit_score(fit, &trial);
        if (score > *best + .004) {
            *best = score;
            *grid = trial;
        }
    }
}

static void slide_middles(const struct qr_fit *fit, struct qr_grid *grid)
{
    static const int       lines[2][3] = {{0, 2, 4}, {1, 3, 4}};
    static const double    steps[2] = {.7, .35};
    const struct qr_point *c = grid->corners;
    struct qr_point        ways[2] = {
               mean_of(module_along(c[0], c[1], grid->size), module_along(c[3], c[2], grid->size)),
               mean_of(module_along(c[0], c[3], grid->size), module_along(c[1], c[2], grid->size)),
    };
    double best;

    grid->bent = true;
    best = qr_fit_score(fit, grid);
    for (int i = 0; i < 8; i++) { /* coarse then fine; either line; across then down */
        double          step = steps[i / 4];
        struct qr_point way = {ways[i % 2].x * step, ways[i % 2].y * step};

        slide_bends(fit, grid, lines[i % 4 / 2], way, i < 4 ? 4 : 3, &best);
    }
}

double qr_align_bent(const struct qr_fit *fit, struct qr_grid *grid)
{
    struct qr_grid best = *grid, second, third = *grid;
    double         most, score;

    slide_middles(fit, &best);
    most = qr_align_descend(fit, &best);
    second = best;
    if (qr_align_last_corner(fit, &second, 3, .75) > most + .01) {
        slide_middles(fit, &second);
        score = qr_align_descend(fit, &second);
        if (score > most) {
            most = score;
            best = second;
        }
    }
    third.corners[2] = opposite(grid);
    slide_middles(fit, &third);
    qr_align_last_corner(fit, &third, 2, 1);
    score = qr_align_descend(fit, &third);
    if (score > most) {
        most = score;
        best = third;
    }
    *grid = best;
    return most;
}
