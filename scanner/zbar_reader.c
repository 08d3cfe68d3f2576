#include "zbar_reader.h"

#include <stdlib.h>
#include <string.h>

#include <zbar.h>

#include "charset.h"

#define LIGHT_AT_ENDS  1000u
#define BORDER_SAMPLES 2 /* how often zbar wants to be flushed at a line's end */

static const struct {
    zbar_symbol_type_t type;
    enum symbology     symbology;
} kinds[] = {
    {ZBAR_QRCODE, SYMBOLOGY_QR},     {ZBAR_CODE128, SYMBOLOGY_CODE128}, {ZBAR_CODE39, SYMBOLOGY_CODE39},
    {ZBAR_CODE93, SYMBOLOGY_CODE93}, {ZBAR_CODABAR, SYMBOLOGY_CODABAR}, {ZBAR_I25, SYMBOLOGY_I25},
    {ZBAR_EAN13, SYMBOLOGY_EAN13},   {ZBAR_EAN8, SYMBOLOGY_EAN8},
};

/* Codes without a check symbol: stripes of any kind look like short ones. */
static const struct {
    zbar_symbol_type_t type;
    int                characters;
} shortest[] = {{ZBAR_CODE39, 3}, {ZBAR_CODABAR, 4}, {ZBAR_I25, 6}};

static bool is_ean(enum symbology symbology)
{
    return symbology == SYMBOLOGY_EAN13 || symbology == SYMBOLOGY_EAN8;
}

static bool symbology_of(zbar_symbol_type_t type, enum symbology *symbology)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (kinds[i].type == type) {
            *symbology = kinds[i].symbology;
            return true;
        }
    return false;
}

static zbar_image_scanner_t *new_scanner(const struct zbar_settings *settings)
{
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();

    if (!scanner)
        abort();
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (kinds[i].symbology == SYMBOLOGY_QR ||
            (!settings->qr_only && (settings->ean || !is_ean(kinds[i].symbology))))
            zbar_image_scanner_set_config(scanner, kinds[i].type, ZBAR_CFG_ENABLE, 1);
    for (size_t i = 0; i < COUNT_OF(shortest); i++)
        zbar_image_scanner_set_config(scanner, shortest[i].type, ZBAR_CFG_MIN_LEN, shortest[i].characters);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
    return scanner;
}

/* The corners of a QR code, or the box around the points where lines met a code. */
static void take_corners(const zbar_symbol_t *symbol, struct point corners[4])
{
    unsigned     count = zbar_symbol_get_loc_size(symbol);
    struct point least = {1e9F, 1e9F}, most = {0, 0};

    for (unsigned i = 0; i < count; i++) {
        struct point at = {(float)zbar_symbol_get_loc_x(symbol, i), (float)zbar_symbol_get_loc_y(symbol, i)};

        if (count == 4)
            corners[i] = at;
        least = (struct point){at.x < least.x ? at.x : least.x, at.y < least.y ? at.y : least.y};
        most = (struct point){at.x > most.x ? at.x : most.x, at.y > most.y ? at.y : most.y};
    }
    if (count == 4 || count == 0)
        return;
    corners[0] = least;
    corners[1] = (struct point){least.x, most.y};
    corners[2] = most;
    corners[3] = (struct point){most.x, least.y};
}

static bool take(const zbar_symbol_t *symbol, unsigned agreement, struct decoded *code)
{
    int quality = zbar_symbol_get_quality(symbol);

    *code = (struct decoded){0};
    if (!symbology_of(zbar_symbol_get_type(symbol), &code->symbology))
        return false;
    code->quality = symbology_is_linear(code->symbology) && quality > 0 ? (unsigned)quality : 1;
    if (symbology_is_linear(code->symbology) &&
        code->quality < symbology_agreement(code->symbology, agreement))
        return false;
    code->length = charset_to_utf8(zbar_symbol_get_data(symbol), zbar_symbol_get_data_length(symbol),
                                   code->text, sizeof code->text);
    take_corners(symbol, code->corners);
    return code->length > 0;
}

size_t zbar_read(const struct picture *picture, const struct zbar_settings *settings, struct decoded *codes,
                 size_t most)
{
    zbar_image_scanner_t *scanner = new_scanner(settings);
    zbar_image_t         *image = zbar_image_create();
    size_t                count = 0;

    if (!image)
        abort();
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, picture->width, picture->height);
    zbar_image_set_data(image, picture->grey, (unsigned long)picture->width * picture->height, NULL);
    if (zbar_scan_image(scanner, image) > 0)
        for (const zbar_symbol_t *symbol = zbar_image_first_symbol(image); symbol && count < most;
             symbol = zbar_symbol_next(symbol))
            count += take(symbol, settings->agreement, &codes[count]);
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    return count;
}

struct zbar_lines {
    zbar_decoder_t  *decoder;
    zbar_scanner_t  *scanner;
    zbar_line_found *found;
    void            *context;
};

static void report(zbar_decoder_t *decoder)
{
    struct zbar_lines *lines = zbar_decoder_get_userdata(decoder);
    enum symbology     symbology;

    if (symbology_of(zbar_decoder_get_type(decoder), &symbology) && symbology != SYMBOLOGY_QR &&
        zbar_decoder_get_data_length(decoder) > 0)
        lines->found(lines->context, symbology, zbar_decoder_get_data(decoder),
                     zbar_decoder_get_data_length(decoder));
}

struct zbar_lines *zbar_lines_new(zbar_line_found *found, void *context, bool ean)
{
    struct zbar_lines *lines = calloc(1, sizeof *lines);

    if (!lines)
        abort();
    *lines = (struct zbar_lines){.decoder = zbar_decoder_create(), .found = found, .context = context};
    lines->scanner = lines->decoder ? zbar_scanner_create(lines->decoder) : NULL;
    if (!lines->scanner)
        abort();
    zbar_decoder_set_config(lines->decoder, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (kinds[i].symbology != SYMBOLOGY_QR && kinds[i].symbology != SYMBOLOGY_CODABAR &&
            (ean || !is_ean(kinds[i].symbology)))
            zbar_decoder_set_config(lines->decoder, kinds[i].type, ZBAR_CFG_ENABLE, 1);
    for (size_t i = 0; i < COUNT_OF(shortest); i++)
        zbar_decoder_set_config(lines->decoder, shortest[i].type, ZBAR_CFG_MIN_LEN, shortest[i].characters);
    zbar_decoder_set_userdata(lines->decoder, lines);
    zbar_decoder_set_handler(lines->decoder, report);
    return lines;
}

void zbar_lines_free(struct zbar_lines *lines)
{
    if (!lines)
        return;
    zbar_scanner_destroy(lines->scanner);
    zbar_decoder_destroy(lines->decoder);
    free(lines);
}

static int level(float sample)
{
    return sample < 0 ? 0 : sample > 255 ? 255 : (int)(sample + 0.5F);
}

void zbar_lines_grey(struct zbar_lines *lines, const float *samples, size_t count)
{
    for (int backwards = 0; backwards < 2; backwards++) {
        for (size_t i = 0; i < count; i++)
            zbar_scan_y(lines->scanner, level(samples[backwards ? count - 1 - i : i]));
        for (int i = 0; i < BORDER_SAMPLES; i++)
            zbar_scanner_flush(lines->scanner);
        zbar_scanner_new_scan(lines->scanner);
    }
}

void zbar_lines_widths(struct zbar_lines *lines, const unsigned *widths, size_t count, unsigned quiet)
{
    for (int backwards = 0; backwards < 2; backwards++) {
        zbar_decoder_new_scan(lines->decoder);
        if (quiet > 0)
            zbar_decode_width(lines->decoder, quiet);
        for (size_t i = 0; i < count; i++)
            zbar_decode_width(lines->decoder, widths[backwards ? count - 1 - i : i]);
        if (quiet > 0)
            zbar_decode_width(lines->decoder, quiet);
        zbar_decode_width(lines->decoder, 1);
        zbar_decode_width(lines->decoder, quiet > 0 ? quiet : LIGHT_AT_ENDS);
        zbar_decode_width(lines->decoder, 0);
    }
    zbar_decoder_new_scan(lines->decoder);
}
