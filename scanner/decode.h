/* decode.h: finds codes in a picture, by zbar. */
#ifndef SCANNER_DECODE_H
#define SCANNER_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "picture.h"

#define DECODE_TEXT_MOST  512u
#define DECODE_CODES_MOST 16u

struct decoded {
    char symbology[24]; /* "QR-Code" */
    char text[DECODE_TEXT_MOST];
};

/* Tries the picture as it is, at half and at double size, until something is found. Returns how many codes.
 */
size_t decode_picture(const struct picture *picture, struct decoded *codes, size_t most);

/* The same of a file, in a child process with limits on time and memory: whatever a hostile picture does to
 * the libraries ends there. false with ERROR_NOT_FOUND: no code was found or the child died; others as
 * picture_read(). */
bool decode_file(const char *path, struct decoded *codes, size_t most, size_t *count,
                 struct error *error) MUST_USE;

#endif
