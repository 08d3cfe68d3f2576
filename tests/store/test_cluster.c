/* The private PostgreSQL: made once, started again, never half-made, gone when we are gone; and the pool on
 * top of it. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "db/cluster.h"
#include "db/migrate.h"
#include "db/pool.h"
#include "db/query.h"
#include "db/sql_files.h"

static char folder[64], state[80];

static struct cluster_options options(void)
{
    return (struct cluster_options){.state = state, .user = ""};
}

static struct cluster *start(struct error *error)
{
    struct cluster_options wanted = options();

    return cluster_start(&wanted, error);
}

static pid_t postmaster(void)
{
    char  path[128];
    long  pid = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/pg/postmaster.pid", state);
    file = fopen(path, "re");
    if (file && fscanf(file, "%ld", &pid) != 1)
        pid = 0;
    if (file)
        fclose(file);
    return (pid_t)pid;
}

static bool wait_for(bool (*holds)(void))
{
    for (int turn = 0; turn < 600; turn++) {
        if (holds())
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return false;
}

static bool no_postmaster(void)
{
    return postmaster() == 0;
}

static int make_folder(void **nothing)
{
    (void)nothing;
    snprintf(folder, sizeof folder, "/tmp/spoor-store-XXXXXX");
    if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
        return 1;
    snprintf(state, sizeof state, "%s/state", folder);
    return 0;
}

static int remove_folder(void **nothing)
{
    char command[128];

    (void)nothing;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void makes_a_cluster_that_takes_the_schema(void **nothing)
{
    struct error            error = {0};
    struct cluster         *cluster = start(&error);
    struct migration_report report;

    (void)nothing;
    assert_string_equal(error.message, "");
    assert_non_null(cluster);
    assert_false(migrate_check(cluster_conninfo(cluster), &error));
    assert_non_null(strstr(error.message, "0001_ledger"));
    assert_true(migrate_run(cluster_conninfo(cluster), &report, &error));
    assert_int_equal(report.applied, sql_migrations_count);
    assert_true(migrate_run(cluster_conninfo(cluster), &report, &error));
    assert_int_equal(report.applied, 0);
    assert_true(migrate_check(cluster_conninfo(cluster), &error));
    cluster_stop(cluster);
    assert_int_equal(postmaster(), 0);
}

/* As an older release may have left it: with another result, and with what nobody calls any more. */
static const char older_functions[] =
    "DROP FUNCTION spoor.found(text);"
    "CREATE FUNCTION spoor.found(text) RETURNS int LANGUAGE sql AS 'SELECT 1';"
    "CREATE FUNCTION spoor.gone(int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1';"
    "UPDATE spoor_meta.functions SET fingerprint = 'older'";

static void renews_the_functions_of_an_older_release(void **nothing)
{
    struct error            error = {0};
    struct cluster         *cluster = start(&error);
    struct migration_report report;
    PGconn                 *owner;
    PGresult               *left;

    (void)nothing;
    assert_non_null(cluster);
    owner = PQconnectdb(cluster_conninfo(cluster));
    PQclear(PQexec(owner, "SET ROLE spoor_owner"));
    PQclear(PQexec(owner, older_functions));
    assert_string_equal(PQerrorMessage(owner), "");
    assert_false(migrate_check(cluster_conninfo(cluster), &error));
    assert_true(migrate_run(cluster_conninfo(cluster), &report, &error));
    assert_true(migrate_check(cluster_conninfo(cluster), &error));
    left = PQexec(owner, "SELECT 1 FROM pg_proc WHERE proname = 'gone'");
    assert_int_equal(PQntuples(left), 0);
    PQclear(left);
    PQfinish(owner);
    cluster_stop(cluster);
}

static void refuses_a_second_supervisor(void **nothing)
{
    struct error    error = {0};
    struct cluster *cluster = start(&error), *second;
    char            conninfo[512];

    (void)nothing;
    assert_non_null(cluster);
    second = start(&error);
    assert_null(second);
    assert_int_equal(error.kind, ERROR_CONFLICT);
    assert_true(cluster_find(&(struct cluster_options){.state = state, .user = ""}, conninfo, sizeof conninfo,
                             &error));
    assert_string_equal(conninfo, cluster_conninfo(cluster));
    cluster_stop(cluster);
    assert_false(cluster_find(&(struct cluster_options){.state = state, .user = ""}, conninfo,
                              sizeof conninfo, &error));
    assert_int_equal(error.kind, ERROR_NOT_FOUND);
}

static void ends_with_its_parent_and_starts_again(void **nothing)
{
    struct error    error = {0};
    struct cluster *cluster;
    pid_t           child = fork();

    (void)nothing;
    if (child == 0) {
        cluster = start(&error);
        if (cluster)
            raise(SIGKILL);
        _exit(1);
    }
    int status = 0;

    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_true(wait_for(no_postmaster));
    cluster = start(&error);
    assert_non_null(cluster);
    cluster_stop(cluster);
}

static struct cluster *watched;
static pid_t           first_postmaster;

static bool has_new_postmaster(void)
{
    return cluster_healthy(watched) && postmaster() != 0 && postmaster() != first_postmaster;
}

static void starts_postgresql_again_when_it_dies_and_the_pool_comes_back(void **nothing)
{
    struct error error = {0};
    bool         answered = false;

    (void)nothing;
    watched = start(&error);
    assert_non_null(watched);
    struct pool *pool = pool_open(&(struct pool_options){.conninfo = cluster_conninfo(watched),
                                                         .role = "spoor_app",
                                                         .size = 2,
                                                         .statement_timeout_ms = 3000,
                                                         .prepare = true},
                                  &error);

    assert_string_equal(error.message, "");
    assert_non_null(pool);
    first_postmaster = postmaster();
    assert_int_equal(kill(first_postmaster, SIGKILL), 0);
    assert_true(wait_for(has_new_postmaster));
    for (int turn = 0; turn < 200 && !answered; turn++) {
        ARENA   *arena = arena_new();
        SESSION *session = pool_borrow(pool, 1000, &error);

        answered = session && query_run(session, arena, SQL_LEDGER_SIZE, NULL, 0, &error);
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    assert_true(answered);
    pool_free(pool);
    cluster_stop(watched);
}

static void says_so_when_all_sessions_are_taken(void **nothing)
{
    struct error    error = {0};
    struct cluster *cluster = start(&error);
    struct pool    *pool = pool_open(&(struct pool_options){.conninfo = cluster_conninfo(cluster),
                                                            .role = "spoor_app",
                                                            .size = 1,
                                                            .statement_timeout_ms = 3000},
                                     &error);
    struct session *one;

    (void)nothing;
    assert_non_null(pool);
    one = pool_borrow(pool, 100, &error);
    assert_non_null(one);
    assert_null(pool_borrow(pool, 100, &error));
    assert_int_equal(error.kind, ERROR_UNAVAILABLE);
    assert_true(error.retry_after_s > 0);
    pool_give_back(&one);
    one = pool_borrow(pool, 100, &error);
    assert_non_null(one);
    pool_give_back(&one);
    pool_free(pool);
    cluster_stop(cluster);
}

static void write_text(const char *name, const char *text)
{
    char  path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/pg/%s", state, name);
    file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void clears_a_stale_pid_of_another_program(void **nothing)
{
    struct error    error = {0};
    struct cluster *cluster;
    char            text[32];

    (void)nothing;
    snprintf(text, sizeof text, "%d\n", (int)getppid());
    write_text("postmaster.pid", text);
    cluster = start(&error);
    assert_string_equal(error.message, "");
    assert_non_null(cluster);
    cluster_stop(cluster);
}

static void refuses_a_database_of_another_major_version(void **nothing)
{
    struct error error = {0};

    (void)nothing;
    write_text("PG_VERSION", "14\n");
    assert_null(start(&error));
    assert_int_equal(error.kind, ERROR_INVALID);
    assert_non_null(strstr(error.message, "PostgreSQL 14"));
    assert_non_null(strstr(error.message, "spoord upgrade"));
    write_text("PG_VERSION", "15\n");
}

static void refuses_a_path_too_long_for_a_socket(void **nothing)
{
    struct error error = {0};
    char         path[120];

    (void)nothing;
    memset(path, 'a', sizeof path - 1);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    assert_null(cluster_start(&(struct cluster_options){.state = path, .user = ""}, &error));
    assert_string_equal(error.field, "SPOOR_STATE");
}

static void refuses_a_path_that_means_something_else_in_a_connection_string(void **nothing)
{
    static const char *const paths[] = {"/tmp/a b", "/tmp/a,b", "/tmp/a'b", "/tmp/a\\b"};

    (void)nothing;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct error error = {0};

        assert_null(cluster_start(&(struct cluster_options){.state = paths[i], .user = ""}, &error));
        assert_string_equal(error.field, "SPOOR_STATE");
        assert_int_equal(access(paths[i], F_OK), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_a_cluster_that_takes_the_schema),
        cmocka_unit_test(renews_the_functions_of_an_older_release),
        cmocka_unit_test(refuses_a_second_supervisor),
        cmocka_unit_test(ends_with_its_parent_and_starts_again),
        cmocka_unit_test(starts_postgresql_again_when_it_dies_and_the_pool_comes_back),
        cmocka_unit_test(says_so_when_all_sessions_are_taken),
        cmocka_unit_test(clears_a_stale_pid_of_another_program),
        cmocka_unit_test(refuses_a_database_of_another_major_version),
        cmocka_unit_test(refuses_a_path_too_long_for_a_socket),
        cmocka_unit_test(refuses_a_path_that_means_something_else_in_a_connection_string),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
