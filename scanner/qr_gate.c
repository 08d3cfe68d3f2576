#include "qr_gate.h"

#include "qr_code.h"

#define SAMPLES    300
#define CELL_SHIFT 1

struct look {
    const struct qr_gate *gate;
    struct qr_grid        grid;
    int                   half; /* of the window, in cells */
    double                gain;
};

/* How much lighter a module is than its surroundings, -1 to 1; 0 outside the picture. */
static double module_lightness(const struct look *look, int x, int y)
{
    const struct picture *picture = look->gate->picture;
    double                size = look->grid.size, grey;
    struct qr_point       at = qr_project(&look->grid.projection, (x + .5) / size, (y + .5) / size);

    if (!(at.x >= 0 && at.y >= 0 && at.x < picture->width - 1 && at.y < picture->height - 1))
        return 0;
    grey = qr_grey(picture, at.x, at.y) - qr_sums_mean(&look->gate->sums, picture, (int)at.x >> CELL_SHIFT,
                                                       (int)at.y >> CELL_SHIFT, look->half);
    return qr_min(qr_max(grey * look->gain, -1), 1);
}

static double agreement(const struct look *look, const uint8_t *kinds)
{
    int    size = look->grid.size, given = 0, every, count = 0;
    double sum = 0;

    for (int i = 0; i < size * size; i++)
        given += qr_given(kinds[i]);
    every = 1 + given / SAMPLES;
    given = 0;
    for (int i = 0; i < size * size; i++)
        if (qr_given(kinds[i]) && given++ % every == 0) {
            sum += (kinds[i] == QR_LIGHT ? 1 : -1) * module_lightness(look, i % size, i / size);
            count++;
        }
    return sum / count;
}

bool qr_gate_opens(struct qr_gate *gate, const struct qr_three *three, int size, double least)
{
    uint8_t     kinds[QR_SIZE_MOST * QR_SIZE_MOST];
    struct look look = {.gate = gate, .gain = 1 / (.8 * qr_three_contrast(three) + 1)};

    if (!gate->sums.sum && !qr_sums_make(gate->picture, CELL_SHIFT, &gate->sums))
        return false;
    look.half = (int)(4.5 * qr_three_module(three)) >> CELL_SHIFT;
    qr_grid_start(three, size, &look.grid);
    if (!qr_projection_corners(look.grid.corners, &look.grid.projection))
        return false;
    qr_code_kinds(size, kinds);
    return agreement(&look, kinds) >= least;
}

void qr_gate_free(struct qr_gate *gate)
{
    qr_sums_free(&gate->sums);
}
