/* test_scan_contents.c: what the characters of a code stand for, and how the bytes of a QR code become text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "charset.h"
#include "contents.h"
#include "shared/compiler.h"

#include <cmocka.h>

static const char *converted(enum symbology symbology, const char *text)
{
    static struct decoded code;

    code = (struct decoded){.symbology = symbology, .length = strlen(text)};
    snprintf(code.text, sizeof code.text, "%s", text);
    contents_convert(&code);
    assert_int_equal(code.length, strlen(code.text));
    return code.text;
}

static void reads_full_ascii_out_of_code39(void **state)
{
    static const char *const rows[][2] = {
        {"12+A+B", "12ab"},
        {"+S/N", "+S/N"}, /* /N is nothing: left as it is */
        {"E+X+T+E+N+D+E+D /A%J/J/C", "Extended !?*#"},
        {"A%VB", "A@B"},
        {"+A/O+B", "a/b"},
        {"+A/Z", "a:"},
        {"S/N", "S/N"},
        {"5$AB", "5$AB"},
        {"A+", "A+"},
        {"A+1", "A+1"},
        {"PLAIN-1", "PLAIN-1"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_string_equal(converted(SYMBOLOGY_CODE39, rows[i][0]), rows[i][1]);
    assert_string_equal(converted(SYMBOLOGY_CODE128, "12+A+B"), "12+A+B");
}

static void reads_an_italian_pharmacode_only_if_its_digit_checks(void **state)
{
    (void)state;
    assert_string_equal(converted(SYMBOLOGY_CODE39, "0CSSBD"), "A012345676");
    assert_string_equal(converted(SYMBOLOGY_CODE39, "0CSSBF"), "0CSSBF");
    assert_string_equal(converted(SYMBOLOGY_CODE39, "0CASBD"), "0CASBD");
    assert_string_equal(converted(SYMBOLOGY_CODE39, "ZZZZZZ"), "ZZZZZZ");
}

static void takes_the_import_prefix_off_a_vehicle_number_that_checks(void **state)
{
    (void)state;
    assert_string_equal(converted(SYMBOLOGY_CODE39, "I1M8GDM9AXKP042788"), "1M8GDM9AXKP042788");
    assert_string_equal(converted(SYMBOLOGY_CODE39, "I1M8GDM9A1KP042788"), "I1M8GDM9A1KP042788");
    assert_string_equal(converted(SYMBOLOGY_CODE39, "1M8GDM9AXKP042788"), "1M8GDM9AXKP042788");
}

static void tells_the_charset_by_the_bytes(void **state)
{
    static const char *const rows[][2] = {
        {"plain", "plain"},
        {"caf\xC3\xA9", "caf\xC3\xA9"}, /* UTF-8 */
        {"\xEF\xBB\xBF"
         "caf\xC3\xA9",
         "caf\xC3\xA9"},                                                      /* with its mark */
        {"caf\xE9 cr\xE8me", "caf\xC3\xA9 cr\xC3\xA8me"},                     /* Latin 1 */
        {"\x83\x65\x83\x58\x83\x67", "\xE3\x83\x86\xE3\x82\xB9\xE3\x83\x88"}, /* Shift-JIS */
        {"\xB1\xB2\xB3", "\xEF\xBD\xB1\xEF\xBD\xB2\xEF\xBD\xB3"},             /* half-width katakana */
    };
    char text[100];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t count = charset_to_utf8(rows[i][0], strlen(rows[i][0]), text, sizeof text);

        assert_string_equal(text, rows[i][1]);
        assert_int_equal(count, strlen(rows[i][1]));
    }
}

static void cuts_what_does_not_fit_and_keeps_nuls(void **state)
{
    char text[4];

    (void)state;
    assert_int_equal(charset_to_utf8("abcdef", 6, text, sizeof text), 3);
    assert_string_equal(text, "abc");
    assert_int_equal(charset_to_utf8("a\0b", 3, text, sizeof text), 3);
    assert_memory_equal(text, "a\0b", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_full_ascii_out_of_code39),
        cmocka_unit_test(reads_an_italian_pharmacode_only_if_its_digit_checks),
        cmocka_unit_test(takes_the_import_prefix_off_a_vehicle_number_that_checks),
        cmocka_unit_test(tells_the_charset_by_the_bytes),
        cmocka_unit_test(cuts_what_does_not_fit_and_keeps_nuls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
