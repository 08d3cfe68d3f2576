/* camera.h: a camera (Video4Linux 2) as a source of frames. */
#ifndef SCANNER_CAMERA_H
#define SCANNER_CAMERA_H

#include "frame.h"

/* Asks for 1280 x 720, grey or with the luminance apart where the camera has that, else JPEG. A frame that
 * waited while the last one was read is left out for the newest. ERROR_UNAVAILABLE: no such camera, in use,
 * or it gives nothing of these. */
bool camera_open(const char *path, struct frame_source *source, struct error *error) MUST_USE;

#endif
