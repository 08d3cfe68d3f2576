#include "db/sweep.h"

#include <stdio.h>

#include "db/session.h"

#define SWEEP_MS 3600000u

static bool run_all(const char *conninfo, const char *const *commands, size_t count, struct error *error)
{
    PGconn *connection = session_connect(conninfo, "spoor_owner", error);
    bool    done = connection != NULL;

    for (size_t i = 0; done && i < count; i++)
        done = session_command(connection, commands[i], SWEEP_MS, error);
    PQfinish(connection);
    return done;
}

bool sweep_run(const char *conninfo, struct error *error)
{
    static const char *const tables[] = {
        "SET statement_timeout = 0",
        "SET lock_timeout = 0",
        "VACUUM (FULL) spoor.opening",
        "VACUUM (FULL) spoor.party",
        "VACUUM (FULL) spoor.repair",
        "VACUUM (FULL) spoor.actor",
        "VACUUM (FULL) spoor.account",
        "VACUUM (FULL) spoor.review",
        "VACUUM (FULL) spoor.session",
        "VACUUM (FULL) spoor.credential",
        "VACUUM (FULL) spoor.event",
        "VACUUM (FULL) spoor.admin_action",
        "VACUUM (FULL) pg_catalog.pg_statistic",
    };
    static const char *const log[] = {"SET statement_timeout = 0", "SELECT pg_switch_wal()", "CHECKPOINT",
                                      "SELECT pg_switch_wal()", "CHECKPOINT"};
    char                     maintenance[600];

    snprintf(maintenance, sizeof maintenance, "%.560s dbname=postgres", conninfo);
    return (run_all(conninfo, tables, COUNT_OF(tables), error) &&
            run_all(maintenance, log, COUNT_OF(log), error)) ||
           error_while(error, "sweep the disk; the erasure itself is done");
}
