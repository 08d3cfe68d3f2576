/* clock.h: the time that only goes on (CLOCK_MONOTONIC): for pauses and deadlines, not for dates. */
#ifndef SHARED_CLOCK_H
#define SHARED_CLOCK_H

#include <stdint.h>

uint64_t clock_now_us(void);
uint64_t clock_now_ms(void);

#endif
