/* backoff.h: how long to wait before the server is tried again. */
#ifndef SCANNER_BACKOFF_H
#define SCANNER_BACKOFF_H

#include <stdint.h>

#define BACKOFF_MOST_MS 300000u /* five minutes, whatever the server asks for */

/* After so many failures in a row (1 and more): 1 s, 2 s, 4 s … 5 min, of which a random part of at most a
 * half is taken off, so that scanners do not come back all at once; not earlier than the server asked.
 * `random` is any number. */
uint32_t backoff_ms(unsigned failures, unsigned retry_after_s, uint32_t random);

#endif
