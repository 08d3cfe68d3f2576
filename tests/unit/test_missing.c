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
    assert_int_equal(missing_total(&missing), 8);
    missing_free(&missing);
}

/* Against the plain rule: between the lowest and the highest, each that did not come. */
static void hold_against(const struct missing *missing, const bool *came)
{
    uint64_t                    low = 1, high = NUMBERS - 1, total = 0;
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
        total += !came[n];
    }
    assert_int_equal(missing_total(missing), total);
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

static void of_very_many_ranges_only_the_sum_is_known(void **state)
{
    struct missing missing = {0};
    size_t         count;

    (void)state;
    for (uint64_t number = 1; number <= 3 * (MISSING_RANGES_MOST + 10) + 1; number += 3)
        missing_came(&missing, number);
    (void)missing_ranges(&missing, &count);
    assert_int_equal(count, MISSING_RANGES_MOST);
    assert_int_equal(missing.beyond, 20);
    assert_int_equal(missing_total(&missing), 2 * (MISSING_RANGES_MOST + 10));
    missing_came(&missing, 2); /* makes room: the next is told again */
    missing_came(&missing, 3);
    missing_came(&missing, UINT64_MAX);
    expect(&missing, MISSING_RANGES_MOST - 1, 3 * (MISSING_RANGES_MOST + 10) + 2, UINT64_MAX - 1);
    missing_free(&missing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_late_is_not_missing_any_more),
        cmocka_unit_test(any_order_ends_in_the_same_ranges),
        cmocka_unit_test(of_very_many_ranges_only_the_sum_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
