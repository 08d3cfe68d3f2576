/* test_rate_limit.c: how often something may be tried, and who is counted together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "web/client.h"
#include "web/rate_limit.h"
#include "web/tally.h"

static void lets_a_key_try_so_often_a_minute(void **state)
{
    struct rate_limit *limit = rate_limit_new();
    struct error       error = {0};

    (void)state;
    for (int i = 0; i < 30; i++)
        assert_true(rate_limit_take_at(limit, "a", 30, 1000, &error));
    assert_false(rate_limit_take_at(limit, "a", 30, 1000, &error));
    assert_int_equal(error.kind, ERROR_TOO_MANY);
    assert_int_equal(error.retry_after_s, 2);
    assert_true(rate_limit_take_at(limit, "b", 30, 1000, &error));
    assert_false(rate_limit_take_at(limit, "a", 30, 2900, &error));
    assert_true(rate_limit_take_at(limit, "a", 30, 3100, &error));
    assert_false(rate_limit_take_at(limit, "a", 30, 3100, &error));
    rate_limit_free(limit);
}

static void forgives_in_a_minute_and_no_more_than_all(void **state)
{
    struct rate_limit *limit = rate_limit_new();
    struct error       error = {0};
    int                allowed = 0;

    (void)state;
    assert_true(rate_limit_take_at(limit, "a", 5, 0, &error));
    for (int i = 0; i < 50; i++)
        allowed += rate_limit_take_at(limit, "a", 5, 3600000, &error);
    assert_int_equal(allowed, 5);
    rate_limit_free(limit);
}

static void stays_of_bounded_size_under_many_keys(void **state)
{
    struct rate_limit *limit = rate_limit_new();
    struct error       error = {0};
    char               key[32];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        snprintf(key, sizeof key, "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        assert_true(rate_limit_take_at(limit, key, 1, 1000 + i, &error));
    }
    assert_false(rate_limit_take_at(limit, key, 1, 201000, &error));
    rate_limit_free(limit);
}

static void counts_a_house_of_ipv6_together(void **state)
{
    char network[CLIENT_ADDRESS_SIZE];

    (void)state;
    client_network("2001:db8:1:2:aaaa:bbbb:cccc:dddd", network);
    assert_string_equal(network, "2001:db8:1:2::");
    client_network("192.0.2.7", network);
    assert_string_equal(network, "192.0.2.7");
}

static void counts_who_is_in(void **state)
{
    struct tally *tally = tally_new();

    (void)state;
    assert_true(tally_enter(tally, "a", 2));
    assert_true(tally_enter(tally, "a", 2));
    assert_false(tally_enter(tally, "a", 2));
    assert_true(tally_enter(tally, "b", 2));
    tally_leave(tally, "a");
    assert_true(tally_enter(tally, "a", 2));
    tally_leave(tally, "a");
    tally_leave(tally, "a");
    tally_leave(tally, "b");
    assert_true(tally_enter(tally, "a", 1));
    tally_free(tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_a_key_try_so_often_a_minute),
        cmocka_unit_test(forgives_in_a_minute_and_no_more_than_all),
        cmocka_unit_test(stays_of_bounded_size_under_many_keys),
        cmocka_unit_test(counts_a_house_of_ipv6_together),
        cmocka_unit_test(counts_who_is_in),
    };

    return cmocka_run_group_tests_name("rate_limit", tests, NULL, NULL);
}
