#include "budget.h"

#include <time.h>

int64_t budget_clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct budget budget_of_ms(long milliseconds)
{
    return (struct budget){.deadline_ns = budget_clock_ns() + (int64_t)milliseconds * 1000000};
}

bool budget_left(const struct budget *budget)
{
    return budget_clock_ns() < budget->deadline_ns;
}
