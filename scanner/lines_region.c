/*
 * The structure tensor of small blocks tells which way the grey changes; neighbours that agree grow into a
 * region. Large pictures are searched at half size: bars that survive nothing of it would not be read anyway.
 */
#include "lines_region.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "filters.h"

#define HALVED_FROM     2500000u /* pixels */
#define SEED_COHERENCE  .55F
#define GROW_COHERENCE  .45F
#define SEED_STRENGTH   .22F /* of the strongest block */
#define GROW_STRENGTH   .15F
#define ANGLE_APART     .24F /* radians: 14 degrees */
#define BLOCKS_LEAST    4u
#define LENGTH_LEAST    40.0F /* pixels */
#define CANDIDATES_MOST 256u
#define PI              3.14159265F

struct tensor {
    float xx, yy, xy;
};

struct block {
    float strength;  /* of the grey's changes, times how much they are of one direction */
    float energy;    /* of the changes alone */
    float coherence; /* 0: every way, 1: all one way */
    float angle;     /* which way, radians */
};

struct blocks {
    unsigned       side, wide, high;
    struct tensor *tensors;
    struct block  *blocks;
    bool          *taken;
    unsigned      *stack, *members;
    float          strongest;
};

static struct tensor measure(const struct picture *picture, unsigned left, unsigned top, unsigned side)
{
    long   xx = 0, yy = 0, xy = 0;
    size_t stride = picture->width;

    for (unsigned y = top + 1; y + 1 < top + side; y++) {
        const uint8_t *at = picture->grey + (size_t)y * stride + left;
        int            row_xx = 0, row_yy = 0, row_xy = 0; /* at most 16 times 1020 squared */

        for (unsigned x = 1; x + 1 < side; x++) {
            const uint8_t *above = at + x - stride, *here = at + x, *below = at + x + stride;
            int            gx = (here[1] - here[-1]) * 2 + below[1] - below[-1] + above[1] - above[-1];
            int            gy = (below[0] - above[0]) * 2 + below[1] - above[1] + below[-1] - above[-1];

            row_xx += gx * gx;
            row_yy += gy * gy;
            row_xy += gx * gy;
        }
        xx += row_xx;
        yy += row_yy;
        xy += row_xy;
    }
    return (struct tensor){(float)xx, (float)yy, (float)xy};
}

static unsigned clamp(long at, unsigned count)
{
    return at < 0 ? 0 : at >= (long)count ? count - 1 : (unsigned)at;
}

/* Direction from the block and its eight neighbours, strength from the block alone. */
static struct block judge(const struct blocks *all, unsigned x, unsigned y)
{
    const struct tensor *own = &all->tensors[(size_t)y * all->wide + x];
    struct tensor        sum = {0, 0, 0};
    struct block         block;
    float                total, apart;

    for (long j = -1; j <= 1; j++)
        for (long i = -1; i <= 1; i++) {
            const struct tensor *t = &all->tensors[(size_t)clamp((long)y + j, all->high) * all->wide +
                                                   clamp((long)x + i, all->wide)];
            float                weight = i || j ? .5F : 1;

            sum.xx += weight * t->xx;
            sum.yy += weight * t->yy;
            sum.xy += weight * t->xy;
        }
    total = sum.xx + sum.yy;
    apart = sum.xx - sum.yy;
    block.coherence = total > 0 ? sqrtf(apart * apart + 4 * sum.xy * sum.xy) / total : 0;
    block.angle = .5F * atan2f(2 * sum.xy, apart);
    block.energy = sqrtf(own->xx + own->yy) / (float)all->side;
    block.strength = block.energy * block.coherence;
    return block;
}

static float between(float angle, float other)
{
    float apart = fabsf(angle - other);

    return apart > PI / 2 ? PI - apart : apart;
}

struct growth {
    double cosine, sine, strength; /* of the doubled angle: 0 and 180 degrees are one */
    float  angle;
    size_t count;
};

static void grow_around(struct blocks *all, unsigned from, const struct growth *growth, size_t *waiting)
{
    long x = from % all->wide, y = from / all->wide;

    for (long j = y - 1; j <= y + 1; j++)
        for (long i = x - 1; i <= x + 1; i++) {
            unsigned at;

            if (i < 0 || j < 0 || i >= (long)all->wide || j >= (long)all->high)
                continue;
            at = (unsigned)j * all->wide + (unsigned)i;
            if (all->taken[at] || all->blocks[at].coherence < GROW_COHERENCE ||
                all->blocks[at].strength < GROW_STRENGTH * all->strongest ||
                between(all->blocks[at].angle, growth->angle) > ANGLE_APART)
                continue;
            all->taken[at] = true;
            all->stack[(*waiting)++] = at;
        }
}

static struct growth grow(struct blocks *all, unsigned seed)
{
    struct growth growth = {.angle = all->blocks[seed].angle};
    size_t        waiting = 1;

    all->stack[0] = seed;
    all->taken[seed] = true;
    while (waiting > 0) {
        unsigned            at = all->stack[--waiting];
        const struct block *block = &all->blocks[at];

        all->members[growth.count++] = at;
        growth.cosine += (double)(block->energy * cosf(2 * block->angle));
        growth.sine += (double)(block->energy * sinf(2 * block->angle));
        growth.strength += (double)block->strength;
        growth.angle = (float)(.5 * atan2(growth.sine, growth.cosine));
        grow_around(all, at, &growth, &waiting);
    }
    return growth;
}

static struct line_region box_of(const struct blocks *all, const struct growth *growth)
{
    float              cosine = cosf(growth->angle), sine = sinf(growth->angle), side = (float)all->side;
    struct line_region box = {.angle = growth->angle,
                              .along_least = 1e9F,
                              .along_most = -1e9F,
                              .across_least = 1e9F,
                              .across_most = -1e9F,
                              .strength = (float)growth->strength};

    for (size_t i = 0; i < growth->count; i++) {
        float x = ((float)(all->members[i] % all->wide) + .5F) * side;
        float y = ((float)(all->members[i] / all->wide) + .5F) * side;
        float along = x * cosine + y * sine, across = -x * sine + y * cosine;

        box.along_least = fminf(box.along_least, along);
        box.along_most = fmaxf(box.along_most, along);
        box.across_least = fminf(box.across_least, across);
        box.across_most = fmaxf(box.across_most, across);
    }
    box.along_least -= side * .6F;
    box.along_most += side * .6F;
    box.across_least -= side * .3F;
    box.across_most += side * .3F;
    return box;
}

static int by_strength(const void *one, const void *other)
{
    float a = ((const struct line_region *)one)->strength, b = ((const struct line_region *)other)->strength;

    return a < b ? 1 : a > b ? -1 : 0;
}

static size_t collect(struct blocks *all, struct line_region *regions)
{
    static struct line_region candidates[CANDIDATES_MOST];
    size_t                    count = 0, blocks = (size_t)all->wide * all->high;

    for (unsigned seed = 0; seed < blocks && count < CANDIDATES_MOST; seed++) {
        struct growth growth;

        if (all->taken[seed] || all->blocks[seed].coherence < SEED_COHERENCE ||
            all->blocks[seed].strength < SEED_STRENGTH * all->strongest)
            continue;
        growth = grow(all, seed);
        if (growth.count < BLOCKS_LEAST)
            continue;
        candidates[count] = box_of(all, &growth);
        count += candidates[count].along_most - candidates[count].along_least > LENGTH_LEAST;
    }
    qsort(candidates, count, sizeof candidates[0], by_strength);
    count = count < LINE_REGIONS_MOST ? count : LINE_REGIONS_MOST;
    memcpy(regions, candidates, count * sizeof *regions);
    return count;
}

static size_t search(const struct picture *soft, unsigned side, const struct budget *budget,
                     struct line_region *regions)
{
    struct blocks all = {.side = side, .wide = soft->width / side, .high = soft->height / side};
    size_t        blocks = (size_t)all.wide * all.high, count = 0;

    if (all.wide < 3 || all.high < 2)
        return 0;
    all.tensors = calloc(blocks, sizeof *all.tensors);
    all.blocks = calloc(blocks, sizeof *all.blocks);
    all.taken = calloc(blocks, sizeof *all.taken);
    all.stack = calloc(blocks, sizeof *all.stack);
    all.members = calloc(blocks, sizeof *all.members);
    if (all.tensors && all.blocks && all.taken && all.stack && all.members) {
        for (unsigned i = 0; i < blocks; i++)
            all.tensors[i] = measure(soft, i % all.wide * side, i / all.wide * side, side);
        for (unsigned i = 0; i < blocks; i++) {
            all.blocks[i] = judge(&all, i % all.wide, i / all.wide);
            all.strongest = fmaxf(all.strongest, all.blocks[i].strength);
        }
        count = budget_left(budget) ? collect(&all, regions) : 0;
    }
    free(all.tensors);
    free(all.blocks);
    free(all.taken);
    free(all.stack);
    free(all.members);
    return count;
}

static void enlarge(struct line_region *region, float times)
{
    region->along_least *= times;
    region->along_most *= times;
    region->across_least *= times;
    region->across_most *= times;
}

size_t line_regions_find(const struct picture *picture, const struct budget *budget,
                         struct line_region regions[LINE_REGIONS_MOST])
{
    bool           halved = (size_t)picture->width * picture->height >= HALVED_FROM;
    unsigned       longest = picture->width > picture->height ? picture->width : picture->height;
    unsigned       side = longest > 1600 ? 16 : longest > 500 ? 12 : 8;
    struct picture soft;
    size_t         count;

    if (!(halved ? picture_shrink(picture, 2, &soft) : picture_soften(picture, &soft)))
        return 0;
    count = search(&soft, halved ? side / 2 : side, budget, regions);
    picture_free(&soft);
    for (size_t i = 0; halved && i < count; i++)
        enlarge(&regions[i], 2);
    return count;
}

static struct point turn_back(const struct line_region *region, float along, float across)
{
    float cosine = cosf(region->angle), sine = sinf(region->angle);

    return (struct point){along * cosine - across * sine, along * sine + across * cosine};
}

struct point line_region_centre(const struct line_region *region)
{
    return turn_back(region, .5F * (region->along_least + region->along_most),
                     .5F * (region->across_least + region->across_most));
}

void line_region_corners(const struct line_region *region, struct point corners[4])
{
    corners[0] = turn_back(region, region->along_least, region->across_least);
    corners[1] = turn_back(region, region->along_least, region->across_most);
    corners[2] = turn_back(region, region->along_most, region->across_most);
    corners[3] = turn_back(region, region->along_most, region->across_least);
}
