/* qr_reed_solomon.h: Reed-Solomon over GF(256) as in QR codes, with errors and erasures. */
#ifndef SCANNER_QR_REED_SOLOMON_H
#define SCANNER_QR_REED_SOLOMON_H

#include <stdint.h>

#define QR_BLOCK_MOST  255
#define QR_PARITY_MOST 68

struct qr_field { /* powers of the generator and their inverse */
    uint8_t power[512], log[256];
};

void qr_field_make(struct qr_field *field);

/* Corrects a block of `length` codewords whose last `parity` are parity, in place. `erased`: positions that
 * count for half an error each. Returns how many codewords were corrected; -1: more is wrong than can be
 * mended, and the block is of no use. */
int qr_reed_solomon(const struct qr_field *field, uint8_t *block, int length, int parity, const int *erased,
                    int erased_count);

#endif
