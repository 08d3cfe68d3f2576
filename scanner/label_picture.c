#include "label_picture.h"

#include <math.h>

#include <qrencode.h>

#include "big_letters.h"

#define QUIET       4u /* modules on each side */
#define LINE        (LABEL_SYMBOLS / 2)
#define LINE_CELLS  (LINE * (BIG_LETTER_CELLS + 1u) - 1u)
#define MM_PER_INCH 25.4

struct canvas {
    unsigned stride;
    uint8_t *bits;
};

static void fill(const struct canvas *canvas, unsigned left, unsigned top, unsigned side)
{
    for (unsigned y = top; y < top + side; y++)
        for (unsigned x = left; x < left + side; x++)
            canvas->bits[y * canvas->stride + x / 8] |= (uint8_t)(0x80u >> x % 8);
}

static void draw_code(const struct canvas *canvas, const QRcode *code, unsigned module)
{
    unsigned width = (unsigned)code->width;

    for (unsigned i = 0; i < width * width; i++)
        if (code->data[i] & 1)
            fill(canvas, (i % width + QUIET) * module, (i / width + QUIET) * module, module);
}

/* Two lines of five letters, each cell a square of `cell` dots. */
static void draw_letters(const struct canvas *canvas, const char *text, unsigned left, unsigned top,
                         unsigned cell)
{
    for (unsigned n = 0; n < LABEL_SYMBOLS; n++)
        for (unsigned i = 0; i < BIG_LETTER_ROWS * BIG_LETTER_CELLS; i++) {
            unsigned row = i / BIG_LETTER_CELLS, column = i % BIG_LETTER_CELLS;

            if (big_letter_cell(text[n], (int)row, (int)column))
                fill(canvas, left + (n % LINE * (BIG_LETTER_CELLS + 1) + column) * cell,
                     top + (n / LINE * (BIG_LETTER_ROWS + 1) + row) * cell, cell);
        }
}

static bool check_module(unsigned modules, unsigned module, double size_mm, unsigned dpi, struct error *error)
{
    double   dot = MM_PER_INCH / dpi;
    unsigned least = (unsigned)ceil(LABEL_MODULE_LEAST / dot);

    return module >= least ||
           error_field(error, "size",
                       "a QR of %.1f mm would have %.2f mm a module at %u dots an inch, and at least %.2f mm "
                       "are needed to be "
                       "read: say --size %.1f or more",
                       size_mm, module * dot, dpi, LABEL_MODULE_LEAST, ceil(least * modules * dot * 10) / 10);
}

static void draw(struct arena *arena, const QRcode *code, const struct label *label, unsigned module,
                 struct label_picture *picture)
{
    unsigned      side = ((unsigned)code->width + 2 * QUIET) * module;
    unsigned      cell = (side - 2 * module) / LINE_CELLS;
    struct canvas canvas = {.stride = (side + 7) / 8};
    unsigned      height = side + cell * (2 * BIG_LETTER_ROWS + 1) + QUIET * module;

    canvas.bits = arena_take(arena, (size_t)canvas.stride * height);
    draw_code(&canvas, code, module);
    draw_letters(&canvas, label->code, (side - LINE_CELLS * cell) / 2, side, cell);
    *picture = (struct label_picture){
        .width = side, .height = height, .stride = canvas.stride, .module = module, .bits = canvas.bits};
}

bool label_picture_make(struct arena *arena, const char *address, const struct label *label, double size_mm,
                        unsigned dpi, struct label_picture *picture, struct error *error)
{
    QRcode  *code = QRcode_encodeString(address, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    unsigned modules, module;
    bool     fits;

    if (!code)
        return error_set(error, ERROR_INVALID, "this address does not fit into a QR code");
    modules = (unsigned)code->width + 2 * QUIET;
    module = (unsigned)(size_mm * dpi / MM_PER_INCH + 1e-6) / modules;
    fits = check_module(modules, module, size_mm, dpi, error);
    if (fits)
        draw(arena, code, label, module, picture);
    QRcode_free(code);
    return fits;
}

bool label_picture_dot(const struct label_picture *picture, unsigned x, unsigned y)
{
    return picture->bits[y * picture->stride + x / 8] >> (7 - x % 8) & 1;
}
