/* nothing_pictures.h: pictures that hold no code, but much of what codes are made of. The same numbers make
 * the same picture. */
#ifndef TESTS_NOTHING_PICTURES_H
#define TESTS_NOTHING_PICTURES_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <qrencode.h>

#include "picture.h"

struct nothing {
    struct picture picture;
    uint64_t       state;
};

static inline unsigned nothing_random(struct nothing *n, unsigned below)
{
    n->state ^= n->state << 13;
    n->state ^= n->state >> 7;
    n->state ^= n->state << 17;
    return (unsigned)(n->state >> 32) % below;
}

static inline void nothing_fill(struct nothing *n, int left, int top, int width, int height, unsigned grey)
{
    for (int y = top < 0 ? 0 : top; y < top + height && y < (int)n->picture.height; y++)
        for (int x = left < 0 ? 0 : left; x < left + width && x < (int)n->picture.width; x++)
            n->picture.grey[(size_t)y * n->picture.width + (size_t)x] = (uint8_t)grey;
}

/* Letters and figures of 5 x 7 dots, a byte a column. */
static const uint8_t nothing_font[36][5] = {
    {0x3E, 0x51, 0x49, 0x45, 0x3E}, {0x00, 0x42, 0x7F, 0x40, 0x00}, {0x42, 0x61, 0x51, 0x49, 0x46},
    {0x21, 0x41, 0x45, 0x4B, 0x31}, {0x18, 0x14, 0x12, 0x7F, 0x10}, {0x27, 0x45, 0x45, 0x45, 0x39},
    {0x3C, 0x4A, 0x49, 0x49, 0x30}, {0x01, 0x71, 0x09, 0x05, 0x03}, {0x36, 0x49, 0x49, 0x49, 0x36},
    {0x06, 0x49, 0x49, 0x29, 0x1E}, {0x7E, 0x11, 0x11, 0x11, 0x7E}, {0x7F, 0x49, 0x49, 0x49, 0x36},
    {0x3E, 0x41, 0x41, 0x41, 0x22}, {0x7F, 0x41, 0x41, 0x22, 0x1C}, {0x7F, 0x49, 0x49, 0x49, 0x41},
    {0x7F, 0x09, 0x09, 0x09, 0x01}, {0x3E, 0x41, 0x49, 0x49, 0x7A}, {0x7F, 0x08, 0x08, 0x08, 0x7F},
    {0x00, 0x41, 0x7F, 0x41, 0x00}, {0x20, 0x40, 0x41, 0x3F, 0x01}, {0x7F, 0x08, 0x14, 0x22, 0x41},
    {0x7F, 0x40, 0x40, 0x40, 0x40}, {0x7F, 0x02, 0x0C, 0x02, 0x7F}, {0x7F, 0x04, 0x08, 0x10, 0x7F},
    {0x3E, 0x41, 0x41, 0x41, 0x3E}, {0x7F, 0x09, 0x09, 0x09, 0x06}, {0x3E, 0x41, 0x51, 0x21, 0x5E},
    {0x7F, 0x09, 0x19, 0x29, 0x46}, {0x46, 0x49, 0x49, 0x49, 0x31}, {0x01, 0x01, 0x7F, 0x01, 0x01},
    {0x3F, 0x40, 0x40, 0x40, 0x3F}, {0x1F, 0x20, 0x40, 0x20, 0x1F}, {0x3F, 0x40, 0x38, 0x40, 0x3F},
    {0x63, 0x14, 0x08, 0x14, 0x63}, {0x07, 0x08, 0x70, 0x08, 0x07}, {0x61, 0x51, 0x49, 0x45, 0x43}};

static inline void nothing_text(struct nothing *n)
{
    int dot = 1 + (int)nothing_random(n, 5);

    for (int top = 4; top + 7 * dot < (int)n->picture.height; top += 10 * dot)
        for (int left = 4; left + 5 * dot < (int)n->picture.width; left += 6 * dot) {
            const uint8_t *letter = nothing_font[nothing_random(n, 36)];

            if (nothing_random(n, 6) == 0)
                continue;
            for (int x = 0; x < 5; x++)
                for (int y = 0; y < 7; y++)
                    if (letter[x] >> y & 1)
                        nothing_fill(n, left + x * dot, top + y * dot, dot, dot, 25);
        }
}

/* Bars and spaces of one to four modules, in no order that any code knows. */
static inline void nothing_stripes(struct nothing *n)
{
    int module = 2 + (int)nothing_random(n, 3), high = 20 + (int)nothing_random(n, 200);

    for (int top = 10; top < (int)n->picture.height; top += high + 30)
        for (int left = 20, wide = module; left < (int)n->picture.width - 20; left += wide) {
            wide = module * (1 + (int)nothing_random(n, 4));
            nothing_fill(n, left, top, wide, high, 20);
            left += wide;
            wide = module * (1 + (int)nothing_random(n, 4));
        }
}

/* Keys, tiles, ventilation: what repeats. */
static inline void nothing_grid(struct nothing *n)
{
    int cell = 3 + (int)nothing_random(n, 40), gap = 1 + (int)nothing_random(n, 8);
    int jitter = (int)nothing_random(n, 3);

    for (int top = 0; top < (int)n->picture.height; top += cell + gap)
        for (int left = 0; left < (int)n->picture.width; left += cell + gap)
            nothing_fill(n, left + (jitter ? (int)nothing_random(n, (unsigned)jitter + 1) : 0), top, cell,
                         cell, 40);
}

/* Random modules with squares in the corners, as a QR code has, which no correction makes sense of. */
static inline void nothing_modules(struct nothing *n)
{
    static const int corners[3][2] = {{0, 0}, {1, 0}, {0, 1}};
    int side = 21 + 4 * (int)nothing_random(n, 5), module = 3 + (int)nothing_random(n, 5), left = 30,
        top = 20;

    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
            if (nothing_random(n, 2))
                nothing_fill(n, left + x * module, top + y * module, module, module, 15);
    for (size_t i = 0; i < 3; i++) {
        int x = left + corners[i][0] * (side - 7) * module, y = top + corners[i][1] * (side - 7) * module;

        for (int ring = 0; ring < 4; ring++)
            nothing_fill(n, x + (ring - 1) * module, y + (ring - 1) * module, (9 - 2 * ring) * module,
                         (9 - 2 * ring) * module, ring % 2 ? 15 : 230);
    }
}

/* A part of a QR code: less than half of it, or the half without one of its corners. */
static inline void nothing_fragment(struct nothing *n)
{
    QRcode *code = QRcode_encodeString8bit("https://fix.example.nl/d/7K3M9QXFDT", 0, QR_ECLEVEL_L);
    int     module = 3 + (int)nothing_random(n, 5), part = 30 + (int)nothing_random(n, 26);
    int     from_right = (int)nothing_random(n, 2);

    if (!code)
        abort();
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width * part / 100; x++) {
            int at = from_right ? code->width - 1 - x : x;

            if (code->data[y * code->width + at] & 1)
                nothing_fill(n, 30 + at * module, 30 + y * module, module, module, 20);
        }
    QRcode_free(code);
}

/* Light and shade at several scales, with round things in it: what a photograph is full of. */
static inline void nothing_photograph(struct nothing *n)
{
    double phases[6][3];

    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < 3; k++)
            phases[i][k] = nothing_random(n, 1000) / 1000.0;
    for (unsigned y = 0; y < n->picture.height; y++)
        for (unsigned x = 0; x < n->picture.width; x++) {
            double grey = 128;

            for (size_t i = 0; i < 6; i++)
                grey += 110.0 / (double)(1u << i) *
                        sin((x * phases[i][0] + y * (1 - phases[i][0])) * (double)(1u << i) / 60 +
                            phases[i][1] * 6.3 + 2 * sin(y * phases[i][2] / 20));
            n->picture.grey[(size_t)y * n->picture.width + x] = (uint8_t)fmin(fmax(grey, 0), 255);
        }
    for (unsigned i = nothing_random(n, 12); i > 0; i--) {
        int radius = 3 + (int)nothing_random(n, 60), x = (int)nothing_random(n, n->picture.width),
            y = (int)nothing_random(n, n->picture.height);

        for (int dy = -radius; dy <= radius; dy++) {
            int half = (int)sqrt((double)(radius * radius - dy * dy));

            nothing_fill(n, x - half, y + dy, 2 * half, 1, nothing_random(n, 2) ? 30 : 210);
        }
    }
}

static inline void nothing_noise(struct nothing *n)
{
    int grain = 1 + (int)nothing_random(n, 6);

    for (int y = 0; y < (int)n->picture.height; y += grain)
        for (int x = 0; x < (int)n->picture.width; x += grain)
            nothing_fill(n, x, y, grain, grain, nothing_random(n, 256));
}

static inline void nothing_mixture(struct nothing *n)
{
    nothing_photograph(n);
    nothing_fill(n, 25, 15, (int)n->picture.width / 2, (int)n->picture.height / 2, 235);
    if (nothing_random(n, 2))
        nothing_fragment(n);
    else
        nothing_modules(n);
}

static const struct {
    const char *name;
    void (*draw)(struct nothing *n);
} nothing_kinds[] = {{"text", nothing_text},
                     {"noise", nothing_noise},
                     {"stripes", nothing_stripes},
                     {"grid", nothing_grid},
                     {"modules", nothing_modules},
                     {"fragment of a QR code", nothing_fragment},
                     {"photograph", nothing_photograph},
                     {"mixture", nothing_mixture}};
#define NOTHING_KINDS (sizeof nothing_kinds / sizeof *nothing_kinds)

/* As a lens and a sensor leave it: each pixel takes from its neighbours, and trembles. */
static inline void nothing_spoil(struct nothing *n)
{
    unsigned soft = nothing_random(n, 4), grain = nothing_random(n, 30);
    size_t   count = (size_t)n->picture.width * n->picture.height;

    for (size_t i = 1; i < count; i++)
        n->picture.grey[i] =
            (uint8_t)((n->picture.grey[i] * 4u + n->picture.grey[i - 1] * soft) / (4 + soft));
    for (size_t i = 0; i < count; i++) {
        int grey = n->picture.grey[i] + (int)nothing_random(n, grain + 1) - (int)grain / 2;

        n->picture.grey[i] = (uint8_t)(grey < 0 ? 0 : grey > 255 ? 255 : grey);
    }
}

/* The nth picture of a seed, of this many pixels; the caller frees it. Kinds take turns. */
static inline void nothing_make(unsigned seed, unsigned number, unsigned width, unsigned height,
                                struct picture *picture)
{
    struct nothing n = {.picture = {.grey = malloc((size_t)width * height), .width = width, .height = height},
                        .state = (seed + 1) * UINT64_C(0x9E3779B97F4A7C15) ^
                                 (number + 1) * UINT64_C(0xD1B54A32D192ED03)};

    if (!n.picture.grey)
        abort();
    for (int i = 0; i < 8; i++)
        nothing_random(&n, 2);
    memset(n.picture.grey, 225, (size_t)width * height);
    nothing_kinds[number % NOTHING_KINDS].draw(&n);
    nothing_spoil(&n);
    *picture = n.picture;
}

#endif
