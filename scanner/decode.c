#include "decode.h"

#include <stdio.h>
#include <string.h>

#include <zbar.h>

static const zbar_symbol_type_t symbologies[] = {ZBAR_QRCODE, ZBAR_CODE128, ZBAR_CODE39, ZBAR_EAN13};

static void keep(const zbar_symbol_t *symbol, struct decoded *code)
{
    unsigned length = zbar_symbol_get_data_length(symbol);

    snprintf(code->symbology, sizeof code->symbology, "%s",
             zbar_get_symbol_name(zbar_symbol_get_type(symbol)));
    snprintf(code->text, sizeof code->text, "%.*s", (int)length, zbar_symbol_get_data(symbol));
}

static size_t scan(zbar_image_scanner_t *scanner, const struct picture *picture, struct decoded *codes,
                   size_t most)
{
    zbar_image_t *image = zbar_image_create();
    size_t        count = 0;

    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, picture->width, picture->height);
    zbar_image_set_data(image, picture->grey, (unsigned long)picture->width * picture->height, NULL);
    if (zbar_scan_image(scanner, image) > 0)
        for (const zbar_symbol_t *symbol = zbar_image_first_symbol(image); symbol && count < most;
             symbol = zbar_symbol_next(symbol))
            if (zbar_symbol_get_data_length(symbol) < DECODE_TEXT_MOST)
                keep(symbol, &codes[count++]);
    zbar_image_destroy(image);
    return count;
}

size_t decode_picture(const struct picture *picture, struct decoded *codes, size_t most)
{
    static const unsigned scales[][2] = {{1, 2}, {2, 1}, {1, 4}};
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    size_t                count;

    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    for (size_t i = 0; i < COUNT_OF(symbologies); i++)
        zbar_image_scanner_set_config(scanner, symbologies[i], ZBAR_CFG_ENABLE, 1);
    count = scan(scanner, picture, codes, most);
    for (size_t i = 0; count == 0 && i < COUNT_OF(scales); i++) {
        struct picture scaled;

        if (scales[i][0] > 1 && (size_t)picture->width * picture->height > 4000000)
            continue;
        if (picture_scale(picture, scales[i][0], scales[i][1], &scaled)) {
            count = scan(scanner, &scaled, codes, most);
            picture_free(&scaled);
        }
    }
    zbar_image_scanner_destroy(scanner);
    return count;
}
