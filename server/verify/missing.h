/* missing.h: of things that are numbered from somewhere on, and come in whatever order: which have not come.
 */
#ifndef VERIFY_MISSING_H
#define VERIFY_MISSING_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/buffer.h"

#define MISSING_RANGES_MOST 4096u

struct missing_range {
    uint64_t first, last;
    uint64_t unknown; /* fewer than the range has: so many came in its place without saying their number;
                         where any did, also those that came late and said it */
};

/* All zeros: nothing has come. Between the lowest and the highest number that came, what is missing. */
struct missing {
    uint64_t      low, high, unknown; /* since the highest came */
    struct buffer ranges;             /* struct missing_range, ascending */
    bool          more;               /* perhaps: there were more ranges at once than are kept */
};

void missing_came(struct missing *missing, uint64_t number); /* from 1 on; again is fine */

/* One came whose number nobody knows. Of a range in its place one fewer is missing; which, cannot be told. */
void missing_came_unknown(struct missing *missing);

/* The ranges, and how many there are. */
const struct missing_range *missing_ranges(const struct missing *missing, size_t *count);

void missing_free(struct missing *missing);

#endif
