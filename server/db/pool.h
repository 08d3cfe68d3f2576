/*
 * pool.h: a number of database sessions, lent to one thread at a time.
 *
 * A session that broke is opened again by the next borrower, with backoff (50 ms doubled with full jitter, at
 * most 5 s) kept by the pool: a database that is away costs each request one quick ERROR_UNAVAILABLE, not a
 * hang.
 */
#ifndef DB_POOL_H
#define DB_POOL_H

#include <stdbool.h>

#include "shared/error.h"

struct pool;
struct session;

struct pool_options {
    const char *conninfo;             /* libpq connection string; may name several hosts */
    const char *role;                 /* SET ROLE of every session: "spoor_app" */
    unsigned    size;                 /* sessions */
    unsigned    statement_timeout_ms; /* our own deadline; the server's statement_timeout is a little lower */
    bool        prepare; /* prepare every statement of sql/queries on each session: a query that does
                          * not fit the schema fails at once */
};

/* Opens one session to see that it works (and that the server's settings are safe), the others when first
 * borrowed. Returns NULL with the error filled in: ERROR_UNAVAILABLE, or ERROR_INVALID for unsafe settings
 * (fsync, full_page_writes or synchronous_commit off; a standby), which it names. The caller frees the pool,
 * after the last session came back. */
struct pool *pool_open(const struct pool_options *options, struct error *error) MUST_USE;
void         pool_free(struct pool *pool);

/* Waits at most `timeout_ms` for a free session. ERROR_UNAVAILABLE (with retry_after_s) if none came. */
struct session *pool_borrow(struct pool *pool, unsigned timeout_ms, struct error *error) MUST_USE;
void            pool_give_back(struct session **session);

/* Gives it back with its connection closed: what the connection held in the database ends. */
void pool_end(struct session **session);

/* For /health and /metrics. */
struct pool_state {
    unsigned size, open, busy;
    bool     reachable; /* the latest attempt to use the database worked */
};
void pool_state(struct pool *pool, struct pool_state *state);

/* Gives the session back when the variable goes out of scope. */
#define SESSION CLEANUP(pool_give_back) struct session

#endif
