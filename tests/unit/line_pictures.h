/* line_pictures.h: Code 128 labels as a camera might see them, drawn by a recipe; the same recipe, the same
 * picture. */
#ifndef TESTS_LINE_PICTURES_H
#define TESTS_LINE_PICTURES_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

#define LINE_TEXT "PF7K3M9"

struct line_recipe {
    unsigned width, height;       /* pixels */
    float    module, turn;        /* pixels, radians */
    float    quiet;               /* modules of paper around */
    float    high;                /* of the bars, pixels */
    float    dark, light, around; /* grey */
    float    noise, blur;         /* grey, pixels along the bars' width */
    float    shade;               /* light left at the right border */
    unsigned seed;
};

/* Of the passes that cost no more, only "rows" reads it. */
#define LINE_FOR_ROWS                                                                                        \
    {                                                                                                        \
        .width = 400, .height = 300, .module = 1.9539F, .quiet = 2.649F, .high = 14.47F, .dark = 41.5F,      \
        .light = 193.3F, .around = 114.6F, .noise = 8.02F, .blur = 2.25F, .shade = 1, .seed = 16             \
    }

/* Widths of bars and spaces in turn, of start B, the text, the check symbol and stop; in modules. */
static inline size_t line_widths(const char *text, uint8_t widths[400])
{
    static const char rows[] =
        "2122222221222222211212231213221312221222131223121322122212132213122312121122321221321222311132221231"
        "22123221"
        "2232112211322212312132122231123121313112223211223212213122123221123222112121232123212321211113231311"
        "23131321"
        "1123131321131323112113132311132313111121331123311321311131231133211331213131212113312311312131132133"
        "11213131"
        "3111233113213311213121133123113321113141112214114311111112241114221211241214211411221412211122141124"
        "12122114"
        "1224111421121422112412112211144131112411121341111112421211421212411142121241121242114112124211124212"
        "11212141"
        "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232";
    size_t   count = 0, length = strlen(text);
    unsigned check = 104;

    for (size_t i = 0; i <= length + 1; i++) {
        unsigned value = i == 0 ? 104 : i <= length ? (unsigned)(text[i - 1] - 32) : check % 103;

        if (i > 0 && i <= length)
            check += (unsigned)i * value;
        for (size_t k = 0; k < 6; k++)
            widths[count++] = (uint8_t)(rows[value * 6 + k] - '0');
    }
    memcpy(widths + count, (uint8_t[]){2, 3, 3, 1, 1, 1, 2}, 7);
    return count + 7;
}

static inline float line_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / 16777216.0F;
}

/* How dark it is at a place along the code, in modules, smoothed by the blur. */
static inline float line_ink(const uint8_t *widths, size_t count, float at, float reach)
{
    float start = 0, ink = 0;

    for (size_t i = 0; i < count; start += widths[i], i++)
        if (i % 2 == 0)
            ink += fmaxf(0, fminf(start + widths[i], at + reach) - fmaxf(start, at - reach));
    return ink / (2 * reach);
}

static inline void line_picture(const struct line_recipe *recipe, struct picture *picture)
{
    uint8_t  widths[400];
    size_t   count = line_widths(LINE_TEXT, widths);
    float    modules = 0, cosine = cosf(recipe->turn), sine = sinf(recipe->turn);
    unsigned state = recipe->seed;

    for (size_t i = 0; i < count; i++)
        modules += widths[i];
    *picture = (struct picture){.width = recipe->width, .height = recipe->height};
    picture->grey = malloc((size_t)recipe->width * recipe->height);
    for (unsigned y = 0; y < recipe->height; y++)
        for (unsigned x = 0; x < recipe->width; x++) {
            float dx = (float)x - (float)recipe->width / 2, dy = (float)y - (float)recipe->height / 2;
            float along = (dx * cosine + dy * sine) / recipe->module + modules / 2;
            float across = fabsf(-dx * sine + dy * cosine) - recipe->high / 2;
            bool  label = along > -recipe->quiet && along < modules + recipe->quiet &&
                         across < recipe->quiet * recipe->module;
            float ink = across < 0
                            ? line_ink(widths, count, along, .5F * fmaxf(1, recipe->blur) / recipe->module)
                            : 0;
            float grey = label ? recipe->light + (recipe->dark - recipe->light) * ink : recipe->around;

            grey *= 1 - (1 - recipe->shade) * (float)x / (float)recipe->width;
            for (int i = 0; i < 4; i++)
                grey += recipe->noise * (line_random(&state) - .5F);
            picture->grey[(size_t)y * recipe->width + x] = (uint8_t)fmaxf(0, fminf(255, grey + .5F));
        }
}

#endif
