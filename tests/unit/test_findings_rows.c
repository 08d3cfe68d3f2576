/* Each finding about devices, rows and values by a log that deserves exactly that one. */
#include "unit/findings_helpers.h"

static void change_text(const char *name, const char *from, const char *to)
{
    static char text[65536];
    FILE       *file = fopen(path_of(name), "r+e");
    size_t      length;
    char       *at;

    assert_non_null(file);
    length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    at = strstr(text, from);
    assert_non_null(at);
    rewind(file);
    fprintf(file, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    assert_int_equal(ftruncate(fileno(file), ftell(file)), 0);
    fclose(file);
}

static void an_altered_row_is_f08(void **state)
{
    (void)state;
    write_and_end();
    change_text("events.jsonl", "dark screen", "dark scream");
    expect_only(FINDING_VALUE);
}

static void an_altered_time_in_a_row_is_f08(void **state)
{
    (void)state;
    write_and_end();
    change_text("events.jsonl", "12:00:02.000Z", "12:00:02.001Z");
    expect_only(FINDING_VALUE);
}

static void two_names_for_one_number_are_f08(void **state)
{
    struct findings findings;

    (void)state;
    event[3].step = event[4].step = 900;
    event[3].step_name = "data_rescue";
    event[4].step_name = "data_erasure";
    write_and_end();
    findings = check(NULL);
    assert_true(findings.count[FINDING_VALUE] == 1 && finding_total(&findings) == 1);
}

static void a_removed_row_is_f09(void **state)
{
    (void)state;
    write_all();
    fclose(forge.events);
    forge.events = fopen(path_of("events.jsonl"), "we");
    assert_non_null(forge.events);
    forge_end(&forge);
    expect_only(FINDING_MISSING);
}

static void a_smuggled_row_is_f10(void **state)
{
    static char text[65536];
    FILE       *file;
    size_t      length;
    char       *last;

    (void)state;
    write_and_end();
    file = fopen(path_of("events.jsonl"), "r+e");
    assert_non_null(file);
    length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    last = strstr(text, "{\"seq\": 5");
    assert_non_null(last);
    last[8] = '6';
    fseek(file, 0, SEEK_END);
    fputs(last, file);
    fclose(file);
    expect_only(FINDING_SMUGGLED);
}

static void a_number_left_out_of_a_device_is_f11(void **state)
{
    (void)state;
    event[3].skipped = 1;
    write_and_end();
    expect_only(FINDING_CHAIN);
}

static void a_digest_of_another_past_is_f11(void **state)
{
    (void)state;
    event[4].wrong_previous = true;
    write_and_end();
    expect_only(FINDING_CHAIN);
}

static void a_clock_that_goes_back_is_f12(void **state)
{
    (void)state;
    event[3].recorded_ms = event[2].recorded_ms - 1;
    event[3].happened_ms = event[3].recorded_ms;
    write_and_end();
    expect_only(FINDING_CLOCK);
}

static void what_was_recorded_late_is_f14_and_no_fault(void **state)
{
    struct findings findings;

    (void)state;
    event[3].happened_ms = NOON - 3600000;
    write_and_end();
    findings = check(NULL);
    expect_of(&findings, FINDING_LATE);
    assert_true(finding_total(&findings) == 0);
}

static void another_holder_before_is_f15(void **state)
{
    (void)state;
    event[4].wrong_holder = true;
    event[4].holder = DESK;
    write_and_end();
    expect_only(FINDING_CUSTODY);
}

static void another_holder_before_that_is_flagged_is_none(void **state)
{
    struct findings findings;

    (void)state;
    event[4].wrong_holder = true;
    event[4].holder = DESK;
    event[4].flags = 1;
    write_and_end();
    findings = check(NULL);
    assert_true(finding_total(&findings) == 0);
}

static void a_correction_of_nothing_is_f17(void **state)
{
    static const uint8_t nobody[16] = {9, 9, 9};

    (void)state;
    event[4].corrects = nobody;
    write_and_end();
    expect_only(FINDING_TARGET);
}

static void an_erasure_of_nothing_is_f17(void **state)
{
    static const uint8_t nobody[16] = {9, 9, 9};

    (void)state;
    write_all();
    forge_erasure(&forge, nobody, TAG_PUBLIC_NOTE, NOON + 60000);
    forge_end(&forge);
    expect_only(FINDING_TARGET);
}

static void a_correction_of_another_device_is_f17(void **state)
{
    struct forge_device other = {.id = {8}};
    struct forge_event  last = event[0];

    (void)state;
    write_all();
    last.device = &other;
    last.recorded_ms = last.happened_ms = NOON + 60000;
    last.corrects = event[0].event_id;
    forge_event(&forge, &last);
    forge_end(&forge);
    expect_only(FINDING_TARGET);
}

static void a_name_of_the_desks_own_is_f20_and_no_fault(void **state)
{
    struct findings findings;

    (void)state;
    event[3].step = 900;
    event[3].step_name = "data_rescue";
    write_and_end();
    findings = check(NULL);
    expect_of(&findings, FINDING_NAME);
    assert_true(finding_total(&findings) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOUND(an_altered_row_is_f08),
        FOUND(an_altered_time_in_a_row_is_f08),
        FOUND(two_names_for_one_number_are_f08),
        FOUND(a_removed_row_is_f09),
        FOUND(a_smuggled_row_is_f10),
        FOUND(a_number_left_out_of_a_device_is_f11),
        FOUND(a_digest_of_another_past_is_f11),
        FOUND(a_clock_that_goes_back_is_f12),
        FOUND(what_was_recorded_late_is_f14_and_no_fault),
        FOUND(another_holder_before_is_f15),
        FOUND(another_holder_before_that_is_flagged_is_none),
        FOUND(a_correction_of_nothing_is_f17),
        FOUND(an_erasure_of_nothing_is_f17),
        FOUND(a_correction_of_another_device_is_f17),
        FOUND(a_name_of_the_desks_own_is_f20_and_no_fault),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
