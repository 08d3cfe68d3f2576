/* missing.h: of things that are numbered from somewhere on, and come in whatever order: which have not come.
 */
#ifndef VERIFY_MISSING_H
#define VERIFY_MISSING_H

#include <stdint.h>

#include "shared/buffer.h"

#define MISSING_RANGES_MOST 4096u /* of further ones only how many there are is known */

struct missing_range {
    uint64_t first, last;
};

/* All zeros: nothing has come. Between the lowest and the highest number that came, what is missing. */
struct missing {
    uint64_t      low, high;
    struct buffer ranges; /* struct missing_range, ascending */
    uint64_t      beyond; /* numbers of further ranges */
};

void missing_came(struct missing *missing, uint64_t number); /* from 1 on; again is fine */

/* The ranges, and how many there are. */
const struct missing_range *missing_ranges(const struct missing *missing, size_t *count);

uint64_t missing_total(const struct missing *missing); /* numbers, beyond or not */

void missing_free(struct missing *missing);

#endif
