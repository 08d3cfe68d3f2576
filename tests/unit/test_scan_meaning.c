/* test_scan_meaning.c: what a scanned text is, also after a wrong keyboard layout had it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "keyboard.h"
#include "meaning.h"

#include <cmocka.h>

#define CODES 1000

/* The same codes in each run: xorshift with a fixed seed. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static struct label random_label(uint64_t *seed)
{
    struct label label;

    do
        while (!label_make(next_random(seed) & 0xFFFFFFFFFFu, &label))
            continue;
    while (!label_is_distinct(&label)); /* as the labels that are minted */
    return label;
}

static void reads_labels_in_every_form(void **state)
{
    static const char *const forms[] = {"7K3M9QXFDT",
                                        "7k3m9-qxfdt",
                                        "HTTPS://FIX.EXAMPLE.NL/D/7K3M9QXFDT",
                                        "/d/7K3M9QXFDT",
                                        "]Q1HTTPS://FIX.EXAMPLE.NL/D/7K3M9QXFDT",
                                        "]C17K3M9-QXFDT",
                                        "]E07K3M9QXFDT"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct meaning meaning;
        struct error   error = {0};

        assert_true(meaning_read(forms[i], true, &meaning, &error));
        assert_int_equal(meaning.kind, MEANING_LABEL);
        assert_string_equal(meaning.text, "7K3M9QXFDT");
        assert_string_equal(meaning.shown, "7K3M9-QXFDT");
        assert_null(meaning.layout);
    }
}

static void reads_the_cards_of_the_bench(void **state)
{
    static const struct {
        const char       *text;
        enum meaning_kind kind;
        const char       *value;
    } rows[] = {
        {"SPOOR:STEP:diagnosis", MEANING_STEP, "diagnosis"},
        {"spoor:step:QUALITY_CHECK", MEANING_STEP, "quality_check"},
        {"SPOOR:PLACE:7K3M9-QXFDT", MEANING_PLACE, "7K3M9QXFDT"},
        {"SPOOR:PERSON:7K3M9QXFDT", MEANING_PERSON, "7K3M9QXFDT"},
        {"SPOOR:REASON:PARTS_ORDERED", MEANING_REASON, "PARTS_ORDERED"},
        {"]Q3SPOOR:UNDO", MEANING_UNDO, ""},
        {"SPOOR:DONE", MEANING_DONE, ""},
    };
    static const char *const bad[] = {"SPOOR:STEP:",       "SPOOR:STEP:two words", "SPOOR:PLACE:7K3M9QXFDA",
                                      "SPOOR:PLACE:bench", "SPOOR:UNDONE",         "SPOOR:REASON:a:b",
                                      "SPOOR:PERSON:",     "SPOOR:BLAH",           "spoor:"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct meaning meaning;
        struct error   error = {0};

        assert_true(meaning_read(rows[i].text, true, &meaning, &error));
        assert_int_equal(meaning.kind, rows[i].kind);
        assert_string_equal(meaning.text, rows[i].value);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct meaning meaning;
        struct error   error = {0};

        assert_false(meaning_read(bad[i], true, &meaning, &error));
        assert_int_equal(error.kind, ERROR_INVALID);
    }
}

static void takes_serial_numbers_and_refuses_what_is_none(void **state)
{
    static const char *const numbers[][2] = {
        {"PF4A1B2C", "PF4A1B2C"}, {"]C1 5CD-1234 ", "5CD-1234"}, {"=1+1", "=1+1"}};
    static const char *const bad[] = {"7K3M9QXFDA", "https://example.org/", "  ", "\xC3\xA9\xC3\xA8",
                                      "a\x1b[2J"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct meaning meaning;
        struct error   error = {0};

        assert_true(meaning_read(numbers[i][0], true, &meaning, &error));
        assert_int_equal(meaning.kind, MEANING_NUMBER);
        assert_string_equal(meaning.text, numbers[i][1]);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct meaning meaning;
        struct error   error = {0};

        assert_false(meaning_read(bad[i], true, &meaning, &error));
        assert_int_equal(error.kind, ERROR_INVALID);
    }
}

/* Each form of 1,000 random labels under each of the maps comes back as itself. */
static void check_map(const struct keyboard_map *map, const char *before, const char *between, uint64_t seed)
{
    for (int i = 0; i < CODES; i++) {
        struct label   label = random_label(&seed);
        char           text[200], garbled[400];
        struct meaning meaning;
        struct error   error = {0};

        snprintf(text, sizeof text, "%s%.5s%s%s", before, label.code, between, label.code + 5);
        assert_true(keyboard_garble(map, text, garbled, sizeof garbled));
        if (!meaning_read(garbled, true, &meaning, &error))
            fail_msg("%s: %s became %s: %s", map->name, text, garbled, error.message);
        if (meaning.kind != MEANING_LABEL || strcmp(meaning.text, label.code) != 0)
            fail_msg("%s: %s became %s, read as %s", map->name, text, garbled, meaning.text);
    }
}

static void repairs_every_code_under_each_of_the_seven_layouts(void **state)
{
    static const char *const forms[][2] = {
        {"", ""}, {"", "-"}, {"HTTPS://FIX.EXAMPLE.NL/D/", ""}, {"https://fix.example.nl/d/", ""}};

    (void)state;
    assert_int_equal(keyboard_map_count, 7);
    for (size_t i = 0; i < keyboard_map_count; i++)
        for (size_t n = 0; n < COUNT_OF(forms); n++)
            check_map(&keyboard_maps[i], forms[n][0], forms[n][1], 20261124 + i);
}

/* Codes that nobody minted: those in doubt are refused, never turned into another. */
static void takes_no_code_for_another_under_any_layout(void **state)
{
    uint64_t seed = 99;
    unsigned refused = 0;

    (void)state;
    for (int i = 0; i < CODES * 20; i++) {
        const struct keyboard_map *map = &keyboard_maps[(size_t)i % keyboard_map_count];
        struct label               label;
        char                       garbled[100];
        struct meaning             meaning;
        struct error               error = {0};

        if (!label_make(next_random(&seed) & 0xFFFFFFFFFFu, &label))
            continue;
        assert_true(keyboard_garble(map, label.code, garbled, sizeof garbled));
        if (meaning_read(garbled, true, &meaning, &error))
            assert_string_equal(meaning.text, label.code);
        else
            refused++;
    }
    assert_in_range(refused, 1, CODES / 5);
}

static void repairs_cards_under_each_layout(void **state)
{
    (void)state;
    for (size_t i = 0; i < keyboard_map_count; i++) {
        char           garbled[200];
        struct meaning meaning;
        struct error   error = {0};

        assert_true(keyboard_garble(&keyboard_maps[i], "SPOOR:STEP:quality_check", garbled, sizeof garbled));
        assert_true(meaning_read(garbled, true, &meaning, &error));
        assert_int_equal(meaning.kind, MEANING_STEP);
        assert_string_equal(meaning.text, "quality_check");
    }
}

/* What was misread in one or two symbols stays refused: no layout makes another device of it. */
static void makes_no_other_device_of_a_misread_label(void **state)
{
    static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    uint64_t          seed = 4;
    unsigned          wrong = 0;

    (void)state;
    for (int i = 0; i < CODES * 10; i++) {
        struct label   label = random_label(&seed);
        struct meaning meaning;
        struct error   error = {0};
        char           text[80], was = label.code[next_random(&seed) % LABEL_SYMBOLS];
        char          *at = strchr(label.code, was);

        while (*at == was)
            *at = symbols[next_random(&seed) % 32];
        snprintf(text, sizeof text, "HTTPS://FIX.EXAMPLE.NL/D/%s", label.code);
        wrong += meaning_read(text, true, &meaning, &error);
    }
    assert_int_equal(wrong, 0);
}

static void undoes_what_a_layout_did(void **state)
{
    (void)state;
    for (size_t i = 0; i < keyboard_map_count; i++) {
        char garbled[300], meant[300];

        for (const char *text = "ABC xyz 0189 :/.-_"; *text; text = "") {
            assert_true(keyboard_garble(&keyboard_maps[i], text, garbled, sizeof garbled));
            assert_true(keyboard_undo(&keyboard_maps[i], garbled, meant, sizeof meant));
            assert_string_equal(meant, text);
        }
        assert_false(keyboard_garble(&keyboard_maps[i], "0123456789", garbled, 5));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_labels_in_every_form),
        cmocka_unit_test(reads_the_cards_of_the_bench),
        cmocka_unit_test(takes_serial_numbers_and_refuses_what_is_none),
        cmocka_unit_test(repairs_every_code_under_each_of_the_seven_layouts),
        cmocka_unit_test(takes_no_code_for_another_under_any_layout),
        cmocka_unit_test(repairs_cards_under_each_layout),
        cmocka_unit_test(makes_no_other_device_of_a_misread_label),
        cmocka_unit_test(undoes_what_a_layout_did),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
