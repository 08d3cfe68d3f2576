/* test_scan_nothing.c: nothing is read where no code is, with every pass that there is. SPOOR_NOTHING=500 and
 * SPOOR_SEED=1 (make bench-nothing) for many and larger pictures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "decode.h"
#include "unit/nothing_pictures.h"

#include <cmocka.h>

static const unsigned sizes[][2] = {{320, 240}, {640, 480}, {400, 300}, {360, 480}};

static unsigned number_of(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);

    return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void reads_nothing_where_no_code_is(void **state)
{
    static const struct decode_settings thorough = {.effort = EFFORT_THOROUGH, .budget_ms = 60000};
    static struct decode_result         results[DECODED_MOST];
    unsigned count = number_of("SPOOR_NOTHING", 0), seed = number_of("SPOOR_SEED", 7), read = 0;
    bool     large = count > 0;
    double   most_ms = 0, sum_ms = 0;

    (void)state;
    count = large ? count : (unsigned)NOTHING_KINDS;
    for (unsigned i = 0; i < count; i++) {
        const unsigned *size = sizes[large ? i / NOTHING_KINDS % 4 : 0];
        int64_t         began_ns = budget_clock_ns();
        struct picture  picture;
        double          took_ms;

        nothing_make(seed, i, size[0], size[1], &picture);
        if (decode_picture(&picture, &thorough, results, DECODED_MOST) > 0) {
            read++;
            print_message("# picture %u of seed %u (%s, %u x %u): %s \"%s\" by %s\n", i, seed,
                          nothing_kinds[i % NOTHING_KINDS].name, size[0], size[1],
                          symbology_name(results[0].code.symbology), results[0].code.text,
                          results[0].pass->name);
        }
        picture_free(&picture);
        took_ms = (double)(budget_clock_ns() - began_ns) / 1e6;
        sum_ms += took_ms;
        most_ms = took_ms > most_ms ? took_ms : most_ms;
    }
    if (large)
        print_message("# %u pictures of seed %u: %u read; %.0f ms a picture, at most %.0f\n", count, seed,
                      read, sum_ms / count, most_ms);
    assert_int_equal(read, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_nothing_where_no_code_is)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
