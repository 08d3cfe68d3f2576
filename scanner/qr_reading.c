#include "qr_reading.h"

#include <stdlib.h>
#include <string.h>

#include "qr_code.h"

bool qr_reading_make(int size, struct qr_reading *reading)
{
    size_t  modules = (size_t)size * (size_t)size;
    double *room = calloc(modules * 6 + (modules + 7) / 8 + 1, sizeof *room);

    if (!room)
        return false;
    *reading = (struct qr_reading){.size = size,
                                   .grey = room,
                                   .spread = room + modules,
                                   .margin = room + 2 * modules,
                                   .trust = room + 3 * modules,
                                   .scratch = room + 4 * modules,
                                   .kinds = (uint8_t *)(room + 6 * modules),
                                   .room = room};
    qr_code_kinds(size, reading->kinds);
    return true;
}

void qr_reading_free(struct qr_reading *reading)
{
    free(reading->room);
    reading->room = NULL;
}

struct probe {
    int    reach; /* points each way from the middle */
    double step;  /* between them, in modules */
};

static struct probe probe_for(double module)
{
    if (module <= 1.5)
        return (struct probe){0, 0};
    if (module <= 2.2)
        return (struct probe){1, .144};
    return module > 5 ? (struct probe){2, .132} : (struct probe){1, .264};
}

static void sample_module(struct qr_reading *reading, const struct qr_grid *grid,
                          const struct picture *picture, int index, struct probe probe)
{
    double sum = 0, squares = 0, spread, size = grid->size;
    int    count = 0;

    for (int j = -probe.reach; j <= probe.reach; j++)
        for (int i = -probe.reach; i <= probe.reach; i++, count++) {
            struct qr_point at = qr_grid_place(grid, (index % grid->size + .5 + i * probe.step) / size,
                                               (index / grid->size + .5 + j * probe.step) / size);
            double          grey = qr_grey(picture, at.x, at.y);

            sum += grey;
            squares += grey * grey;
        }
    spread = squares / count - sum / count * (sum / count);
    reading->grey[index] = sum / count;
    reading->spread[index] = spread > 0 ? sqrt(spread) : 0;
}

void qr_reading_sample(struct qr_reading *reading, const struct qr_grid *grid, const struct picture *picture)
{
    struct probe probe = probe_for(qr_distance(grid->corners[0], grid->corners[1]) / grid->size);

    for (int i = 0; i < grid->size * grid->size; i++)
        sample_module(reading, grid, picture, i, probe);
}

static double mean_given(const struct qr_reading *r, const double *greys, enum qr_kind kind)
{
    double sum = 0;
    int    count = 0;

    for (int i = 0; i < r->size * r->size; i++)
        if (r->kinds[i] == kind) {
            sum += greys[i];
            count++;
        }
    return count ? sum / count : 0;
}

static double grey_or(const struct qr_reading *r, int x, int y, double outside)
{
    return x < 0 || y < 0 || x >= r->size || y >= r->size ? outside : r->grey[y * r->size + x];
}

static void sharpen_greys(const struct qr_reading *r, double amount, double *sharp)
{
    double light = mean_given(r, r->grey, QR_LIGHT);

    for (int i = 0; i < r->size * r->size; i++) {
        int    x = i % r->size, y = i / r->size;
        double around = grey_or(r, x - 1, y, light) + grey_or(r, x + 1, y, light) +
                        grey_or(r, x, y - 1, light) + grey_or(r, x, y + 1, light);

        sharp[i] = r->grey[i] + amount * (r->grey[i] - around / 4);
    }
}

/* Between the given light and dark ones, then between the means of what lies above and below. */
static void level_whole(const struct qr_reading *r, const double *greys, double *levels)
{
    double level = (mean_given(r, greys, QR_LIGHT) + mean_given(r, greys, QR_DARK)) / 2;
    int    modules = r->size * r->size;

    for (int round = 0; round < 4; round++) {
        double above = 0, below = 0;
        int    higher = 0;

        for (int i = 0; i < modules; i++)
            if (greys[i] < level)
                below += greys[i];
            else {
                above += greys[i];
                higher++;
            }
        if (higher > 0 && higher < modules)
            level = (above / higher + below / (modules - higher)) / 2;
    }
    for (int i = 0; i < modules; i++)
        levels[i] = level;
}

struct around {
    double sum, least, most;
    int    count;
};

static struct around look_around(const double *greys, int size, int index, int reach)
{
    struct around a = {0, 1e9, -1e9, 0};
    int           x = index % size, y = index / size;
    int           left = x > reach ? x - reach : 0, right = x + reach < size ? x + reach : size - 1;
    int           top = y > reach ? y - reach : 0, bottom = y + reach < size ? y + reach : size - 1;

    for (int j = top; j <= bottom; j++)
        for (int i = left; i <= right; i++) {
            double grey = greys[j * size + i];

            a.sum += grey;
            a.least = qr_min(a.least, grey);
            a.most = qr_max(a.most, grey);
            a.count++;
        }
    return a;
}

static void level_around(const struct qr_reading *r, const double *greys, bool range, double *levels)
{
    for (int i = 0; i < r->size * r->size; i++) {
        struct around a = look_around(greys, r->size, i, range ? 3 : 4);

        levels[i] = range ? (a.least + a.most) / 2 : a.sum / a.count;
    }
}

bool qr_reading_call(struct qr_reading *reading, enum qr_call call, double sharpen)
{
    int     modules = reading->size * reading->size;
    double *greys = reading->scratch, *levels = reading->scratch + modules;

    if (call == QR_CALL_FEEDBACK)
        return qr_reading_feedback(reading);
    sharpen_greys(reading, sharpen, greys);
    if (call == QR_CALL_GLOBAL)
        level_whole(reading, greys, levels);
    else
        level_around(reading, greys, call == QR_CALL_RANGE, levels);
    for (int i = 0; i < modules; i++)
        reading->margin[i] = levels[i] - greys[i];
    return true;
}

/* How many of the modules within `reach` are called as this one, less how many there are. */
static int unlike_around(const struct qr_reading *r, int index, int reach)
{
    int unlike = 0, x = index % r->size, y = index / r->size;

    for (int j = -reach; j <= reach; j++)
        for (int i = -reach; i <= reach; i++)
            if (x + i >= 0 && y + j >= 0 && x + i < r->size && y + j < r->size)
                unlike += (r->margin[(y + j) * r->size + x + i] > 0) != (r->margin[index] > 0);
    return unlike;
}

static double doubt_blob(const struct qr_reading *r, int index, double light, double dark)
{
    double trust = 1, contrast = qr_max(light - dark, 4);

    if (r->grey[index] > light + .22 * contrast)
        trust *= .15;
    if (r->grey[index] < dark - .35 * contrast)
        trust *= .4;
    if (unlike_around(r, index, 1) == 0)
        trust *= .45;
    if (unlike_around(r, index, 2) <= 1)
        trust *= .12;
    return trust;
}

void qr_reading_doubt(struct qr_reading *reading, bool blobs)
{
    double light = mean_given(reading, reading->grey, QR_LIGHT),
           dark = mean_given(reading, reading->grey, QR_DARK);
    double scale = 0, half = qr_max(light - dark, 4) / 2;
    int    modules = reading->size * reading->size;

    for (int i = 0; i < modules; i++)
        scale += fabs(reading->margin[i]) / modules;
    for (int i = 0; i < modules; i++) {
        double clear = scale > 0 ? qr_min(fabs(reading->margin[i]) / scale, 1.5) : 0;

        reading->trust[i] = clear / (1 + 2.5 * reading->spread[i] / half);
        if (blobs)
            reading->trust[i] *= doubt_blob(reading, i, light, dark);
    }
}

static void transpose(double *board, int size)
{
    for (int y = 0; y < size; y++)
        for (int x = 0; x < y; x++) {
            double kept = board[y * size + x];

            board[y * size + x] = board[x * size + y];
            board[x * size + y] = kept;
        }
}

void qr_reading_mirror(struct qr_reading *reading)
{
    transpose(reading->margin, reading->size);
    transpose(reading->grey, reading->size);
    transpose(reading->spread, reading->size);
}
