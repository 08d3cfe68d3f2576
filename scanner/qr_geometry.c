#include "qr_geometry.h"

#include <string.h>

static void swap_rows(double *a, double *b, int width)
{
    for (int i = 0; i < width; i++) {
        double kept = a[i];

        a[i] = b[i];
        b[i] = kept;
    }
}

static void clear_column(double *rows, int count, int column)
{
    const double *pivot = rows + (ptrdiff_t)column * (count + 1);

    for (int r = 0; r < count; r++) {
        double *row = rows + (ptrdiff_t)r * (count + 1);
        double  factor = row[column] / pivot[column];

        for (int c = column; c <= count && r != column; c++)
            row[c] -= factor * pivot[c];
    }
}

bool qr_solve(double *rows, int count)
{
    int width = count + 1;

    for (int i = 0; i < count; i++) {
        int best = i;

        for (int r = i + 1; r < count; r++)
            if (fabs(rows[r * width + i]) > fabs(rows[best * width + i]))
                best = r;
        if (fabs(rows[best * width + i]) < 1e-11)
            return false;
        if (best != i)
            swap_rows(rows + (ptrdiff_t)best * width, rows + (ptrdiff_t)i * width, width);
        clear_column(rows, count, i);
    }
    for (int i = 0; i < count; i++)
        rows[i * width + count] /= rows[i * width + i];
    return true;
}

static void add_equation(double *rows, const double equation[9], double weight)
{
    for (int a = 0; a < 8; a++)
        for (int b = 0; b < 9; b++)
            rows[a * 9 + b] += weight * equation[a] * equation[b];
}

bool qr_projection_fit(const struct qr_match *matches, size_t count, struct qr_projection *p)
{
    double rows[8 * 9] = {0};

    for (size_t i = 0; i < count; i++) {
        double x = matches[i].code.x, y = matches[i].code.y;
        double u = matches[i].seen.x, v = matches[i].seen.y;

        add_equation(rows, (double[9]){x, y, 1, 0, 0, 0, -u * x, -u * y, u}, matches[i].weight);
        add_equation(rows, (double[9]){0, 0, 0, x, y, 1, -v * x, -v * y, v}, matches[i].weight);
    }
    if (count < 4 || !qr_solve(rows, 8))
        return false;
    for (int i = 0; i < 8; i++)
        p->term[i] = rows[i * 9 + 8];
    return true;
}

bool qr_projection_corners(const struct qr_point c[4], struct qr_projection *p)
{
    struct qr_point side1 = qr_minus(c[1], c[2]), side2 = qr_minus(c[3], c[2]);
    struct qr_point rest = {c[0].x - c[1].x + c[2].x - c[3].x, c[0].y - c[1].y + c[2].y - c[3].y};
    double          area = qr_cross(side1, side2), g, h;

    if (fabs(area) < 1e-9)
        return false;
    g = qr_cross(rest, side2) / area;
    h = qr_cross(side1, rest) / area;
    *p = (struct qr_projection){{c[1].x - c[0].x + g * c[1].x, c[3].x - c[0].x + h * c[3].x, c[0].x,
                                 c[1].y - c[0].y + g * c[1].y, c[3].y - c[0].y + h * c[3].y, c[0].y, g, h}};
    return true;
}

double qr_median(double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        double value = values[i];
        size_t at = i;

        for (; at > 0 && values[at - 1] > value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
    return count ? values[count / 2] : 0;
}
