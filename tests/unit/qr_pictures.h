/* qr_pictures.h: QR codes as a camera sees them: turned, tilted, bent, blurred, noisy, under glare, dirty.
 * The same numbers make the same picture. */
#ifndef TESTS_QR_PICTURES_H
#define TESTS_QR_PICTURES_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <qrencode.h>

#include "picture.h"
#include "qr_filter.h"

struct scene {
    const char *text;
    QRecLevel   level;
    unsigned    width, height;
    double      module; /* pixels */
    double      turn;   /* degrees */
    double      tilt;   /* how much smaller the far side is, 0 to .5 */
    double      bend;   /* degrees of a cylinder that the code spans */
    double      blur;   /* pixels, sigma */
    double      noise;  /* sigma */
    double      glare;  /* share of the side that a white spot covers, at a third of the code */
    double      cover;  /* share of the side that a grey spot covers, over the code's upper left corner */
    double      dot;    /* diameter of round modules, in modules; 0: squares */
    double      quiet;  /* modules of paper around the code */
    double      paper, ink, desk;
    bool        mirrored;
    unsigned    seed;
};

static unsigned scene_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static double scene_noise(unsigned *state)
{
    double sum = 0;

    for (int i = 0; i < 12; i++)
        sum += scene_random(state) / 16777216.0;
    return sum - 6;
}

/* The grey at a place of the flat label, in modules from the code's upper left. */
static double label_grey(const struct scene *s, const QRcode *code, double u, double v)
{
    int    x = (int)floor(u), y = (int)floor(v);
    double away = hypot(u - x - .5, v - y - .5);

    if (u < -s->quiet || v < -s->quiet || u >= code->width + s->quiet || v >= code->width + s->quiet)
        return s->desk;
    if (x < 0 || y < 0 || x >= code->width || y >= code->width)
        return s->paper;
    if (!(code->data[s->mirrored ? x * code->width + y : y * code->width + x] & 1))
        return s->paper;
    return s->dot > 0 && away > s->dot / 2 ? s->paper : s->ink;
}

/* From a pixel to the label: the camera's way back. */
static double scene_grey(const struct scene *s, const QRcode *code, double px, double py)
{
    double turn = s->turn * M_PI / 180, x = px - s->width / 2.0, y = py - s->height / 2.0,
           half = code->width / 2.0;
    double u = (cos(turn) * x + sin(turn) * y) / s->module, v = (cos(turn) * y - sin(turn) * x) / s->module;
    double far = 1 - s->tilt * v / half / 2, bend = s->bend * M_PI / 360;

    u /= far;
    v /= far;
    if (s->glare > 0 && hypot(u + half / 3, v - half / 4) < s->glare * half)
        return 255;
    if (s->cover > 0 && hypot(u + half, v + half) < s->cover * 2 * half)
        return (s->paper + s->ink) / 2;
    if (bend > 0) {
        double edge = sin(bend) * u / half;

        if (fabs(edge) >= 1)
            return s->desk;
        u = asin(edge) / bend * half;
    }
    return label_grey(s, code, u + half, v + half);
}

static void scene_draw(const struct scene *s, const QRcode *code, struct picture *picture)
{
    for (unsigned y = 0; y < s->height; y++)
        for (unsigned x = 0; x < s->width; x++) {
            double sum = 0;

            for (int i = 0; i < 16; i++)
                sum += scene_grey(s, code, x + (i % 4 + .5) / 4, y + (i / 4 + .5) / 4);
            picture->grey[(size_t)y * s->width + x] = (uint8_t)lrint(fmin(fmax(sum / 16, 0), 255));
        }
}

/* The caller frees the picture. */
static void scene_make(const struct scene *s, struct picture *picture)
{
    QRcode        *code = QRcode_encodeString8bit(s->text, 0, s->level);
    struct picture soft;
    unsigned       state = s->seed * 7919u + 1;

    *picture = (struct picture){
        .grey = malloc((size_t)s->width * s->height), .width = s->width, .height = s->height};
    if (!code || !picture->grey)
        abort();
    scene_draw(s, code, picture);
    QRcode_free(code);
    if (s->blur > 0) {
        if (!qr_blur(picture, s->blur, &soft))
            abort();
        picture_free(picture);
        *picture = soft;
    }
    for (size_t i = 0; s->noise > 0 && i < (size_t)s->width * s->height; i++) {
        double grey = picture->grey[i] + s->noise * scene_noise(&state);

        picture->grey[i] = (uint8_t)lrint(fmin(fmax(grey, 0), 255));
    }
}

#endif
