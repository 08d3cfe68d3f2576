/*
 * qr_feedback.c: calls modules that blur into each other (out of focus, dots, motion).
 *
 * How much each of the 5 x 5 modules around darkens the middle one is learnt where all of them are given: in
 * and around the finder patterns. Then what the neighbours add, as far as they are believed, is taken off
 * each module, again and again.
 */
#include <stdlib.h>
#include <string.h>

#include "qr_code.h"
#include "qr_reading.h"

#define TAPS     25
#define UNKNOWNS (TAPS + 1) /* and the grey of paper */
#define ROUNDS   14
#define EDGE     2

struct blur {
    double tap[UNKNOWNS]; /* in the end: what a dark neighbour takes away */
};

struct feedback {
    const struct qr_reading *reading;
    double                  *board; /* 1 dark, -1 light, with an edge of light around */
    double                  *value;
    int                      stride;
};

static double *on_board(const struct feedback *f, int x, int y)
{
    return f->board + (ptrdiff_t)(y + EDGE) * f->stride + x + EDGE;
}

/* The neighbours of a module in the order of the taps; false unless all of them are given. */
static bool given_neighbours(const struct feedback *f, int x, int y, double row[UNKNOWNS])
{
    const struct qr_reading *r = f->reading;

    for (int i = 0; i < TAPS; i++) {
        int  nx = x + i % 5 - EDGE, ny = y + i / 5 - EDGE;
        bool inside = nx >= 0 && ny >= 0 && nx < r->size && ny < r->size;

        if (inside && !qr_given(r->kinds[ny * r->size + nx]))
            return false;
        row[i] = *on_board(f, nx, ny);
    }
    row[TAPS] = 1;
    return true;
}

static int gather(const struct feedback *f, double *equations)
{
    int count = 0, size = f->reading->size;

    for (int i = 0; i < size * size; i++) {
        double row[UNKNOWNS];

        if (!given_neighbours(f, i % size, i / size, row))
            continue;
        for (int p = 0; p < UNKNOWNS; p++) {
            for (int q = 0; q < UNKNOWNS; q++)
                equations[p * (UNKNOWNS + 1) + q] += row[p] * row[q];
            equations[p * (UNKNOWNS + 1) + UNKNOWNS] += row[p] * f->reading->grey[i];
        }
        count++;
    }
    return count;
}

/* Ridge least squares: far neighbours are held nearer to nothing. */
static bool learn(const struct feedback *f, struct blur *blur)
{
    double equations[UNKNOWNS * (UNKNOWNS + 1)] = {0};
    int    count = gather(f, equations);

    if (count < 60)
        return false;
    for (int i = 0; i < TAPS; i++) {
        int x = i % 5 - EDGE, y = i / 5 - EDGE;

        equations[i * (UNKNOWNS + 1) + i] += .01 * count * (1 + 2 * (x * x + y * y));
    }
    if (!qr_solve(equations, UNKNOWNS))
        return false;
    for (int i = 0; i < UNKNOWNS; i++)
        blur->tap[i] = equations[i * (UNKNOWNS + 1) + UNKNOWNS];
    return -blur->tap[TAPS / 2] >= 1;
}

static double without_neighbours(const struct feedback *f, const struct blur *blur, int index)
{
    int           size = f->reading->size;
    const double *middle = on_board(f, index % size, index / size);
    double        expected = blur->tap[TAPS];

    for (int i = 0; i < TAPS; i++)
        if (i != TAPS / 2)
            expected += blur->tap[i] * middle[(i / 5 - EDGE) * f->stride + i % 5 - EDGE];
    return (expected - f->reading->grey[index]) / -blur->tap[TAPS / 2];
}

static void first_guess(const struct feedback *f, const struct blur *blur)
{
    int size = f->reading->size;

    for (int i = 0; i < size * size; i++) {
        double dark = (blur->tap[TAPS] - f->reading->grey[i]) / (-blur->tap[TAPS / 2] * 1.2);

        if (!qr_given(f->reading->kinds[i]))
            *on_board(f, i % size, i / size) = dark > 1 ? 1 : dark < -1 ? -1 : dark;
    }
}

static void cancel(const struct feedback *f, const struct blur *blur)
{
    int size = f->reading->size;

    first_guess(f, blur);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < size * size; i++)
            f->value[i] = without_neighbours(f, blur, i);
        for (int i = 0; i < size * size; i++) {
            double *at = on_board(f, i % size, i / size);

            if (!qr_given(f->reading->kinds[i]))
                *at = .5 * *at + .5 * tanh((1 + .25 * round) * f->value[i]);
        }
    }
}

static void lay_out(const struct feedback *f)
{
    const struct qr_reading *r = f->reading;

    for (int i = 0; i < f->stride * f->stride; i++)
        f->board[i] = -1;
    for (int i = 0; i < r->size * r->size; i++)
        *on_board(f, i % r->size, i / r->size) = r->kinds[i] == QR_DARK    ? 1
                                                 : r->kinds[i] == QR_LIGHT ? -1
                                                                           : 0;
}

bool qr_reading_feedback(struct qr_reading *reading)
{
    int             stride = reading->size + 2 * EDGE;
    struct feedback f = {reading, malloc((size_t)stride * (size_t)stride * sizeof(double)), reading->margin,
                         stride};
    struct blur     blur;
    bool            learnt;

    if (!f.board)
        return false;
    lay_out(&f);
    learnt = learn(&f, &blur);
    if (learnt)
        cancel(&f, &blur);
    free(f.board);
    return learnt;
}
