#include "verify/missing.h"

#include <string.h>

static struct missing_range *range(const struct missing *missing, size_t at)
{
    return (struct missing_range *)(void *)missing->ranges.text + at;
}

static size_t range_count(const struct missing *missing)
{
    return missing->ranges.length / sizeof(struct missing_range);
}

/* How many ranges lie wholly below the number. */
static size_t below(const struct missing *missing, uint64_t number)
{
    size_t from = 0, to = range_count(missing);

    while (from < to) {
        size_t middle = (from + to) / 2;

        if (range(missing, middle)->last < number)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static void insert(struct missing *missing, size_t at, uint64_t first, uint64_t last)
{
    struct missing_range added = {first, last};
    size_t               after = range_count(missing) - at;

    if (first > last)
        return;
    if (range_count(missing) == MISSING_RANGES_MOST) {
        missing->beyond += last - first + 1;
        return;
    }
    missing->ranges.limit = sizeof added * MISSING_RANGES_MOST;
    buffer_add(&missing->ranges, (const char *)&added, sizeof added);
    memmove(range(missing, at + 1), range(missing, at), after * sizeof added);
    *range(missing, at) = added;
}

static void drop(struct missing *missing, size_t at)
{
    size_t after = range_count(missing) - at - 1;

    memmove(range(missing, at), range(missing, at + 1), after * sizeof(struct missing_range));
    missing->ranges.length -= sizeof(struct missing_range);
}

/* One that was missed came after all: its range gets shorter, falls in two, or is none any more. */
static void came_late(struct missing *missing, uint64_t number)
{
    size_t               at = below(missing, number);
    struct missing_range within;

    if (at == range_count(missing) || range(missing, at)->first > number)
        return; /* it had come, or is beyond */
    within = *range(missing, at);
    drop(missing, at);
    insert(missing, at, number + 1, within.last);
    insert(missing, at, within.first, number - 1);
}

void missing_came(struct missing *missing, uint64_t number)
{
    if (missing->high == 0) {
        missing->low = missing->high = number;
    } else if (number > missing->high) {
        insert(missing, range_count(missing), missing->high + 1, number - 1);
        missing->high = number;
    } else if (number < missing->low) {
        insert(missing, 0, number + 1, missing->low - 1);
        missing->low = number;
    } else {
        came_late(missing, number);
    }
}

const struct missing_range *missing_ranges(const struct missing *missing, size_t *count)
{
    *count = range_count(missing);
    return *count > 0 ? range(missing, 0) : NULL;
}

uint64_t missing_total(const struct missing *missing)
{
    uint64_t total = missing->beyond;

    for (size_t at = 0; at < range_count(missing); at++)
        total += range(missing, at)->last - range(missing, at)->first + 1;
    return total;
}

void missing_free(struct missing *missing)
{
    buffer_free(&missing->ranges);
}
