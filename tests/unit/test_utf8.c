/* test_utf8.c: what is UTF-8 and what only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shared/utf8.h"

static void decodes_the_borders_of_each_length(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t    code_point;
    } rows[] = {
        {"\x01", 0x01},
        {"\x7F", 0x7F},
        {"\xC2\x80", 0x80},
        {"\xDF\xBF", 0x7FF},
        {"\xE0\xA0\x80", 0x800},
        {"\xED\x9F\xBF", 0xD7FF},
        {"\xEE\x80\x80", 0xE000},
        {"\xEF\xBF\xBF", 0xFFFF},
        {"\xF0\x90\x80\x80", 0x10000},
        {"\xF4\x8F\xBF\xBF", 0x10FFFF},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint32_t code_point = 0;

        assert_int_equal(utf8_decode(rows[i].bytes, strlen(rows[i].bytes), &code_point),
                         strlen(rows[i].bytes));
        assert_int_equal(code_point, rows[i].code_point);
    }
}

static void refuses_overlong_cut_and_impossible_bytes(void **state)
{
    static const char *const bad[] = {
        "\x80",         "\xFF",         "\xC0\x80",         "\xC1\xBF",
        "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",     "\xF0\x8F\xBF\xBF",
        "\xC3",         "\xE2\x82",     "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80",
        "a\xC3(",       "\xF0\x9F\x98"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(utf8_is_valid(bad[i], strlen(bad[i])));
}

static void counts_code_points(void **state)
{
    (void)state;
    assert_int_equal(utf8_count(""), 0);
    assert_int_equal(utf8_count("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 4);
    assert_true(utf8_is_valid("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 10));
    assert_true(utf8_is_valid("", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_the_borders_of_each_length),
        cmocka_unit_test(refuses_overlong_cut_and_impossible_bytes),
        cmocka_unit_test(counts_code_points),
    };

    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
