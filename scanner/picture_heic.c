/* HEIC, by libheif, which turns the picture by itself. Only the luminance is taken. */
#include <stdlib.h>

#include <libheif/heif.h>

#include "picture_formats.h"

struct plane {
    const uint8_t *bytes;
    int            stride, bits;
};

static struct plane plane_of(const struct heif_image *image, enum heif_channel channel)
{
    struct plane plane = {.bits = heif_image_get_bits_per_pixel_range(image, channel)};

    plane.bytes = heif_image_get_plane_readonly(image, channel, &plane.stride);
    return plane;
}

/* More than eight bits stand in two bytes, in the machine's order. */
static unsigned sample(const struct plane *plane, unsigned x, unsigned y)
{
    const uint8_t *row = plane->bytes + (size_t)y * (size_t)plane->stride;

    if (plane->bits <= 8)
        return row[x];
    return (unsigned)(row[2 * (size_t)x] | row[2 * (size_t)x + 1] << 8) >> (plane->bits - 8) & 0xFF;
}

static bool take_rows(const struct heif_image *image, struct picture *picture, struct error *error)
{
    struct plane luminance = plane_of(image, heif_channel_Y), alpha = plane_of(image, heif_channel_Alpha);
    int          width = heif_image_get_width(image, heif_channel_Y),
        height = heif_image_get_height(image, heif_channel_Y);
    struct grey grey;
    uint8_t    *row;

    if (!luminance.bytes || width <= 0 || height <= 0)
        return error_set(error, ERROR_UNSUPPORTED, "this kind of HEIC is not read");
    if (alpha.bytes && (heif_image_get_width(image, heif_channel_Alpha) != width ||
                        heif_image_get_height(image, heif_channel_Alpha) != height))
        alpha.bytes = NULL;
    if (!grey_begin(&grey, picture, (unsigned)width, (unsigned)height, error))
        return false;
    row = malloc((size_t)width);
    for (unsigned y = 0; row && y < (unsigned)height; y++) {
        for (unsigned x = 0; x < (unsigned)width; x++) {
            unsigned seen = alpha.bytes ? sample(&alpha, x, y) : 255;

            row[x] = (uint8_t)((sample(&luminance, x, y) * seen + 255 * (255 - seen)) / 255);
        }
        grey_row(&grey, row);
    }
    grey_end(&grey);
    if (!row)
        return error_set(error, ERROR_TOO_LARGE, "there is not enough memory for this picture");
    free(row);
    return true;
}

static bool decode(struct heif_image_handle *handle, struct picture *picture, struct error *error)
{
    struct heif_image *image = NULL;
    struct heif_error  trouble;
    bool               done;

    if (!grey_check((unsigned long)heif_image_handle_get_width(handle),
                    (unsigned long)heif_image_handle_get_height(handle), error))
        return false;
    trouble = heif_decode_image(handle, &image, heif_colorspace_YCbCr, heif_chroma_420, NULL);
    if (trouble.code != heif_error_Ok)
        return error_set(error, ERROR_INVALID, "the HEIC is damaged: %.100s", trouble.message);
    done = take_rows(image, picture, error);
    heif_image_release(image);
    return done;
}

bool heic_picture(const uint8_t *bytes, size_t length, struct picture *picture, unsigned *orientation,
                  struct error *error)
{
    struct heif_context      *context = heif_context_alloc();
    struct heif_image_handle *handle = NULL;
    struct heif_error         trouble;
    bool                      done = false;

    *orientation = 1;
    if (!context)
        return error_set(error, ERROR_TOO_LARGE, "there is not enough memory for this picture");
    heif_context_set_max_decoding_threads(context, 0);
    trouble = heif_context_read_from_memory_without_copy(context, bytes, length, NULL);
    if (trouble.code == heif_error_Ok)
        trouble = heif_context_get_primary_image_handle(context, &handle);
    if (trouble.code != heif_error_Ok)
        error_set(error, ERROR_INVALID, "the HEIC is damaged: %.100s", trouble.message);
    else
        done = decode(handle, picture, error);
    if (handle)
        heif_image_handle_release(handle);
    heif_context_free(context);
    return done;
}
