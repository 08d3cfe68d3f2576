#include "qr_tried.h"

#include <stdlib.h>

#define HITS_MEASURED 20

struct qr_tried *qr_tried_new(void)
{
    return calloc(1, sizeof(struct qr_tried));
}

void qr_tried_free(struct qr_tried *tried)
{
    free(tried);
}

static void add_finder(struct qr_pool *pool, const struct qr_finder *finder)
{
    struct qr_finder *weakest = pool->finder;

    for (int i = 0; i < pool->count; i++) {
        struct qr_finder *old = &pool->finder[i];

        if (qr_distance(old->centre, finder->centre) < 1.5 * finder->module) {
            if (qr_finder_worth(finder) >= qr_finder_worth(old))
                *old = *finder;
            return;
        }
        if (qr_finder_worth(old) < qr_finder_worth(weakest))
            weakest = old;
    }
    if (pool->count < QR_POOL_MOST)
        pool->finder[pool->count++] = *finder;
    else if (qr_finder_worth(finder) > qr_finder_worth(weakest))
        *weakest = *finder;
}

void qr_pool_add(struct qr_pool *pool, const struct picture *picture, const struct qr_hits *hits)
{
    for (int i = 0; i < hits->count && i < HITS_MEASURED; i++) {
        struct qr_finder finder;

        if (qr_finder_measure(picture, &hits->hit[i], &finder))
            add_finder(pool, &finder);
    }
}

static int by_worth(const void *a, const void *b)
{
    double x = qr_finder_worth(a), y = qr_finder_worth(b);

    return (x < y) - (x > y);
}

void qr_pool_sort(struct qr_pool *pool)
{
    qsort(pool->finder, (size_t)pool->count, sizeof *pool->finder, by_worth);
}

static bool same_place(struct qr_point a, struct qr_point b, double near)
{
    return fabs(a.x - b.x) <= near && fabs(a.y - b.y) <= near;
}

bool qr_tried_first(struct qr_tried *tried, const struct qr_three *three, int size, int view, unsigned depth)
{
    double         near = .22 * three->corner->module;
    struct qr_try *try = tried->tries;

    for (int i = 0; i < tried->count; i++, try++)
        if (try->size == size && try->view == view && try->depth == depth &&
            same_place(try->centre[0], three->corner->centre, near) &&
            same_place(try->centre[1], three->right->centre, near) &&
            same_place(try->centre[2], three->below->centre, near))
            return false;
    if (tried->count < QR_TRIES_MOST)
        tried->tries[tried->count++] = (struct qr_try){
            {three->corner->centre, three->right->centre, three->below->centre}, size, view, depth};
    return true;
}
