/* test_scan_qr_pass.c: codes that zbar alone does not read, each drawn by qr_pictures.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "qr_pass.h"
#include "qr_pictures.h"
#include "qr_redraw.h"
#include "zbar_reader.h"

#include <cmocka.h>

#define TEXT "https://depot.example/l/7K3M9Q"

static bool zbar_reads(const struct picture *picture)
{
    static struct decoded codes[DECODED_MOST];
    struct zbar_settings  settings = {.qr_only = true, .agreement = 1};
    size_t                count = zbar_read(picture, &settings, codes, DECODED_MOST);

    for (size_t i = 0; i < count; i++)
        if (strcmp(codes[i].text, TEXT) == 0)
            return true;
    return false;
}

static bool row_reads(const struct picture *picture, enum qr_row row)
{
    static struct qr_symbol symbol;
    struct budget           budget = budget_of_ms(120000);
    struct qr_tried        *tried = qr_tried_new();
    struct picture          drawn;
    bool                    read;

    read = qr_read(picture, &qr_rows[row], tried, &budget, &symbol, 1) == 1 && qr_redraw(&symbol, &drawn);
    qr_tried_free(tried);
    if (!read)
        return false;
    read = zbar_reads(&drawn);
    picture_free(&drawn);
    return read;
}

static void assert_read_by_own_search_only(const struct scene *scene, enum qr_row row)
{
    struct picture picture;

    scene_make(scene, &picture);
    assert_false(zbar_reads(&picture));
    assert_true(row_reads(&picture, row));
    picture_free(&picture);
}

static void reads_through_glare(void **state)
{
    struct scene scene = {.text = TEXT,
                          .width = 320,
                          .height = 240,
                          .quiet = 4,
                          .paper = 215,
                          .ink = 30,
                          .desk = 70,
                          .level = QR_ECLEVEL_Q,
                          .module = 4.49,
                          .turn = 17.3,
                          .noise = 2.2,
                          .glare = .54,
                          .seed = 382};

    (void)state;
    assert_read_by_own_search_only(&scene, QR_PLAIN);
}

static void foretells_a_finder_that_is_covered(void **state)
{
    struct scene scene = {.text = TEXT,
                          .width = 320,
                          .height = 240,
                          .quiet = 4,
                          .paper = 215,
                          .ink = 30,
                          .desk = 70,
                          .level = QR_ECLEVEL_L,
                          .module = 3.43,
                          .turn = 7.4,
                          .tilt = .03,
                          .noise = 5,
                          .cover = .24,
                          .seed = 461};

    (void)state;
    assert_read_by_own_search_only(&scene, QR_PLAIN);
}

static void reads_what_is_bent_around_a_cylinder(void **state)
{
    struct scene scene = {.text = TEXT,
                          .width = 320,
                          .height = 240,
                          .quiet = 4,
                          .paper = 215,
                          .ink = 30,
                          .desk = 70,
                          .level = QR_ECLEVEL_L,
                          .module = 3.43,
                          .turn = 7.4,
                          .tilt = .03,
                          .noise = 5,
                          .bend = 101,
                          .seed = 461};

    (void)state;
    assert_read_by_own_search_only(&scene, QR_PLAIN);
}

static void reads_light_on_dark(void **state)
{
    struct scene scene = {.text = TEXT,
                          .width = 320,
                          .height = 240,
                          .quiet = 4,
                          .paper = 40,
                          .ink = 200,
                          .desk = 70,
                          .level = QR_ECLEVEL_M,
                          .module = 3.42,
                          .tilt = .14,
                          .noise = 2.3,
                          .seed = 489};

    (void)state;
    assert_read_by_own_search_only(&scene, QR_INVERTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_through_glare),
        cmocka_unit_test(foretells_a_finder_that_is_covered),
        cmocka_unit_test(reads_what_is_bent_around_a_cylinder),
        cmocka_unit_test(reads_light_on_dark),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
