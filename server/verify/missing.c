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

/* A range in which no more can be missing than came without their number is none. */
static void insert(struct missing *missing, size_t at, struct missing_range added)
{
    size_t after = range_count(missing) - at;

    if (added.first > added.last || added.last - added.first < added.unknown)
        return;
    if (range_count(missing) == MISSING_RANGES_MOST) {
        missing->more = true;
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
        return; /* it had come, or nobody knew that it had not */
    within = *range(missing, at);
    drop(missing, at);
    if (within.unknown > 0) { /* in which half those are that came without their number, nobody knows */
        within.unknown++;
        insert(missing, at, within);
        return;
    }
    insert(missing, at, (struct missing_range){number + 1, within.last, 0});
    insert(missing, at, (struct missing_range){within.first, number - 1, 0});
}

void missing_came(struct missing *missing, uint64_t number)
{
    if (missing->high == 0) {
        missing->low = missing->high = number;
    } else if (number > missing->high) {
        insert(missing, range_count(missing),
               (struct missing_range){missing->high + 1, number - 1, missing->unknown});
        missing->high = number;
        missing->unknown = 0;
    } else if (number < missing->low) {
        insert(missing, 0, (struct missing_range){number + 1, missing->low - 1, 0});
        missing->low = number;
    } else {
        came_late(missing, number);
    }
}

void missing_came_unknown(struct missing *missing)
{
    missing->unknown += missing->high > 0;
}

const struct missing_range *missing_ranges(const struct missing *missing, size_t *count)
{
    *count = range_count(missing);
    return *count > 0 ? range(missing, 0) : NULL;
}

void missing_free(struct missing *missing)
{
    buffer_free(&missing->ranges);
}
