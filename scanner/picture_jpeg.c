/* JPEG, by libjpeg-turbo: grey out of colour without converting it, CMYK, and smaller sizes straight from the
 * transform. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <stdio.h>

#include <jpeglib.h>

#include "picture_formats.h"

#define EIGHTHS     8u
#define MARKER_MOST 0xFFFFu

struct jpeg_reading {
    struct jpeg_error_mgr         manager; /* first: libjpeg gives it back */
    jmp_buf                       out;
    struct jpeg_decompress_struct info;
    struct grey                   grey;
    uint8_t                      *row;
};

static void leave(j_common_ptr info)
{
    longjmp(((struct jpeg_reading *)(void *)info->err)->out, 1);
}

static void ignore(j_common_ptr info)
{
    (void)info;
}

/* The largest of one to eight eighths that is small enough. */
static void choose_size(struct jpeg_decompress_struct *info)
{
    info->scale_denom = EIGHTHS;
    for (info->scale_num = EIGHTHS; info->scale_num > 1; info->scale_num--)
        if ((size_t)info->image_width * info->scale_num / EIGHTHS *
                (info->image_height * info->scale_num / EIGHTHS) <=
            PICTURE_PIXELS_KEPT)
            return;
}

/* Printers' colours. Adobe writes 255 for no ink, others write 0. */
static void grey_of_cmyk(const uint8_t *ink, unsigned width, bool adobe, uint8_t *grey)
{
    unsigned turn = adobe ? 0 : 255;

    for (unsigned x = 0; x < width; x++, ink += 4)
        grey[x] = (uint8_t)(((ink[0] ^ turn) * 77 + (ink[1] ^ turn) * 150 + (ink[2] ^ turn) * 29) / 256 *
                            (ink[3] ^ turn) / 255);
}

static bool read_rows(struct jpeg_reading *reading, struct picture *picture, struct error *error)
{
    struct jpeg_decompress_struct *info = &reading->info;
    bool inks = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;

    info->out_color_space = inks ? JCS_CMYK : JCS_GRAYSCALE;
    choose_size(info);
    jpeg_start_decompress(info);
    if (!grey_begin(&reading->grey, picture, info->output_width, info->output_height, error))
        return false;
    reading->row = malloc((size_t)info->output_width * 5);
    if (!reading->row)
        return error_set(error, ERROR_TOO_LARGE, "there is not enough memory for this picture");
    while (info->output_scanline < info->output_height) {
        JSAMPROW row = reading->row;

        jpeg_read_scanlines(info, &row, 1);
        if (inks)
            grey_of_cmyk(row, info->output_width, info->saw_Adobe_marker,
                         row + (size_t)info->output_width * 4);
        grey_row(&reading->grey, inks ? row + (size_t)info->output_width * 4 : row);
    }
    picture->shrunk *= (float)info->image_width / (float)info->output_width;
    return true;
}

static unsigned orientation_of(const struct jpeg_decompress_struct *info)
{
    for (jpeg_saved_marker_ptr marker = info->marker_list; marker; marker = marker->next)
        if (marker->marker == JPEG_APP0 + 1 && marker->data_length > 6 &&
            memcmp(marker->data, "Exif\0", 6) == 0)
            return exif_orientation(marker->data, marker->data_length, false);
    return 1;
}

static bool read_guarded(struct jpeg_reading *reading, FILE *file, const uint8_t *bytes, size_t length,
                         struct picture *picture, unsigned *orientation, struct error *error)
{
    if (setjmp(reading->out))
        return error_set(error, ERROR_INVALID, "the JPEG is damaged");
    jpeg_create_decompress(&reading->info);
    if (file)
        jpeg_stdio_src(&reading->info, file);
    else
        jpeg_mem_src(&reading->info, bytes, length);
    jpeg_save_markers(&reading->info, JPEG_APP0 + 1, MARKER_MOST);
    jpeg_read_header(&reading->info, TRUE);
    if (!grey_check(reading->info.image_width, reading->info.image_height, error))
        return false;
    *orientation = orientation_of(&reading->info);
    return read_rows(reading, picture, error);
}

bool jpeg_picture(FILE *file, const uint8_t *bytes, size_t length, struct picture *picture,
                  unsigned *orientation, struct error *error)
{
    struct jpeg_reading *reading = calloc(1, sizeof *reading);
    bool                 done;

    if (!reading)
        return error_set(error, ERROR_TOO_LARGE, "there is not enough memory for this picture");
    reading->info.err = jpeg_std_error(&reading->manager);
    reading->manager.error_exit = leave;
    reading->manager.output_message = ignore;
    done = read_guarded(reading, file, bytes, length, picture, orientation, error);
    jpeg_destroy_decompress(&reading->info);
    grey_end(&reading->grey);
    free(reading->row);
    free(reading);
    return done;
}
