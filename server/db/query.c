#include "db/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/session.h"

struct rows {
    PGresult *result;
    int      *latest; /* the column that was asked for last: the next one is most often wanted next */
};

static void rows_release(void *result)
{
    PQclear(result);
}

/* Where SQLSTATEs become our kinds of error, and nowhere else; the first that fits counts. */
static const struct {
    const char     *sqlstate;
    enum error_kind kind;
    const char
        *sentence; /* NULL: the message is for people (raised by sql/functions), or goes to the log only */
} sqlstates[] = {
    {"SP400", ERROR_INVALID, NULL},
    {"SP403", ERROR_FORBIDDEN, NULL},
    {"SP404", ERROR_NOT_FOUND, NULL},
    {"SP409", ERROR_CONFLICT, NULL},
    {"23", ERROR_CONFLICT, "This does not fit what is recorded already"},
    {"22", ERROR_INVALID, "A value has a form that cannot be stored"},
    {"25006", ERROR_UNAVAILABLE, "The database takes no writes at this moment"},
    {"40", ERROR_UNAVAILABLE, "Two did this at the same moment; try again"},
    {"53100", ERROR_NO_ROOM, "The disk of the database is full: nothing was recorded"},
    {"53", ERROR_UNAVAILABLE, "The database has no room at this moment"},
    {"55P03", ERROR_UNAVAILABLE, "Others are writing at this moment; try again"},
    {"57014", ERROR_UNAVAILABLE, "The database did not answer in time"},
    {"57", ERROR_UNAVAILABLE, "The database is being restarted"},
    {"08", ERROR_UNAVAILABLE, "The connection to the database was lost"},
};

/* After these nobody knows whether a write took place. */
static const char *const open_outcomes[] = {"08", "57P", "25006", "57014"};

static bool begins_with_one(const char *state, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(state, list[i], strlen(list[i])) == 0)
            return true;
    return false;
}

static void name_field(struct error *error, const char *detail)
{
    if (detail && strncmp(detail, "field=", 6) == 0)
        snprintf(error->field, sizeof error->field, "%.*s", (int)strcspn(detail + 6, "\n"), detail + 6);
}

static void explain(const PGresult *result, struct error *error)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    for (size_t i = 0; state && i < COUNT_OF(sqlstates); i++)
        if (strncmp(state, sqlstates[i].sqlstate, strlen(sqlstates[i].sqlstate)) == 0) {
            error_set(error, sqlstates[i].kind, "%s",
                      sqlstates[i].sentence ? sqlstates[i].sentence
                      : message             ? message
                                            : "refused by the database");
            name_field(error, PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL));
            return;
        }
    error_set(error, ERROR_INTERNAL, "%s: %.300s", state ? state : "no state",
              message ? message : "no message");
}

static PGresult *execute(struct session *session, enum statement statement, const char *const *parameters,
                         size_t count, struct error *error)
{
    PGconn   *connection = session->connection;
    PGresult *result = NULL;
    int       sent;

    if (!connection) {
        error_set(error, ERROR_UNAVAILABLE, "The connection to the database was lost");
        return NULL;
    }
    session->warned = false;
    if (session->prepared)
        sent = PQsendQueryPrepared(connection, statement_texts[statement].name, (int)count, parameters, NULL,
                                   NULL, 0);
    else
        sent = PQsendQueryParams(connection, statement_texts[statement].sql, (int)count, NULL, parameters,
                                 NULL, NULL, 0);
    if (sent)
        result = session_wait(connection, pool_timeout_ms(session->pool));
    if (!result) {
        error_set(error, ERROR_UNAVAILABLE, "The database did not answer in time");
        pool_lost(session);
    }
    return result;
}

static struct rows *keep(PGresult *result, struct arena *arena)
{
    struct rows *rows = ARENA_NEW(arena, struct rows, 1);

    rows->result = result;
    rows->latest = ARENA_NEW(arena, int, 1);
    arena_defer(arena, rows_release, result);
    return rows;
}

struct rows *query_run(struct session *session, struct arena *arena, enum statement statement,
                       const char *const *parameters, size_t count, struct error *error)
{
    PGresult *result = execute(session, statement, parameters, count, error);

    if (!result)
        return NULL;
    if (PQresultStatus(result) == PGRES_TUPLES_OK)
        return keep(result, arena);
    explain(result, error);
    PQclear(result);
    return NULL;
}

static bool outcome_is_open(const struct session *session, const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    if (PQresultStatus(result) == PGRES_TUPLES_OK)
        return session->warned;
    return !state || begins_with_one(state, open_outcomes, COUNT_OF(open_outcomes));
}

struct rows *query_write(struct session *session, struct arena *arena, enum statement statement,
                         const char *const *parameters, size_t count, struct error *error)
{
    PGresult *result = execute(session, statement, parameters, count, error);

    if (result && !outcome_is_open(session, result)) {
        if (PQresultStatus(result) == PGRES_TUPLES_OK)
            return keep(result, arena);
        explain(result, error);
        PQclear(result);
        return NULL;
    }
    if (result)
        pool_lost(session); /* a connection that is read-only or going away is of no use for writes */
    PQclear(result);
    error_set(error, ERROR_UNKNOWN_OUTCOME, "It is not known whether this was recorded; send the same again");
    return NULL;
}

size_t rows_count(const struct rows *rows)
{
    return (size_t)PQntuples(rows->result);
}

static int column_number(const struct rows *rows, const char *column)
{
    int count = PQnfields(rows->result), at = *rows->latest;

    for (int i = 0; i < count; i++, at++)
        if (strcmp(PQfname(rows->result, at % count), column) == 0) {
            *rows->latest = at % count;
            return at % count;
        }
    fprintf(stderr, "a query has no column %s\n", column);
    abort();
}

const char *rows_text(const struct rows *rows, size_t row, const char *column)
{
    return PQgetvalue(rows->result, (int)row, column_number(rows, column));
}

bool rows_null(const struct rows *rows, size_t row, const char *column)
{
    return PQgetisnull(rows->result, (int)row, column_number(rows, column)) == 1;
}

int64_t rows_integer(const struct rows *rows, size_t row, const char *column)
{
    return strtoll(rows_text(rows, row, column), NULL, 10);
}

bool rows_flag(const struct rows *rows, size_t row, const char *column)
{
    return rows_text(rows, row, column)[0] == 't';
}
