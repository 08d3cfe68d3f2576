#include "qr_grid.h"

#include <stdlib.h>
#include <string.h>

#include "qr_code.h"

#define MATCHES_MOST  39
#define DATA_SAMPLES  260 /* so many data modules are enough to tell whether the grid lies well */
#define LARGE_SIZE    50  /* from here every second given module is enough */
#define CLARITY_SHARE .35 /* what the clearness of data modules counts against the given ones */

struct matching {
    struct qr_match match[MATCHES_MOST];
    size_t          count;
    struct qr_point origin, across, down; /* the first finder's middle, and from there to the other two */
};

static void add_match(struct matching *m, double x, double y, struct qr_point seen, double weight)
{
    m->match[m->count++] = (struct qr_match){{x, y}, seen, weight};
}

/* Which corner of the finder each corner of an outline is, 0 to 3 as bits right and below; false when
 * unclear. */
static bool name_corners(const struct qr_finder *f, const struct matching *m,
                         const struct qr_point corners[4], int names[4])
{
    double area = qr_cross(m->across, m->down);
    int    all = 0;

    for (int i = 0; i < 4; i++) {
        struct qr_point p = qr_minus(corners[i], f->centre);

        names[i] = (qr_cross(p, m->down) / area > 0) | (qr_cross(m->across, p) / area > 0) << 1;
        all |= 1 << names[i];
    }
    return all == 15;
}

/* The corners of the outlines and the middle; the finder's first module is x, y. */
static void add_finder(struct matching *m, const struct qr_finder *f, int x, int y)
{
    static const int inset[QR_OUTLINES] = {2, 1, 0};
    int              names[4];

    for (int outline = 0; outline < QR_OUTLINES; outline++) {
        if (!f->has[outline] || !name_corners(f, m, f->corners[outline], names))
            continue;
        for (int i = 0; i < 4; i++)
            add_match(m, x + (names[i] & 1 ? 7 - inset[outline] : inset[outline]),
                      y + (names[i] & 2 ? 7 - inset[outline] : inset[outline]), f->corners[outline][i],
                      outline == QR_CORE ? .5 : 1);
    }
    add_match(m, x + 3.5, y + 3.5, f->centre, 2);
}

static bool fit_corners(struct matching *m, int size, struct qr_point corners[4])
{
    double               scale = sqrt(m->across.x * m->across.x + m->across.y * m->across.y), side[4];
    struct qr_projection p;

    for (size_t i = 0; i < m->count; i++) { /* to about 1, for the sake of the equations */
        struct qr_match *match = &m->match[i];

        match->code.x /= size;
        match->code.y /= size;
        match->seen = qr_minus(match->seen, m->origin);
        match->seen.x /= scale;
        match->seen.y /= scale;
    }
    if (m->count < 8 || !qr_projection_fit(m->match, m->count, &p))
        return false;
    for (int i = 0; i < 4; i++) {
        corners[i] = qr_project(&p, i == 1 || i == 2, i > 1);
        corners[i].x = corners[i].x * scale + m->origin.x;
        corners[i].y = corners[i].y * scale + m->origin.y;
    }
    for (int i = 0; i < 4; i++)
        side[i] = qr_distance(corners[i], corners[(i + 1) % 4]);
    return side[0] <= 4 * side[2] && side[2] <= 4 * side[0] && side[1] <= 4 * side[3] &&
           side[3] <= 4 * side[1];
}

/* As if it were seen from straight above. */
static void parallelogram(const struct matching *m, int size, struct qr_point corners[4])
{
    double module = 1.0 / (size - 7);

    for (int i = 0; i < 4; i++) {
        double x = ((i == 1 || i == 2 ? size : 0) - 3.5) * module, y = ((i > 1 ? size : 0) - 3.5) * module;

        corners[i].x = m->origin.x + x * m->across.x + y * m->down.x;
        corners[i].y = m->origin.y + x * m->across.y + y * m->down.y;
    }
}

double qr_three_module(const struct qr_three *three)
{
    return (three->corner->module + three->right->module + three->below->module) / 3;
}

double qr_three_contrast(const struct qr_three *three)
{
    return (three->corner->white - three->corner->black + three->right->white - three->right->black +
            three->below->white - three->below->black) /
           6;
}

void qr_grid_start(const struct qr_three *three, int size, struct qr_grid *grid)
{
    struct matching m = {.origin = three->corner->centre};

    m.across = qr_minus(three->right->centre, m.origin);
    m.down = qr_minus(three->below->centre, m.origin);
    add_finder(&m, three->corner, 0, 0);
    add_finder(&m, three->right, size - 7, 0);
    add_finder(&m, three->below, 0, size - 7);
    *grid = (struct qr_grid){.size = size};
    if (!fit_corners(&m, size, grid->corners))
        parallelogram(&m, size, grid->corners);
}

/* What each bend counts at a place: quadratic either way, nothing at the corners. */
static void bend_weights(double u, double v, double weight[QR_BENDS])
{
    double middle_u = 4 * u * (1 - u), middle_v = 4 * v * (1 - v);

    weight[0] = middle_u * (1 - v) * (1 - 2 * v);
    weight[1] = middle_v * u * (2 * u - 1);
    weight[2] = middle_u * v * (2 * v - 1);
    weight[3] = middle_v * (1 - u) * (1 - 2 * u);
    weight[4] = middle_u * middle_v;
}

struct qr_point qr_grid_place(const struct qr_grid *grid, double u, double v)
{
    struct qr_point at = qr_project(&grid->projection, u, v);
    double          weight[QR_BENDS];

    if (!grid->bent)
        return at;
    bend_weights(u, v, weight);
    for (int i = 0; i < QR_BENDS; i++) {
        at.x += weight[i] * grid->bends[i].x;
        at.y += weight[i] * grid->bends[i].y;
    }
    return at;
}

static void add_sample(struct qr_fit *fit, int size, int x, int y, double sign)
{
    struct qr_sample *sample = &fit->samples[fit->count++];

    sample->u = (x + .5) / size;
    sample->v = (y + .5) / size;
    sample->sign = sign;
    bend_weights(sample->u, sample->v, sample->bend);
}

static void add_given(struct qr_fit *fit, int size, const uint8_t *kinds)
{
    for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++) {
            uint8_t kind = kinds[y * size + x];

            if (qr_given(kind) && (size <= LARGE_SIZE || (x + y) % 2 == 0))
                add_sample(fit, size, x, y, kind == QR_LIGHT ? 1 : -1);
        }
    fit->given = fit->count;
}

static void add_data(struct qr_fit *fit, int size, const uint8_t *kinds)
{
    int data = 0, every;

    for (int i = 0; i < size * size; i++)
        data += !qr_given(kinds[i]);
    every = 1 + data / DATA_SAMPLES;
    for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++)
            if (!qr_given(kinds[y * size + x]) && (x * 5 + y * 3 + x * y) % every == 0)
                add_sample(fit, size, x, y, 0);
}

bool qr_fit_choose(struct qr_fit *fit, int size, const uint8_t *kinds)
{
    fit->count = fit->given = 0;
    fit->samples = malloc((size_t)size * (size_t)size * sizeof *fit->samples);
    if (!fit->samples)
        return false;
    add_given(fit, size, kinds);
    add_data(fit, size, kinds);
    return true;
}

void qr_fit_free(struct qr_fit *fit)
{
    free(fit->samples);
    fit->samples = NULL;
}

/* How much lighter than its surroundings, -1 to 1; 0 outside the picture. */
static double lightness(const struct qr_fit *fit, double x, double y)
{
    const struct picture *p = fit->picture;
    const uint8_t        *above, *below;
    int                   column, row;
    double                grey;

    if (!(x >= 0 && y >= 0 && x < p->width - 1 && y < p->height - 1))
        return 0;
    column = (int)x;
    row = (int)y;
    x -= column;
    y -= row;
    above = p->grey + (size_t)row * p->width + (size_t)column;
    below = above + p->width;
    grey = (1 - y) * (above[0] + x * (above[1] - above[0])) + y * (below[0] + x * (below[1] - below[0]));
    grey = (grey - qr_level(fit->threshold, column, row)) * fit->gain;
    return grey > 1 ? 1 : grey < -1 ? -1 : grey;
}

static double lightness_at(const struct qr_fit *fit, const struct qr_grid *grid, const struct qr_sample *s)
{
    struct qr_point at = qr_project(&grid->projection, s->u, s->v);

    for (int i = 0; grid->bent && i < QR_BENDS; i++) {
        at.x += s->bend[i] * grid->bends[i].x;
        at.y += s->bend[i] * grid->bends[i].y;
    }
    return lightness(fit, at.x, at.y);
}

double qr_fit_given(const struct qr_fit *fit, struct qr_grid *grid)
{
    double sum = 0;

    if (fit->given == 0 || !qr_projection_corners(grid->corners, &grid->projection))
        return -9;
    for (int i = 0; i < fit->given; i++)
        sum += fit->samples[i].sign * lightness_at(fit, grid, &fit->samples[i]);
    return sum / fit->given;
}

double qr_fit_score(const struct qr_fit *fit, struct qr_grid *grid)
{
    double given = qr_fit_given(fit, grid), clear = 0;
    int    data = fit->count - fit->given;

    for (int i = fit->given; given > -9 && i < fit->count; i++)
        clear += fabs(lightness_at(fit, grid, &fit->samples[i]));
    return given + CLARITY_SHARE * clear / (data ? data : 1);
}
