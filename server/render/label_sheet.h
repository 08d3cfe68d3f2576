/* label_sheet.h: labels as vector PDF (cairo), to be printed at 100 %. */
#ifndef RENDER_LABEL_SHEET_H
#define RENDER_LABEL_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "render/label_layout.h"
#include "shared/arena.h"
#include "shared/buffer.h"
#include "shared/error.h"
#include "shared/label.h"

struct label_sheet {
    const struct label_layout *layout;
    const char                *base_url;           /* what the QR leads to: BASE/D/CODE */
    const char                *help_line;          /* whom to call */
    double                     offset_x, offset_y; /* mm, for printers that do not hit the mark */
};

/* As many pages as the labels need. The buffer needs room: about 6 KiB for each label. */
bool label_sheet_write(struct arena *arena, const struct label_sheet *sheet, const struct label *labels,
                       size_t count, struct buffer *out, struct error *error) MUST_USE;

/* A test page: the outline of every label, and two lines that are 100 mm apart. */
bool label_sheet_ruler(const struct label_sheet *sheet, struct buffer *out, struct error *error) MUST_USE;

/* "HTTPS://FIX.EXAMPLE.NL/D/7K3M9QXFDT": all upper case, so that the symbol stays small. */
const char *label_sheet_address(struct arena *arena, const char *base_url,
                                const struct label *label) MUST_USE;

/* One label's QR as PNG, whole dots for each module. */
bool label_sheet_png(struct arena *arena, const char *address, unsigned dots, struct buffer *out,
                     struct error *error) MUST_USE;

/* Side of the QR with its quiet zone on a layout, mm. */
double label_sheet_qr_mm(const struct label_layout *layout);

#endif
