/* printer_languages.h: a label's picture as the bytes that a label printer understands. One row of a table is
 * one language. */
#ifndef SCANNER_PRINTER_LANGUAGES_H
#define SCANNER_PRINTER_LANGUAGES_H

#include <stdbool.h>

#include "label_picture.h"
#include "shared/buffer.h"
#include "shared/error.h"

#define PRINTER_DPIS 3u

/* What lies in the printer, mm; a length of 0 is a continuous roll. */
struct printer_media {
    unsigned width, length;
};

struct printer_language {
    const char *name;
    unsigned    dpis[PRINTER_DPIS]; /* that such printers have; the first is the usual one; 0: no more */
    double      head_mm;            /* as wide as it prints */
    bool        wants_media;
    bool (*write)(const struct label_picture *picture, const struct printer_media *media, struct buffer *out,
                  struct error *error);
};

/* NULL: there is none of that name. */
const struct printer_language *printer_language_find(const char *name);

bool printer_has_dpi(const struct printer_language *language, unsigned dpi);

#endif
