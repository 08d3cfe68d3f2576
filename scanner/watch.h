/* watch.h: scanning with a camera: frame after frame, each label once while it stays in sight. */
#ifndef SCANNER_WATCH_H
#define SCANNER_WATCH_H

#include "decoded.h"
#include "frame.h"
#include "scan.h"

#define SIGHT_MS         ((int64_t)3000) /* a code that was not read for so long has left */
#define SIGHT_REPLACE_MS ((int64_t)1000) /* or for so long, where another came meanwhile */
#define SIGHT_MOST       DECODED_MOST    /* codes that are in sight at once: all of a frame */

/* What is before the camera now. */
struct sight {
    struct {
        char    text[DECODED_TEXT_MOST];
        int64_t seen_ms; /* 0: nothing */
    } codes[SIGHT_MOST];
    int64_t entered_ms; /* when one came last */
};

/* A code was read. True: it comes into sight now. However long it is held there, it is one scan. */
bool sight_enters(struct sight *sight, const char *text, int64_t now_ms);

/* Scans until the frames end or SIGINT or SIGTERM comes; closes the source. A frame gets the quick passes and
 * one of the dearer ones, in turn. Returns the highest exit code of the scans. */
int watch_frames(struct scan *scan, struct frame_source *source, struct error *error);

#endif
