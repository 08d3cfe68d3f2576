/* live.h: scanning until the input ends: from a pipe, a terminal, hand scanners. */
#ifndef SCANNER_LIVE_H
#define SCANNER_LIVE_H

#include <stdbool.h>

#include "hand_scanner.h"
#include "scan.h"

#define LIVE_SCANNERS_MOST 4u

struct live {
    struct scan         *scan;
    const char          *title; /* of the face */
    bool                 input; /* standard input is read too */
    struct hand_scanner *scanners[LIVE_SCANNERS_MOST];
    size_t               scanner_count;
};

/* Until standard input ends, the last hand scanner is gone, or SIGINT or SIGTERM comes. Returns the highest
 * exit code of the scans. A scanner that was unplugged is told in the error. */
int live_run(struct live *live, struct error *error);

/* SIGINT and SIGTERM end what goes on, rather than the program, from here on. */
void live_catch_signals(void);
bool live_is_stopped(void);

#endif
