#include "render/qr.h"

#include <qrencode.h>

static void release(void *code)
{
    QRcode_free(code);
}

bool qr_make(struct arena *arena, const char *text, struct qr *qr, struct error *error)
{
    QRcode  *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    uint8_t *dark;

    if (!code)
        return error_set(error, ERROR_INVALID, "this text does not fit into a QR code");
    arena_defer(arena, release, code);
    dark = arena_take(arena, (size_t)code->width * (size_t)code->width);
    for (int i = 0; i < code->width * code->width; i++)
        dark[i] = code->data[i] & 1;
    *qr = (struct qr){.width = (unsigned)code->width, .dark = dark};
    return true;
}

void qr_svg(const struct qr *qr, unsigned size, struct buffer *out)
{
    unsigned whole = qr->width + 2 * QR_QUIET;

    buffer_format(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\" "
        "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%uv%uH0z\"/><path d=\"",
        size, size, whole, whole, whole, whole);
    for (unsigned y = 0; y < qr->width; y++)
        for (unsigned x = 0; x < qr->width; x++) {
            unsigned begin = x;

            while (x < qr->width && qr->dark[y * qr->width + x])
                x++;
            if (x > begin)
                buffer_format(out, "M%u %uh%uv1H%uz", begin + QR_QUIET, y + QR_QUIET, x - begin,
                              begin + QR_QUIET);
        }
    buffer_text(out, "\"/></svg>");
}

static const char *base64(struct arena *arena, const char *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char             *text = arena_take(arena, (length + 2) / 3 * 4 + 1), *at = text;

    for (size_t i = 0; i < length; i += 3) {
        uint32_t group = (uint32_t)(uint8_t)bytes[i] << 16;

        group |= i + 1 < length ? (uint32_t)(uint8_t)bytes[i + 1] << 8 : 0;
        group |= i + 2 < length ? (uint32_t)(uint8_t)bytes[i + 2] : 0;
        *at++ = digits[group >> 18];
        *at++ = digits[group >> 12 & 63];
        *at++ = i + 1 < length ? digits[group >> 6 & 63] : '=';
        *at++ = i + 2 < length ? digits[group & 63] : '=';
    }
    return text;
}

const char *qr_data_uri(struct arena *arena, const struct qr *qr)
{
    struct buffer svg = {.limit = 200000};
    const char   *uri;

    qr_svg(qr, 200, &svg);
    uri = arena_format(arena, "data:image/svg+xml;base64,%s", base64(arena, svg.text, svg.length));
    buffer_free(&svg);
    return uri;
}
