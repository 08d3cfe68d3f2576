/*
 * cluster.h: the private PostgreSQL: made, started, watched, stopped (reliability rules for it stand in
 * docs/architecture.md).
 */
#ifndef DB_CLUSTER_H
#define DB_CLUSTER_H

#include <stdbool.h>

#include "shared/error.h"

struct cluster;

struct cluster_options {
    const char *state; /* absolute folder; the cluster is state/pg, its socket state/run (0700) */
    const char *user;  /* system user for PostgreSQL when this process is root; "" : "postgres" */
};

/* Makes the cluster if there is none (initdb -k -E UTF8 --locale=C into a temporary folder, renamed when
 * complete), starts it as our child and waits until a query works; makes roles (sql/roles.sql) and the
 * database "spoor". From then on a thread restarts PostgreSQL with backoff whenever it dies, until
 * cluster_stop(). PostgreSQL ends cleanly also when this process is killed with -9. ERROR_CONFLICT: another
 * process supervises this folder; ERROR_INVALID: other major version (says what to install, and the command
 * that tells how to upgrade), no user to run as, path too long; ERROR_UNAVAILABLE: it did not start (the
 * log's end is in the message). */
struct cluster *cluster_start(const struct cluster_options *options, struct error *error) MUST_USE;
void            cluster_stop(struct cluster *cluster); /* NULL is allowed */

/* The libpq connection string for the pools; the login may take every role of the service, the owner's
 * included. */
const char *cluster_conninfo(const struct cluster *cluster);

/* The connection string of the cluster of a state folder that another process (a running spoord) supervises,
 * for commands such as `spoord account add`. ERROR_NOT_FOUND if none runs there. buffer of at least 512
 * bytes. */
bool cluster_find(const struct cluster_options *options, char *conninfo, unsigned size,
                  struct error *error) MUST_USE;

/* Whether a cluster was made in the state folder. ERROR_NOT_FOUND: there is none; ERROR_FORBIDDEN: the folder
 * is closed to this user. Nothing is made. */
bool cluster_made(const struct cluster_options *options, struct error *error) MUST_USE;

/* True while PostgreSQL runs. */
bool cluster_healthy(struct cluster *cluster);

/* As root: goes on as the user of the options for good; the state folder is given to that user first.
 * Otherwise nothing happens. Call it before threads start. */
bool cluster_drop_privileges(const struct cluster_options *options, struct error *error) MUST_USE;

#endif
