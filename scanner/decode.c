#include "decode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MASK_LARGER 1.12F /* than the code, so that no line of it is left */
#define MASK_BEYOND 3.0F  /* pixels */
#define PAPER       255

static bool is_left_of(struct point from, struct point to, float x, float y, float sign)
{
    return sign * ((to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x)) >= 0;
}

/* Twice the area, with the sign of the corners' order. */
static float turn_of(const struct point corners[4])
{
    float sum = 0;

    for (size_t i = 0; i < 4; i++)
        sum += corners[i].x * corners[(i + 1) % 4].y - corners[(i + 1) % 4].x * corners[i].y;
    return sum;
}

static void enlarge(const struct point corners[4], struct point larger[4])
{
    struct point centre = {0, 0};

    for (size_t i = 0; i < 4; i++) {
        centre.x += corners[i].x / 4;
        centre.y += corners[i].y / 4;
    }
    for (size_t i = 0; i < 4; i++) {
        float x = corners[i].x - centre.x, y = corners[i].y - centre.y, length = fmaxf(hypotf(x, y), 1);
        float times = MASK_LARGER + MASK_BEYOND / length;

        larger[i] = (struct point){centre.x + x * times, centre.y + y * times};
    }
}

static unsigned pixel(float value, unsigned most)
{
    return value <= 0 ? 0 : value >= (float)most ? most : (unsigned)value;
}

/* Paints over a code that was read, so that the next look finds another. */
static void mask(struct picture *picture, const struct point corners[4])
{
    struct point area[4], least = {1e9F, 1e9F}, most = {0, 0};
    float        sign;

    enlarge(corners, area);
    sign = turn_of(area) < 0 ? -1 : 1;
    for (size_t i = 0; i < 4; i++) {
        least = (struct point){fminf(least.x, area[i].x), fminf(least.y, area[i].y)};
        most = (struct point){fmaxf(most.x, area[i].x), fmaxf(most.y, area[i].y)};
    }
    for (unsigned y = pixel(least.y, picture->height); y < pixel(most.y + 1, picture->height); y++)
        for (unsigned x = pixel(least.x, picture->width); x < pixel(most.x + 1, picture->width); x++) {
            bool inside = true;

            for (size_t i = 0; i < 4 && inside; i++)
                inside = is_left_of(area[i], area[(i + 1) % 4], (float)x, (float)y, sign);
            if (inside)
                picture->grey[(size_t)y * picture->width + x] = PAPER;
        }
}

struct decoding {
    struct reading reading;
    int64_t        started_ns;
    float          shrunk;
    decode_found  *found;
    void          *context;
};

static void report(const struct decoding *decoding, size_t first, const struct pass *pass)
{
    static struct decode_result result;

    for (size_t i = first; i < decoding->reading.count && i < DECODED_MOST; i++) {
        result.code = decoding->reading.codes[i];
        result.pass = pass;
        result.milliseconds = (double)(budget_clock_ns() - decoding->started_ns) / 1e6;
        for (size_t k = 0; k < COUNT_OF(result.code.corners); k++) {
            result.code.corners[k].x *= decoding->shrunk;
            result.code.corners[k].y *= decoding->shrunk;
        }
        decoding->found(decoding->context, &result);
    }
}

/* Each pass again until it finds no more, on a picture in which what was found is painted over. */
static void go_on(struct decoding *decoding, enum effort effort, const struct pass *pass, size_t first)
{
    const struct picture *picture = decoding->reading.picture;
    size_t                bytes = (size_t)picture->width * picture->height;
    struct picture        left = *picture;

    left.grey = malloc(bytes);
    if (!left.grey)
        return;
    memcpy(left.grey, picture->grey, bytes);
    decoding->reading.picture = &left;
    while (pass) {
        for (size_t i = first; i < decoding->reading.count; i++)
            mask(&left, decoding->reading.codes[i].corners);
        passes_free(&decoding->reading);
        first = decoding->reading.count;
        pass = passes_run(&decoding->reading, effort, pass);
        if (pass)
            report(decoding, first, pass);
    }
    decoding->reading.picture = picture;
    free(left.grey);
}

static enum decode_rest rest_of(const struct reading *reading, bool all)
{
    return reading->count > DECODED_MOST          ? DECODE_REST_MANY
           : all && !budget_left(reading->budget) ? DECODE_REST_TIME
                                                  : DECODE_REST_NONE;
}

const char *decode_rest_text(enum decode_rest rest)
{
    static const char *const texts[] = {
        [DECODE_REST_MANY] = "this picture has more codes than are read of one: some were left out",
        [DECODE_REST_TIME] = "the time was over before all of this picture was searched: there may be more "
                             "codes (--budget-ms)"};

    return texts[rest];
}

enum decode_rest decode_each(const struct picture *picture, const struct decode_settings *settings,
                             decode_found *found, void *context)
{
    static struct decoded codes[DECODED_MOST + 1]; /* one more tells that there are too many */
    struct budget         budget = budget_of_ms(settings->budget_ms);
    struct decoding       decoding = {.reading = {.picture = picture,
                                                  .budget = &budget,
                                                  .wanted = settings->wanted,
                                                  .codes = codes,
                                                  .most = COUNT_OF(codes)},
                                      .started_ns = budget_clock_ns(),
                                      .shrunk = picture->shrunk > 0 ? picture->shrunk : 1,
                                      .found = found,
                                      .context = context};
    const struct pass    *pass = passes_run(&decoding.reading, settings->effort, passes);

    if (!pass && settings->deeper > 0)
        pass = passes_run_beyond(&decoding.reading, settings->effort, settings->deeper - 1);
    if (pass) {
        report(&decoding, 0, pass);
        if (settings->all)
            go_on(&decoding, settings->effort, pass, 0);
    }
    passes_free(&decoding.reading);
    return rest_of(&decoding.reading, settings->all);
}

struct list {
    struct decode_result *results;
    size_t                count, most;
};

static void append(void *context, const struct decode_result *result)
{
    struct list *list = context;

    if (list->count < list->most)
        list->results[list->count++] = *result;
}

size_t decode_picture(const struct picture *picture, const struct decode_settings *settings,
                      struct decode_result *results, size_t most)
{
    struct list list = {.results = results, .most = most};

    decode_each(picture, settings, append, &list);
    return list.count;
}
