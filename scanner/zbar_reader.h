/*
 * zbar_reader.h: zbar, the decoder of record. The only file that knows it.
 *
 * Some of its parts are never used: DataBar (overruns its stack in 0.23.92) and SQ codes (endless loop). Each
 * call takes a new scanner: what zbar keeps from scan to scan changes results, and in 0.23.92 it grows.
 */
#ifndef SCANNER_ZBAR_READER_H
#define SCANNER_ZBAR_READER_H

#include "decoded.h"
#include "picture.h"

struct zbar_settings {
    bool     qr_only;
    bool     ean;       /* also EAN and UPC: zbar mixes digits up in poor pictures, so not in deep passes */
    unsigned agreement; /* scan lines that must agree on a code of lines; at least 1 */
};

/* Reads what zbar finds in the picture. Corners are in its pixels. Returns how many codes. */
size_t zbar_read(const struct picture *picture, const struct zbar_settings *settings, struct decoded *codes,
                 size_t most);

/* zbar's decoder of lines, fed with lines of our own. It reports each code of each line. */
struct zbar_lines;
typedef void zbar_line_found(void *context, enum symbology symbology, const char *text, size_t length);

struct zbar_lines *zbar_lines_new(zbar_line_found *found, void *context, bool ean);
void               zbar_lines_free(struct zbar_lines *lines);

/* One line of grey, 0 to 255, read both ways: zbar reads the halves of EAN from their outer guards. */
void zbar_lines_grey(struct zbar_lines *lines, const float *samples, size_t count);

/* The widths of light and dark in turn, read both ways. `quiet`: a quiet zone to make up at both ends, where
 * the first and last width are dark; 0: the first and last width are light. */
void zbar_lines_widths(struct zbar_lines *lines, const unsigned *widths, size_t count, unsigned quiet);

#endif
