/* workers.h: threads that do pieces of work from a bounded queue, in the order they came. */
#ifndef WEB_WORKERS_H
#define WEB_WORKERS_H

#include <stdbool.h>

#include "shared/error.h"

struct workers;

/* A piece of work; lives in what it works on, so that queueing takes no memory. Not to be queued twice at
 * once. */
struct work {
    void (*run)(struct work *work);
    struct work *next; /* workers' own */
};

/* `waiting_most`: how many places there are. ERROR_UNAVAILABLE when the system gives no thread. */
struct workers *workers_start(unsigned count, unsigned waiting_most, struct error *error) MUST_USE;

/* Keeps a place in the queue for workers_push_reserved(); false at once when there is none. */
bool workers_reserve(struct workers *workers) MUST_USE;
void workers_push_reserved(struct workers *workers, struct work *work);
void workers_give_back(struct workers *workers);

/* Takes the work even when the queue is full: for what was begun and must be ended. */
void workers_push(struct workers *workers, struct work *work);

void workers_count(struct workers *workers, unsigned *waiting, unsigned *running);

/* Does all that waits, then ends the threads. NULL is allowed. */
void workers_stop(struct workers *workers);

#endif
