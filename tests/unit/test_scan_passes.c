/* test_scan_passes.c: for each pass that reads lines a picture that it alone reads, of those that cost no
 * more; nothing is read where nothing is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qrencode.h>

#include "decode.h"
#include "shared/compiler.h"
#include "unit/line_pictures.h"

#include <cmocka.h>

static struct decoded codes[DECODED_MOST];

/* Whether a pass reads the picture by itself. Any other text than the right one is a failure. */
static bool reads(const struct pass *pass, const struct picture *picture)
{
    struct budget  budget = budget_of_ms(60000);
    struct reading reading = {.picture = picture, .budget = &budget, .codes = codes, .most = DECODED_MOST};

    if (pass->applies && !pass->applies(&reading))
        return false;
    if (!pass->run)
        return false;
    pass->run(&reading);
    passes_free(&reading);
    for (size_t i = 0; i < reading.count; i++)
        assert_string_equal(codes[i].text, LINE_TEXT);
    return reading.count > 0;
}

static const struct {
    const char        *pass;
    struct line_recipe recipe;
} alone[] = {
    {"lines",
     {.width = 400,
      .height = 300,
      .module = 2.0F,
      .turn = .6F,
      .quiet = 2,
      .high = 50,
      .dark = 40,
      .light = 200,
      .around = 60,
      .noise = 30,
      .blur = 1,
      .shade = 1,
      .seed = 3}},
    {"threshold",
     {.width = 400,
      .height = 300,
      .module = 2.8161F,
      .quiet = 2.970F,
      .high = 8.81F,
      .dark = 34.8F,
      .light = 72.3F,
      .around = 49.0F,
      .noise = 4.55F,
      .blur = 1,
      .shade = .522F,
      .seed = 18}},
    {"lines-askew",
     {.width = 400,
      .height = 300,
      .module = 2.2101F,
      .quiet = 3.085F,
      .high = 48.78F,
      .dark = 35.5F,
      .light = 201.8F,
      .around = 129.9F,
      .noise = 5.51F,
      .blur = 4.174F,
      .shade = 1,
      .seed = 0}},
    {"rows", LINE_FOR_ROWS},
    {"lines-inverted",
     {.width = 400,
      .height = 300,
      .module = 1.9292F,
      .turn = .3162F,
      .quiet = 10,
      .high = 18.43F,
      .dark = 186.6F,
      .light = 53.2F,
      .around = 171.2F,
      .noise = 11.38F,
      .blur = 1,
      .shade = 1,
      .seed = 57}},
    {"angles",
     {.width = 400,
      .height = 300,
      .module = 3.0855F,
      .turn = .3992F,
      .quiet = 2.071F,
      .high = 17.56F,
      .dark = 24.1F,
      .light = 161.7F,
      .around = 161.7F,
      .noise = .46F,
      .blur = 1,
      .shade = .103F,
      .seed = 26}},
};

static enum effort cost_of(const char *name)
{
    for (const struct pass *pass = passes; pass->name; pass++)
        if (strcmp(pass->name, name) == 0)
            return pass->cost;
    fail_msg("no pass %s", name);
    return EFFORT_QUICK;
}

static void has_for_each_pass_of_lines_a_picture_that_it_alone_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(alone); i++) {
        struct picture picture;

        line_picture(&alone[i].recipe, &picture);
        for (const struct pass *pass = passes; pass->name; pass++)
            if (pass->cost <= cost_of(alone[i].pass) &&
                reads(pass, &picture) != (strcmp(pass->name, alone[i].pass) == 0))
                fail_msg("%s %s the picture of %s", pass->name,
                         strcmp(pass->name, alone[i].pass) == 0 ? "does not read" : "reads", alone[i].pass);
        picture_free(&picture);
    }
}

static void knows_a_picture_for_every_pass_of_lines(void **state)
{
    (void)state;
    for (const struct pass *pass = passes; pass->name; pass++) {
        bool known = !pass->run || strcmp(pass->name, "plain") == 0 || strcmp(pass->name, "datamatrix") == 0;

        for (size_t i = 0; i < COUNT_OF(alone); i++)
            known = known || strcmp(pass->name, alone[i].pass) == 0;
        if (!known)
            fail_msg("no picture for %s", pass->name);
    }
}

/* A label with a QR code and, askew below it, a serial number without the quiet zone that zbar wants. */
static void draw_both(struct picture *picture)
{
    struct line_recipe recipe = {.width = 500,
                                 .height = 420,
                                 .module = 2,
                                 .turn = .6F,
                                 .quiet = 2,
                                 .high = 50,
                                 .dark = 40,
                                 .light = 200,
                                 .around = 60,
                                 .noise = 30,
                                 .blur = 1,
                                 .shade = 1,
                                 .seed = 3};
    QRcode            *code = QRcode_encodeString("7K3M9QXFDT", 0, QR_ECLEVEL_M, QR_MODE_8, 1);

    line_picture(&recipe, picture);
    for (unsigned y = 0; y < 116; y++)
        memset(picture->grey + (size_t)(y + 10) * 500 + 10, 230, 116);
    for (unsigned y = 0; y < (unsigned)code->width * 4; y++)
        for (unsigned x = 0; x < (unsigned)code->width * 4; x++)
            if (code->data[y / 4 * (unsigned)code->width + x / 4] & 1)
                picture->grey[(size_t)(y + 26) * 500 + x + 26] = 20;
    QRcode_free(code);
}

static void reads_every_code_of_a_label_only_when_asked(void **state)
{
    static struct decode_result results[DECODED_MOST];
    struct decode_settings      settings = {.effort = EFFORT_QUICK, .budget_ms = 60000};
    struct picture              picture;

    (void)state;
    draw_both(&picture);
    assert_int_equal(decode_picture(&picture, &settings, results, DECODED_MOST), 1);
    assert_string_equal(results[0].code.text, "7K3M9QXFDT");
    settings.all = true;
    assert_int_equal(decode_picture(&picture, &settings, results, DECODED_MOST), 2);
    assert_string_equal(results[1].code.text, LINE_TEXT);
    assert_string_equal(results[1].pass->name, "lines");
    picture_free(&picture);
}

static bool is_linear(const struct decoded *code)
{
    return symbology_is_linear(code->symbology);
}

static void goes_on_past_what_is_not_wanted(void **state)
{
    static struct decode_result results[DECODED_MOST];
    struct decode_settings      settings = {.effort = EFFORT_QUICK, .budget_ms = 60000, .wanted = is_linear};
    struct picture              picture;

    (void)state;
    draw_both(&picture);
    assert_int_equal(decode_picture(&picture, &settings, results, DECODED_MOST), 1);
    assert_string_equal(results[0].code.text, LINE_TEXT);
    picture_free(&picture);
}

static void stops_when_the_budget_is_spent(void **state)
{
    static struct decode_result results[DECODED_MOST];
    struct decode_settings      settings = {.effort = EFFORT_THOROUGH, .budget_ms = 0};
    struct picture              picture;

    (void)state;
    draw_both(&picture);
    assert_int_equal(decode_picture(&picture, &settings, results, DECODED_MOST), 0);
    picture_free(&picture);
}

/* Stripes, squares and noise that are no code. */
static void draw_nothing(unsigned seed, struct picture *picture)
{
    unsigned state = seed * 77 + 1, kind = seed % 3, step = 3 + seed % 9;
    float    turn = (float)seed * .37F, row[400];

    *picture = (struct picture){.grey = malloc((size_t)320 * 240), .width = 320, .height = 240};
    for (unsigned i = 0; i < 400; i++)
        row[i] = line_random(&state) < .5F ? 40 : 210;
    for (unsigned y = 0; y < 240; y++)
        for (unsigned x = 0; x < 320; x++) {
            float along = ((float)x * cosf(turn) + (float)y * sinf(turn)) / (float)step + 150;
            float grey = kind == 0   ? row[(unsigned)along % 400]
                         : kind == 1 ? row[(x / step + y / step * 37) % 400]
                                     : 128;

            picture->grey[(size_t)y * 320 + x] =
                (uint8_t)fmaxf(0, fminf(255, grey + 60 * (line_random(&state) - .5F)));
        }
}

static void reads_nothing_where_there_is_nothing(void **state)
{
    static struct decode_result results[DECODED_MOST];
    struct decode_settings      settings = {.effort = EFFORT_NORMAL, .budget_ms = 60000};

    (void)state;
    for (unsigned seed = 0; seed < 12; seed++) {
        struct picture picture;

        draw_nothing(seed, &picture);
        assert_int_equal(decode_picture(&picture, &settings, results, DECODED_MOST), 0);
        picture_free(&picture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_for_each_pass_of_lines_a_picture_that_it_alone_reads),
        cmocka_unit_test(knows_a_picture_for_every_pass_of_lines),
        cmocka_unit_test(reads_every_code_of_a_label_only_when_asked),
        cmocka_unit_test(goes_on_past_what_is_not_wanted),
        cmocka_unit_test(stops_when_the_budget_is_spent),
        cmocka_unit_test(reads_nothing_where_there_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
