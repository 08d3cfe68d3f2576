#include "passes.h"

#include <string.h>

#include "shared/compiler.h"
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

static void read_plain(struct reading *reading)
{
    static const struct zbar_settings settings = {.ean = true, .agreement = 1};

    reading_keep(reading, zbar_read(reading->picture, &settings, reading->codes + reading->count,
                                    reading->most - reading->count));
}

const struct pass passes[] = {
    {"plain", EFFORT_QUICK, NULL, read_plain},
    {0},
};

const struct pass *passes_run(struct reading *reading, enum effort effort)
{
    size_t before = reading->count;

    for (const struct pass *pass = passes; pass->name && reading->count < reading->most; pass++) {
        if (pass->cost > effort || (pass->applies && !pass->applies(reading)))
            continue;
        if (!budget_left(reading->budget))
            return NULL;
        pass->run(reading);
        if (reading->count > before)
            return pass;
    }
    return NULL;
}

void passes_free(struct reading *reading)
{
    (void)reading;
}
