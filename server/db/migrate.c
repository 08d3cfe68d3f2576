#include "db/migrate.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/session.h"
#include "db/sql_files.h"

#define MIGRATE_MS 600000u /* a migration may take its time */

/* FNV-1a, 64 bits, of all texts in order and the mark's form: only tells whether they changed. */
static uint64_t fingerprint(void)
{
    uint64_t hash = (UINT64_C(14695981039346656037) ^ MARK_FORM) * UINT64_C(1099511628211);

    for (size_t i = 0; i < sql_functions_count; i++)
        for (const char *c = sql_functions[i].text; *c; c++)
            hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    return hash;
}

static const char begin_sql[] =
    "BEGIN; SET LOCAL client_min_messages = warning; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout "
    "= 0; SET LOCAL idle_in_transaction_session_timeout = 0;"
    "SELECT pg_advisory_xact_lock(7307199);"
    "CREATE SCHEMA IF NOT EXISTS spoor_meta;"
    "CREATE TABLE IF NOT EXISTS spoor_meta.migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL "
    "DEFAULT now());"
    "CREATE TABLE IF NOT EXISTS spoor_meta.functions (one boolean PRIMARY KEY DEFAULT true CHECK (one), "
    "fingerprint text NOT NULL);"
    "CREATE TABLE IF NOT EXISTS spoor_meta.mark (one boolean PRIMARY KEY DEFAULT true CHECK (one), form int "
    "NOT NULL);"
    "GRANT USAGE ON SCHEMA spoor_meta TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA spoor_meta TO PUBLIC;"
    "DO $$ BEGIN EXECUTE format('REVOKE TEMP ON DATABASE %I FROM PUBLIC', current_database());"
    " EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

static PGresult *ask(PGconn *connection, const char *sql, struct error *error)
{
    PGresult *result = PQsendQuery(connection, sql) ? session_wait(connection, MIGRATE_MS) : NULL;

    if (result && PQresultStatus(result) == PGRES_TUPLES_OK)
        return result;
    error_set(error, result ? ERROR_INTERNAL : ERROR_UNAVAILABLE, "%.300s",
              result ? PQresultErrorMessage(result) : "the database did not answer");
    PQclear(result);
    return NULL;
}

static bool is_applied(const PGresult *applied, const char *name)
{
    for (int row = 0; row < PQntuples(applied); row++)
        if (strcmp(PQgetvalue(applied, row, 0), name) == 0)
            return true;
    return false;
}

static bool is_ours(const char *name)
{
    for (size_t i = 0; i < sql_migrations_count; i++)
        if (strcmp(sql_migrations[i].name, name) == 0)
            return true;
    return false;
}

static bool refuse_newer(const PGresult *applied, struct error *error)
{
    for (int row = 0; row < PQntuples(applied); row++)
        if (!is_ours(PQgetvalue(applied, row, 0)))
            return error_set(error, ERROR_CONFLICT,
                             "the database is newer than this program: it has migration %s; "
                             "install the newer spoord",
                             PQgetvalue(applied, row, 0));
    return true;
}

/* The form of the marks in the database, where it has a sealed log whose sealer asks for them. Before it was
 * written down, the first release with late arrivals was the first one of form 2. */
static const char form_sql[] =
    "SELECT coalesce((SELECT form FROM spoor_meta.mark), CASE WHEN EXISTS (SELECT FROM spoor_meta.migration "
    "WHERE name = '0006_late_arrivals') THEN 2 ELSE 1 END), to_regclass('spoor.checkpoint') IS NOT NULL";

/* What waits to be sealed and has a detail, by now: nobody records until this transaction ends. */
static const char wait_sql[] = "DO $$ BEGIN PERFORM FROM spoor.ledger_head FOR UPDATE; END $$";
static const char unsealed_sql[] = "SELECT count(*) FROM spoor.event v WHERE v.seq >= (SELECT max(size) FROM "
                                   "spoor.checkpoint) AND v.detail IS "
                                   "NOT NULL";

static bool refuse_unsealed(PGconn *connection, struct error *error)
{
    PGresult *count = session_command(connection, wait_sql, MIGRATE_MS, error)
                          ? ask(connection, unsealed_sql, error)
                          : NULL;
    bool      none = count && strcmp(PQgetvalue(count, 0, 0), "0") == 0;

    if (count && !none)
        error_set(
            error, ERROR_CONFLICT,
            "records with a detail wait to be sealed (%s), and this version marks such records in another "
            "way: "
            "seal them first with the version that recorded them (spoord seal --once), stop that one, and "
            "try again",
            PQgetvalue(count, 0, 0));
    PQclear(count);
    return none;
}

static bool take_form_over(PGconn *connection, struct error *error)
{
    PGresult *form = ask(connection, form_sql, error);
    bool      same = form && strtol(PQgetvalue(form, 0, 0), NULL, 10) == MARK_FORM;
    bool      sealed = form && PQgetvalue(form, 0, 1)[0] == 't';
    char      note[160];

    PQclear(form);
    if (!form || (!same && sealed && !refuse_unsealed(connection, error)))
        return false;
    snprintf(
        note, sizeof note,
        "INSERT INTO spoor_meta.mark (form) VALUES (%d) ON CONFLICT (one) DO UPDATE SET form = excluded.form",
        MARK_FORM);
    return session_command(connection, note, MIGRATE_MS, error);
}

static bool apply_one(PGconn *connection, const struct sql_file *file, struct error *error)
{
    char note[200];

    snprintf(note, sizeof note, "RESET search_path; INSERT INTO spoor_meta.migration (name) VALUES ('%s')",
             file->name);
    return session_command(connection, file->text, MIGRATE_MS, error) &&
           session_command(connection, note, MIGRATE_MS, error);
}

static bool apply_missing(PGconn *connection, const PGresult *applied, struct migration_report *report,
                          struct error *error)
{
    for (size_t i = 0; i < sql_migrations_count; i++) {
        snprintf(report->latest, sizeof report->latest, "%s", sql_migrations[i].name);
        if (is_applied(applied, sql_migrations[i].name))
            continue;
        if (!apply_one(connection, &sql_migrations[i], error))
            return error_while(error, sql_migrations[i].name);
        report->applied++;
    }
    return true;
}

static bool renew_functions(PGconn *connection, struct error *error)
{
    char note[200];

    for (size_t i = 0; i < sql_functions_count; i++)
        if (!session_command(connection, sql_functions[i].text, MIGRATE_MS, error))
            return error_while(error, sql_functions[i].name);
    snprintf(note, sizeof note,
             "INSERT INTO spoor_meta.functions (fingerprint) VALUES ('%016" PRIx64 "')"
             " ON CONFLICT (one) DO UPDATE SET fingerprint = excluded.fingerprint; COMMIT",
             fingerprint());
    return session_command(connection, note, MIGRATE_MS, error);
}

static bool functions_fit(PGconn *connection, bool *fit, struct error *error)
{
    char      wanted[20];
    PGresult *result = ask(connection, "SELECT fingerprint FROM spoor_meta.functions", error);

    if (!result)
        return false;
    snprintf(wanted, sizeof wanted, "%016" PRIx64, fingerprint());
    *fit = PQntuples(result) == 1 && strcmp(PQgetvalue(result, 0, 0), wanted) == 0;
    PQclear(result);
    return true;
}

static bool run(PGconn *connection, struct migration_report *report, struct error *error)
{
    PGresult *applied;
    bool      done, fit = false;

    if (!session_command(connection, begin_sql, MIGRATE_MS, error))
        return false;
    applied = ask(connection, "SELECT name FROM spoor_meta.migration", error);
    if (!applied)
        return false;
    done = refuse_newer(applied, error) && take_form_over(connection, error) &&
           apply_missing(connection, applied, report, error) && functions_fit(connection, &fit, error);
    PQclear(applied);
    if (!done)
        return false;
    /* A migration may drop what functions and views stand on. */
    return fit && report->applied == 0 ? session_command(connection, "COMMIT", MIGRATE_MS, error)
                                       : renew_functions(connection, error);
}

bool migrate_run(const char *conninfo, struct migration_report *report, struct error *error)
{
    PGconn *connection = session_connect(conninfo, "spoor_owner", error);
    bool    done;

    *report = (struct migration_report){0};
    if (!connection)
        return false;
    done = run(connection, report, error);
    PQfinish(connection);
    return done;
}

static bool check(PGconn *connection, struct error *error)
{
    PGresult *exists = ask(connection, "SELECT to_regclass('spoor_meta.functions') IS NOT NULL", error),
             *applied;
    bool fits = exists && PQgetvalue(exists, 0, 0)[0] == 't';

    PQclear(exists);
    if (!exists)
        return false;
    if (!fits)
        return error_set(error, ERROR_CONFLICT,
                         "the database has no Spoor schema yet (%s is missing); run: spoord migrate",
                         sql_migrations[0].name);
    applied = ask(connection, "SELECT name FROM spoor_meta.migration", error);
    if (!applied)
        return false;
    fits = refuse_newer(applied, error);
    for (size_t i = 0; fits && i < sql_migrations_count; i++)
        if (!is_applied(applied, sql_migrations[i].name))
            fits = error_set(error, ERROR_CONFLICT, "the database lacks migration %s; run: spoord migrate",
                             sql_migrations[i].name);
    PQclear(applied);
    if (!fits || !functions_fit(connection, &fits, error))
        return false;
    return fits || error_set(error, ERROR_CONFLICT,
                             "the functions in the database are of another version of Spoor; run: "
                             "spoord migrate");
}

bool migrate_check(const char *conninfo, struct error *error)
{
    PGconn *connection = session_connect(conninfo, NULL, error);
    bool    fits;

    if (!connection)
        return false;
    fits = check(connection, error);
    PQfinish(connection);
    return fits;
}
