/* scan.h: one scan from its text to a line on the screen. */
#ifndef SCANNER_SCAN_H
#define SCANNER_SCAN_H

#include <stdbool.h>

#include "enrolment.h"
#include "queue.h"

struct scan {
    struct queue           *queue;
    const struct enrolment *enrolment;
    const char             *kind, *step, *place, *reason, *note; /* NULL: not said; place is a label's code */
    bool                    json;
};

/* Stores the scan, sends what waits, prints one line. Returns the exit code of this one scan. */
int scan_take(const struct scan *scan, const char *text);

/* One line for something that is no scan: "not readable" and why. */
void scan_print(const struct scan *scan, const char *text, const char *word, const char *more);

#endif
