#include "db/session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/clock.h"

#define CONNECT_MS 5000u
#define WORDS_MOST 64u

/* Defaults for whatever the connection string does not say; the last row decides the server's side. */
static const struct {
    const char *keyword, *value;
} defaults[] = {
    {"connect_timeout", "3"},       {"target_session_attrs", "read-write"},
    {"tcp_user_timeout", "3000"},   {"keepalives_idle", "5"},
    {"keepalives_interval", "2"},   {"keepalives_count", "2"},
    {"application_name", "spoord"}, {"client_encoding", "UTF8"},
};

/* Set on each connection after the login, whatever the user's own defaults are. All that the service asks is
 * looked up by index: a plan that was made while a table was small, and is kept by the session, must not read
 * it from one end to the other when it has grown. */
static const char settings_sql[] =
    "SELECT set_config('statement_timeout', '30s', false), set_config('lock_timeout', '2s', false),"
    " set_config('idle_in_transaction_session_timeout', '5s', false), set_config('timezone', 'UTC', false),"
    " set_config('search_path', 'spoor, pg_catalog', false), set_config('datestyle', 'ISO', false),"
    " set_config('intervalstyle', 'iso_8601', false), set_config('bytea_output', 'hex', false), "
    "set_config('jit', 'off', false), set_config('enable_seqscan', 'off', false),"
    " set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false),"
    " set_config('enable_material', 'off', false), set_config('max_parallel_workers_per_gather', '0', false)";

/* True when the descriptor is ready before the deadline. */
static bool wait_ready(int file, short events, uint64_t deadline_ms)
{
    for (;;) {
        uint64_t      now = clock_now_ms();
        struct pollfd entry = {.fd = file, .events = events};
        int           ready;

        if (now >= deadline_ms)
            return false;
        ready = poll(&entry, 1, (int)(deadline_ms - now));
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

static PGconn *connect_within(const char *const *keywords, const char *const *values)
{
    uint64_t                  deadline = clock_now_ms() + CONNECT_MS;
    PGconn                   *connection = PQconnectStartParams(keywords, values, 1);
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;

    if (!connection || PQstatus(connection) == CONNECTION_BAD)
        return connection;
    while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
        if (!wait_ready(PQsocket(connection), state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
            break;
        state = PQconnectPoll(connection);
    }
    return connection;
}

static bool names_keyword(const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword; options++)
        if (strcmp(options->keyword, keyword) == 0)
            return options->val != NULL;
    return false;
}

static PGconn *connect_with_defaults(const char *conninfo, struct error *error)
{
    const char       *keywords[WORDS_MOST], *values[WORDS_MOST];
    char             *problem = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &problem);
    PGconn           *connection;
    size_t            count = 0;

    if (!options) {
        error_field(error, "SPOOR_DATABASE", "the database's connection string is not understood: %.150s",
                    problem ? problem : "");
        PQfreemem(problem);
        return NULL;
    }
    keywords[count] = "dbname";
    values[count++] = conninfo;
    for (size_t i = 0; i < COUNT_OF(defaults); i++)
        if (!names_keyword(options, defaults[i].keyword)) {
            keywords[count] = defaults[i].keyword;
            values[count++] = defaults[i].value;
        }
    keywords[count] = values[count] = NULL;
    connection = connect_within(keywords, values);
    PQconninfoFree(options);
    return connection;
}

PGresult *session_wait(PGconn *connection, unsigned timeout_ms)
{
    uint64_t  deadline = clock_now_ms() + timeout_ms;
    PGresult *last = NULL, *result;
    int       unsent = PQflush(connection);

    while (unsent > 0) {
        if (!wait_ready(PQsocket(connection), POLLIN | POLLOUT, deadline) || !PQconsumeInput(connection))
            return NULL;
        unsent = PQflush(connection);
    }
    if (unsent < 0)
        return NULL;
    for (;;) {
        while (PQisBusy(connection))
            if (!wait_ready(PQsocket(connection), POLLIN, deadline) || !PQconsumeInput(connection)) {
                PQclear(last);
                return NULL;
            }
        result = PQgetResult(connection);
        if (!result)
            return last;
        PQclear(last);
        last = result;
    }
}

bool session_command(PGconn *connection, const char *sql, unsigned timeout_ms, struct error *error)
{
    PGresult *result = PQsendQuery(connection, sql) ? session_wait(connection, timeout_ms) : NULL;
    bool      done =
        result && (PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK);

    if (!done) {
        const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;

        error_set(error, state ? ERROR_INTERNAL : ERROR_UNAVAILABLE, "%.300s",
                  result ? PQresultErrorMessage(result) : "the database did not answer in time");
    }
    PQclear(result);
    return done;
}

static bool take_role(PGconn *connection, const char *role, struct error *error)
{
    char *quoted = PQescapeIdentifier(connection, role, strlen(role));
    char  sql[200];
    bool  taken;

    snprintf(sql, sizeof sql, "SET ROLE %s", quoted ? quoted : "none");
    PQfreemem(quoted);
    taken = session_command(connection, sql, CONNECT_MS, error);
    if (!taken && error->kind == ERROR_INTERNAL)
        error_set(error, ERROR_INVALID,
                  "the database login may not take the role %s; run sql/roles.sql and GRANT it (see README)",
                  role);
    return taken;
}

PGconn *session_connect(const char *conninfo, const char *role, struct error *error)
{
    PGconn *connection = connect_with_defaults(conninfo, error);

    if (!connection)
        return NULL;
    if (PQstatus(connection) != CONNECTION_OK) {
        error_set(error, ERROR_UNAVAILABLE, "cannot reach the database: %.250s", PQerrorMessage(connection));
    } else if (PQsetnonblocking(connection, 1) == 0 &&
               session_command(connection, settings_sql, CONNECT_MS, error) &&
               (!role || take_role(connection, role, error))) {
        return connection;
    }
    PQfinish(connection);
    return NULL;
}
