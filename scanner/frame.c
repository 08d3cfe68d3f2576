#include "frame.h"

#include <stdlib.h>
#include <string.h>

#include "picture_formats.h"

/* Where a row's luminance begins, and how far it is from one pixel to the next. */
static const struct {
    size_t first, step;
} layouts[] = {[FRAME_LUMINANCE] = {0, 1}, [FRAME_YUYV] = {0, 2}, [FRAME_UYVY] = {1, 2}};

static bool is_whole(const struct frame *frame)
{
    size_t row = frame->width * layouts[frame->layout].step;

    return frame->stride >= row && frame->length >= row &&
           (frame->length - row) / frame->stride >= frame->height - 1;
}

bool frame_read(const struct frame *frame, struct picture *picture, struct error *error)
{
    *picture = (struct picture){0};
    if (frame->layout == FRAME_JPEG)
        return picture_read_frame(frame->bytes, frame->length, picture, error);
    if (!grey_check(frame->width, frame->height, error))
        return false;
    if (!is_whole(frame))
        return error_set(error, ERROR_INVALID, "the camera's picture is not whole");
    picture->grey = malloc((size_t)frame->width * frame->height);
    if (!picture->grey)
        return error_set(error, ERROR_TOO_LARGE, "there is not enough memory for this picture");
    picture->width = frame->width;
    picture->height = frame->height;
    picture->shrunk = 1;
    for (unsigned y = 0; y < frame->height; y++) {
        const uint8_t *from = frame->bytes + y * frame->stride + layouts[frame->layout].first;
        uint8_t       *to = picture->grey + (size_t)y * frame->width;

        for (unsigned x = 0; x < frame->width; x++)
            to[x] = from[x * layouts[frame->layout].step];
    }
    return true;
}
