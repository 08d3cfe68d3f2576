#include "queue_database.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#define VERSION 6

struct queue_database {
    sqlite3 *handle;
};

struct queue_row {
    sqlite3_stmt *statement;
};

static bool is_damage(int code)
{
    return (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB;
}

/* SQLite says FULL only where a plain write met ENOSPC. */
static bool has_no_room(int number)
{
    return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

static bool fail(struct queue_database *database, int code, struct error *error)
{
    static const struct {
        int             code;
        enum error_kind kind;
        const char     *words;
    } rows[] = {
        {SQLITE_FULL, ERROR_UNAVAILABLE, "the disk is full"},
        {SQLITE_READONLY, ERROR_UNAVAILABLE, "the disk or the file cannot be written"},
        {SQLITE_BUSY, ERROR_CONFLICT, "in use: another program works with the queue"},
        {SQLITE_CORRUPT, ERROR_INTERNAL, "the queue file is damaged"},
        {SQLITE_NOTADB, ERROR_INTERNAL, "the queue file is damaged"},
    };

    if ((code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN)
        code = has_no_room(sqlite3_system_errno(database->handle)) ? SQLITE_FULL : code;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].code == (code & 0xFF))
            return error_set(error, rows[i].kind, "%s", rows[i].words);
    return error_set(error, ERROR_UNAVAILABLE, "the disk does not keep it: %s",
                     sqlite3_errmsg(database->handle));
}

static int bind(sqlite3_stmt *statement, const struct queue_value *values, size_t count)
{
    int code = SQLITE_OK;

    for (size_t i = 0; i < count && code == SQLITE_OK; i++) {
        int n = (int)i + 1;

        if (values[i].is_null)
            code = sqlite3_bind_null(statement, n);
        else if (values[i].is_text)
            code = sqlite3_bind_text(statement, n, values[i].text, -1, SQLITE_TRANSIENT);
        else
            code = sqlite3_bind_int64(statement, n, values[i].number);
    }
    return code;
}

/* Runs every statement of the text; values go to the first only. */
static int run_text(sqlite3 *handle, const char *text, const struct queue_value *values, size_t count,
                    queue_row_function *each, void *context)
{
    int code = SQLITE_OK;

    while (code == SQLITE_OK && *text) {
        sqlite3_stmt    *statement = NULL;
        struct queue_row row;

        code = sqlite3_prepare_v2(handle, text, -1, &statement, &text);
        if (code != SQLITE_OK || !statement)
            break;
        code = bind(statement, values, count);
        row.statement = statement;
        while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
            code = SQLITE_OK;
            if (each)
                each(&row, context);
        }
        if (code == SQLITE_DONE)
            code = SQLITE_OK;
        sqlite3_finalize(statement);
        count = 0;
    }
    return code;
}

bool queue_database_run(struct queue_database *database, enum queue_statement statement,
                        const struct queue_value *values, size_t count, queue_row_function *each,
                        void *context, struct error *error)
{
    int code = run_text(database->handle, queue_statement_texts[statement], values, count, each, context);

    return code == SQLITE_OK || fail(database, code, error);
}

static void keep_number(const struct queue_row *row, void *context)
{
    *(int64_t *)context = queue_row_number(row, 0);
}

static void keep_verdict(const struct queue_row *row, void *context)
{
    *(bool *)context = strcmp(queue_row_text(row, 0), "ok") == 0;
}

static int run_all(sqlite3 *handle, const enum queue_statement *statements, size_t count)
{
    int code = SQLITE_OK;

    for (size_t i = 0; i < count && code == SQLITE_OK; i++)
        code = run_text(handle, queue_statement_texts[statements[i]], NULL, 0, NULL, NULL);
    return code;
}

/* Each makes a file of the version before it one of its own. */
static const enum queue_statement steps[VERSION] = {QUEUE_SQL_SCHEMA,       QUEUE_SQL_TO_VERSION_2,
                                                    QUEUE_SQL_TO_VERSION_3, QUEUE_SQL_TO_VERSION_4,
                                                    QUEUE_SQL_TO_VERSION_5, QUEUE_SQL_TO_VERSION_6};

/* From the version that the file has, 0 for an empty one, to ours. */
static int make_tables(sqlite3 *handle, int64_t version)
{
    static const enum queue_statement begin = QUEUE_SQL_BEGIN, commit = QUEUE_SQL_COMMIT;
    int                               code;

    if (version < 0 || version >= VERSION)
        return SQLITE_OK;
    code = run_all(handle, &begin, 1);
    if (code == SQLITE_OK)
        code = run_all(handle, steps + version, (size_t)(VERSION - version));
    return code == SQLITE_OK ? run_all(handle, &commit, 1) : code;
}

static bool is_step(enum queue_statement statement)
{
    for (size_t i = 0; i < COUNT_OF(steps); i++)
        if (steps[i] == statement)
            return true;
    return false;
}

/* A table or column that the disk has renamed shows here. */
static int check_statements(sqlite3 *handle)
{
    int code = SQLITE_OK;

    for (size_t i = 0; i < QUEUE_STATEMENT_COUNT && code == SQLITE_OK; i++) {
        sqlite3_stmt *statement = NULL;

        if (is_step((enum queue_statement)i))
            continue;
        code = sqlite3_prepare_v2(handle, queue_statement_texts[i], -1, &statement, NULL);
        sqlite3_finalize(statement);
    }
    return code;
}

static int prepare_file(struct queue_database *database, int64_t *version, bool *sound)
{
    sqlite3 *handle = database->handle;
    int      code = run_text(handle, queue_statement_texts[QUEUE_SQL_VERSION], NULL, 0, keep_number, version);

    if (code == SQLITE_OK && *version <= VERSION)
        code = run_text(handle, queue_statement_texts[QUEUE_SQL_CHECK], NULL, 0, keep_verdict, sound);
    if (code != SQLITE_OK || *version > VERSION || !*sound)
        return code;
    code = run_text(handle, queue_statement_texts[QUEUE_SQL_SETTINGS], NULL, 0, NULL, NULL);
    if (code == SQLITE_OK)
        code = make_tables(handle, *version);
    return code == SQLITE_OK ? check_statements(handle) : code;
}

static struct queue_database *open_file(const char *path, int flags, int *code)
{
    struct queue_database *database = calloc(1, sizeof *database);

    if (!database)
        abort();
    *code = sqlite3_open_v2(path, &database->handle, flags | SQLITE_OPEN_FULLMUTEX, NULL);
    if (!database->handle)
        abort();
    sqlite3_extended_result_codes(database->handle, 0);
    return database;
}

struct queue_database *queue_database_open(const char *path, bool *damaged, struct error *error)
{
    int64_t                version = 0;
    bool                   sound = false;
    int                    code;
    struct queue_database *database = open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &code);

    if (code == SQLITE_OK)
        code = prepare_file(database, &version, &sound);
    if (code == SQLITE_OK && sound && version <= VERSION)
        return database;
    *damaged = is_damage(code) || code == SQLITE_ERROR || (code == SQLITE_OK && !sound && version <= VERSION);
    if (version > VERSION)
        error_set(error, ERROR_CONFLICT,
                  "a newer spoor-scan made this queue (form %lld); use that one: nothing was changed",
                  (long long)version);
    else
        fail(database, code == SQLITE_OK ? SQLITE_CORRUPT : code, error);
    if (*damaged)
        sqlite3_db_config(database->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    queue_database_close(database);
    return NULL;
}

struct queue_database *queue_database_open_damaged(const char *path)
{
    int                    code;
    struct queue_database *database = open_file(path, SQLITE_OPEN_READWRITE, &code);

    sqlite3_db_config(database->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (code == SQLITE_OK)
        return database;
    queue_database_close(database);
    return NULL;
}

void queue_database_close(struct queue_database *database)
{
    if (!database)
        return;
    sqlite3_close_v2(database->handle);
    free(database);
}

int64_t queue_row_number(const struct queue_row *row, int column)
{
    return sqlite3_column_int64(row->statement, column);
}

const char *queue_row_text(const struct queue_row *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row->statement, column);

    return text ? (const char *)text : "";
}

bool queue_row_is_null(const struct queue_row *row, int column)
{
    return sqlite3_column_type(row->statement, column) == SQLITE_NULL;
}
