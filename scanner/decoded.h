/* decoded.h: one code that was read in a picture. */
#ifndef SCANNER_DECODED_H
#define SCANNER_DECODED_H

#include <stdbool.h>
#include <stddef.h>

#define DECODED_TEXT_MOST 8192u /* bytes, with the NUL: the largest QR code, as UTF-8 */
#define DECODED_MOST      128u  /* codes of one picture: a sheet of 65 labels, each with a serial number */

enum symbology {
    SYMBOLOGY_QR,
    SYMBOLOGY_CODE128,
    SYMBOLOGY_CODE39,
    SYMBOLOGY_CODE93,
    SYMBOLOGY_CODABAR,
    SYMBOLOGY_I25,
    SYMBOLOGY_EAN13,
    SYMBOLOGY_EAN8,
    SYMBOLOGY_DATAMATRIX,
    SYMBOLOGY_COUNT
};

struct point {
    float x, y; /* pixels, from the upper left */
};

struct decoded {
    enum symbology symbology;
    size_t         length;                  /* bytes of text; a code may hold NULs */
    char           text[DECODED_TEXT_MOST]; /* UTF-8, and a NUL after it */
    struct point   corners[4];              /* around it, in order */
    unsigned       quality; /* how many lines agree on it; 1 for codes with error correction */
};

/* "QR-Code", "CODE-128" */
const char *symbology_name(enum symbology symbology);

/* Whether it is a code of lines without error correction, in which one misread line can make another text. */
bool symbology_is_linear(enum symbology symbology);

/* How many lines must agree, where `agreement` is enough for Code 128: more for those with a weak check. */
unsigned symbology_agreement(enum symbology symbology, unsigned agreement);

#endif
