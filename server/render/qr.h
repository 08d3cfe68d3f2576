/* qr.h: QR codes (ISO 18004) as pictures. */
#ifndef RENDER_QR_H
#define RENDER_QR_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/arena.h"
#include "shared/buffer.h"
#include "shared/error.h"

#define QR_QUIET 4u /* modules of quiet zone on each side */

struct qr {
    unsigned       width; /* modules, without the quiet zone */
    const uint8_t *dark;  /* width * width; 1 is a dark module; lives as long as the arena */
};

/* Error correction M. Upper-case texts of the alphanumeric set give smaller symbols. */
bool qr_make(struct arena *arena, const char *text, struct qr *qr, struct error *error) MUST_USE;

/* One SVG path with the quiet zone, `size` units wide. */
void qr_svg(const struct qr *qr, unsigned size, struct buffer *out);

/* data:image/svg+xml;base64,… for an img element. */
const char *qr_data_uri(struct arena *arena, const struct qr *qr) MUST_USE;

#endif
