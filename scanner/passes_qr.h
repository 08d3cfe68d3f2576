/* passes_qr.h: the QR reader as a pass: at a size of its own, and with zbar reading what it redraws. */
#ifndef SCANNER_PASSES_QR_H
#define SCANNER_PASSES_QR_H

#include "passes.h"

void passes_read_qr(struct reading *reading, const struct qr_settings *settings);

#endif
