/* test_request.c: what a handler may ask of a request, and how forms and cookies are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "web/cookie.h"
#include "web/form.h"
#include "web/request.h"

/* "name=value" of each field joined by "|", or the word of the error and the field at fault. */
static const char *parsed(struct arena *arena, const char *text)
{
    struct form  form;
    struct error error = {0};
    char        *out = arena_copy(arena, "");

    if (!form_parse(arena, text, strlen(text), &form, &error))
        return arena_format(arena, "%s %s", error_word(error.kind), error.field);
    for (size_t i = 0; i < form.count; i++)
        out = arena_format(arena, "%s%s%s=%s", out, i ? "|" : "", form.fields[i].name, form.fields[i].value);
    return out;
}

static void reads_a_form(void **state)
{
    ARENA *arena = arena_new();

    (void)state;
    assert_string_equal(parsed(arena, ""), "");
    assert_string_equal(parsed(arena, "a=1&b="), "a=1|b=");
    assert_string_equal(parsed(arena, "a=x+y%2B%26%3D&b=c=d"), "a=x y+&=|b=c=d");
    assert_string_equal(parsed(arena, "%61=1"), "a=1");
    assert_string_equal(parsed(arena, "a=%250a"), "a=%0a");
    assert_string_equal(parsed(arena, "a=%0D%0A%09"), "a=\r\n\t");
}

static void refuses_a_form_that_could_be_read_in_two_ways(void **state)
{
    ARENA *arena = arena_new();

    (void)state;
    assert_string_equal(parsed(arena, "a=1&a=2"), "invalid a");
    assert_string_equal(parsed(arena, "a=1&%61=2"), "invalid a");
    assert_string_equal(parsed(arena, "a=%00"), "invalid a");
    assert_string_equal(parsed(arena, "a=%1b"), "invalid a");
    assert_string_equal(parsed(arena, "a=%C0%AF"), "invalid a");
    assert_string_equal(parsed(arena, "a"), "invalid ");
    assert_string_equal(parsed(arena, "=1"), "invalid ");
    assert_string_equal(parsed(arena, "a=1&"), "invalid ");
    assert_string_equal(parsed(arena, "a[0]=1"), "invalid ");
    assert_string_equal(parsed(arena, "a%00b=1"), "invalid ");
}

static void bounds_the_number_of_fields(void **state)
{
    ARENA *arena = arena_new();
    char  *text = arena_copy(arena, "f0=1");

    (void)state;
    for (int i = 1; i < FORM_FIELDS_MAX; i++)
        text = arena_format(arena, "%s&f%d=1", text, i);
    assert_memory_equal(parsed(arena, text), "f0=1|f1=1", 9);
    assert_string_equal(parsed(arena, arena_format(arena, "%s&one=more", text)), "too_large ");
}

static void bounds_the_length_of_a_name(void **state)
{
    ARENA *arena = arena_new();

    (void)state;
    assert_memory_equal(parsed(arena, arena_format(arena, "%064d=1", 0)), "0000", 4);
    assert_string_equal(parsed(arena, arena_format(arena, "%065d=1", 0)), "invalid ");
}

static void finds_a_cookie_that_came_once(void **state)
{
    ARENA *arena = arena_new();

    (void)state;
    assert_string_equal(cookie_find(arena, "sid=abc", "sid"), "abc");
    assert_string_equal(cookie_find(arena, "a=1; sid=abc; b=2", "sid"), "abc");
    assert_string_equal(cookie_find(arena, "sid=", "sid"), "");
    assert_null(cookie_find(arena, "sid=abc; sid=abc", "sid"));
    assert_null(cookie_find(arena, "xsid=abc; sidx=abc; sid", "sid"));
    assert_null(cookie_find(arena, "", "sid"));
}

static struct request request_with(struct arena *arena, const char *query, const char *form)
{
    struct request request = {.arena = arena};
    struct form    fields;
    struct error   error;

    assert_true(form_parse(arena, query, strlen(query), &fields, &error));
    request.query = fields.fields;
    request.query_count = fields.count;
    assert_true(form_parse(arena, form, strlen(form), &fields, &error));
    request.form = fields.fields;
    request.form_count = fields.count;
    return request;
}

static void prefers_the_form_to_the_address(void **state)
{
    ARENA         *arena = arena_new();
    struct request request = request_with(arena, "a=1&b=2", "b=3");

    (void)state;
    assert_string_equal(request_field(&request, "a"), "1");
    assert_string_equal(request_field(&request, "b"), "3");
    assert_string_equal(request_query(&request, "b"), "2");
    assert_string_equal(request_field(&request, "c"), "");
}

static void refuses_fields_that_nobody_asks_for(void **state)
{
    ARENA         *arena = arena_new();
    struct request request = request_with(arena, "lang=nl", "token=x&name=1&note=2");
    struct error   error = {0};

    (void)state;
    assert_true(request_only(&request, "name note", &error));
    assert_true(request_only(&request, " note  name more", &error));
    assert_false(request_only(&request, "name notes", &error));
    assert_string_equal(error.field, "note");
    assert_false(request_only(&request, "", &error));
    assert_string_equal(error.field, "name");
}

static void gives_each_door_its_own_key(void **state)
{
    ARENA         *arena = arena_new();
    struct route   page = {.door = DOOR_PAGE}, api = {.door = DOOR_API};
    struct field   headers[] = {{"cookie", "sid=abc"}, {"authorization", "Bearer x"}, {"X-Other", "1"}};
    struct request request = {
        .arena = arena, .route = &page, .headers = headers, .header_count = COUNT_OF(headers)};

    (void)state;
    assert_string_equal(request_cookie(&request, "sid"), "abc");
    assert_null(request_header(&request, "Authorization"));
    assert_string_equal(request_header(&request, "x-other"), "1");
    request.route = &api;
    assert_null(request_cookie(&request, "sid"));
    assert_null(request_header(&request, "Cookie"));
    assert_string_equal(request_header(&request, "Authorization"), "Bearer x");
}

static void makes_lines_of_a_text_plain(void **state)
{
    ARENA         *arena = arena_new();
    struct request request = request_with(arena, "", "note=a%0D%0Ab%0Dc%0Ad%09e");
    const char    *value = NULL;
    struct error   error = {0};

    (void)state;
    assert_true(request_text(&request, "note", "Note", 1, 9, &value, &error));
    assert_string_equal(value, "a\nb\nc\nd e");
    assert_false(request_text(&request, "note", "Note", 1, 8, &value, &error));
    assert_string_equal(error.field, "note");
    assert_false(request_line(&request, "note", "Note", 1, 20, &value, &error));
}

static void asks_for_what_is_missing(void **state)
{
    ARENA         *arena = arena_new();
    struct request request = request_with(arena, "", "blank=++&short=ab");
    const char    *value = NULL;
    struct error   error = {0};

    (void)state;
    assert_false(request_line(&request, "none", "Name", 1, 9, &value, &error));
    assert_string_equal(error.message, "Name is missing: please fill it in.");
    assert_false(request_line(&request, "blank", "Name", 1, 9, &value, &error));
    assert_string_equal(error.message, "Name is missing: please fill it in.");
    assert_false(request_line(&request, "short", "Name", 3, 9, &value, &error));
    assert_string_equal(error.message, "Name needs at least 3 characters.");
    assert_true(request_line(&request, "none", "Name", 0, 9, &value, &error));
    assert_string_equal(value, "");
}

static void gives_a_uuid_one_form(void **state)
{
    ARENA         *arena = arena_new();
    struct request request = request_with(
        arena, "",
        "good=0190A0B0-0000-7000-8000-00000000000F&nil=00000000-0000-0000-0000-000000000000&bad=x&empty=");
    const char  *value = NULL;
    struct error error = {0};

    (void)state;
    assert_true(request_uuid(&request, "good", "Device", true, &value, &error));
    assert_string_equal(value, "0190a0b0-0000-7000-8000-00000000000f");
    assert_false(request_uuid(&request, "nil", "Device", true, &value, &error));
    assert_false(request_uuid(&request, "bad", "Device", false, &value, &error));
    assert_false(request_uuid(&request, "empty", "Device", true, &value, &error));
    assert_true(request_uuid(&request, "empty", "Device", false, &value, &error));
    assert_string_equal(value, "");
}

static void takes_days_that_exist(void **state)
{
    ARENA         *arena = arena_new();
    struct request request = request_with(
        arena, "", "good=2028-02-29&none=&leap=2026-02-29&word=tomorrow&long=2026-11-26x&short=2026-1-1");
    const char              *value = NULL;
    static const char *const bad[] = {"leap", "word", "long", "short"};
    struct error             error = {0};

    (void)state;
    assert_true(request_day(&request, "good", "Day", &value, &error));
    assert_string_equal(value, "2028-02-29");
    assert_true(request_day(&request, "none", "Day", &value, &error));
    assert_string_equal(value, "");
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(request_day(&request, bad[i], "Day", &value, &error));
    assert_string_equal(error.message, "Day is a day that exists, such as 2026-11-26.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_form),
        cmocka_unit_test(refuses_a_form_that_could_be_read_in_two_ways),
        cmocka_unit_test(bounds_the_number_of_fields),
        cmocka_unit_test(bounds_the_length_of_a_name),
        cmocka_unit_test(finds_a_cookie_that_came_once),
        cmocka_unit_test(prefers_the_form_to_the_address),
        cmocka_unit_test(refuses_fields_that_nobody_asks_for),
        cmocka_unit_test(gives_each_door_its_own_key),
        cmocka_unit_test(makes_lines_of_a_text_plain),
        cmocka_unit_test(asks_for_what_is_missing),
        cmocka_unit_test(gives_a_uuid_one_form),
        cmocka_unit_test(takes_days_that_exist),
    };

    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
