#include "ledger/answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

static const struct answered event = {.seq = 7,
                                      .device_seq = 3,
                                      .flags = 2,
                                      .event_id = "0b3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e",
                                      .device_id = "3488a348-3ce9-462c-a9c4-d124ab9dcb44",
                                      .step = "repair"};

static int begin(void **state)
{
    *state = answers_new();
    return 0;
}

static int end(void **state)
{
    answers_free(*state);
    return 0;
}

static struct answered at(int64_t seq)
{
    struct answered other = event;

    other.seq = seq;
    return other;
}

static void what_was_answered_fits_and_nothing_else(void **state)
{
    struct answered others[] = {event, event, event, event, event};

    others[0].device_seq = 4;
    others[1].flags = 0;
    others[2].event_id = "1b3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e";
    others[3].device_id = "4488a348-3ce9-462c-a9c4-d124ab9dcb44";
    others[4].step = "ready";
    answers_give(*state, &event);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(answers_fit(*state, &others[i]));
    assert_true(answers_fit(*state, &event));
    assert_int_equal(answers_contradicted(*state), -1);
}

static void an_answer_may_come_after_the_sealer_was_there(void **state)
{
    struct answered other = at(8);

    assert_true(answers_fit(*state, &event));
    answers_give(*state, &event);
    assert_int_equal(answers_contradicted(*state), -1);
    assert_true(answers_fit(*state, &other));
    other.step = "ready";
    answers_give(*state, &other);
    assert_int_equal(answers_contradicted(*state), 8);
}

static void two_answers_under_one_number_contradict_each_other(void **state)
{
    struct answered other = event;

    other.event_id = "1b3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e";
    answers_give(*state, &event);
    answers_give(*state, &event);
    assert_int_equal(answers_contradicted(*state), -1);
    answers_give(*state, &other);
    assert_int_equal(answers_contradicted(*state), 7);
}

/* A row that could not be sealed is read again; by then it may be put right. */
static void what_the_sealer_saw_before_does_not_bind_it(void **state)
{
    struct answered other = event;

    other.step = "ready";
    assert_true(answers_fit(*state, &other));
    assert_true(answers_fit(*state, &event));
    answers_give(*state, &event);
    assert_int_equal(answers_contradicted(*state), -1);
}

static void the_highest_is_known_and_the_latest_are_kept(void **state)
{
    struct answered first = at(1), again = at(1 + ANSWERS_KEPT), late = at(1);

    assert_int_equal(answers_highest(*state), -1);
    answers_give(*state, &first);
    answers_give(*state, &again);
    assert_int_equal(answers_highest(*state), 1 + ANSWERS_KEPT);
    late.step = "ready";
    assert_true(answers_fit(*state, &late)); /* it was given up for the later one */
    again.step = "ready";
    assert_false(answers_fit(*state, &again));
}

static void after_a_restore_nothing_of_it_holds(void **state)
{
    struct answered other = event;

    other.step = "ready";
    answers_give(*state, &event);
    answers_give(*state, &other);
    answers_forget(*state);
    assert_int_equal(answers_highest(*state), -1);
    assert_int_equal(answers_contradicted(*state), -1);
    assert_true(answers_fit(*state, &other));
}

#define ANSWERS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ANSWERS(what_was_answered_fits_and_nothing_else),
        ANSWERS(an_answer_may_come_after_the_sealer_was_there),
        ANSWERS(two_answers_under_one_number_contradict_each_other),
        ANSWERS(what_the_sealer_saw_before_does_not_bind_it),
        ANSWERS(the_highest_is_known_and_the_latest_are_kept),
        ANSWERS(after_a_restore_nothing_of_it_holds),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
