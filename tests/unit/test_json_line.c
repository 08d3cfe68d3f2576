#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "verify/json_line.h"

static const struct json_name names[] = {JSON_NAME("seq"), JSON_NAME("value")};

static bool takes(const char *text, size_t length, struct json_value values[2])
{
    char   line[200];
    size_t at = (size_t)snprintf(line, sizeof line, "{\"seq\": 7, \"value\": \"");

    memcpy(line + at, text, length);
    memcpy(line + at + length, "\"}", 2);
    return json_line_parse(line, at + length + 2, names, 2, values) && values[1].length == length + 2;
}

/* Texts are passed over several bytes at a time: no byte may slip through wherever it stands. */
static void takes_each_byte_at_each_place_or_none(void **state)
{
    struct json_value values[2];

    (void)state;
    for (size_t length = 1; length <= 26; length++)
        for (size_t place = 0; place < length; place++)
            for (unsigned byte = 0; byte < 256; byte++) {
                char text[26];
                bool plain = byte >= ' ' && byte < 0x7F && byte != '"' && byte != '\\';

                memset(text, 'x', sizeof text);
                text[place] = (char)byte;
                assert_int_equal(takes(text, length, values), plain);
            }
}

static void takes_escapes_and_letters_at_each_place(void **state)
{
    static const struct {
        const char *text;
        bool        taken, escaped;
    } known[] = {{"\\\"", true, true},     {"\\\\", true, true},     {"\\u001f", true, true},
                 {"\\u007f", true, true},  {"\\u001F", false, true}, {"\\n", false, true},
                 {"\\u0041", false, true}, {"é", true, false},       {"\xc3", false, false},
                 {"漢", true, false},      {"\x1f", false, false}};
    struct json_value values[2];

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        for (size_t before = 0; before < 20; before++) {
            char   text[64];
            size_t length = strlen(known[i].text), whole = before + length + before % 9;

            memset(text, 'y', sizeof text);
            memcpy(text + before, known[i].text, length);
            assert_int_equal(takes(text, whole, values), known[i].taken);
            if (known[i].taken)
                assert_int_equal(values[1].escaped, known[i].escaped);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_each_byte_at_each_place_or_none),
        cmocka_unit_test(takes_escapes_and_letters_at_each_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
