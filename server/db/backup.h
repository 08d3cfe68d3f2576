/* backup.h: a copy of a private PostgreSQL and of what stands beside it, made while the service works. */
#ifndef DB_BACKUP_H
#define DB_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "db/cluster.h"
#include "shared/error.h"

/* The cluster of the options must run. `reserve`: bytes that stay free where the copy shares its disk. Into
 * "<folder>.part" first, which is checked (pg_verifybackup), brought to the disk and then named: a folder of
 * this name is a whole state folder that `spoord serve` can start on. The sealer steps aside the while, so
 * that its folder and the database fit each other. SIGINT, SIGTERM, SIGHUP and SIGQUIT stop it; nothing half
 * made stays. ERROR_CONFLICT: something of this name is there; ERROR_NO_ROOM: it does not fit there, nothing
 * was begun. What the programs of PostgreSQL have to say goes to standard error.
 */
bool backup_make(const struct cluster_options *options, const char *seal_folder, uint64_t reserve,
                 const char *folder, struct error *error) MUST_USE;

#endif
