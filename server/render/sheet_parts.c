#include "render/sheet_parts.h"

#include "shared/buffer.h"

cairo_status_t sheet_write(void *buffer, const unsigned char *bytes, unsigned length)
{
    struct buffer *out = buffer;

    buffer_add(out, (const char *)bytes, length);
    return out->overflowed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

void sheet_draw_qr(cairo_t *page, const struct qr *qr, double x, double y, double side)
{
    double module = side / (qr->width + 2 * QR_QUIET);

    for (unsigned row = 0; row < qr->width; row++)
        for (unsigned column = 0; column < qr->width; column++) {
            unsigned begin = column;

            while (column < qr->width && qr->dark[row * qr->width + column])
                column++;
            if (column > begin)
                cairo_rectangle(page, x + (begin + QR_QUIET) * module, y + (row + QR_QUIET) * module,
                                (column - begin) * module, module);
        }
    cairo_fill(page);
}
