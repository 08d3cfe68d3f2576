#include "qr_redraw.h"

#include <stdlib.h>
#include <string.h>

static void draw_row(const struct qr_symbol *symbol, int row, uint8_t *pixels)
{
    for (int x = 0; x < symbol->size; x++)
        if (symbol->matrix[row * symbol->size + x])
            memset(pixels + (size_t)(x + QR_REDRAW_BORDER) * QR_REDRAW_PIXELS, 0, QR_REDRAW_PIXELS);
}

bool qr_redraw(const struct qr_symbol *symbol, struct picture *picture)
{
    size_t side = (size_t)(symbol->size + 2 * QR_REDRAW_BORDER) * QR_REDRAW_PIXELS;

    *picture =
        (struct picture){.grey = malloc(side * side), .width = (unsigned)side, .height = (unsigned)side};
    if (!picture->grey)
        return false;
    memset(picture->grey, 255, side * side);
    for (int y = 0; y < symbol->size; y++)
        for (size_t i = 0; i < QR_REDRAW_PIXELS; i++)
            draw_row(symbol, y,
                     picture->grey + ((size_t)(y + QR_REDRAW_BORDER) * QR_REDRAW_PIXELS + i) * side);
    return true;
}
