/* HEIC, by libheif, which turns the picture by itself. Only the luminance is taken. The library brings its
 * codecs along: loading them was an eighth of the time of an easy picture, so that they are loaded when a
 * HEIC comes. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <libheif/heif.h>

#include "picture_formats.h"

#define LIBRARY "libheif.so.1"

#define FUNCTIONS(each)                                                                                      \
    each(context_alloc) each(context_free) each(context_set_max_decoding_threads)                            \
        each(context_read_from_memory_without_copy) each(context_get_primary_image_handle)                   \
            each(image_handle_release) each(image_handle_get_width) each(image_handle_get_height)            \
                each(decode_image) each(image_release) each(image_get_width) each(image_get_height)          \
                    each(image_get_plane_readonly) each(image_get_bits_per_pixel_range)

#define MEMBER(name) __typeof__ (&heif_##name)(name);
#define ROW(name)    {"heif_" #name, (void *)&heif.name},

static struct {
    FUNCTIONS(MEMBER)
} heif;

static const struct {
    const char *name;
    void       *place; /* of a pointer to a function */
} functions[] = {FUNCTIONS(ROW)};

bool heic_prepare(void)
{
    static void *library;

    if (library)
        return true;
    library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library && i < COUNT_OF(functions); i++) {
        void *function = dlsym(library, functions[i].name);

        memcpy(functions[i].place, &function, sizeof function);
        if (function)
            continue;
        dlclose(library);
        library = NULL;
    }
    return library != NULL;
}

struct plane {
    const uint8_t *bytes;
    int            stride, bits;
};

static struct plane plane_of(const struct heif_image *image, enum heif_channel channel)
{
    struct plane plane = {.bits = heif.image_get_bits_per_pixel_range(image, channel)};

    plane.bytes = heif.image_get_plane_readonly(image, channel, &plane.stride);
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
    int          width = heif.image_get_width(image, heif_channel_Y),
        height = heif.image_get_height(image, heif_channel_Y);
    struct grey grey;
    uint8_t    *row;

    if (!luminance.bytes || width <= 0 || height <= 0)
        return error_set(error, ERROR_UNSUPPORTED, "this kind of HEIC is not read");
    if (alpha.bytes && (heif.image_get_width(image, heif_channel_Alpha) != width ||
                        heif.image_get_height(image, heif_channel_Alpha) != height))
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

    if (!grey_check((unsigned long)heif.image_handle_get_width(handle),
                    (unsigned long)heif.image_handle_get_height(handle), error))
        return false;
    trouble = heif.decode_image(handle, &image, heif_colorspace_YCbCr, heif_chroma_420, NULL);
    if (trouble.code != heif_error_Ok)
        return error_set(error, ERROR_INVALID, "the HEIC is damaged: %.100s", trouble.message);
    done = take_rows(image, picture, error);
    heif.image_release(image);
    return done;
}

bool heic_picture(const uint8_t *bytes, size_t length, struct picture *picture, unsigned *orientation,
                  struct error *error)
{
    struct heif_context      *context;
    struct heif_image_handle *handle = NULL;
    struct heif_error         trouble;
    bool                      done = false;

    *orientation = 1;
    if (!heic_prepare())
        return error_set(error, ERROR_UNSUPPORTED, "this machine has no " LIBRARY ", which reads HEIC");
    context = heif.context_alloc();
    if (!context)
        return error_set(error, ERROR_TOO_LARGE, "there is not enough memory for this picture");
    heif.context_set_max_decoding_threads(context, 0);
    trouble = heif.context_read_from_memory_without_copy(context, bytes, length, NULL);
    if (trouble.code == heif_error_Ok)
        trouble = heif.context_get_primary_image_handle(context, &handle);
    if (trouble.code != heif_error_Ok)
        error_set(error, ERROR_INVALID, "the HEIC is damaged: %.100s", trouble.message);
    else
        done = decode(handle, picture, error);
    if (handle)
        heif.image_handle_release(handle);
    heif.context_free(context);
    return done;
}
