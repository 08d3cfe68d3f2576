/* PNG, by libpng: grey, colour, palette, 16 bit, alpha over white, interlaced. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "picture_formats.h"

#define SIDE_MOST  1000000u                    /* pixels */
#define CHUNK_MOST ((png_alloc_size_t)8 << 20) /* bytes that a chunk beside the picture may unpack to */

struct png_reading {
    png_structp   png;
    png_infop     info;
    struct grey   grey;
    struct error *error;
    uint8_t      *rows; /* one row, or all of them where they come interlaced */
};

static void leave(png_structp png, const char *message)
{
    struct png_reading *reading = png_get_error_ptr(png);

    error_set(reading->error, ERROR_INVALID, "the PNG is damaged: %.100s", message);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, const char *message)
{
    (void)png;
    (void)message;
}

/* Whatever it is becomes one byte of grey a pixel. */
static void ask_for_grey(png_structp png, png_infop info)
{
    const png_color_16 white = {.red = 255, .green = 255, .blue = 255, .gray = 255};

    png_set_expand(png);
    png_set_scale_16(png);
    png_set_background(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1);
    if (png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR)
        png_set_rgb_to_gray(png, PNG_ERROR_ACTION_NONE, PNG_RGB_TO_GRAY_DEFAULT, PNG_RGB_TO_GRAY_DEFAULT);
    png_set_strip_alpha(png);
}

static bool read_rows(struct png_reading *reading, struct picture *picture)
{
    png_structp png = reading->png;
    unsigned    width = png_get_image_width(png, reading->info),
             height = png_get_image_height(png, reading->info);
    int passes;

    if (!grey_begin(&reading->grey, picture, width, height, reading->error))
        return false;
    ask_for_grey(png, reading->info);
    passes = png_set_interlace_handling(png);
    png_read_update_info(png, reading->info);
    if (png_get_rowbytes(png, reading->info) != width)
        return error_set(reading->error, ERROR_UNSUPPORTED, "this kind of PNG is not read");
    reading->rows = calloc(width, passes > 1 ? height : 1);
    if (!reading->rows)
        return error_set(reading->error, ERROR_TOO_LARGE, "there is not enough memory for this picture");
    for (int pass = 1; pass < passes; pass++)
        for (unsigned y = 0; y < height; y++)
            png_read_row(png, reading->rows + (size_t)y * width, NULL);
    for (unsigned y = 0; y < height; y++) {
        uint8_t *row = reading->rows + (passes > 1 ? (size_t)y * width : 0);

        png_read_row(png, row, NULL);
        grey_row(&reading->grey, row);
    }
    return true;
}

static unsigned orientation_of(struct png_reading *reading)
{
    png_bytep   exif = NULL;
    png_uint_32 length = 0;

    png_read_end(reading->png, reading->info);
    if (png_get_eXIf_1(reading->png, reading->info, &length, &exif) == 0 || !exif)
        return 1;
    return exif_orientation(exif, length, true);
}

static bool read_guarded(struct png_reading *reading, FILE *file, struct picture *picture,
                         unsigned *orientation)
{
    if (setjmp(png_jmpbuf(reading->png)))
        return false;
    png_init_io(reading->png, file);
    png_set_user_limits(reading->png, SIDE_MOST, SIDE_MOST);
    png_set_chunk_malloc_max(reading->png, CHUNK_MOST);
    png_read_info(reading->png, reading->info);
    if (!read_rows(reading, picture))
        return false;
    *orientation = orientation_of(reading);
    return true;
}

bool png_picture(FILE *file, struct picture *picture, unsigned *orientation, struct error *error)
{
    struct png_reading reading = {.error = error};
    bool               done = false;

    reading.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reading, leave, ignore);
    reading.info = reading.png ? png_create_info_struct(reading.png) : NULL;
    if (reading.info)
        done = read_guarded(&reading, file, picture, orientation);
    else
        error_set(error, ERROR_TOO_LARGE, "there is not enough memory for this picture");
    png_destroy_read_struct(&reading.png, &reading.info, NULL);
    grey_end(&reading.grey);
    free(reading.rows);
    return done;
}
