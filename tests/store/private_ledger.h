/* private_ledger.h: a throw-away private PostgreSQL with the schema, and what tests ask of it. */
#ifndef STORE_PRIVATE_LEDGER_H
#define STORE_PRIVATE_LEDGER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "db/cluster.h"
#include "db/migrate.h"

struct private_ledger {
    char            folder[64], state[80];
    struct cluster *cluster; /* NULL: it did not start */
};

/* In /tmp/spoor-NAME-..., with all migrations. What goes wrong is in the error. */
static inline bool private_ledger_start(struct private_ledger *ledger, const char *name, struct error *error)
{
    struct migration_report report;

    snprintf(ledger->folder, sizeof ledger->folder, "/tmp/spoor-%s-XXXXXX", name);
    if (!mkdtemp(ledger->folder) || chmod(ledger->folder, 0755) != 0)
        return false;
    snprintf(ledger->state, sizeof ledger->state, "%s/state", ledger->folder);
    ledger->cluster = cluster_start(&(struct cluster_options){.state = ledger->state, .user = ""}, error);
    return ledger->cluster && migrate_run(cluster_conninfo(ledger->cluster), &report, error);
}

/* Removes the folder. Gives 0 when that was done. */
static inline int private_ledger_stop(struct private_ledger *ledger)
{
    char command[128];

    cluster_stop(ledger->cluster);
    snprintf(command, sizeof command, "rm -rf '%s'", ledger->folder);
    return system(command);
}

static inline PGconn *private_ledger_connect(const struct private_ledger *ledger)
{
    PGconn *connection = PQconnectdb(cluster_conninfo(ledger->cluster));

    assert_int_equal(PQstatus(connection), CONNECTION_OK);
    return connection;
}

/* Runs SQL that must not fail. */
static inline void sql_does(PGconn *connection, const char *sql)
{
    PQclear(PQexec(connection, sql));
    assert_string_equal(PQerrorMessage(connection), "");
}

/* The first value of the first row. */
static inline void sql_says(PGconn *connection, const char *sql, const char *wanted)
{
    PGresult *result = PQexec(connection, sql);

    assert_string_equal(PQerrorMessage(connection), "");
    assert_string_equal(PQgetvalue(result, 0, 0), wanted);
    PQclear(result);
}

/* As the superuser. */
static inline void sql_as_superuser(const struct private_ledger *ledger, const char *sql)
{
    char  command[400], sockets[200];
    FILE *psql;

    assert_int_equal(sscanf(cluster_conninfo(ledger->cluster), "host=%199s", sockets), 1);
    snprintf(command, sizeof command, "psql -qX -v ON_ERROR_STOP=1 -h '%s' -U postgres -d spoor > /dev/null",
             sockets);
    psql = popen(command, "w");
    assert_non_null(psql);
    fprintf(psql, "%s\n", sql);
    assert_int_equal(pclose(psql), 0);
}

#endif
