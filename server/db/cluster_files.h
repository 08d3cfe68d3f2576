/* cluster_files.h: the folders and programs of the private PostgreSQL; used by cluster.c only. */
#ifndef DB_CLUSTER_FILES_H
#define DB_CLUSTER_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "shared/error.h"

#define CLUSTER_PATH_SIZE 256
#define CLUSTER_PROGRAMS  "/usr/lib/postgresql/%d/bin" /* of a major version */

struct cluster_files {
    char  state[CLUSTER_PATH_SIZE];
    char  data[CLUSTER_PATH_SIZE];    /* state/pg */
    char  sockets[CLUSTER_PATH_SIZE]; /* state/run */
    char  log[CLUSTER_PATH_SIZE];     /* state/postgresql.log */
    char  lock[CLUSTER_PATH_SIZE];    /* state/lock */
    char  programs[64];               /* /usr/lib/postgresql/15/bin */
    char  user[64];                   /* system user that PostgreSQL runs as */
    uid_t uid;
    gid_t gid;
};

/* Works out the paths and the user, without touching anything. */
bool cluster_files_name(struct cluster_files *files, const char *state, const char *user,
                        struct error *error) MUST_USE;

/* Makes the state and socket folders, owned by the user. */
bool cluster_files_prepare(const struct cluster_files *files, struct error *error) MUST_USE;

/* The major version of the cluster that is there (0: none, -1: not readable), and the newest that is
 * installed (0: none). */
int cluster_files_version(const struct cluster_files *files);
int cluster_files_newest(void);

/* Finds the programs for the cluster that is there (or the newest for a new one). ERROR_INVALID: other major
 * version. */
bool cluster_files_programs(struct cluster_files *files, struct error *error) MUST_USE;

/* Takes the lock of the state folder; waits while a former supervisor is still stopping. The descriptor, or
 * -1. */
int cluster_files_lock(const struct cluster_files *files, struct error *error) MUST_USE;

/* Whether some process holds the lock. */
bool cluster_files_locked(const struct cluster_files *files);

/* Removes what a stopped initdb left behind. */
void cluster_files_clear_partial(const struct cluster_files *files);

/* Removes a postmaster.pid whose process is gone or is no PostgreSQL of this folder; waits for one that still
 * ends. ERROR_CONFLICT names the process that does not end. */
bool cluster_files_clear_pid(const struct cluster_files *files, struct error *error) MUST_USE;

/* Lines 1 and 8 of postmaster.pid; 0 where there is none. */
pid_t cluster_files_postmaster(const struct cluster_files *files, bool *ready);

/* pg_hba.conf and pg_ident.conf: peer authentication only, for this user, the current one and root. */
bool cluster_files_write_access(const struct cluster_files *files, struct error *error) MUST_USE;

/* Gives up root for good: groups, group, user, and checks that it cannot be taken back. */
bool cluster_files_become(const struct cluster_files *files);

#endif
