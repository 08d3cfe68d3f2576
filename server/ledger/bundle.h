/* bundle.h: writes what an auditor takes home (docs/ledger.md, "Bundle"). */
#ifndef LEDGER_BUNDLE_H
#define LEDGER_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "db/query.h"
#include "shared/error.h"

struct bundle_options {
    const char *folder;    /* is made; must not exist or be empty */
    const char *device_id; /* NULL: all devices */
    /* NULL, or told how many of how many entries are written, now and then. */
    void (*progress)(uint64_t done, uint64_t all);
};

struct bundle_report {
    uint64_t entries, rows, openings;
};

/* The session reads as spoor_audit. ERROR_CONFLICT: something was erased meanwhile (try again), or the folder
 * is not empty; ERROR_NOT_FOUND: nothing is sealed yet, or there is no such device. */
bool bundle_write(struct session *session, const struct bundle_options *options, struct bundle_report *report,
                  struct error *error) MUST_USE;

#endif
