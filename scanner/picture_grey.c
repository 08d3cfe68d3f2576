/* What the readers of all formats share: rows become a picture, and the picture is turned. */
#include <stdlib.h>
#include <string.h>

#include <libexif/exif-data.h>

#include "picture_formats.h"

bool grey_check(unsigned long width, unsigned long height, struct error *error)
{
    if (width == 0 || height == 0)
        return error_set(error, ERROR_INVALID, "the picture is empty");
    if (width > PICTURE_PIXELS_MOST / height)
        return error_set(error, ERROR_TOO_LARGE,
                         "the picture has %lu x %lu pixels; at most %u million are read", width, height,
                         PICTURE_PIXELS_MOST / 1000000);
    return true;
}

/* A strip that is thinner than the square is not made smaller at all. */
static unsigned side_for(unsigned width, unsigned height)
{
    unsigned side = 1;

    while ((size_t)(width / side) * (height / side) > PICTURE_PIXELS_KEPT)
        side++;
    return width < side || height < side ? 1 : side;
}

bool grey_begin(struct grey *grey, struct picture *picture, unsigned width, unsigned height,
                struct error *error)
{
    unsigned side;

    *grey = (struct grey){.picture = picture};
    if (!grey_check(width, height, error))
        return false;
    side = side_for(width, height);
    *picture = (struct picture){.width = width / side, .height = height / side, .shrunk = (float)side};
    picture->grey = calloc((size_t)picture->width, picture->height);
    grey->side = side;
    grey->sums = calloc(picture->width, sizeof *grey->sums);
    if (picture->grey && grey->sums)
        return true;
    grey_end(grey);
    picture_free(picture);
    return error_set(error, ERROR_TOO_LARGE, "there is not enough memory for this picture");
}

void grey_row(struct grey *grey, const uint8_t *row)
{
    struct picture *picture = grey->picture;
    unsigned        side = grey->side;
    uint8_t        *out = picture->grey + (size_t)grey->row * picture->width;

    if (grey->row >= picture->height || side == 0)
        return;
    if (side == 1) {
        memcpy(out, row, picture->width);
        grey->row++;
        return;
    }
    for (unsigned x = 0; x < picture->width; x++, row += side)
        for (unsigned i = 0; i < side; i++)
            grey->sums[x] += row[i];
    if (++grey->waiting < side)
        return;
    for (unsigned x = 0; x < picture->width; x++)
        out[x] = (uint8_t)((grey->sums[x] + side * side / 2) / (side * side));
    memset(grey->sums, 0, sizeof *grey->sums * picture->width);
    grey->waiting = 0;
    grey->row++;
}

void grey_end(struct grey *grey)
{
    free(grey->sums);
    grey->sums = NULL;
}

unsigned exif_orientation(const uint8_t *data, size_t length, bool bare)
{
    static const uint8_t mark[] = {'E', 'x', 'i', 'f', 0, 0};
    uint8_t             *marked = malloc(length + sizeof mark);
    size_t               before = bare ? sizeof mark : 0;
    unsigned             orientation = 1;
    ExifData            *exif;
    const ExifEntry     *entry;

    if (!marked)
        return 1;
    memcpy(marked, mark, sizeof mark);
    memcpy(marked + before, data, length);
    exif = exif_data_new_from_data(marked, (unsigned)(length + before));
    entry = exif ? exif_content_get_entry(exif->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION) : NULL;
    if (entry && entry->format == EXIF_FORMAT_SHORT && entry->components > 0)
        orientation = exif_get_short(entry->data, exif_data_get_byte_order(exif));
    if (exif)
        exif_data_unref(exif);
    free(marked);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

bool picture_turn(struct picture *picture, unsigned orientation, struct error *error)
{
    /* Where the shown picture's first pixel lies, and which way its rows go. */
    static const struct {
        bool from_right, from_below, rows_are_columns;
    } ways[9] = {[2] = {true, false, false}, [3] = {true, true, false}, [4] = {false, true, false},
                 [5] = {false, false, true}, [6] = {false, true, true}, [7] = {true, true, true},
                 [8] = {true, false, true}};
    bool     swapped = ways[orientation].rows_are_columns;
    unsigned width = swapped ? picture->height : picture->width,
             height = swapped ? picture->width : picture->height;
    uint8_t *turned;

    if (orientation == 1)
        return true;
    turned = malloc((size_t)width * height);
    if (!turned)
        return error_set(error, ERROR_TOO_LARGE, "there is not enough memory to turn this picture");
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++) {
            unsigned from_x = swapped ? y : x, from_y = swapped ? x : y;

            from_x = ways[orientation].from_right ? picture->width - 1 - from_x : from_x;
            from_y = ways[orientation].from_below ? picture->height - 1 - from_y : from_y;
            turned[(size_t)y * width + x] = picture->grey[(size_t)from_y * picture->width + from_x];
        }
    free(picture->grey);
    picture->grey = turned;
    picture->width = width;
    picture->height = height;
    return true;
}
