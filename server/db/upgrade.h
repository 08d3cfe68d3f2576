/* upgrade.h: how a private PostgreSQL comes to a newer major version. */
#ifndef DB_UPGRADE_H
#define DB_UPGRADE_H

#include <stdbool.h>

#include "db/cluster.h"
#include "shared/buffer.h"
#include "shared/error.h"

/* The commands, for sh and as the user of the cluster; a remark where there is nothing to do. Nothing is
 * touched. ERROR_CONFLICT: a service works there; ERROR_NOT_FOUND: there is no database; ERROR_INVALID: its
 * version is newer than all that are here. */
bool upgrade_describe(const struct cluster_options *options, struct buffer *commands,
                      struct error *error) MUST_USE;

#endif
