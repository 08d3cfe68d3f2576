#include "commands/database.h"

#include <stdio.h>
#include <string.h>

#include "db/cluster.h"
#include "db/migrate.h"
#include "db/sweep.h"
#include "store/secret.h"

/* A private PostgreSQL: the one that runs, else our own for as long as the command takes. None is made here:
 * a mistyped folder would answer as a new, empty Spoor. */
static bool reach_private(struct database *database, struct error *error)
{
    struct cluster_options options = {.state = database->config.state,
                                      .user = database->config.database_user};
    struct error           not_running = {0};

    if (cluster_find(&options, database->conninfo, sizeof database->conninfo, &not_running))
        return true;
    if (not_running.kind != ERROR_NOT_FOUND) {
        *error = not_running;
        return false;
    }
    database->cluster = cluster_made(&options, error) ? cluster_start(&options, error) : NULL;
    if (!database->cluster)
        return false;
    snprintf(database->conninfo, sizeof database->conninfo, "%s", cluster_conninfo(database->cluster));
    return true;
}

bool database_reach(struct database *database, struct error *error)
{
    *database = (struct database){.arena = arena_new()};
    if (!config_read_beside(&database->config, database->arena, error)) {
        database_close(database);
        return false;
    }
    if (*database->config.database) {
        snprintf(database->conninfo, sizeof database->conninfo, "%s", database->config.database);
        return true;
    }
    if (reach_private(database, error))
        return true;
    database_close(database);
    return false;
}

static bool open_session(struct database *database, const char *role, struct error *error)
{
    struct migration_report report;
    struct pool_options     options = {.conninfo = database->conninfo,
                                       .role = role,
                                       .size = 1,
                                       .statement_timeout_ms = 60000,
                                       .prepare = strcmp(role, "spoor_app") == 0};

    if (database->cluster ? !migrate_run(database->conninfo, &report, error)
                          : !migrate_check(database->conninfo, error))
        return false;
    database->pool = pool_open(&options, error);
    if (!database->pool)
        return false;
    database->session = pool_borrow(database->pool, database->config.session_wait_ms, error);
    return database->session != NULL;
}

bool database_open(struct database *database, const char *role, struct error *error)
{
    if (!database_reach(database, error))
        return false;
    if (open_session(database, role, error) &&
        secret_key_load(database->config.state, database->secret, error))
        return true;
    database_close(database);
    return false;
}

bool database_sweep(const struct database *database, struct error *error)
{
    if (!*database->config.database)
        return sweep_run(database->conninfo, error);
    puts("On your own PostgreSQL, run VACUUM FULL on spoor.event, spoor.opening, spoor.party, spoor.repair, "
         "spoor.review, "
         "spoor.account, spoor.actor and spoor.admin_action at a quiet hour.");
    return true;
}

void database_close(struct database *database)
{
    pool_give_back(&database->session);
    pool_free(database->pool);
    cluster_stop(database->cluster);
    arena_free(database->arena);
    *database = (struct database){0};
}
