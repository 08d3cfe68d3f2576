#include "camera.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "budget.h"

#define BUFFERS      4u
#define WIDTH        1280u /* pixels, asked for */
#define HEIGHT       720u
#define PATIENCE_MS  5000
#define FRAME_LENGTH ((size_t)64 * 1024 * 1024) /* bytes; no camera gives more */

struct camera {
    int          file;
    struct frame frame; /* as the driver promised it; bytes: a copy of the newest */
    uint8_t     *bytes;
    size_t       room;
    struct {
        void  *start;
        size_t length;
    } buffers[BUFFERS];
    unsigned count;
};

static const struct {
    uint32_t          format;
    enum frame_layout layout;
} formats[] = {
    {V4L2_PIX_FMT_GREY, FRAME_LUMINANCE}, {V4L2_PIX_FMT_YUYV, FRAME_YUYV},
    {V4L2_PIX_FMT_UYVY, FRAME_UYVY},      {V4L2_PIX_FMT_NV12, FRAME_LUMINANCE},
    {V4L2_PIX_FMT_NV21, FRAME_LUMINANCE}, {V4L2_PIX_FMT_YUV420, FRAME_LUMINANCE},
    {V4L2_PIX_FMT_MJPEG, FRAME_JPEG},     {V4L2_PIX_FMT_JPEG, FRAME_JPEG},
};

static bool set_format(struct camera *camera)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
        struct frame      *frame = &camera->frame;

        format.fmt.pix.width = WIDTH;
        format.fmt.pix.height = HEIGHT;
        format.fmt.pix.pixelformat = formats[i].format;
        if (ioctl(camera->file, VIDIOC_S_FMT, &format) != 0 ||
            format.fmt.pix.pixelformat != formats[i].format)
            continue;
        *frame = (struct frame){.layout = formats[i].layout,
                                .width = format.fmt.pix.width,
                                .height = format.fmt.pix.height,
                                .stride = format.fmt.pix.bytesperline};
        if (frame->stride == 0) /* some drivers do not say it */
            frame->stride = (size_t)frame->width * (frame->layout == FRAME_LUMINANCE ? 1 : 2);
        return true;
    }
    return false;
}

static bool map_buffers(struct camera *camera)
{
    struct v4l2_requestbuffers request = {
        .count = BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

    if (ioctl(camera->file, VIDIOC_REQBUFS, &request) != 0)
        return false;
    for (unsigned i = 0; i < request.count && i < BUFFERS; i++) {
        struct v4l2_buffer buffer = {.index = i, .type = request.type, .memory = request.memory};

        if (ioctl(camera->file, VIDIOC_QUERYBUF, &buffer) != 0)
            return false;
        camera->buffers[i].length = buffer.length;
        camera->buffers[i].start = mmap(NULL, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, camera->file,
                                        (off_t)buffer.m.offset);
        if (camera->buffers[i].start == MAP_FAILED)
            return false;
        (void)madvise(camera->buffers[i].start, buffer.length,
                      MADV_DONTFORK); /* not for the child that decodes */
        camera->count++;
        if (ioctl(camera->file, VIDIOC_QBUF, &buffer) != 0)
            return false;
    }
    return camera->count > 0 && ioctl(camera->file, VIDIOC_STREAMON, &type) == 0;
}

static void camera_close(void *context)
{
    struct camera *camera = context;

    for (unsigned i = 0; i < camera->count; i++)
        munmap(camera->buffers[i].start, camera->buffers[i].length);
    if (camera->file >= 0)
        close(camera->file);
    free(camera->bytes);
    free(camera);
}

/* The driver wants its buffer back at once. What it says of the length is not trusted; a damaged frame is
 * left out. */
static bool copy(struct camera *camera, const struct v4l2_buffer *buffer)
{
    size_t length = buffer->bytesused;

    camera->frame.length = 0;
    camera->frame.damaged =
        buffer->index >= camera->count || (buffer->flags & V4L2_BUF_FLAG_ERROR) || length > FRAME_LENGTH;
    if (camera->frame.damaged)
        return true;
    if (length > camera->buffers[buffer->index].length)
        length = camera->buffers[buffer->index].length;
    if (length > camera->room) {
        uint8_t *more = realloc(camera->bytes, length);

        if (!more)
            return false;
        camera->bytes = more;
        camera->room = length;
    }
    if (length > 0)
        memcpy(camera->bytes, camera->buffers[buffer->index].start, length);
    camera->frame.bytes = camera->bytes;
    camera->frame.length = length;
    return true;
}

/* One buffer, if one is there within this time. *some: one was. */
static bool take(struct camera *camera, int patience_ms, bool *some)
{
    struct pollfd      entry = {.fd = camera->file, .events = POLLIN};
    struct v4l2_buffer buffer = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    int                ready = poll(&entry, 1, patience_ms);

    *some = false;
    if (ready < 0)
        return errno == EINTR;
    if (ready == 0)
        return patience_ms == 0;
    if (ioctl(camera->file, VIDIOC_DQBUF, &buffer) != 0)
        return errno == EAGAIN || errno == EINTR;
    *some = true;
    return copy(camera, &buffer) && ioctl(camera->file, VIDIOC_QBUF, &buffer) == 0;
}

static bool camera_next(void *context, struct frame *frame, struct error *error)
{
    struct camera *camera = context;
    bool           some, going;

    camera->frame.length = 0;
    camera->frame.damaged = false;
    going = take(camera, PATIENCE_MS, &some);
    for (unsigned i = 0; going && some && i < BUFFERS; i++)
        going = take(camera, 0, &some);
    *frame = camera->frame;
    frame->at_ms = budget_clock_ns() / 1000000;
    return going || error_set(error, ERROR_UNAVAILABLE, "the camera gives no picture any more");
}

bool camera_open(const char *path, struct frame_source *source, struct error *error)
{
    struct camera *camera = calloc(1, sizeof *camera);

    if (!camera)
        abort();
    camera->file = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (camera->file < 0) {
        error_set(error, ERROR_UNAVAILABLE, "there is no camera %.100s: %s", path, strerror(errno));
    } else if (!set_format(camera) || !map_buffers(camera)) {
        error_set(error, ERROR_UNAVAILABLE, "%.100s gives no pictures that can be read (grey, YUV or JPEG)",
                  path);
    } else {
        *source = (struct frame_source){.next = camera_next, .close = camera_close, .context = camera};
        return true;
    }
    camera_close(camera);
    return false;
}
