#include "render/label_sheet.h"

#include <cairo-pdf.h>
#include <ctype.h>
#include <string.h>

#include "render/qr.h"
#include "render/sheet_parts.h"

#define POINTS_PER_MM (72.0 / 25.4)
#define MARGIN_MM     1.6  /* inside each label */
#define MODULE_LEAST  0.33 /* mm: smaller ones are not read reliably */
#define FONT          "DejaVu Sans"
#define FONT_MONO     "DejaVu Sans Mono"

double label_sheet_qr_mm(const struct label_layout *layout)
{
    return layout->height - 2 * MARGIN_MM;
}

const char *label_sheet_address(struct arena *arena, const char *base_url, const struct label *label)
{
    char *text = arena_format(arena, "%s/D/%s", base_url, label->code);

    for (char *c = text; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return text;
}

/* One line, made smaller where it would not fit; returns the height it took. */
static double draw_line(cairo_t *page, const char *text, const char *font, cairo_font_weight_t weight,
                        double x, double y, double width, double size)
{
    cairo_text_extents_t extents;

    cairo_select_font_face(page, font, CAIRO_FONT_SLANT_NORMAL, weight);
    cairo_set_font_size(page, size);
    cairo_text_extents(page, text, &extents);
    if (extents.x_advance > width && extents.x_advance > 0) {
        size *= width / extents.x_advance;
        cairo_set_font_size(page, size);
    }
    cairo_move_to(page, x, y + size * 0.8);
    cairo_show_text(page, text);
    return size * 1.35;
}

static void draw_words(cairo_t *page, const struct label_sheet *sheet, const struct label *label, double x,
                       double y, double width)
{
    bool   large = sheet->layout->height > 30;
    double size = large ? 2.5 : 1.8; /* mm */

    y += draw_line(page, label_format(label).text, FONT_MONO, CAIRO_FONT_WEIGHT_BOLD, x, y, width,
                   large ? 5.2 : 3.6) +
         size * 0.5;
    y += draw_line(page, "Scan to follow your repair", FONT, CAIRO_FONT_WEIGHT_BOLD, x, y, width, size);
    y += draw_line(page, "Scan en volg uw reparatie", FONT, CAIRO_FONT_WEIGHT_NORMAL, x, y, width, size);
    draw_line(page, sheet->help_line, FONT, CAIRO_FONT_WEIGHT_NORMAL, x, y + size * 0.4, width, size);
}

static bool draw_label(struct arena *arena, cairo_t *page, const struct label_sheet *sheet,
                       const struct label *label, double x, double y, struct error *error)
{
    double    side = label_sheet_qr_mm(sheet->layout), module;
    struct qr qr;

    if (!qr_make(arena, label_sheet_address(arena, sheet->base_url, label), &qr, error))
        return false;
    module = side / (qr.width + 2 * QR_QUIET);
    if (module < MODULE_LEAST)
        return error_set(
            error, ERROR_INVALID,
            "the labels of %s are too small for this address: %.2f mm a module, at least %.2f are needed; "
            "choose larger labels or a shorter SPOOR_BASE_URL",
            sheet->layout->name, module, MODULE_LEAST);
    sheet_draw_qr(page, &qr, x + MARGIN_MM, y + MARGIN_MM, side);
    draw_words(page, sheet, label, x + 2 * MARGIN_MM + side, y + sheet->layout->height * 0.2,
               sheet->layout->width - side - 3 * MARGIN_MM);
    return true;
}

static void place_of(const struct label_sheet *sheet, size_t n, double *x, double *y)
{
    const struct label_layout *layout = sheet->layout;

    *x = layout->left + (double)(n % layout->columns) * layout->pitch_x + sheet->offset_x;
    *y = layout->top + (double)(n / layout->columns) * layout->pitch_y + sheet->offset_y;
}

static bool finish(cairo_t *page, cairo_surface_t *surface, const struct buffer *out, bool drawn,
                   struct error *error)
{
    cairo_status_t status;

    cairo_destroy(page);
    cairo_surface_finish(surface);
    status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (!drawn)
        return false;
    if (out->overflowed)
        return error_set(error, ERROR_TOO_LARGE, "these are too many labels for one file");
    return status == CAIRO_STATUS_SUCCESS ||
           error_set(error, ERROR_INTERNAL, "cairo: %s", cairo_status_to_string(status));
}

static cairo_t *begin(struct buffer *out, cairo_surface_t **surface)
{
    cairo_t *page;

    *surface = cairo_pdf_surface_create_for_stream(sheet_write, out, SHEET_WIDTH_MM * POINTS_PER_MM,
                                                   SHEET_HEIGHT_MM * POINTS_PER_MM);
    page = cairo_create(*surface);
    cairo_scale(page, POINTS_PER_MM, POINTS_PER_MM);
    return page;
}

bool label_sheet_write(struct arena *arena, const struct label_sheet *sheet, const struct label *labels,
                       size_t count, struct buffer *out, struct error *error)
{
    size_t           a_page = (size_t)sheet->layout->columns * sheet->layout->rows;
    cairo_surface_t *surface;
    cairo_t         *page = begin(out, &surface);
    bool             drawn = true;

    for (size_t i = 0; drawn && i < count; i++) {
        double x, y;

        if (i > 0 && i % a_page == 0)
            cairo_show_page(page);
        place_of(sheet, i % a_page, &x, &y);
        drawn = draw_label(arena, page, sheet, &labels[i], x, y, error);
    }
    return finish(page, surface, out, drawn, error);
}

bool label_sheet_ruler(const struct label_sheet *sheet, struct buffer *out, struct error *error)
{
    cairo_surface_t *surface;
    cairo_t         *page = begin(out, &surface);

    cairo_set_line_width(page, 0.1);
    for (size_t i = 0; i < (size_t)sheet->layout->columns * sheet->layout->rows; i++) {
        double x, y;

        place_of(sheet, i, &x, &y);
        cairo_rectangle(page, x, y, sheet->layout->width, sheet->layout->height);
    }
    cairo_stroke(page);
    cairo_set_line_width(page, 0.2);
    cairo_move_to(page, 55, 130);
    cairo_line_to(page, 55, 160);
    cairo_move_to(page, 155, 130);
    cairo_line_to(page, 155, 160);
    cairo_stroke(page);
    draw_line(page, "These two lines are 100 mm apart. If they are not, print at 100 % (\"actual size\").",
              FONT, CAIRO_FONT_WEIGHT_BOLD, 58, 140, 94, 3);
    draw_line(page, sheet->layout->name, FONT, CAIRO_FONT_WEIGHT_NORMAL, 58, 147, 94, 3);
    return finish(page, surface, out, true, error);
}

bool label_sheet_png(struct arena *arena, const char *address, unsigned dots, struct buffer *out,
                     struct error *error)
{
    struct qr        qr;
    cairo_surface_t *surface;
    cairo_t         *page;
    unsigned         side;
    cairo_status_t   status;

    if (!qr_make(arena, address, &qr, error))
        return false;
    side = (qr.width + 2 * QR_QUIET) * dots;
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)side, (int)side);
    page = cairo_create(surface);
    cairo_set_source_rgb(page, 1, 1, 1);
    cairo_paint(page);
    cairo_set_source_rgb(page, 0, 0, 0);
    cairo_set_antialias(page, CAIRO_ANTIALIAS_NONE);
    sheet_draw_qr(page, &qr, 0, 0, side);
    cairo_destroy(page);
    status = cairo_surface_write_to_png_stream(surface, sheet_write, out);
    cairo_surface_destroy(surface);
    return status == CAIRO_STATUS_SUCCESS ||
           error_set(error, ERROR_INTERNAL, "cairo: %s", cairo_status_to_string(status));
}
