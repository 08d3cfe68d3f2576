/* datamatrix.h: DataMatrix, which some makers print on their serial labels and zbar does not know. */
#ifndef SCANNER_DATAMATRIX_H
#define SCANNER_DATAMATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One code of the picture, rows of grey without gaps: its text in UTF-8 and x, y of its four corners. false:
 * none, or one that does not fit. */
bool datamatrix_find(const uint8_t *grey, unsigned width, unsigned height, char *text, size_t size,
                     size_t *length, float corners[8]);

#ifdef __cplusplus
}
#endif

#endif
