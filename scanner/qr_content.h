/* qr_content.h: whether corrected codewords hold segments as the standard has them. */
#ifndef SCANNER_QR_CONTENT_H
#define SCANNER_QR_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when known segments follow one another up to the terminator or the end. */
bool qr_content_plausible(int size, const uint8_t *data, size_t length);

#endif
