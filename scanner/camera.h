/* camera.h: frames of a camera (Video4Linux 2), as grey pictures. */
#ifndef SCANNER_CAMERA_H
#define SCANNER_CAMERA_H

#include <stdbool.h>
#include <stddef.h>

#include "picture.h"

struct camera;

/* Asks for 1280 x 720 in YUYV or grey. ERROR_UNAVAILABLE: no such camera, in use, or it gives neither. */
struct camera *camera_open(const char *path, struct error *error) MUST_USE;
void           camera_close(struct camera *camera);

/* The next frame; it is valid until the next call. Waits at most 5 s. */
bool camera_frame(struct camera *camera, struct picture *picture, struct error *error) MUST_USE;

/* The luminance of a YUYV frame (every other byte). */
void camera_grey_of_yuyv(const uint8_t *yuyv, size_t pixels, uint8_t *grey);

#endif
