#include "qr_pass.h"

#include <stdlib.h>

#include "qr_attempt.h"
#include "qr_code.h"
#include "qr_filter.h"
#include "qr_gate.h"
#include "qr_triple.h"

#define ALL_ROWS_BELOW 300000 /* pixels; of larger pictures every second row is searched */
#define SIDE_LEAST     14     /* pixels */
#define WINDOWS        3
#define PAIRS_MOST     4
#define PAIR_FINDERS   5
#define GATE_SLACK     .03 /* the first look is a little less exact */
#define SURE           1.1 /* a grid that lies so well has found all of its finders */

const struct qr_settings qr_rows[QR_ROWS] = {
    [QR_PLAIN] = {"qr", 1, 1, QR_DARK_ON_LIGHT, QR_SHARPEN_NOT, false},
    [QR_HALF] = {"qr-half", 1, 2, QR_DARK_ON_LIGHT, QR_SHARPEN_NOT, false},
    [QR_INVERTED] = {"qr-inverted", 1, 1, QR_LIGHT_ON_DARK, QR_SHARPEN_NOT, false},
    [QR_SHARP] = {"qr-sharp", 1, 1, QR_DARK_ON_LIGHT, QR_SHARPEN, false},
    [QR_HALF_SHARP] = {"qr-half-sharp", 1, 2, QR_DARK_ON_LIGHT, QR_SHARPEN, false},
    [QR_DOUBLE] = {"qr-double", 2, 1, QR_DARK_ON_LIGHT, QR_SHARPEN_NOT, false},
    [QR_DEEP] = {"qr-deep", 1, 1, QR_DARK_ON_LIGHT, QR_SHARPEN_NOT, true},
    [QR_SHARPER] = {"qr-sharper", 1, 1, QR_DARK_ON_LIGHT, QR_SHARPEN_MORE, false},
    [QR_QUARTER] = {"qr-quarter", 1, 4, QR_EITHER, QR_SHARPEN_NOT, false},
    [QR_HALF_DEEP] = {"qr-half-deep", 1, 2, QR_DARK_ON_LIGHT, QR_SHARPEN_NOT, true},
};

struct hunt {
    const struct picture *picture; /* dark on light */
    const struct picture *look;    /* where finders are looked for */
    struct qr_tried      *tried;
    struct qr_pool       *pool;
    struct qr_hits       *hits;
    struct qr_gate        gate;
    const struct budget  *budget;
    struct qr_symbol     *symbols;
    size_t                most, count;
    int                   view;
    bool                  deep, every_row;
    unsigned              depth;
    double                best; /* score of a grid */
};

static bool go_on(const struct hunt *hunt)
{
    return hunt->count < hunt->most && budget_left(hunt->budget);
}

/* Whether a point lies in a code that was found already. */
static bool inside_found(const struct hunt *hunt, struct qr_point point)
{
    for (size_t i = 0; i < hunt->count; i++) {
        const struct qr_point *c = hunt->symbols[i].corners;
        int                    right = 0;

        for (int side = 0; side < 4; side++)
            right += qr_cross(qr_minus(c[(side + 1) % 4], c[side]), qr_minus(point, c[side])) > 0;
        if (right == 0 || right == 4)
            return true;
    }
    return false;
}

static bool try_size(struct hunt *hunt, const struct qr_triple *triple, int version, unsigned depth)
{
    int size = qr_size_of(version);

    if (version < 1 || version > 40 || !go_on(hunt) ||
        !qr_tried_first(hunt->tried, &triple->three, size, hunt->view, depth) ||
        !qr_gate_opens(&hunt->gate, &triple->three, size, qr_attempt_gate(depth) - GATE_SLACK) ||
        !qr_attempt(hunt->picture, &triple->three, size, depth, hunt->budget, &hunt->best,
                    &hunt->symbols[hunt->count]))
        return false;
    hunt->count++;
    return true;
}

/* The size as measured, and its neighbours. */
static void try_triple(struct hunt *hunt, const struct qr_triple *triple, unsigned depth)
{
    double measured = (triple->size - 17) / 4, nearest = qr_min(qr_max(rint(measured), 1), 40);
    int    version = (int)nearest, towards = measured > nearest ? 1 : -1, count = triple->size < 40 ? 3 : 4;
    int    order[4] = {version, version + towards, version - towards, version + 2 * towards};

    if (inside_found(hunt, triple->three.corner->centre) || inside_found(hunt, triple->three.right->centre) ||
        inside_found(hunt, triple->three.below->centre))
        return;
    if (!hunt->deep && triple->size < 40 && fabs(measured - nearest) < .2)
        count = 2;
    for (int i = 0; i < count; i++)
        if (try_size(hunt, triple, order[i], depth))
            return;
}

static bool measured_well(const struct qr_finder *f)
{
    return f->has[QR_CORE] + f->has[QR_RING_INSIDE] + f->has[QR_RING_OUTSIDE] >= 2;
}

static void try_pair(struct hunt *hunt, const struct qr_finder *a, const struct qr_finder *b, unsigned depth)
{
    struct qr_finder third[QR_FORETOLD];
    struct qr_triple triples[QR_FORETOLD];
    int              count = qr_triples_foretell(a, b, third, triples);

    for (int i = 0; i < count; i++) {
        int    version = (int)rint((triples[i].size - 17) / 4);
        double x = third[i].centre.x, y = third[i].centre.y;

        if (x < 0 || y < 0 || x >= hunt->picture->width || y >= hunt->picture->height || version < 1 ||
            version > 25)
            continue;
        for (int other = 0; other < (hunt->deep ? 3 : 1); other++) {
            static const int off[3] = {0, 1, -1};

            if (try_size(hunt, &triples[i], version + off[other], depth | QR_DEPTH_FORETOLD))
                return;
        }
    }
}

static void try_pairs(struct hunt *hunt, const struct qr_pool *pool, unsigned depth)
{
    int count = pool->count < PAIR_FINDERS ? pool->count : PAIR_FINDERS, pairs = 0;

    for (int i = 0; i < count; i++)
        for (int j = i + 1; j < count; j++) {
            const struct qr_finder *a = &pool->finder[i], *b = &pool->finder[j];

            if (a->module > 1.6 * b->module || b->module > 1.6 * a->module || !measured_well(a) ||
                !measured_well(b) || inside_found(hunt, a->centre) || inside_found(hunt, b->centre))
                continue;
            if (++pairs > PAIRS_MOST || !go_on(hunt))
                return;
            try_pair(hunt, a, b, depth);
        }
}

/* Finders much weaker than the best are noise, beyond the third. */
static void drop_noise(struct qr_pool *pool)
{
    int kept = 0;

    while (kept < pool->count &&
           (kept < 3 || qr_finder_worth(&pool->finder[kept]) > .04 * qr_finder_worth(pool->finder)))
        kept++;
    pool->count = kept;
}

static void try_pool(struct hunt *hunt, bool pairs, unsigned depth)
{
    struct qr_triple *triples = malloc(QR_TRIPLES_MOST * sizeof *triples);
    struct qr_pool   *pool = malloc(sizeof *pool);
    int               count = 0, most = hunt->deep ? 10 : 5;

    qr_pool_sort(hunt->pool);
    if (triples && pool) {
        *pool = *hunt->pool;
        drop_noise(pool);
        count = qr_triples_find(pool, triples);
    }
    for (int i = 0; i < count && i < most && go_on(hunt); i++)
        try_triple(hunt, &triples[i], depth);
    if (pool && pairs && hunt->best < SURE && go_on(hunt))
        try_pairs(hunt, pool, depth);
    free(triples);
    free(pool);
}

static void look_for_finders(struct hunt *hunt, struct qr_threshold *threshold)
{
    if (qr_search(hunt->look, threshold, hunt->every_row ? 1 : 2, hunt->deep, hunt->budget, hunt->hits))
        qr_pool_add(hunt->pool, hunt->picture, hunt->hits);
    qr_threshold_free(threshold);
}

static void hunt_at_window(struct hunt *hunt, int index, int count)
{
    static const struct {
        int share, least, bias;
    } windows[WINDOWS] = {{6, 25, 2}, {16, 17, 4}, {3, 0, 4}};
    int side = (int)(hunt->look->width < hunt->look->height ? hunt->look->width : hunt->look->height);
    int window = side / windows[index].share | 1;
    struct qr_threshold threshold;

    if (!qr_threshold_mean(hunt->look, window < windows[index].least ? windows[index].least : window,
                           windows[index].bias, &threshold))
        return;
    look_for_finders(hunt, &threshold);
    if ((index == 0 && hunt->pool->count >= 3) || (index == count - 1 && hunt->pool->count >= 2))
        try_pool(hunt, index > 0, hunt->depth);
}

static void hunt_deeper(struct hunt *hunt)
{
    struct qr_threshold threshold;

    if (!go_on(hunt) || !qr_threshold_whole(hunt->look, &threshold))
        return;
    look_for_finders(hunt, &threshold);
    if (hunt->pool->count >= 2)
        try_pool(hunt, true, hunt->depth);
    if (hunt->pool->count >= 2)
        try_pool(hunt, true, hunt->depth | QR_DEPTH_BLURRED);
}

static void hunt_in(struct hunt *hunt)
{
    int windows = hunt->deep ? WINDOWS : WINDOWS - 1;

    hunt->best = 0;
    for (int i = 0; i < windows && go_on(hunt); i++)
        hunt_at_window(hunt, i, windows);
    if (hunt->deep)
        hunt_deeper(hunt);
}

static int view_of(const struct qr_settings *settings, bool inverted)
{
    int scale = settings->numerator > 1 ? 3 : settings->denominator > 2 ? 2 : settings->denominator == 2;

    return 2 * scale + inverted;
}

/* Hunts in a picture that is dark on light. */
static void hunt_upright(struct hunt *hunt, const struct picture *picture, const struct qr_settings *settings,
                         bool inverted)
{
    struct picture sharp = {0};

    hunt->picture = hunt->look = hunt->gate.picture = picture;
    hunt->view = view_of(settings, inverted);
    hunt->pool = &hunt->tried->pool[hunt->view];
    if (settings->sharpness != QR_SHARPEN_NOT) {
        bool more = settings->sharpness == QR_SHARPEN_MORE;

        if (!qr_sharpen(picture, more ? 4 : 2.5, more ? 5 : 3, &sharp))
            return;
        hunt->look = &sharp;
    }
    hunt_in(hunt);
    qr_gate_free(&hunt->gate);
    hunt->look = picture;
    picture_free(&sharp);
}

size_t qr_read(const struct picture *picture, const struct qr_settings *settings, struct qr_tried *tried,
               const struct budget *budget, struct qr_symbol *symbols, size_t most)
{
    struct hunt    hunt = {.tried = tried,
                           .budget = budget,
                           .symbols = symbols,
                           .most = most,
                           .deep = settings->deep,
                           .every_row = settings->sharpness != QR_SHARPEN_NOT ||
                                        (size_t)picture->width * picture->height <= ALL_ROWS_BELOW};
    struct picture inverted;

    if (settings->deep || settings->sharpness != QR_SHARPEN_NOT) /* what is found late deserves more */
        hunt.depth = QR_DEPTH_ALL_CALLS;
    if (picture->width < SIDE_LEAST || picture->height < SIDE_LEAST)
        return 0;
    hunt.hits = malloc(sizeof *hunt.hits);
    if (!hunt.hits)
        return 0;
    if (settings->polarity & QR_DARK_ON_LIGHT)
        hunt_upright(&hunt, picture, settings, false);
    if ((settings->polarity & QR_LIGHT_ON_DARK) && go_on(&hunt) && qr_invert(picture, &inverted)) {
        hunt_upright(&hunt, &inverted, settings, true);
        picture_free(&inverted);
    }
    free(hunt.hits);
    return hunt.count;
}
