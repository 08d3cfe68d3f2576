/* session.h: what the files of db/ know of a session; nobody else includes this. */
#ifndef DB_SESSION_H
#define DB_SESSION_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "shared/error.h"

struct pool;

struct session {
    struct session *next_free;
    struct pool    *pool;
    PGconn         *connection; /* NULL: to be opened at the next use */
    bool            prepared;   /* the statements of sql/queries are prepared on it */
    bool            warned;     /* a WARNING came since the flag was last cleared */
};

/* What a connection must be like; opens within the deadline of the conninfo (connect_timeout, 3 s by
 * default). */
PGconn *session_connect(const char *conninfo, const char *role, struct error *error) MUST_USE;

/* Sends nothing, waits for the result of what was sent, at most timeout_ms. NULL: deadline or lost
 * connection. */
PGresult *session_wait(PGconn *connection, unsigned timeout_ms);

/* Runs a statement without parameters and expects no failure. */
bool session_command(PGconn *connection, const char *sql, unsigned timeout_ms, struct error *error) MUST_USE;

unsigned pool_timeout_ms(const struct pool *pool);

/* Closes the connection, whose state is not known any more; the session opens anew at its next use. */
void pool_lost(struct session *session);

#endif
