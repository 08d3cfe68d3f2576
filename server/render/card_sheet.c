#include "render/card_sheet.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "render/label_layout.h"
#include "render/qr.h"
#include "render/sheet_parts.h"

#define MM(length)    ((length)*72.0 / 25.4) /* points */
#define COLUMNS       2u
#define CARD_WIDTH    92.0 /* mm, as all below */
#define CARD_HEIGHT   45.0
#define LEFT          ((SHEET_WIDTH_MM - COLUMNS * CARD_WIDTH) / 2)
#define TOP           ((SHEET_HEIGHT_MM - CARDS_A_PAGE / COLUMNS * CARD_HEIGHT) / 2)
#define QR_SIDE       39.0 /* with its quiet zone */
#define MARGIN        3.0
#define LETTERS_LEAST 1.6 /* smaller ones are not printed: the text ends with an ellipsis instead */

struct words {
    const char *text, *font;
    double      y, height, size; /* of the box in the card; the size at most */
    bool        bold;
};

static bool fits(PangoLayout *layout, const struct words *words, double width, double size)
{
    PangoFontDescription *font = pango_font_description_from_string(words->font);
    int                   wide, high;

    pango_font_description_set_absolute_size(font, MM(size) * PANGO_SCALE);
    pango_font_description_set_weight(font, words->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_get_size(layout, &wide, &high);
    return wide <= MM(width) * PANGO_SCALE && high <= MM(words->height) * PANGO_SCALE;
}

/* Whole words as large as the box allows; where even the smallest letters are too many, words are broken,
 * then cut short. */
static void draw_words(cairo_t *page, const struct words *words, double x, double y, double width)
{
    PangoLayout *layout = pango_cairo_create_layout(page);
    double       size = words->size;

    pango_layout_set_text(layout, words->text, -1);
    pango_layout_set_width(layout, (int)(MM(width) * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD);
    while (!fits(layout, words, width, size) && size > words->size / 2)
        size *= 0.94;
    if (!fits(layout, words, width, size)) {
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
        for (size = words->size; size > LETTERS_LEAST && !fits(layout, words, width, size);)
            size = size * 0.94 > LETTERS_LEAST ? size * 0.94 : LETTERS_LEAST;
        pango_layout_set_height(layout, (int)(MM(words->height) * PANGO_SCALE));
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    }
    cairo_move_to(page, x, y + MM(words->y));
    pango_cairo_show_layout(page, layout);
    g_object_unref(layout);
}

static bool draw_card(struct arena *arena, cairo_t *page, const struct bench_card *card, double x, double y,
                      struct error *error)
{
    const struct words words[] = {{card->heading, "DejaVu Sans", 4, 4, 2.8, false},
                                  {card->word, "DejaVu Sans", 9, *card->second ? 16 : 25, 8.5, true},
                                  {card->second, "DejaVu Sans", 25.5, 9, 4.6, false},
                                  {card->content, "DejaVu Sans Mono", 36.5, 6, 2.6, false}};
    struct qr          qr;

    if (!qr_make(arena, card->content, &qr, error))
        return false;
    cairo_set_source_rgb(page, 0.7, 0.7, 0.7);
    cairo_set_line_width(page, MM(0.15));
    cairo_rectangle(page, x, y, MM(CARD_WIDTH), MM(CARD_HEIGHT));
    cairo_stroke(page);
    cairo_set_source_rgb(page, 0, 0, 0);
    sheet_draw_qr(page, &qr, x + MM(MARGIN), y + MM(MARGIN), MM(QR_SIDE));
    for (size_t i = 0; i < COUNT_OF(words); i++)
        draw_words(page, &words[i], x + MM(2 * MARGIN + QR_SIDE), y, CARD_WIDTH - QR_SIDE - 3 * MARGIN);
    return true;
}

static cairo_t *begin(struct buffer *out, cairo_surface_t **surface)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_t              *page;

    *surface = cairo_pdf_surface_create_for_stream(sheet_write, out, MM(SHEET_WIDTH_MM), MM(SHEET_HEIGHT_MM));
    page = cairo_create(*surface);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(page, options);
    cairo_font_options_destroy(options);
    return page;
}

bool card_sheet_write(struct arena *arena, const struct bench_card *cards, size_t count, struct buffer *out,
                      struct error *error)
{
    cairo_surface_t *surface;
    cairo_t         *page = begin(out, &surface);
    cairo_status_t   status;
    bool             drawn = true;

    for (size_t i = 0; drawn && i < count; i++) {
        size_t place = i % CARDS_A_PAGE;

        if (i > 0 && place == 0)
            cairo_show_page(page);
        drawn = draw_card(arena, page, &cards[i], MM(LEFT + (double)(place % COLUMNS) * CARD_WIDTH),
                          MM(TOP + (double)(place / COLUMNS) * CARD_HEIGHT), error);
    }
    cairo_destroy(page);
    cairo_surface_finish(surface);
    status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (!drawn)
        return false;
    if (out->overflowed)
        return error_set(error, ERROR_TOO_LARGE, "these are too many cards for one file");
    return status == CAIRO_STATUS_SUCCESS ||
           error_set(error, ERROR_INTERNAL, "cairo: %s", cairo_status_to_string(status));
}
