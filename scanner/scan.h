/* scan.h: one scan from its text to a line on the screen. */
#ifndef SCANNER_SCAN_H
#define SCANNER_SCAN_H

#include <stdbool.h>

#include "context.h"
#include "queue.h"
#include "sender.h"
#include "show.h"

#define SCAN_DOUBLED_MS                                                                                      \
    ((int64_t)3000) /* a hand scanner may read a label twice; beyond that it is a scan                       \
                     */

struct scan {
    struct queue           *queue;
    const struct enrolment *enrolment; /* whose key signs */
    struct sender          *sender;
    struct show             show;
    struct context          context;
    char                    told[UUID_SIZE]; /* the event of the latest device, and when it was told */
    int64_t                 told_ms;
    int64_t                 undone_ms; /* when the latest undo was told, if nothing was read since; 0: none */
    bool wait; /* each scan waits for what the server says of it; otherwise see scan_hear() */
};

/* Takes a scanned text: a card changes the context; a device is stored, heard (sound), sent, told. `typed`:
 * it came through a keyboard, of whatever layout. Returns the exit code of this one scan. */
int scan_take(struct scan *scan, const char *text, bool typed);

/* Tells what the server said since. Returns the highest exit code of that. */
int scan_hear(struct scan *scan);

/* Ends a context that nobody used for too long; call it now and then. */
void scan_tick(struct scan *scan);

/* A line for something that is no scan, such as a picture that cannot be read. */
void scan_problem(const struct scan *scan, const char *text, const char *word, const char *more);

/* Whether it is the latest scan of its code once more (NULL: there is none), read twice within a moment.
 * Never for longer: others may have moved the device since, and only the server knows. */
bool scan_is_doubled(const struct queue_item *latest, const char *context, int64_t now_ms);

#endif
