/*
 * query.h: runs a statement of sql/queries and reads its rows.
 *
 * Both forms send without blocking and wait with poll() until our own deadline; then the connection is closed
 * (PQfinish, never PQcancel) and the session opens anew at its next use.
 */
#ifndef DB_QUERY_H
#define DB_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/pool.h"
#include "db/statement.h"
#include "shared/arena.h"
#include "shared/error.h"

struct rows; /* owned by the arena it was fetched into */

/* Runs the statement with text parameters; a NULL parameter is SQL's NULL.
 * query_run: for statements that change nothing. A lost connection or a deadline is ERROR_UNAVAILABLE.
 * query_write: for statements that change something. Whatever leaves the outcome open (deadline, lost
 * connection, WARNING during the statement, SQLSTATE 08xxx, 57P0x, 25006, missing result) is
 * ERROR_UNKNOWN_OUTCOME. A full disk is ERROR_NO_ROOM. SQLSTATEs raised by sql/functions: SP400 invalid,
 * SP403 forbidden, SP404 not found, SP409 conflict; the message is for people, the field in DETAIL
 * ("field=name") goes to error->field. */
#define QUERY(session, arena, statement, error, ...)                                                         \
    query_run((session), (arena), (statement), (const char *const[]){__VA_ARGS__},                           \
              COUNT_OF(((const char *const[]){__VA_ARGS__})), (error))
#define WRITE(session, arena, statement, error, ...)                                                         \
    query_write((session), (arena), (statement), (const char *const[]){__VA_ARGS__},                         \
                COUNT_OF(((const char *const[]){__VA_ARGS__})), (error))

struct rows *query_run(struct session *session, struct arena *arena, enum statement statement,
                       const char *const *parameters, size_t count, struct error *error) MUST_USE;
struct rows *query_write(struct session *session, struct arena *arena, enum statement statement,
                         const char *const *parameters, size_t count, struct error *error) MUST_USE;

size_t rows_count(const struct rows *rows);
/* Live as long as the arena. A column that the statement does not have ends the program: it is a bug. */
const char *rows_text(const struct rows *rows, size_t row, const char *column); /* "" for NULL */
bool        rows_null(const struct rows *rows, size_t row, const char *column);
int64_t     rows_integer(const struct rows *rows, size_t row, const char *column); /* 0 for NULL */
bool        rows_flag(const struct rows *rows, size_t row, const char *column);    /* boolean column */

#endif
