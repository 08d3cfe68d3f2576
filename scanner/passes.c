#include "passes.h"

#include <stdlib.h>
#include <string.h>

#include "datamatrix.h"
#include "filters.h"
#include "lines_passes.h"
#include "passes_qr.h"
#include "shared/compiler.h"
#include "shared/utf8.h"
#include "zbar_reader.h"

static bool is_there(const struct reading *reading, const struct decoded *code)
{
    for (size_t i = 0; i < reading->count; i++) {
        const struct decoded *other = &reading->codes[i];

        if (other->symbology == code->symbology && other->length == code->length &&
            memcmp(other->text, code->text, code->length) == 0)
            return true;
    }
    return false;
}

void reading_keep(struct reading *reading, size_t found)
{
    size_t first = reading->count;

    for (size_t i = first; i < first + found; i++) {
        struct decoded *code = &reading->codes[i];

        if ((reading->wanted && !reading->wanted(code)) || is_there(reading, code))
            continue;
        if (i != reading->count)
            reading->codes[reading->count] = *code;
        reading->count++;
    }
}

#define DOUBLED_MOST    1300u
#define QUARTERED_LEAST 700u

static unsigned longer_side(const struct reading *reading)
{
    return reading->picture->width > reading->picture->height ? reading->picture->width
                                                              : reading->picture->height;
}

static void read_plain(struct reading *reading)
{
    static const struct zbar_settings settings = {.ean = true, .agreement = 1};

    reading_keep(reading, zbar_read(reading->picture, &settings, reading->codes + reading->count,
                                    reading->most - reading->count));
}

static void read_threshold(struct reading *reading)
{
    static const struct zbar_settings settings = {.agreement = 2};
    struct picture                    made;

    if (!picture_threshold(reading->picture, &made))
        return;
    reading_keep(reading, zbar_read(&made, &settings, reading->codes + reading->count,
                                    reading->most - reading->count));
    picture_free(&made);
}

static void read_datamatrix(struct reading *reading)
{
    struct decoded *code = &reading->codes[reading->count];
    float           corners[8];

    *code = (struct decoded){.symbology = SYMBOLOGY_DATAMATRIX, .quality = 1};
    if (!datamatrix_find(reading->picture->grey, reading->picture->width, reading->picture->height,
                         code->text, sizeof code->text, &code->length, corners) ||
        !utf8_is_valid(code->text, code->length))
        return;
    for (size_t i = 0; i < COUNT_OF(code->corners); i++)
        code->corners[i] = (struct point){corners[2 * i], corners[2 * i + 1]};
    reading_keep(reading, 1);
}

static bool may_be_doubled(const struct reading *reading)
{
    return longer_side(reading) <= DOUBLED_MOST;
}

static bool is_large(const struct reading *reading)
{
    return longer_side(reading) > QUARTERED_LEAST;
}

/* In the order of what they find for what they cost, as measured on photographs and on made pictures. */
const struct pass passes[] = {
    {"plain", EFFORT_QUICK, NULL, read_plain, NULL},
    {"qr", EFFORT_QUICK, NULL, NULL, &qr_rows[QR_PLAIN]},
    {"lines", EFFORT_QUICK, NULL, lines_read_regions, NULL},
    {"qr-half", EFFORT_QUICK, NULL, NULL, &qr_rows[QR_HALF]},
    {"qr-inverted", EFFORT_QUICK, NULL, NULL, &qr_rows[QR_INVERTED]},
    {"threshold", EFFORT_NORMAL, NULL, read_threshold, NULL},
    {"lines-askew", EFFORT_NORMAL, NULL, lines_read_askew, NULL},
    {"rows", EFFORT_NORMAL, NULL, lines_read_rows, NULL},
    {"qr-sharp", EFFORT_NORMAL, NULL, NULL, &qr_rows[QR_SHARP]},
    {"qr-half-sharp", EFFORT_NORMAL, NULL, NULL, &qr_rows[QR_HALF_SHARP]},
    {"qr-double", EFFORT_NORMAL, may_be_doubled, NULL, &qr_rows[QR_DOUBLE]},
    {"datamatrix", EFFORT_NORMAL, NULL, read_datamatrix, NULL},
    {"lines-inverted", EFFORT_THOROUGH, NULL, lines_read_inverted, NULL},
    {"qr-deep", EFFORT_THOROUGH, NULL, NULL, &qr_rows[QR_DEEP]},
    {"qr-sharper", EFFORT_THOROUGH, NULL, NULL, &qr_rows[QR_SHARPER]},
    {"qr-quarter", EFFORT_THOROUGH, is_large, NULL, &qr_rows[QR_QUARTER]},
    {"qr-half-deep", EFFORT_THOROUGH, NULL, NULL, &qr_rows[QR_HALF_DEEP]},
    {"angles", EFFORT_THOROUGH, NULL, lines_read_angles, NULL},
    {0},
};

static bool applies(const struct reading *reading, const struct pass *pass)
{
    return !pass->applies || pass->applies(reading);
}

/* Whether it found something. */
static bool run_pass(struct reading *reading, const struct pass *pass)
{
    size_t before = reading->count;

    if (pass->run)
        pass->run(reading);
    else
        passes_read_qr(reading, pass->qr);
    return reading->count > before;
}

const struct pass *passes_run(struct reading *reading, enum effort effort, const struct pass *from)
{
    for (const struct pass *pass = from; pass->name && reading->count < reading->most; pass++) {
        if (pass->cost > effort || !applies(reading, pass))
            continue;
        if (!budget_left(reading->budget))
            return NULL;
        if (run_pass(reading, pass))
            return pass;
    }
    return NULL;
}

const struct pass *passes_run_beyond(struct reading *reading, enum effort effort, unsigned n)
{
    const struct pass *dearer[COUNT_OF(passes)];
    unsigned           count = 0;

    for (const struct pass *pass = passes; pass->name; pass++)
        if (pass->cost > effort && applies(reading, pass))
            dearer[count++] = pass;
    if (count == 0 || reading->count == reading->most || !budget_left(reading->budget))
        return NULL;
    return run_pass(reading, dearer[n % count]) ? dearer[n % count] : NULL;
}

void passes_free(struct reading *reading)
{
    free(reading->regions);
    qr_tried_free(reading->tried);
    reading->tried = NULL;
    reading->regions = NULL;
}
