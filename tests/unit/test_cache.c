#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
/* cmocka wants those above first */
#include <cmocka.h>

#include "store/cache.h"

#define DEVICE "1a2b3c4d-0000-4000-8000-000000000000"
#define REPAIR "5e6f7a8b-0000-4000-8000-000000000000"

static const struct cache_terms terms = {.things = {DEVICE, REPAIR}};

static struct cache *new_vouched(unsigned entries)
{
    struct cache *cache = cache_new(entries);

    cache_vouch(cache, UINT64_MAX);
    return cache;
}

static bool holds(struct cache *cache, const char *key, const char *value)
{
    ARENA      *arena = arena_new();
    size_t      length = 0;
    const char *kept = cache_get(cache, arena, key, &length);

    return kept && length == strlen(value) && memcmp(kept, value, length) == 0;
}

static void put(struct cache *cache, const char *key, uint64_t mark, const char *value)
{
    cache_put(cache, key, mark, &terms, value, strlen(value));
}

static void gives_what_was_put(void **state)
{
    struct cache *cache = new_vouched(8);

    (void)state;
    assert_false(holds(cache, "page", "one"));
    put(cache, "page", cache_mark(cache), "one");
    assert_true(holds(cache, "page", "one"));
    put(cache, "page", cache_mark(cache), "another");
    assert_true(holds(cache, "page", "another"));
    assert_false(holds(cache, "other page", "another"));
    cache_free(cache);
}

static void gives_nothing_without_a_voucher(void **state)
{
    struct cache *cache = cache_new(8);

    (void)state;
    put(cache, "page", cache_mark(cache), "one");
    assert_false(holds(cache, "page", "one"));
    cache_vouch(cache, UINT64_MAX);
    assert_true(holds(cache, "page", "one"));
    cache_vouch(cache, 1);
    assert_false(holds(cache, "page", "one"));
    cache_free(cache);
}

static void forgets_what_depends_on_a_thing(void **state)
{
    static const char *const changes[] = {"1a2b3c4", "5e6f7a8", "00000001a2b3c4", "*"};

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct cache *cache = new_vouched(8);

        put(cache, "page", cache_mark(cache), "one");
        cache_forget(cache, "fffffff");
        cache_forget(cache, "");
        assert_true(holds(cache, "page", "one"));
        cache_forget(cache, changes[i]);
        assert_false(holds(cache, "page", "one"));
        put(cache, "page", cache_mark(cache), "two");
        assert_true(holds(cache, "page", "two"));
        cache_free(cache);
    }
}

static void keeps_nothing_that_changed_while_it_was_asked(void **state)
{
    struct cache *cache = new_vouched(8);
    uint64_t      mark = cache_mark(cache);

    (void)state;
    cache_forget(cache, "1a2b3c4");
    put(cache, "page", mark, "old");
    assert_false(holds(cache, "page", "old"));
    cache_free(cache);
}

static void keeps_nothing_beyond_its_time(void **state)
{
    struct cache      *cache = new_vouched(8);
    struct cache_terms over = {.until = time(NULL)}, later = {.until = time(NULL) + 1000};

    (void)state;
    cache_put(cache, "over", cache_mark(cache), &over, "x", 1);
    cache_put(cache, "later", cache_mark(cache), &later, "x", 1);
    assert_false(holds(cache, "over", "x"));
    assert_true(holds(cache, "later", "x"));
    cache_free(cache);
}

static void holds_so_many_and_no_more(void **state)
{
    static char   large[CACHE_VALUE_MOST + 1];
    struct cache *cache = new_vouched(16);
    size_t        held = 0;
    char          key[2 * CACHE_KEY_SIZE];

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "page %u", i);
        put(cache, key, cache_mark(cache), "value");
        assert_true(holds(cache, key, "value"));
    }
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "page %u", i);
        held += holds(cache, key, "value");
    }
    assert_in_range(held, 4, 16);
    cache_put(cache, "large", cache_mark(cache), &terms, large, sizeof large);
    assert_false(holds(cache, "large", large));
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = 0;
    put(cache, key, cache_mark(cache), "value");
    assert_false(holds(cache, key, "value"));
    cache_free(cache);
}

static void keeps_what_is_used(void **state)
{
    struct cache *cache = new_vouched(4);
    char          key[32];

    (void)state;
    put(cache, "used", cache_mark(cache), "value");
    for (unsigned i = 0; i < 100; i++) {
        assert_true(holds(cache, "used", "value"));
        snprintf(key, sizeof key, "page %u", i);
        put(cache, key, cache_mark(cache), "value");
    }
    assert_true(holds(cache, "used", "value"));
    cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_was_put),
        cmocka_unit_test(gives_nothing_without_a_voucher),
        cmocka_unit_test(forgets_what_depends_on_a_thing),
        cmocka_unit_test(keeps_nothing_that_changed_while_it_was_asked),
        cmocka_unit_test(keeps_nothing_beyond_its_time),
        cmocka_unit_test(holds_so_many_and_no_more),
        cmocka_unit_test(keeps_what_is_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
