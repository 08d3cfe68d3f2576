/* What came late and was overtaken: a log whose owner calls so what was not is found out (F22). */
#include "unit/findings_helpers.h"

#define NOOR_ID  "3488a348-3ce9-462c-a9c4-d124ab9dcb44"
#define SHELF_ID "d6b6140f-eb63-4b4b-b8ec-23032df75152"

enum { RECEIVED = 1, HANDED_OVER, MOVED, STEP, WAITING, WAITING_ENDED, NOTE };
enum { DIAGNOSIS = 3, REPAIR, QUEUE = 8 };

/* The last of five events came after what happened later; each test says what it claims. */
static int begin_late(void **state)
{
    int failed = begin(state);

    event[4].kind = STEP;
    event[4].happened_ms = event[3].happened_ms - 1;
    event[4].flags = 2;
    event[4].detail = "{\"claimed\": {\"to\": \"" NOOR_ID "\", \"step\": \"repair\"}}";
    return failed;
}

static void expect_intact(void)
{
    struct findings findings;

    device = (struct forge_device){.id = {7}};
    write_and_end();
    findings = check(NULL);
    for (unsigned i = 0; i < FINDING_COUNT; i++)
        if (findings.count[i] > 0)
            fail_msg("%s was found in an honest log: %s", finding_code(i), event[4].detail);
}

static void expect_found(void)
{
    device = (struct forge_device){.id = {7}};
    write_and_end();
    expect_only(FINDING_CLAIM);
}

static void expect_each(unsigned kind, const char *const *claims, size_t count, void (*expect)(void))
{
    for (size_t i = 0; i < count; i++) {
        char detail[300];

        snprintf(detail, sizeof detail, "{\"claimed\": %s}", claims[i]);
        event[4].kind = kind;
        event[4].detail = detail;
        expect();
    }
}

static void what_was_overtaken_is_intact(void **state)
{
    static const char *const steps[] = {
        "{\"step\": \"repair\"}", "{\"to\": \"" NOOR_ID "\"}", "{\"place\": \"" SHELF_ID "\"}",
        "{\"to\": \"" NOOR_ID "\", \"step\": \"own\", \"place\": \"" SHELF_ID "\"}"};
    static const char *const nothing[] = {"{}"}, *const waits[] = {"{\"reason\": \"QUEUE\"}"};

    (void)state;
    expect_each(STEP, steps, COUNT_OF(steps), expect_intact);
    expect_each(WAITING_ENDED, nothing, 1, expect_intact);
    event[4].reason = QUEUE;
    expect_each(WAITING, waits, 1, expect_intact);
}

static void what_was_not_late_is_f22(void **state)
{
    (void)state;
    event[4].flags = 0;
    expect_found();
}

static void what_had_nothing_newer_before_it_is_f22(void **state)
{
    (void)state;
    event[4].happened_ms = event[3].happened_ms + 1;
    expect_found();
    event[3].detail = "{\"clock_skew_ms\": 2}"; /* by its own clock it was, by ours it was not */
    expect_intact();
    event[3].detail = NULL;
    event[4].detail = "{\"claimed\": {\"to\": \"" NOOR_ID "\"}, \"clock_skew_ms\": -1}";
    expect_intact();
}

static void a_difference_that_no_clock_has_is_none(void **state)
{
    static const char *const skews[] = {"12345678901234",  "-12345678901234", "10000000000000",
                                        "-10000000000000", "1000.0",          "\"7\""};
    char                     detail[100];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(skews); i++) {
        snprintf(detail, sizeof detail, "{\"claimed\": {\"to\": \"" NOOR_ID "\"}, \"clock_skew_ms\": %s}",
                 skews[i]);
        event[4].detail = detail;
        event[4].happened_ms = event[3].happened_ms - 1;
        expect_intact();
        event[4].happened_ms = event[3].happened_ms + 1;
        expect_found();
    }
    event[4].detail = "{\"claimed\": {\"to\": \"" NOOR_ID "\"}, \"clock_skew_ms\": -9999999999999}";
    expect_intact();
}

static void a_claim_that_its_kind_does_not_make_is_f22(void **state)
{
    static const char *const none[] = {"{}", "{\"to\": \"" NOOR_ID "\"}"};
    static const char *const moves[] = {"{}",
                                        "{\"step\": \"repair\"}",
                                        "{\"reason\": \"QUEUE\"}",
                                        "{\"to\": \"" NOOR_ID "\", \"note\": 1}",
                                        "1",
                                        "[]"};
    static const char *const waits[] = {"{}", "{\"to\": \"" NOOR_ID "\"}",
                                        "{\"reason\": \"QUEUE\", \"step\": \"repair\"}"};

    (void)state;
    expect_each(NOTE, none, COUNT_OF(none), expect_found);
    expect_each(MOVED, moves, COUNT_OF(moves), expect_found);
    event[4].reason = QUEUE;
    expect_each(WAITING, waits, COUNT_OF(waits), expect_found);
}

static void another_reason_than_was_given_is_f22(void **state)
{
    static const char *const waits[] = {"{\"reason\": \"WAIT_ANSWER\"}"};

    (void)state;
    event[4].reason = QUEUE;
    expect_each(WAITING, waits, 1, expect_found);
}

static void a_claim_that_came_into_force_is_f22(void **state)
{
    static const char *const        to[] = {"{\"to\": \"" NOOR_ID "\"}"},
                             *const place[] = {"{\"place\": \"" SHELF_ID "\"}"},
                             *const step[] = {"{\"step\": \"repair\"}"};

    (void)state;
    event[4].holder = DESK;
    expect_each(STEP, to, 1, expect_found);
    expect_each(STEP, step, 1, expect_intact); /* one thing may come into force, another not */
    event[4].holder = NULL;
    event[4].place = "2459ad7b-c959-48c3-ab8b-707b68ac55ce Bench 2";
    expect_each(STEP, place, 1, expect_found);
    event[4].place = NULL;
    event[4].step = REPAIR;
    expect_each(STEP, step, 1, expect_found);
    event[3].step = REPAIR;
    expect_each(STEP, step, 1, expect_intact);
}

#define LATE(test) cmocka_unit_test_setup_teardown(test, begin_late, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LATE(what_was_overtaken_is_intact),
        LATE(what_was_not_late_is_f22),
        LATE(what_had_nothing_newer_before_it_is_f22),
        LATE(a_difference_that_no_clock_has_is_none),
        LATE(a_claim_that_its_kind_does_not_make_is_f22),
        LATE(another_reason_than_was_given_is_f22),
        LATE(a_claim_that_came_into_force_is_f22),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
