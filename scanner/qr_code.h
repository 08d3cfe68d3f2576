/* qr_code.h: what the standard says of each size of QR code: which modules are given, where bits lie, which
 * blocks. */
#ifndef SCANNER_QR_CODE_H
#define SCANNER_QR_CODE_H

#include <stdbool.h>
#include <stdint.h>

#define QR_SIZE_LEAST     21
#define QR_SIZE_MOST      177
#define QR_CODEWORDS_MOST 3706
#define QR_FORMAT_BITS    15

enum qr_kind { QR_DATA, QR_LIGHT, QR_DARK, QR_FORMAT }; /* of a module */

static inline bool qr_given(uint8_t kind)
{
    return kind == QR_LIGHT || kind == QR_DARK;
}

static inline int qr_size_of(int version)
{
    return 17 + 4 * version;
}

/* `kinds`: size x size, row by row. */
void qr_code_kinds(int size, uint8_t *kinds);

/* The fifteen bits of format 0 to 31: level and mask. */
int qr_code_format(int format);

/* Where bit `bit` of the first or second copy of the format stands. */
int qr_code_format_place(int size, int bit, int copy);

bool qr_code_masked(int mask, int x, int y);

/* The data modules in the order of their bits, eight a codeword. Returns how many codewords. */
int qr_code_order(int size, const uint8_t *kinds, uint16_t (*places)[8]);

struct qr_blocks {
    int blocks; /* the longer ones come last */
    int parity; /* codewords of each */
};

struct qr_blocks qr_code_blocks(int size, int format);

#endif
