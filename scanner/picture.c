#include "picture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

static bool check_size(unsigned long width, unsigned long height, struct error *error)
{
    if (width == 0 || height == 0)
        return error_set(error, ERROR_INVALID, "the picture is empty");
    if (width > PICTURE_PIXELS_MOST / height)
        return error_set(error, ERROR_TOO_LARGE,
                         "the picture has %lu x %lu pixels; at most %u million are read", width, height,
                         PICTURE_PIXELS_MOST / 1000000);
    return true;
}

static bool take_room(struct picture *picture, unsigned width, unsigned height, struct error *error)
{
    picture->grey = malloc((size_t)width * height);
    picture->width = width;
    picture->height = height;
    return picture->grey || error_set(error, ERROR_TOO_LARGE, "there is not enough memory for this picture");
}

static bool read_png(FILE *file, struct picture *picture, struct error *error)
{
    png_image image = {.version = PNG_IMAGE_VERSION};

    if (!png_image_begin_read_from_stdio(&image, file))
        return error_set(error, ERROR_INVALID, "the PNG is damaged: %.100s", image.message);
    image.format = PNG_FORMAT_GRAY;
    if (!check_size(image.width, image.height, error) ||
        !take_room(picture, image.width, image.height, error)) {
        png_image_free(&image);
        return false;
    }
    if (png_image_finish_read(&image, &(png_color){255, 255, 255}, picture->grey, 0, NULL))
        return true;
    picture_free(picture);
    return error_set(error, ERROR_INVALID, "the PNG is damaged: %.100s", image.message);
}

struct jpeg_trouble {
    struct jpeg_error_mgr manager;
    jmp_buf               out;
};

static void jpeg_leave(j_common_ptr info)
{
    longjmp(((struct jpeg_trouble *)(void *)info->err)->out, 1);
}

static void jpeg_silent(j_common_ptr info)
{
    (void)info;
}

static bool jpeg_rows(struct jpeg_decompress_struct *info, FILE *file, struct picture *picture,
                      struct error *error)
{
    jpeg_create_decompress(info);
    jpeg_stdio_src(info, file);
    jpeg_read_header(info, TRUE);
    if (!check_size(info->image_width, info->image_height, error))
        return false;
    info->out_color_space = JCS_GRAYSCALE;
    jpeg_start_decompress(info);
    if (!take_room(picture, info->output_width, info->output_height, error))
        return false;
    while (info->output_scanline < info->output_height) {
        JSAMPROW row = picture->grey + (size_t)info->output_scanline * info->output_width;

        jpeg_read_scanlines(info, &row, 1);
    }
    jpeg_finish_decompress(info);
    return true;
}

static bool read_jpeg(FILE *file, struct picture *picture, struct error *error)
{
    struct jpeg_decompress_struct info = {0};
    struct jpeg_trouble           trouble;
    bool                          done;

    info.err = jpeg_std_error(&trouble.manager);
    trouble.manager.error_exit = jpeg_leave;
    trouble.manager.output_message = jpeg_silent;
    if (setjmp(trouble.out)) {
        jpeg_destroy_decompress(&info);
        picture_free(picture);
        return error_set(error, ERROR_INVALID, "the JPEG is damaged");
    }
    done = jpeg_rows(&info, file, picture, error);
    jpeg_destroy_decompress(&info);
    return done;
}

bool picture_read(const char *path, struct picture *picture, struct error *error)
{
    unsigned char head[4] = {0};
    FILE         *file = fopen(path, "rbe");
    bool          done;

    *picture = (struct picture){0};
    if (!file)
        return error_set(error, ERROR_INVALID, "cannot open %.200s: %s", path, strerror(errno));
    if (fread(head, 1, sizeof head, file) < sizeof head)
        memset(head, 0, sizeof head);
    rewind(file);
    if (memcmp(head, "\x89PNG", 4) == 0)
        done = read_png(file, picture, error);
    else if (memcmp(head, "\xFF\xD8\xFF", 3) == 0)
        done = read_jpeg(file, picture, error);
    else
        done = error_set(error, ERROR_UNSUPPORTED, "%.200s is neither PNG nor JPEG", path);
    fclose(file);
    return done;
}

void picture_free(struct picture *picture)
{
    free(picture->grey);
    *picture = (struct picture){0};
}

bool picture_scale(const struct picture *from, unsigned numerator, unsigned denominator, struct picture *to)
{
    unsigned width = from->width * numerator / denominator, height = from->height * numerator / denominator;

    *to = (struct picture){0};
    if (width == 0 || height == 0 || width > PICTURE_PIXELS_MOST / height)
        return false;
    to->grey = malloc((size_t)width * height);
    if (!to->grey)
        return false;
    to->width = width;
    to->height = height;
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++) {
            size_t source_x = (size_t)x * denominator / numerator,
                   source_y = (size_t)y * denominator / numerator;
            unsigned sum = 0, count = 0;

            for (unsigned dy = 0;
                 dy < (denominator + numerator - 1) / numerator && source_y + dy < from->height; dy++)
                for (unsigned dx = 0;
                     dx < (denominator + numerator - 1) / numerator && source_x + dx < from->width;
                     dx++, count++)
                    sum += from->grey[(source_y + dy) * from->width + source_x + dx];
            to->grey[(size_t)y * width + x] = (uint8_t)(count ? sum / count : 255);
        }
    return true;
}
