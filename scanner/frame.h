/*
 * frame.h: frames of a camera as the driver gives them, and where they come from.
 *
 * Nothing is unpacked in the process that has the keys and the queue: decode_frame() hands a frame to a child
 * in the sandbox, as it does with a file. camera.h is such a source; tests have one of their own.
 */
#ifndef SCANNER_FRAME_H
#define SCANNER_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "picture.h"

enum frame_layout {
    FRAME_LUMINANCE, /* a byte a pixel; colours may follow behind all rows */
    FRAME_YUYV,      /* every other byte, from the first */
    FRAME_UYVY,      /* every other byte, from the second */
    FRAME_JPEG       /* one JPEG; Huffman tables may be left out, as cameras do */
};

struct frame {
    enum frame_layout layout;
    unsigned          width, height; /* pixels; a JPEG says its own */
    size_t            stride;        /* bytes from a row to the next; not of a JPEG */
    const uint8_t    *bytes;
    size_t            length;  /* 0: nothing came this time */
    bool              damaged; /* something came; the driver says that it is no picture */
    int64_t           at_ms;   /* when it came, by a clock that nobody sets */
};

struct frame_source {
    /* The next frame, valid until the next call. False without an error: there are no more. */
    bool (*next)(void *context, struct frame *frame, struct error *error);
    void (*close)(void *context);
    void *context;
};

/* Only the luminance is taken. ERROR_INVALID: it is damaged or not whole. */
bool frame_read(const struct frame *frame, struct picture *picture, struct error *error) MUST_USE;

#endif
