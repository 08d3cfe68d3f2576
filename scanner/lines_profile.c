#include "lines_profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHORTEST    40.0F /* pixels */
#define EDGES_LEAST 20u   /* widths of a line that could hold a code */
#define SUBPIXEL    16.0F /* widths are in sixteenths of a sample */
#define BARS_LEAST  24u   /* widths of a code that gets a quiet zone of our making */
#define RADIUS_MOST 60
#define NEIGHBOURS  8

static const struct {
    enum profile_way way;
    float            sigma, amount; /* sharpening; 0: none */
    size_t           half;          /* samples on either side that decide dark and light; 0: zbar decides */
    float            contrast;      /* less than this is no edge */
} ways[] = {
    {PROFILE_GREY, 0, 0, 0, 0},         {PROFILE_MIDDLE, 0, 0, 28, 8},    {PROFILE_SHARP, 3, 1.6F, 24, 10},
    {PROFILE_SHARPER, 5, 3.5F, 20, 12}, {PROFILE_SHARP_GREY, 4, 2, 0, 0}, {PROFILE_WIDE_MIDDLE, 0, 0, 60, 5},
    {PROFILE_SHARPEST, 7, 5, 26, 14},
};

static bool is_inside(const struct picture *picture, const struct profile_line *line, float along)
{
    float x = line->origin.x + along * line->cosine, y = line->origin.y + along * line->sine;

    return x >= 0 && y >= 0 && x <= (float)(picture->width - 1) && y <= (float)(picture->height - 1);
}

bool profile_clip(const struct picture *picture, struct profile_line *line)
{
    while (line->from < line->to && !is_inside(picture, line, line->from))
        line->from += 2;
    while (line->to > line->from && !is_inside(picture, line, line->to))
        line->to -= 2;
    return line->to - line->from >= SHORTEST;
}

void profile_free(struct profile *profile)
{
    free(profile->samples);
    free(profile->widths);
    *profile = (struct profile){0};
}

static bool make_room(struct profile *profile, size_t count)
{
    size_t padded = count + 2 + (size_t)2 * RADIUS_MOST;

    if (count + 2 <= profile->room)
        return true;
    profile_free(profile);
    profile->samples = malloc(sizeof(float) * (4 * (count + 2) + 2 * padded));
    profile->widths = malloc(sizeof(unsigned) * (count + 4));
    if (!profile->samples || !profile->widths) {
        profile_free(profile);
        return false;
    }
    profile->room = count + 2;
    profile->sharpened = profile->samples + profile->room;
    profile->least = profile->sharpened + profile->room;
    profile->most = profile->least + profile->room;
    profile->values = profile->most + profile->room;
    profile->before = profile->values + padded;
    return true;
}

static float clamp(float value, float most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

static float at(const struct picture *picture, float x, float y)
{
    float inside_x = clamp(x, (float)picture->width - 1.01F),
          inside_y = clamp(y, (float)picture->height - 1.01F);
    size_t         left = (size_t)inside_x, top = (size_t)inside_y;
    float          part_x = inside_x - (float)left, part_y = inside_y - (float)top;
    const uint8_t *one = picture->grey + top * picture->width + left, *two = one + picture->width;
    float          upper = (float)one[0] + part_x * (float)(one[1] - one[0]);
    float          lower = (float)two[0] + part_x * (float)(two[1] - two[0]);

    return upper + part_y * (lower - upper);
}

bool profile_take(struct profile *profile, const struct picture *picture, const struct profile_line *line)
{
    size_t count = (size_t)((line->to - line->from) * PROFILE_DENSITY);
    int    beside = (int)line->beside;

    if (picture->width < 2 || picture->height < 2 || !make_room(profile, count))
        return false;
    profile->count = count;
    for (size_t i = 0; i < count; i++) {
        float along = line->from + (float)i / PROFILE_DENSITY, sum = 0;
        float x = line->origin.x + along * line->cosine, y = line->origin.y + along * line->sine;

        for (int k = -beside; k <= beside; k++)
            sum += at(picture, x - (float)k * line->sine, y + (float)k * line->cosine);
        profile->samples[i] = sum / (float)(2 * beside + 1);
    }
    return true;
}

/* samples + amount * (samples - blurred samples) */
static void sharpen(struct profile *profile, float sigma, float amount)
{
    float kernel[RADIUS_MOST + 1] = {1}, sum = 0;
    long  radius = (long)(sigma * 2.5F + 1), count = (long)profile->count;

    for (long i = 0; i <= radius; i++) {
        kernel[i] = expf(-(float)(i * i) / (2 * sigma * sigma));
        sum += i ? 2 * kernel[i] : kernel[i];
    }
    for (long i = 0; i < count; i++) {
        float blurred = kernel[0] * profile->samples[i];

        for (long k = 1; k <= radius; k++)
            blurred += kernel[k] * (profile->samples[i - k < 0 ? 0 : i - k] +
                                    profile->samples[i + k >= count ? count - 1 : i + k]);
        profile->sharpened[i] = profile->samples[i] + amount * (profile->samples[i] - blurred / sum);
    }
}

/* The smallest value within `half` samples on either side, in two runs over blocks as long as the window (van
 * Herk); of the largest by a changed sign. */
static void slide(const struct profile *profile, const float *samples, size_t half, float sign, float *out)
{
    size_t count = profile->count, padded = count + 2 * half, window = 2 * half | 1;
    float *values = profile->values, *before = profile->before, after = INFINITY;

    for (size_t i = 0; i < padded; i++)
        values[i] = sign * samples[i < half ? 0 : i - half >= count ? count - 1 : i - half];
    for (size_t i = 0; i < padded; i++)
        before[i] = i % window == 0 ? values[i] : fminf(values[i], before[i - 1]);
    for (size_t i = padded; i-- > 0;) {
        after = (i + 1) % window == 0 ? values[i] : fminf(values[i], after);
        if (i < count)
            out[i] = sign * fminf(after, before[i + 2 * half]);
    }
}

/* Where the grey crosses the middle between darkest and lightest; light first and last. Returns how many
 * widths. */
static size_t measure(struct profile *profile, const float *samples, float contrast)
{
    float  last = 0;
    bool   dark = false;
    size_t count = 0;

    for (size_t i = 1; i < profile->count; i++) {
        float middle = .5F * (profile->most[i] + profile->least[i]);
        float before = samples[i - 1] - .5F * (profile->most[i - 1] + profile->least[i - 1]);
        float after = samples[i] - middle, edge;
        bool  is_dark = profile->most[i] - profile->least[i] > contrast && after < 0;

        if (is_dark == dark)
            continue;
        edge = (float)(i - 1) + (before == after ? 0 : clamp(before / (before - after), 1));
        profile->widths[count] = (unsigned)((edge - last) * SUBPIXEL + .5F);
        profile->widths[count] += profile->widths[count] == 0;
        count++;
        last = edge;
        dark = is_dark;
    }
    profile->widths[count++] = (unsigned)(((float)profile->count - last) * SUBPIXEL) + 1;
    if (dark)
        profile->widths[count++] = 1;
    return count;
}

/* Whether a width is far longer than those around it: a margin, a frame, the dark beside a label. */
static bool is_long(const unsigned *widths, size_t count, size_t which)
{
    unsigned around[2 * NEIGHBOURS];
    size_t   first = which > NEIGHBOURS ? which - NEIGHBOURS : 0, found = 0;

    for (size_t i = first; i <= which + NEIGHBOURS && i < count && found < 2 * NEIGHBOURS - 1; i++) {
        size_t place = found;

        if (i == which)
            continue;
        for (; place > 0 && around[place - 1] > widths[i]; place--)
            around[place] = around[place - 1];
        around[place] = widths[i];
        found++;
    }
    return found > 4 && widths[which] > around[found / 2] * 9 / 2 + 8;
}

/* zbar refuses Code 128 with a quiet zone of less than some eight modules: what stands between two long
 * widths is decoded again as if it had one. Light widths have even places. */
static void read_without_quiet(const unsigned *widths, size_t count, struct zbar_lines *lines)
{
    size_t start = 0;

    for (size_t i = 0; i <= count; i++) {
        size_t   first = start | 1, end = i & ~(size_t)1;
        unsigned sum = 0;

        if (i < count && !is_long(widths, count, i))
            continue;
        start = i + 1;
        if (end < first + BARS_LEAST || (first == 1 && i == count))
            continue;
        for (size_t k = first; k < end; k++)
            sum += widths[k];
        zbar_lines_widths(lines, widths + first, end - first, sum / 3);
    }
}

static void read_edges(struct profile *profile, const float *samples, size_t half, float contrast,
                       struct zbar_lines *lines)
{
    size_t count;

    slide(profile, samples, half, 1, profile->least);
    slide(profile, samples, half, -1, profile->most);
    count = measure(profile, samples, contrast);
    if (count < EDGES_LEAST)
        return;
    zbar_lines_widths(lines, profile->widths, count, 0);
    read_without_quiet(profile->widths, count, lines);
}

void profile_read(struct profile *profile, unsigned wanted, struct zbar_lines *lines)
{
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        const float *samples = profile->samples;

        if (!(wanted & (unsigned)ways[i].way))
            continue;
        if (ways[i].amount > 0) {
            sharpen(profile, ways[i].sigma, ways[i].amount);
            samples = profile->sharpened;
        }
        if (ways[i].half > 0)
            read_edges(profile, samples, ways[i].half, ways[i].contrast, lines);
        else
            zbar_lines_grey(lines, samples, profile->count);
    }
}
