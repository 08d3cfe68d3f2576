#include "passes_qr.h"

#include <stdlib.h>

#include "filters.h"
#include "qr_redraw.h"
#include "shared/compiler.h"
#include "zbar_reader.h"

#define SYMBOLS_MOST 8u /* of one pass */

static bool resize(const struct picture *from, const struct qr_settings *settings, struct picture *to)
{
    return settings->numerator > settings->denominator ? picture_double(from, to)
                                                       : picture_shrink(from, settings->denominator, to);
}

/* The text of a mended code, and its corners in the reading's picture. */
static size_t read_symbol(const struct qr_symbol *symbol, float scale, struct decoded *code)
{
    static const struct zbar_settings settings = {.qr_only = true, .agreement = 1};
    struct picture                    drawn;
    size_t                            found;

    if (!qr_redraw(symbol, &drawn))
        return 0;
    found = zbar_read(&drawn, &settings, code, 1);
    picture_free(&drawn);
    for (size_t i = 0; found > 0 && i < COUNT_OF(code->corners); i++)
        code->corners[i] =
            (struct point){(float)symbol->corners[i].x * scale, (float)symbol->corners[i].y * scale};
    return found;
}

static void read_all(struct reading *reading, const struct picture *picture,
                     const struct qr_settings *settings)
{
    float             scale = (float)settings->denominator / (float)settings->numerator;
    struct qr_symbol *symbols = calloc(SYMBOLS_MOST, sizeof *symbols);
    size_t            count;

    if (!symbols)
        return;
    count = qr_read(picture, settings, reading->tried, reading->budget, symbols, SYMBOLS_MOST);
    for (size_t i = 0; i < count && reading->count < reading->most; i++)
        reading_keep(reading, read_symbol(&symbols[i], scale, &reading->codes[reading->count]));
    free(symbols);
}

void passes_read_qr(struct reading *reading, const struct qr_settings *settings)
{
    struct picture resized;

    if (!reading->tried)
        reading->tried = qr_tried_new();
    if (!reading->tried)
        return;
    if (settings->numerator == settings->denominator) {
        read_all(reading, reading->picture, settings);
    } else if (resize(reading->picture, settings, &resized)) {
        read_all(reading, &resized, settings);
        picture_free(&resized);
    }
}
