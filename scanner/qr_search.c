#include "qr_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "qr_geometry.h"

struct search {
    const struct picture      *picture;
    const struct qr_threshold *threshold;
    struct qr_hits            *hits;
    int                        step;
    bool                       loose;
};

/* Five runs in the proportions 1:1:3:1:1, by each run and by pairs from edge to edge, which ink spread leaves
 * alone. In hundredths of seven modules. */
static bool in_proportion(const int run[5])
{
    int total = run[0] + run[1] + run[2] + run[3] + run[4];
    int seven = 100 * total, one = 62 * total + 560, outer = one + 20 * total, pair = 55 * total + 630;

    if (total < 7 || abs(700 * run[2] - 3 * seven) > 135 * total + 560)
        return false;
    if (abs(700 * run[1] - seven) > one || abs(700 * run[3] - seven) > one ||
        abs(700 * run[0] - seven) > outer || abs(700 * run[4] - seven) > outer)
        return false;
    return 10 * abs(700 * (run[1] + run[2]) - 4 * seven) <= 13 * pair &&
           10 * abs(700 * (run[3] + run[2]) - 4 * seven) <= 13 * pair &&
           abs(700 * (run[0] + run[1]) - 2 * seven) <= pair &&
           abs(700 * (run[3] + run[4]) - 2 * seven) <= pair;
}

/* The same where an outer run does not end with the pattern: no quiet zone, a dark surround. */
static bool in_loose_proportion(const int run[5], double *module)
{
    double m = (run[1] + run[2] + run[3]) / 5.0;

    if (m < 1 || (run[0] <= 1.75 * m && run[4] <= 1.75 * m) || run[0] <= .45 * m || run[4] <= .45 * m)
        return false;
    if (fabs(run[2] - 3 * m) >= .8 * m + .6 || fabs(run[1] - m) >= .5 * m + .6 ||
        fabs(run[3] - m) >= .5 * m + .6)
        return false;
    *module = m;
    return true;
}

static bool like_finder(const struct search *s, const int run[5], double *module)
{
    if (s->loose && in_loose_proportion(run, module))
        return true;
    *module = (run[0] + run[1] + run[2] + run[3] + run[4]) / 7.0;
    return in_proportion(run);
}

struct walk {
    int x, y, dx, dy;
};

/* Steps on while the pixels are as dark as asked for, `most` at most. */
static int walk_run(const struct search *s, struct walk *walk, bool dark, int most)
{
    int length = 0;

    while (length <= most && walk->x >= 0 && walk->y >= 0 && walk->x < (int)s->picture->width &&
           walk->y < (int)s->picture->height && qr_dark(s->picture, s->threshold, walk->x, walk->y) == dark) {
        walk->x += walk->dx;
        walk->y += walk->dy;
        length++;
    }
    return length;
}

/* The five runs through a dark pixel; `offset`: from it to the middle of the core. */
static bool runs_through(const struct search *s, int x, int y, int dx, int dy, int most, int run[5],
                         double *offset)
{
    struct walk back = {x, y, -dx, -dy}, on = {x + dx, y + dy, dx, dy};
    int         before = walk_run(s, &back, true, most), after;

    if (before == 0)
        return false;
    run[1] = walk_run(s, &back, false, most);
    run[0] = walk_run(s, &back, true, most);
    after = walk_run(s, &on, true, most);
    run[3] = walk_run(s, &on, false, most);
    run[4] = walk_run(s, &on, true, most);
    run[2] = before + after;
    *offset = (after - before + 1) / 2.0;
    return run[0] && run[1] && run[3] && run[4];
}

static bool merge(struct qr_hits *hits, const struct qr_hit *hit)
{
    for (int i = hits->count - 1; i >= 0; i--) {
        struct qr_hit *old = &hits->hit[i];
        double         dx = old->x - hit->x, dy = old->y - hit->y, share = 1.0 / (old->rows + 1);
        double         near = 1.8 * qr_max(old->module, hit->module);

        if (dx * dx + dy * dy >= near * near || hit->module >= old->module * 2.2 ||
            hit->module <= old->module * .45)
            continue;
        old->x -= dx * share;
        old->y -= dy * share;
        old->module += (hit->module - old->module) * share;
        old->contrast += (hit->contrast - old->contrast) * share;
        old->rows++;
        return true;
    }
    return false;
}

/* Lets the weak give way: first what few rows crossed, then what has little contrast. */
static void make_room(const struct search *s, double y)
{
    struct qr_hits *hits = s->hits;
    double          mean = 0;
    int             kept = 0;

    for (int i = 0; i < hits->count; i++)
        if (hits->hit[i].rows * s->step >= .5 * hits->hit[i].module || hits->hit[i].y > y - 40)
            hits->hit[kept++] = hits->hit[i];
    hits->count = kept;
    if (kept <= QR_HITS_MOST * 3 / 4)
        return;
    for (int i = 0; i < kept; i++)
        mean += hits->hit[i].contrast / kept;
    hits->count = 0;
    for (int i = 0; i < kept; i++)
        if (hits->hit[i].contrast > mean || hits->hit[i].rows > 3)
            hits->hit[hits->count++] = hits->hit[i];
}

static void keep_hit(const struct search *s, const struct qr_hit *hit)
{
    if (merge(s->hits, hit))
        return;
    if (s->hits->count == QR_HITS_MOST)
        make_room(s, hit->y);
    if (s->hits->count < QR_HITS_MOST)
        s->hits->hit[s->hits->count++] = *hit;
}

static double contrast_of(const struct search *s, const int run[5], int end, int core, int y, int core_y)
{
    const uint8_t *row = s->picture->grey + (size_t)y * s->picture->width;
    int            after = end - run[4] - (run[3] + 1) / 2;
    int            before = end - run[4] - run[3] - run[2] - (run[1] + 1) / 2;

    return (row[after] + row[before < 0 ? 0 : before]) / 2.0 -
           s->picture->grey[(size_t)core_y * s->picture->width + (size_t)core];
}

/* Five runs that end at a pixel of this row: looks down through their middle, then across again. */
static void consider(const struct search *s, const int run[5], int end, int y)
{
    struct qr_hit hit = {.rows = 1};
    double        module, down, across, offset_y, offset_x;
    int           other[5], most, core = end - run[4] - run[3] - (run[2] + 1) / 2, core_y;

    if (!like_finder(s, run, &module))
        return;
    most = (int)(module * 14) + 2;
    if (!runs_through(s, core, y, 0, 1, most, other, &offset_y) || !like_finder(s, other, &down) ||
        down <= module * .22 || down >= module * 4.5)
        return;
    core_y = (int)lrint(y + offset_y);
    if (core_y < 0 || core_y >= (int)s->picture->height ||
        !runs_through(s, core, core_y, 1, 0, most, other, &offset_x) || !like_finder(s, other, &across))
        return;
    hit.x = core + offset_x;
    hit.y = y + offset_y;
    hit.module = (across + down) / 2;
    hit.contrast = contrast_of(s, run, end, core, y, core_y);
    if (hit.contrast >= 5)
        keep_hit(s, &hit);
}

struct runs {
    int  last[5];
    int  start;
    bool dark;
};

static void end_run(const struct search *s, struct runs *runs, int x, int y)
{
    memmove(runs->last, runs->last + 1, 4 * sizeof *runs->last);
    runs->last[4] = x - runs->start;
    if (runs->dark && runs->last[0])
        consider(s, runs->last, x, y);
    runs->dark = !runs->dark;
    runs->start = x;
}

static void search_row(const struct search *s, const uint64_t *bits, int y)
{
    int         width = (int)s->picture->width;
    struct runs runs = {.dark = bits[0] & 1};
    uint64_t    carried = bits[0] & 1;

    for (int base = 0; base < width; base += 64) {
        uint64_t word = bits[base / 64], edges = word ^ (word << 1 | carried);

        carried = word >> 63;
        for (; edges; edges &= edges - 1) {
            int x = base + __builtin_ctzll(edges);

            if (x >= width)
                break;
            end_run(s, &runs, x, y);
        }
    }
    end_run(s, &runs, width, y);
}

static double worth(const struct qr_hit *hit)
{
    double seen = hit->rows / (3 * hit->module);

    return hit->contrast * (seen > 1 ? 1 : seen);
}

static int by_worth(const void *a, const void *b)
{
    double x = worth(a), y = worth(b);

    return (x < y) - (x > y);
}

bool qr_search(const struct picture *picture, const struct qr_threshold *threshold, int step, bool loose,
               const struct budget *budget, struct qr_hits *hits)
{
    struct search s = {picture, threshold, hits, step, loose};
    uint8_t      *levels = malloc((size_t)picture->width + 8);
    uint64_t     *bits = malloc((picture->width / 64 + 1) * sizeof *bits);
    bool          done = levels && bits;

    hits->count = 0;
    for (int y = step / 2, rows = 0; done && y < (int)picture->height; y += step, rows++) {
        if (rows % 32 == 0 && !budget_left(budget))
            break;
        qr_threshold_row(picture, threshold, y, levels, bits);
        search_row(&s, bits, y);
    }
    for (int i = 0; i < hits->count; i++)
        hits->hit[i].rows *= step;
    qsort(hits->hit, (size_t)hits->count, sizeof *hits->hit, by_worth);
    free(levels);
    free(bits);
    return done;
}
