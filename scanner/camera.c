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

#define BUFFERS  4u
#define FRAME_MS 5000

struct camera {
    int      file;
    unsigned width, height, format;
    struct {
        void  *start;
        size_t length;
    } buffers[BUFFERS];
    unsigned count;
    uint8_t *grey;
};

void camera_grey_of_yuyv(const uint8_t *yuyv, size_t pixels, uint8_t *grey)
{
    for (size_t i = 0; i < pixels; i++)
        grey[i] = yuyv[2 * i];
}

static bool set_format(struct camera *camera)
{
    static const unsigned formats[] = {V4L2_PIX_FMT_GREY, V4L2_PIX_FMT_YUYV};

    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};

        format.fmt.pix.width = 1280;
        format.fmt.pix.height = 720;
        format.fmt.pix.pixelformat = formats[i];
        if (ioctl(camera->file, VIDIOC_S_FMT, &format) == 0 && format.fmt.pix.pixelformat == formats[i]) {
            camera->width = format.fmt.pix.width;
            camera->height = format.fmt.pix.height;
            camera->format = formats[i];
            return camera->width > 0 && camera->height > 0 &&
                   camera->width <= PICTURE_PIXELS_MOST / camera->height;
        }
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
        if (camera->buffers[i].start == MAP_FAILED || ioctl(camera->file, VIDIOC_QBUF, &buffer) != 0)
            return false;
        camera->count++;
    }
    return camera->count > 0 && ioctl(camera->file, VIDIOC_STREAMON, &type) == 0;
}

struct camera *camera_open(const char *path, struct error *error)
{
    struct camera *camera = calloc(1, sizeof *camera);

    if (!camera)
        abort();
    camera->file = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (camera->file < 0) {
        error_set(error, ERROR_UNAVAILABLE, "there is no camera %.100s: %s", path, strerror(errno));
    } else if (!set_format(camera) || !map_buffers(camera)) {
        error_set(error, ERROR_UNAVAILABLE, "%.100s gives no pictures that can be read (YUYV or grey)", path);
    } else {
        camera->grey = malloc((size_t)camera->width * camera->height);
        if (!camera->grey)
            abort();
        return camera;
    }
    camera_close(camera);
    return NULL;
}

void camera_close(struct camera *camera)
{
    if (!camera)
        return;
    for (unsigned i = 0; i < camera->count; i++)
        munmap(camera->buffers[i].start, camera->buffers[i].length);
    if (camera->file >= 0)
        close(camera->file);
    free(camera->grey);
    free(camera);
}

bool camera_frame(struct camera *camera, struct picture *picture, struct error *error)
{
    struct pollfd      entry = {.fd = camera->file, .events = POLLIN};
    struct v4l2_buffer buffer = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    size_t             pixels = (size_t)camera->width * camera->height;
    size_t             needed = camera->format == V4L2_PIX_FMT_YUYV ? pixels * 2 : pixels;

    if (poll(&entry, 1, FRAME_MS) <= 0 || ioctl(camera->file, VIDIOC_DQBUF, &buffer) != 0)
        return error_set(error, ERROR_UNAVAILABLE, "the camera gives no picture any more");
    if (buffer.index < camera->count && buffer.bytesused >= needed) {
        if (camera->format == V4L2_PIX_FMT_YUYV)
            camera_grey_of_yuyv(camera->buffers[buffer.index].start, pixels, camera->grey);
        else
            memcpy(camera->grey, camera->buffers[buffer.index].start, pixels);
    }
    if (ioctl(camera->file, VIDIOC_QBUF, &buffer) != 0)
        return error_set(error, ERROR_UNAVAILABLE, "the camera was taken away");
    *picture = (struct picture){.grey = camera->grey, .width = camera->width, .height = camera->height};
    return true;
}
