/* budget.h: how long reading a picture may take, by the wall clock. */
#ifndef SCANNER_BUDGET_H
#define SCANNER_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget {
    int64_t deadline_ns; /* of the monotonic clock */
};

struct budget budget_of_ms(long milliseconds);

/* Cheap enough to ask for each region and each line. */
bool budget_left(const struct budget *budget);

/* The monotonic clock, for how long something took. */
int64_t budget_clock_ns(void);

#endif
