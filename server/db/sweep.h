/* sweep.h: makes sure that what was deleted is not left on the disk of the private PostgreSQL. */
#ifndef DB_SWEEP_H
#define DB_SWEEP_H

#include <stdbool.h>

#include "shared/error.h"

/* Writes the tables with erasable values anew (others wait meanwhile), then lets the write-ahead log that
 * still holds them go; wal_recycle is off there. `conninfo` as cluster_conninfo() gives it. */
bool sweep_run(const char *conninfo, struct error *error) MUST_USE;

#endif
