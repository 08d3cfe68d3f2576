#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/label.h"

static const char *const valid[] = {"00000-00168", "10000-000AE", "7K3M9-QXFDT",
                                    "ZZZZZ-ZZZH1", "SP00R-123HH", "ABCDE-FGHMP"};
static const char        alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void reads_every_known_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(valid); i++) {
        struct label label;
        struct error error = {0};

        assert_true(label_parse(valid[i], &label, &error));
        assert_string_equal(label_format(&label).text, valid[i]);
    }
}

static void reads_every_form_of_a_code(void **state)
{
    static const char *const forms[] = {"7K3M9QXFDT",
                                        "7k3m9-qxfdt",
                                        " 7K3M9 QXFDT\r\n",
                                        "/d/7K3M9QXFDT",
                                        "/D/7k3m9-qxfdt",
                                        "HTTPS://FIX.EXAMPLE.NL/D/7K3M9QXFDT",
                                        "http://localhost:8080/d/7K3M9-QXFDT",
                                        "https://old.example.org/d/7K3M9QXFDT?x=1",
                                        "https://a/d/7K3M9QXFDT/"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct label label;
        struct error error = {0};

        assert_true(label_parse(forms[i], &label, &error));
        assert_string_equal(label.code, "7K3M9QXFDT");
    }
}

static void takes_letters_for_the_digits_they_look_like(void **state)
{
    struct label label;
    struct error error = {0};

    (void)state;
    assert_true(label_parse("SPOOR-I23HH", &label, &error));
    assert_string_equal(label.code, "SP00R123HH");
}

static void names_the_code_behind_any_single_wrong_symbol(void **state)
{
    (void)state;
    for (size_t v = 0; v < COUNT_OF(valid); v++)
        for (size_t place = 0; place < 11; place++)
            for (size_t s = 0; place != 5 && s < 32; s++) {
                char         text[12];
                struct label label;
                struct error error = {0};

                memcpy(text, valid[v], sizeof text);
                if (text[place] == alphabet[s])
                    continue;
                text[place] = alphabet[s];
                assert_false(label_parse(text, &label, &error));
                assert_int_equal(error.kind, ERROR_INVALID);
                assert_non_null(strstr(error.message, valid[v]));
            }
}

static void refuses_any_two_swapped_symbols(void **state)
{
    (void)state;
    for (size_t v = 0; v < COUNT_OF(valid); v++)
        for (size_t a = 0; a < 11; a++)
            for (size_t b = a + 1; b < 11; b++) {
                char         text[12], kept;
                struct label label;
                struct error error = {0};

                memcpy(text, valid[v], sizeof text);
                if (a == 5 || b == 5 || text[a] == text[b])
                    continue;
                kept = text[a];
                text[a] = text[b];
                text[b] = kept;
                assert_false(label_parse(text, &label, &error));
            }
}

static void refuses_what_is_not_a_label(void **state)
{
    static const char *const texts[] = {
        "",          "-",          "U7K3M9QXFD",   "7K3M9QXFD", "7K3M9QXFDTT",  "https://evil/x/7K3M9QXFDT",
        "upi://pay", "WIFI:S:x;;", "{\"part\":1}", "\xff\xfe",  "5CG1234ABCDE", "SPOOR:STEP:diagnosis"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct label label;
        struct error error = {0};

        assert_false(label_parse(texts[i], &label, &error));
        assert_int_equal(error.kind, ERROR_NOT_FOUND);
        assert_true(error.message[0]);
    }
}

static void never_mints_the_reserved_code(void **state)
{
    struct label label;
    struct error error = {0};

    (void)state;
    assert_false(label_make(0, &label));
    assert_false(label_parse("00000-00000", &label, &error));
}

static void makes_codes_that_it_reads(void **state)
{
    uint64_t random = 88172645463325252u;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct label made, read;
        struct error error = {0};

        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        assert_true(label_make(random, &made));
        assert_true(label_parse(made.code, &read, &error));
        assert_string_equal(made.code, read.code);
    }
}

static void knows_the_codes_that_a_keyboard_layout_turns_into_others(void **state)
{
    static const struct {
        const char *code;
        bool        distinct;
    } rows[] = {{"Z83YXYFWHD", false}, {"Y83ZXZFWHD", false}, {"7K3M9QXFDT", true}, {"0000000168", true}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct label label;
        struct error error = {0};

        assert_true(label_parse(rows[i].code, &label, &error));
        assert_int_equal(label_is_distinct(&label), rows[i].distinct);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_known_code),
        cmocka_unit_test(reads_every_form_of_a_code),
        cmocka_unit_test(takes_letters_for_the_digits_they_look_like),
        cmocka_unit_test(names_the_code_behind_any_single_wrong_symbol),
        cmocka_unit_test(refuses_any_two_swapped_symbols),
        cmocka_unit_test(refuses_what_is_not_a_label),
        cmocka_unit_test(never_mints_the_reserved_code),
        cmocka_unit_test(makes_codes_that_it_reads),
        cmocka_unit_test(knows_the_codes_that_a_keyboard_layout_turns_into_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
