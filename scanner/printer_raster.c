#include "printer_raster.h"

#include <string.h>

#define BROTHER_BYTES   90u  /* 720 pins */
#define BROTHER_DISCARD 400u /* zeros that end whatever the printer was in the middle of */
#define DYMO_BYTES      84u  /* 672 dots */
#define DYMO_DISCARD    85u  /* escapes, one more than the longest row */

/* Rolls of the Raster Command Reference: printable dots, rows (0: as many as are needed), first pin, feed in
 * dots. */
static const struct roll {
    struct printer_media media;
    unsigned             printable, rows, offset, feed;
} rolls[] = {
    {{12, 0}, 106, 0, 29, 35},     {{29, 0}, 306, 0, 6, 35},   {{38, 0}, 413, 0, 12, 35},
    {{50, 0}, 554, 0, 12, 35},     {{54, 0}, 590, 0, 0, 35},   {{62, 0}, 696, 0, 12, 35},
    {{17, 54}, 165, 566, 0, 0},    {{17, 87}, 165, 956, 0, 0}, {{23, 23}, 202, 202, 42, 0},
    {{29, 42}, 306, 425, 6, 0},    {{29, 90}, 306, 991, 6, 0}, {{38, 90}, 413, 991, 12, 0},
    {{39, 48}, 425, 495, 6, 0},    {{52, 29}, 578, 271, 0, 0}, {{62, 29}, 696, 271, 12, 0},
    {{62, 100}, 696, 1109, 12, 0},
};

static const struct roll *find_roll(const struct printer_media *media)
{
    for (size_t i = 0; i < COUNT_OF(rolls); i++)
        if (rolls[i].media.width == media->width && rolls[i].media.length == media->length)
            return &rolls[i];
    return NULL;
}

/* Which roll, how many rows, one page, cut after it, no compression. */
static void begin_brother(const struct roll *roll, unsigned rows, struct buffer *out)
{
    static const char zeros[BROTHER_DISCARD];
    const char        kind = roll->rows ? 0x0B : 0x0A;
    const char        bytes[] = {0x1B,
                                 '@',
                                 0x1B,
                                 'i',
                                 'a',
                                 1,
                                 0x1B,
                                 'i',
                                 'z',
                                 (char)0xCE,
                                 kind,
                                 (char)roll->media.width,
                                 (char)roll->media.length,
                                 (char)(rows & 255),
                                 (char)(rows >> 8),
                                 0,
                                 0,
                                 0,
                                 0,
                                 0x1B,
                                 'i',
                                 'M',
                                 0x40,
                                 0x1B,
                                 'i',
                                 'A',
                                 1,
                                 0x1B,
                                 'i',
                                 'K',
                                 8,
                                 0x1B,
                                 'i',
                                 'd',
                                 (char)roll->feed,
                                 0,
                                 'M',
                                 0};

    buffer_add(out, zeros, sizeof zeros);
    buffer_add(out, bytes, sizeof bytes);
}

/* The first pin is at the right-hand edge: a row is its picture mirrored. */
static void mirror(const struct label_picture *picture, unsigned y, unsigned first,
                   uint8_t row[BROTHER_BYTES])
{
    memset(row, 0, BROTHER_BYTES);
    for (unsigned x = 0; x < picture->width; x++) {
        unsigned pin = first + picture->width - 1 - x;

        if (label_picture_dot(picture, x, y))
            row[pin / 8] |= (uint8_t)(0x80u >> pin % 8);
    }
}

bool printer_raster_brother(const struct label_picture *picture, const struct printer_media *media,
                            struct buffer *out, struct error *error)
{
    const struct roll *roll = find_roll(media);
    uint8_t            row[BROTHER_BYTES] = {0};
    unsigned           rows, first, above;

    if (!roll)
        return error_field(error, "media",
                           "there is no roll of this size for brother-ql: 12, 29, 38, 50, 54 and 62 are "
                           "continuous, 29x90 or 62x29 are labels");
    rows = roll->rows ? roll->rows : picture->height;
    if (picture->width > roll->printable || picture->height > rows)
        return error_field(error, "size", "this label does not fit on the roll: choose a smaller --size");
    first = roll->offset + (roll->printable - picture->width) / 2;
    above = (rows - picture->height) / 2;
    begin_brother(roll, rows, out);
    for (unsigned y = 0; y < rows; y++) {
        memset(row, 0, sizeof row);
        if (y >= above && y - above < picture->height)
            mirror(picture, y - above, first, row);
        buffer_add(out, (const char[]){'g', 0, BROTHER_BYTES}, 3);
        buffer_add(out, (const char *)row, sizeof row);
    }
    buffer_add(out, "\x1A", 1);
    return true;
}

/* ESC D: bytes a row, ESC h: 300 dots an inch, SYN: one row, ESC E: on to the edge of the label. */
bool printer_raster_dymo(const struct label_picture *picture, const struct printer_media *media,
                         struct buffer *out, struct error *error)
{
    (void)media;
    if (picture->stride > DYMO_BYTES)
        return error_field(error, "size", "this label is wider than the printer: choose a smaller --size");
    for (unsigned i = 0; i < DYMO_DISCARD; i++)
        buffer_add(out, "\x1B", 1);
    buffer_add(out, (const char[]){0x1B, '@', 0x1B, 'B', 0, 0x1B, 'D', (char)picture->stride, 0x1B, 'h'}, 10);
    for (unsigned y = 0; y < picture->height; y++) {
        buffer_add(out, "\x16", 1);
        buffer_add(out, (const char *)picture->bits + (size_t)y * picture->stride, picture->stride);
    }
    buffer_text(out, "\x1B"
                     "E");
    return true;
}
