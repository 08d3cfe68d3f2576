#include "printer_languages.h"

#include <string.h>

#include "printer_raster.h"

#define ZPL_FIELD_MOST 99999u /* bytes; the printer cuts off what is more */
#define BAND           128u   /* rows in one command: small printers have small memories */

static void write_field(const struct label_picture *picture, unsigned top, unsigned rows, struct buffer *out)
{
    static const char digits[] = "0123456789ABCDEF";
    const uint8_t    *bits = picture->bits + (size_t)top * picture->stride;
    unsigned          bytes = picture->stride * rows;

    buffer_format(out, "^FO0,%u^GFA,%u,%u,%u,", top, bytes, bytes, picture->stride);
    for (unsigned i = 0; i < bytes; i++)
        buffer_add(out, (const char[]){digits[bits[i] >> 4], digits[bits[i] & 15]}, 2);
    buffer_text(out, "^FS");
}

/* ^GF of the ZPL II Programming Guide: the picture in hexadecimal digits, as many fields as it needs. */
static bool write_zpl(const struct label_picture *picture, const struct printer_media *media,
                      struct buffer *out, struct error *error)
{
    unsigned most = ZPL_FIELD_MOST / picture->stride;

    (void)media;
    (void)error;
    buffer_format(out, "^XA^LH0,0^LL%u", picture->height);
    for (unsigned top = 0; top < picture->height; top += most)
        write_field(picture, top, picture->height - top < most ? picture->height - top : most, out);
    buffer_text(out, "^PQ1^XZ\n");
    return true;
}

/* GS v 0 prints a band of rows; GS V 66 feeds to the knife and cuts, where there is one. */
static bool write_escpos(const struct label_picture *picture, const struct printer_media *media,
                         struct buffer *out, struct error *error)
{
    (void)media;
    (void)error;
    buffer_text(out, "\x1B@");
    for (unsigned y = 0; y < picture->height; y += BAND) {
        unsigned   rows = picture->height - y < BAND ? picture->height - y : BAND;
        const char begin[] = {
            0x1D, 'v', '0', 0, (char)(picture->stride & 255), (char)(picture->stride >> 8), (char)rows, 0};

        buffer_add(out, begin, sizeof begin);
        buffer_add(out, (const char *)picture->bits + (size_t)y * picture->stride,
                   (size_t)rows * picture->stride);
    }
    buffer_add(out, (const char[]){0x1B, 'd', 3, 0x1D, 'V', 66, 0}, 7);
    return true;
}

static const struct printer_language languages[] = {
    {"zpl", {203, 300, 600}, 104, false, write_zpl},
    {"escpos", {203, 180}, 72, false, write_escpos},
    {"brother-ql", {300}, 59, true, printer_raster_brother},
    {"dymo", {300}, 56, false, printer_raster_dymo},
};

const struct printer_language *printer_language_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(languages); i++)
        if (strcmp(languages[i].name, name) == 0)
            return &languages[i];
    return NULL;
}

bool printer_has_dpi(const struct printer_language *language, unsigned dpi)
{
    for (size_t i = 0; i < PRINTER_DPIS; i++)
        if (dpi && language->dpis[i] == dpi)
            return true;
    return false;
}
