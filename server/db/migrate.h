/* migrate.h: brings a database to the schema of this program, and tells whether it is there. */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include <stdbool.h>

#include "shared/error.h"

/* The form of the mark on what is recorded and not sealed yet (ledger/submission.h). Raised with every change
 * of what the mark covers; tests/unit/test_mark_form.c holds the two together. 1: without the detail; 2:
 * without who takes over unsaid, and the intake that an event stands beside. */
#define MARK_FORM 3

struct migration_report {
    unsigned applied;    /* migrations applied now */
    char     latest[64]; /* name of the newest one in the database */
};

/* Applies what is missing of sql/migrations, then sql/functions, as role spoor_owner, in one transaction
 * under an advisory lock. ERROR_CONFLICT when the database is newer than this program (names the migration it
 * does not know), or while records wait to be sealed of which this program's mark would have another form. */
bool migrate_run(const char *conninfo, struct migration_report *report, struct error *error) MUST_USE;

/* ERROR_CONFLICT names the first migration that is missing (and says: run spoord migrate), or the one that is
 * unknown; also when sql/functions were changed since. */
bool migrate_check(const char *conninfo, struct error *error) MUST_USE;

#endif
