#include "decode.h"

#include <stdlib.h>
#include <string.h>

static size_t read_once(const struct picture *picture, const struct decode_settings *settings,
                        const struct budget *budget, struct decode_result *results, size_t most,
                        int64_t started_ns)
{
    static struct decoded codes[DECODED_MOST];
    struct reading        reading = {.picture = picture,
                                     .budget = budget,
                                     .wanted = settings->wanted,
                                     .codes = codes,
                                     .most = most < DECODED_MOST ? most : DECODED_MOST};
    const struct pass    *pass = passes_run(&reading, settings->effort);

    for (size_t i = 0; i < reading.count; i++) {
        results[i].code = codes[i];
        results[i].pass = pass->name;
        results[i].milliseconds = (double)(budget_clock_ns() - started_ns) / 1e6;
    }
    passes_free(&reading);
    return reading.count;
}

size_t decode_picture(const struct picture *picture, const struct decode_settings *settings,
                      struct decode_result *results, size_t most)
{
    struct budget budget = budget_of_ms(settings->budget_ms);

    return read_once(picture, settings, &budget, results, most, budget_clock_ns());
}
