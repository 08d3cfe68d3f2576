#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "render/csv.h"
#include "render/json.h"
#include "render/json_read.h"
#include "render/label_layout.h"
#include "render/template.h"
#include "render/text.h"
#include "render/when.h"
#include "shared/moment.h"
#include "shared/uuid.h"

static void assert_fills(const char *page, const struct view *view, const char *language,
                         const char *expected)
{
    struct buffer out = {.limit = 10000};
    struct error  error = {0};

    assert_true(template_fill(&out, page, view, language, &error));
    assert_string_equal(out.text ? out.text : "", expected);
    buffer_free(&out);
}

static void escapes_every_value(void **state)
{
    ARENA       *arena = arena_new();
    struct view *view = view_new(arena);

    (void)state;
    view_text(view, "a", "<script>\"'&</script> {{b}}");
    assert_fills("x{{a}}y", view, "en", "x&lt;script&gt;&quot;&#39;&amp;&lt;/script&gt; {{b}}y");
}

static void repeats_lists_and_looks_outward(void **state)
{
    ARENA       *arena = arena_new();
    struct view *view = view_new(arena);

    (void)state;
    view_text(view, "outer", "o");
    view_text(view_append(view, "list"), "name", "1");
    view_text(view_append(view, "list"), "name", "2");
    assert_fills("{{#list}}{{name}}{{outer}} {{/list}}{{^list}}none{{/list}}{{^empty}}empty{{/empty}}", view,
                 "en", "1o 2o empty");
    assert_fills("a\n  {{#list}}\n- {{name}}\n  {{/list}}\nb\n", view, "en", "a\n- 1\n- 2\nb\n");
}

static void names_a_value_that_nobody_set(void **state)
{
    static const char *const pages[] = {"{{missing}}",       "{{#a}}", "{{/a}}", "{{a", "{{>no_such_page}}",
                                        "{{#s}}{{/t}}{{/s}}"};
    ARENA                   *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        struct buffer out = {.limit = 100};
        struct error  error = {0};
        struct view  *view = view_new(arena);

        view_flag(view, "s", true);
        assert_false(template_fill(&out, pages[i], view, "en", &error));
        assert_int_equal(error.kind, ERROR_INTERNAL);
        buffer_free(&out);
    }
}

static void translates_every_sentence_it_has(void **state)
{
    (void)state;
    for (const struct text_language *language = text_languages; language->code; language++)
        for (size_t i = 0; i < language->count; i++)
            assert_string_equal(text_in(language->code, language->rows[i].english),
                                language->rows[i].translation);
    assert_string_equal(text_in("nl", "no such sentence"), "no such sentence");
    assert_string_equal(text_in("en", "Note"), "Note");
}

static void chooses_the_language_that_the_reader_prefers(void **state)
{
    (void)state;
    assert_string_equal(text_negotiate(NULL), "en");
    assert_string_equal(text_negotiate("nl-NL,nl;q=0.9,en;q=0.8"), "nl");
    assert_string_equal(text_negotiate("de, en;q=0.5, nl;q=0.6"), "nl");
    assert_string_equal(text_negotiate("fr"), "en");
    assert_string_equal(text_negotiate(",;q=;;,"), "en");
}

static void makes_no_formula_of_a_field(void **state)
{
    static const char *const cases[][2] = {{"=HYPERLINK(1)", "\"'=HYPERLINK(1)\""},
                                           {"+1", "\"'+1\""},
                                           {"-1", "\"'-1\""},
                                           {"@SUM", "\"'@SUM\""},
                                           {"\t=1", "\"'\t=1\""},
                                           {"\"=1", "\"'\"\"=1\""},
                                           {"\xEF\xBB\xBF=1", "\"'\xEF\xBB\xBF=1\""},
                                           {"\xEF\xBC\x9D"
                                            "1",
                                            "\"'\xEF\xBC\x9D"
                                            "1\""},
                                           {";=1", "\"';=1\""},
                                           {"plain", "\"plain\""},
                                           {"a\"b", "\"a\"\"b\""},
                                           {"", "\"\""}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buffer out = {.limit = 1000};

        csv_field(&out, cases[i][0]);
        assert_string_equal(out.text, cases[i][1]);
        buffer_free(&out);
    }
}

static void reads_back_the_json_that_it_writes(void **state)
{
    ARENA        *arena = arena_new();
    struct buffer out = {.limit = 1000};
    struct json   json;
    struct error  error = {0};
    const char   *text;

    (void)state;
    json_begin(&json, &out);
    json_object_begin(&json);
    json_member(&json, "a", "quote \" back \\ line \n caf\xC3\xA9");
    json_key(&json, "b");
    json_number(&json, -5);
    json_object_end(&json);
    const struct json_value *value = json_read(arena, out.text, out.length, &error);

    assert_non_null(value);
    assert_true(json_read_text(value, "a", "", true, 100, true, &text, &error));
    assert_string_equal(text, "quote \" back \\ line \n caf\xC3\xA9");
    assert_false(json_read_only(value, "a", "", &error));
    assert_string_equal(error.field, "b");
    buffer_free(&out);
}

static void reads_times_with_their_offset_and_refuses_others(void **state)
{
    static const char *const bad[] = {"",
                                      "2026-11-23",
                                      "2026-11-23T14:12:00",
                                      "2026-02-30T00:00:00Z",
                                      "2026-11-23T24:00:00Z",
                                      "2026-11-23T14:12:60Z",
                                      "2026-11-23T14:12:00+99:99",
                                      "0000-01-01T00:00:00Z",
                                      "10000-01-01T00:00:00Z",
                                      "2026-11-23T14:12:00.Z",
                                      "2026-11-23T14:12:00Zx"};
    struct moment            moment;
    struct error             error = {0};
    char                     text[MOMENT_SIZE];

    (void)state;
    assert_true(moment_parse("2026-11-23T14:12:00.250+01:00", &moment, &error));
    assert_int_equal(moment.offset_minutes, 60);
    moment_format_utc(moment.ms, text);
    assert_string_equal(text, "2026-11-23T13:12:00.250Z");
    moment_format(&moment, text);
    assert_string_equal(text, "2026-11-23T14:12:00.250+01:00");
    assert_true(moment_parse("2024-02-29T23:59:59-05:30", &moment, &error));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(moment_parse(bad[i], &moment, &error));
}

static void tells_days_in_both_languages(void **state)
{
    ARENA *arena = arena_new();

    (void)state;
    assert_string_equal(when_day(arena, "en", "2020-02-29"), "Saturday 29 February 2020");
    assert_string_equal(when_day(arena, "nl", "2999-11-26"), "dinsdag 26 november 2999");
    assert_null(strstr(when_day(arena, "nl", when_today(arena)), " 20"));
    assert_string_equal(when_short(arena, "en", "2020-02-29"), "29 Feb 2020");
    assert_string_equal(when_day(arena, "en", ""), "");
    assert_true(when_day_is_over("2020-02-29"));
    assert_false(when_day_is_over(when_today(arena)) || when_day_is_over("2999-01-01") ||
                 when_day_is_over(""));
    assert_string_equal(when_before(arena, "nl", "16:00"), "v\xC3\xB3\xC3\xB3r 16.00 uur");
    assert_string_equal(when_span(arena, "en", INT64_C(110) * 3600000), "4 d 14 h");
    assert_string_equal(when_span(arena, "nl", INT64_C(534) * 60000), "8 u 54 min");
    assert_non_null(strstr(when_moment(arena, "en", when_now()), "Today"));
    assert_int_equal(strncmp(when_moment_inside(arena, "nl", when_now()), "vandaag, ", 9), 0);
    /* 2026-10-25 01:30 UTC is half past two, the second one of that night in Amsterdam. */
    assert_string_equal(when_clock(arena, "en", INT64_C(1792891800000)), "2:30");
    assert_string_equal(when_clock(arena, "en", INT64_C(1792888200000)), "2:30");
}

static void reads_uuids_of_clients(void **state)
{
    static const char *const bad[] = {"",
                                      "00000000-0000-0000-0000-000000000000",
                                      "{0d3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e}",
                                      "0d3c5c3e7f6b4a579a0e3f1a2b4c5d6e",
                                      "0d3c5c3e-7f6b-1a57-9a0e-3f1a2b4c5d6e",
                                      "0d3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e0",
                                      "0d3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6"};
    char                     text[UUID_SIZE], made[UUID_SIZE];

    (void)state;
    assert_true(uuid_parse("0D3C5C3E-7F6B-4A57-9A0E-3F1A2B4C5D6E", text));
    assert_string_equal(text, "0d3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e");
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(uuid_parse(bad[i], text));
    uuid_make(made);
    assert_true(uuid_parse(made, text));
    usleep(2000);
    uuid_make(text);
    assert_true(strcmp(made, text) < 0);
}

static void closes_every_label_layout_on_its_sheet(void **state)
{
    (void)state;
    for (size_t i = 0; i < label_layout_count; i++) {
        const struct label_layout *l = &label_layouts[i];
        double x = 2 * l->left + (l->columns - 1) * l->pitch_x + l->width - SHEET_WIDTH_MM;
        double y = 2 * l->top + (l->rows - 1) * l->pitch_y + l->height - SHEET_HEIGHT_MM;

        assert_true(x > -0.3 && x < 0.3);
        assert_true(y > -0.3 && y < 0.3);
        assert_true(l->pitch_x >= l->width && l->pitch_y >= l->height - 0.1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_every_value),
        cmocka_unit_test(repeats_lists_and_looks_outward),
        cmocka_unit_test(names_a_value_that_nobody_set),
        cmocka_unit_test(translates_every_sentence_it_has),
        cmocka_unit_test(chooses_the_language_that_the_reader_prefers),
        cmocka_unit_test(makes_no_formula_of_a_field),
        cmocka_unit_test(reads_back_the_json_that_it_writes),
        cmocka_unit_test(reads_times_with_their_offset_and_refuses_others),
        cmocka_unit_test(tells_days_in_both_languages),
        cmocka_unit_test(reads_uuids_of_clients),
        cmocka_unit_test(closes_every_label_layout_on_its_sheet),
    };

    setenv("TZ", "Europe/Amsterdam", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
