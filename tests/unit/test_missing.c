#include "verify/missing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define NUMBERS 200u
#define ROUNDS  200

static void come(struct missing *missing, const uint64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        missing_came(missing, numbers[i]);
}

static void expect(const struct missing *missing, size_t at, uint64_t first, uint64_t last)
{
    size_t                      count;
    const struct missing_range *ranges = missing_ranges(missing, &count);

    assert_true(at < count);
    assert_int_equal(ranges[at].first, first);
    assert_int_equal(ranges[at].last, last);
}

static void what_comes_late_is_not_missing_any_more(void **state)
{
    struct missing missing = {0};
    size_t         count;

    (void)state;
    come(&missing, (const uint64_t[]){7, 8, 20, 20, 7}, 5);
    expect(&missing, 0, 9, 19);
    come(&missing, (const uint64_t[]){12, 9, 19}, 3);
    expect(&missing, 0, 10, 11);
    expect(&missing, 1, 13, 18);
    come(&missing, (const uint64_t[]){4, 11, 10}, 3);
    expect(&missing, 0, 5, 6);
    expect(&missing, 1, 13, 18);
    (void)missing_ranges(&missing, &count);
    assert_int_equal(count, 2);
    missing_free(&missing);
}

/* Against the plain rule: between the lowest and the highest, each that did not come. */
static void hold_against(const struct missing *missing, const bool *came)
{
    uint64_t                    low = 1, high = NUMBERS - 1;
    size_t                      count, at = 0;
    const struct missing_range *ranges = missing_ranges(missing, &count);

    while (!came[low])
        low++;
    while (!came[high])
        high--;
    for (uint64_t n = low; n <= high; n++) {
        while (at < count && ranges[at].last < n)
            at++;
        assert_int_equal(at < count && ranges[at].first <= n, !came[n]);
    }
}

static void any_order_ends_in_the_same_ranges(void **state)
{
    (void)state;
    srandom(7);
    for (int round = 0; round < ROUNDS; round++) {
        struct missing missing = {0};
        bool           came[NUMBERS] = {false};

        for (long left = 1 + random() % NUMBERS; left > 0; left--) {
            uint64_t number = 1 + (uint64_t)random() % (NUMBERS - 1);

            came[number] = true;
            missing_came(&missing, number);
            hold_against(&missing, came);
        }
        missing_free(&missing);
    }
}

static void as_many_as_came_without_a_number_are_not_missed_in_their_place(void **state)
{
    struct missing missing = {0};
    size_t         count;

    (void)state;
    missing_came_unknown(&missing); /* before any: below the lowest */
    missing_came(&missing, 5);
    missing_came_unknown(&missing);
    missing_came(&missing, 7); /* 6 came */
    missing_came_unknown(&missing);
    missing_came(&missing, 10); /* one of 8 and 9 did */
    missing_came(&missing, 12);
    assert_int_equal(missing_ranges(&missing, &count)[0].unknown, 1);
    expect(&missing, 0, 8, 9);
    expect(&missing, 1, 11, 11);
    missing_came(&missing, 9); /* so the other was 8 */
    expect(&missing, 0, 11, 11);
    missing_came_unknown(&missing);
    missing_came(&missing, 16); /* one of 13 to 15 */
    missing_came(&missing, 14); /* and that one: one of 13 and 15 is missing */
    expect(&missing, 1, 13, 15);
    assert_int_equal(missing_ranges(&missing, &count)[1].unknown, 2);
    missing_free(&missing);
}

static void of_very_many_ranges_the_first_are_known(void **state)
{
    struct missing missing = {0};
    size_t         count;

    (void)state;
    for (uint64_t number = 1; number <= 3 * MISSING_RANGES_MOST + 1; number += 3)
        missing_came(&missing, number);
    (void)missing_ranges(&missing, &count);
    assert_int_equal(count, MISSING_RANGES_MOST);
    assert_false(missing.more);
    missing_came(&missing, UINT64_MAX);
    assert_true(missing.more);
    missing_came(&missing, 2); /* the first range is one less, and may be split no more */
    missing_came(&missing, 3);
    expect(&missing, 0, 5, 6);
    missing_free(&missing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_late_is_not_missing_any_more),
        cmocka_unit_test(any_order_ends_in_the_same_ranges),
        cmocka_unit_test(as_many_as_came_without_a_number_are_not_missed_in_their_place),
        cmocka_unit_test(of_very_many_ranges_the_first_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
