/* closing.h: closes repairs by itself, 5 working days after their return: an event like any other, recorded
 * once however many services do this at the same time. */
#ifndef LEDGER_CLOSING_H
#define LEDGER_CLOSING_H

#include <stdbool.h>
#include <stddef.h>

#include "db/pool.h"
#include "ledger/recorder.h"
#include "shared/error.h"

struct closing;

struct closing_options {
    struct pool     *pool;     /* as spoor_app */
    struct recorder *recorder; /* both outlive it */
    const char      *timezone; /* the site's: where a working day begins and ends */
    unsigned         wait_ms;  /* for a session */
};

/* Closes what is due; *closed says how many it closed. */
bool closing_run(const struct closing_options *options, size_t *closed, struct error *error) MUST_USE;

/* The same again and again in a thread of its own, now and each minute. */
struct closing *closing_start(const struct closing_options *options) MUST_USE;
void            closing_stop(struct closing *closing); /* waits for it; NULL is allowed */

#endif
