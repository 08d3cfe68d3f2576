#include "qr_attempt.h"

#include <string.h>

#include "qr_align.h"
#include "qr_code.h"
#include "qr_filter.h"
#include "qr_repair.h"

#define CALLS_SEEN 24

struct attempt {
    struct picture       part; /* of the picture, around the code */
    struct qr_threshold  threshold;
    struct qr_reading    reading;
    struct qr_fit        fit;
    struct qr_grid       grid;
    struct qr_point      origin; /* of the part */
    double               module; /* pixels */
    unsigned             depth;
    const struct budget *budget;
    uint32_t             seen[CALLS_SEEN]; /* hashes of calls that could not be mended */
    size_t               seen_count;
};

static const struct {
    enum qr_call call;
    double       sharpen;
} calls[] = {
    {QR_CALL_GLOBAL, 0},  {QR_CALL_MEAN, 0},     {QR_CALL_MEAN, .7},  {QR_CALL_RANGE, 0},
    {QR_CALL_GLOBAL, .7}, {QR_CALL_FEEDBACK, 0}, {QR_CALL_MEAN, 1.5}, {QR_CALL_RANGE, 1.2},
};

/* Takes the part of the picture that the code is in, with room for a last corner that is found later. */
static bool take_part(struct attempt *a, const struct picture *picture)
{
    struct qr_point *c = a->grid.corners;
    double room = 5 * a->module + 4, left = qr_min(qr_min(c[0].x, c[1].x), qr_min(c[2].x, c[3].x)) - room;
    double top = qr_min(qr_min(c[0].y, c[1].y), qr_min(c[2].y, c[3].y)) - room;
    double right = qr_max(qr_max(c[0].x, c[1].x), qr_max(c[2].x, c[3].x)) + room;
    double bottom = qr_max(qr_max(c[0].y, c[1].y), qr_max(c[2].y, c[3].y)) + room;

    if (!(left > -1e6 && top > -1e6 && right < 1e6 && bottom < 1e6))
        return false;
    a->origin = (struct qr_point){qr_max(trunc(left), 0), qr_max(trunc(top), 0)};
    if (!qr_crop(picture, (int)left, (int)top, (int)right, (int)bottom, &a->part))
        return false;
    for (int i = 0; i < 4; i++)
        c[i] = qr_minus(c[i], a->origin);
    return a->part.width >= 14 && a->part.height >= 14;
}

static bool soften(struct attempt *a)
{
    struct picture soft;

    if (!(a->depth & QR_DEPTH_BLURRED) || a->module <= 2.2)
        return true;
    if (!qr_blur(&a->part, .3 * a->module, &soft))
        return false;
    picture_free(&a->part);
    a->part = soft;
    return true;
}

static bool open_attempt(struct attempt *a, const struct picture *picture, const struct qr_three *three,
                         int size)
{
    a->module = qr_three_module(three);
    qr_grid_start(three, size, &a->grid);
    if (!take_part(a, picture) || !soften(a) || !qr_reading_make(size, &a->reading) ||
        !qr_threshold_mean(&a->part, (int)(9 * a->module) | 1, 0, &a->threshold))
        return false;
    a->fit = (struct qr_fit){
        .picture = &a->part, .threshold = &a->threshold, .gain = 1 / (.8 * qr_three_contrast(three) + 1)};
    return qr_fit_choose(&a->fit, size, a->reading.kinds);
}

static void close_attempt(struct attempt *a)
{
    qr_fit_free(&a->fit);
    qr_threshold_free(&a->threshold);
    qr_reading_free(&a->reading);
    picture_free(&a->part);
}

static uint32_t hash_of(const struct qr_reading *r)
{
    uint32_t hash = 2166136261u;

    for (int i = 0; i < r->size * r->size; i++)
        hash = (hash ^ (r->margin[i] > 0 && !qr_given(r->kinds[i]))) * 16777619u;
    return hash;
}

static bool was_seen(struct attempt *a)
{
    uint32_t hash = hash_of(&a->reading);

    for (size_t i = 0; i < a->seen_count; i++)
        if (a->seen[i] == hash)
            return true;
    if (a->seen_count < CALLS_SEEN)
        a->seen[a->seen_count++] = hash;
    return false;
}

static bool mend(struct attempt *a, bool blobs, struct qr_symbol *symbol)
{
    qr_reading_doubt(&a->reading, blobs);
    return qr_repair(&a->reading, symbol->matrix);
}

static void mirror_corners(struct qr_grid *grid)
{
    struct qr_point kept = grid->corners[1];

    grid->corners[1] = grid->corners[3];
    grid->corners[3] = kept;
}

/* Seen from behind: rows are columns. */
static bool mend_mirrored(struct attempt *a, struct qr_symbol *symbol)
{
    bool done;

    qr_reading_mirror(&a->reading);
    done = mend(a, false, symbol);
    qr_reading_mirror(&a->reading);
    if (done)
        mirror_corners(&a->grid);
    return done;
}

/* Calls the modules in one way after another until one can be mended. */
static bool read_modules(struct attempt *a, double given, struct qr_symbol *symbol)
{
    size_t ways = a->depth & QR_DEPTH_ALL_CALLS ? COUNT_OF(calls) : given > .6 ? 6 : 3;

    qr_reading_sample(&a->reading, &a->grid, &a->part);
    for (size_t i = 0; i < ways && budget_left(a->budget); i++) {
        bool seen;

        if (!qr_reading_call(&a->reading, calls[i].call, calls[i].sharpen))
            continue;
        seen = was_seen(a);
        if ((!seen && mend(a, false, symbol)) || (given > .45 && mend(a, true, symbol)))
            return true;
        if (i == 0 && !seen && given > .5 && mend_mirrored(a, symbol))
            return true;
    }
    return false;
}

/* Bends the grid where that makes it lie better. */
static bool bend(struct attempt *a, double flat_score, double given)
{
    struct qr_grid bent = a->grid;

    if (given < .42 || (a->grid.size > 80 && !(a->depth & QR_DEPTH_ALL_CALLS)) || !budget_left(a->budget))
        return false;
    if (qr_align_bent(&a->fit, &bent) < flat_score + .003)
        return false;
    a->grid = bent;
    return true;
}

double qr_attempt_gate(unsigned depth)
{
    return depth & QR_DEPTH_FORETOLD ? .26 : .18;
}

static bool read_grid(struct attempt *a, double *score, struct qr_symbol *symbol)
{
    double reached, given;

    if (qr_fit_given(&a->fit, &a->grid) < qr_attempt_gate(a->depth))
        return false;
    reached = qr_align_flat(&a->fit, &a->grid);
    given = qr_fit_given(&a->fit, &a->grid);
    *score = qr_max(*score, reached);
    if (given <= .3)
        return false;
    return read_modules(a, given, symbol) ||
           (bend(a, reached, given) && read_modules(a, qr_fit_given(&a->fit, &a->grid), symbol));
}

bool qr_attempt(const struct picture *picture, const struct qr_three *three, int size, unsigned depth,
                const struct budget *budget, double *score, struct qr_symbol *symbol)
{
    struct attempt a = {.depth = depth, .budget = budget};
    bool           done = open_attempt(&a, picture, three, size) && read_grid(&a, score, symbol);

    symbol->size = size;
    for (int i = 0; done && i < 4; i++)
        symbol->corners[i] =
            (struct qr_point){a.grid.corners[i].x + a.origin.x, a.grid.corners[i].y + a.origin.y};
    close_attempt(&a);
    return done;
}
