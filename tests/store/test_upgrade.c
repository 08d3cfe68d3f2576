/* What a newer release finds in the database of an older one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "db/cluster.h"
#include "db/migrate.h"

static char                    folder[64], state[80];
static struct cluster         *cluster;
static PGconn                 *owner;
static struct migration_report report;

static void sql(const char *text)
{
    PQclear(PQexec(owner, text));
    assert_string_equal(PQerrorMessage(owner), "");
}

static void says(const char *text, const char *wanted)
{
    PGresult *result = PQexec(owner, text);

    assert_string_equal(PQerrorMessage(owner), "");
    assert_string_equal(PQgetvalue(result, 0, 0), wanted);
    PQclear(result);
}

static int start(void **nothing)
{
    struct error error = {0};

    (void)nothing;
    snprintf(folder, sizeof folder, "/tmp/spoor-upgrade-XXXXXX");
    if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
        return 1;
    snprintf(state, sizeof state, "%s/state", folder);
    cluster = cluster_start(&(struct cluster_options){.state = state, .user = ""}, &error);
    if (!cluster || !migrate_run(cluster_conninfo(cluster), &report, &error))
        return 1;
    owner = PQconnectdb(cluster_conninfo(cluster));
    PQclear(PQexec(owner, "SET ROLE spoor_owner"));
    return PQstatus(owner) != CONNECTION_OK;
}

static int stop(void **nothing)
{
    char command[128];

    (void)nothing;
    PQfinish(owner);
    cluster_stop(cluster);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void what_waits_for_a_lead_is_counted(void **nothing)
{
    struct error error = {0};

    (void)nothing;
    sql("DROP TRIGGER review_counted ON spoor.review; DROP TABLE spoor.review_count;"
        "CREATE INDEX review_open ON spoor.review (actor_id) WHERE settled_at IS NULL;"
        "DELETE FROM spoor_meta.migration WHERE name = '0010_review_counts';"
        "UPDATE spoor_meta.functions SET fingerprint = 'older';"
        "INSERT INTO spoor.review (event_id, actor_id, body, body_hash, why, settled_at) SELECT "
        "gen_random_uuid(), a.id, '{}', '', 'older', CASE WHEN n > 3 THEN now() END FROM spoor.actor a, "
        "generate_series(1, 5) n WHERE a.kind = 'system'");
    assert_true(migrate_run(cluster_conninfo(cluster), &report, &error));
    assert_int_equal(report.applied, 1);
    says("SELECT waiting FROM spoor.review_count", "3");
    sql("UPDATE spoor.review SET settled_at = now()");
    says("SELECT waiting FROM spoor.review_count", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_waits_for_a_lead_is_counted),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
