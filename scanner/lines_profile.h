/* lines_profile.h: the grey along a line of any angle, and what is done to it before zbar decodes it. */
#ifndef SCANNER_LINES_PROFILE_H
#define SCANNER_LINES_PROFILE_H

#include <stddef.h>

#include "decoded.h"
#include "picture.h"
#include "zbar_reader.h"

#define PROFILE_DENSITY 2 /* samples for each pixel */

/* From `from` to `to` pixels along the angle from `origin`. Each sample is the mean of 2 * beside + 1
 * parallel lines, a pixel apart: noise goes, the bars stay. */
struct profile_line {
    struct point origin;
    float        cosine, sine, from, to;
    unsigned     beside;
};

/* Room for the samples of one line; grows as needed. */
struct profile {
    float    *samples, *sharpened, *least, *most, *values, *before;
    unsigned *widths;
    size_t    count, room;
};

/* The ways a line is read. Each is tried by itself. */
enum profile_way {
    PROFILE_GREY = 1 << 0,   /* by zbar's own edge finder */
    PROFILE_MIDDLE = 1 << 1, /* edges at the middle between the darkest and lightest around */
    PROFILE_SHARP = 1 << 2,  /* the same after sharpening, in four strengths */
    PROFILE_SHARPER = 1 << 3,
    PROFILE_SHARPEST = 1 << 4,
    PROFILE_SHARP_GREY = 1 << 5,
    PROFILE_WIDE_MIDDLE = 1 << 6 /* a wider surrounding, for faint and large bars */
};

/* Shortens the line to what lies inside the picture. false: nothing worth reading is left. */
bool profile_clip(const struct picture *picture, struct profile_line *line);
bool profile_take(struct profile *profile, const struct picture *picture, const struct profile_line *line);
void profile_read(struct profile *profile, unsigned wanted, struct zbar_lines *lines);
void profile_free(struct profile *profile);

#endif
