/*
 * database.h: the database that a command works on: SPOOR_DATABASE, else the private PostgreSQL of the state
 * folder, which is started for the time of the command when no service runs there. Only `spoord serve` makes
 * one.
 */
#ifndef COMMANDS_DATABASE_H
#define COMMANDS_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "db/pool.h"
#include "shared/arena.h"
#include "shared/error.h"

struct cluster;

struct database {
    struct arena   *arena; /* the command's: freed by database_close */
    struct config   config;
    struct cluster *cluster; /* NULL: somebody else runs PostgreSQL */
    char            conninfo[1024];
    struct pool    *pool;       /* one session as the role that was asked for */
    struct session *session;    /* borrowed from it */
    uint8_t         secret[32]; /* key of all keyed hashes */
};

/* Reads the settings and opens a session as the role ("spoor_app", …). On failure nothing stays open. */
bool database_open(struct database *database, const char *role, struct error *error) MUST_USE;
void database_close(struct database *database); /* also fit for CLEANUP */

/* Only finds or starts a PostgreSQL that is there, and fills in conninfo; no session, no check of the schema.
 */
bool database_reach(struct database *database, struct error *error) MUST_USE;

/* After an erasure: nothing of it stays on the disk of a private PostgreSQL; on one of your own this only
 * says what to run. */
bool database_sweep(const struct database *database, struct error *error) MUST_USE;

#define DATABASE CLEANUP(database_close) struct database

#endif
