/* closing.h: closes repairs by itself, 5 working days after their return: an event like any other, recorded
 * once however many services do this at the same time. */
#ifndef LEDGER_CLOSING_H
#define LEDGER_CLOSING_H

#include <stdbool.h>
#include <stddef.h>

#include "db/pool.h"
#include "db/room.h"
#include "ledger/recorder.h"
#include "shared/error.h"

struct closing;

struct closing_options {
    struct pool     *pool; /* as spoor_app */
    struct recorder *recorder;
    struct room     *room;     /* NULL: a disk that is somebody else's; pool, recorder and room outlive it */
    const char      *timezone; /* the site's: where a working day begins and ends */
    unsigned         wait_ms;  /* for a session */
};

struct closing *closing_new(const struct closing_options *options) MUST_USE;
void            closing_free(struct closing *closing); /* stops its thread; NULL is allowed */

/* Closes what is due, past those that are refused; *closed says how many it closed. A refusal is logged once
 * for each return of a repair. While there is little room on the disk it does nothing: the next pass will. */
bool closing_run(struct closing *closing, size_t *closed, struct error *error) MUST_USE;

/* The same again and again in a thread of its own, now and each minute. */
void closing_start(struct closing *closing);

#endif
