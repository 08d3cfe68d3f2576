/* What a newer release finds in the database of an older one. */
#include <string.h>

#include "store/private_ledger.h"

static struct private_ledger   ledger;
static PGconn                 *owner;
static struct migration_report report;

static void sql(const char *text)
{
    sql_does(owner, text);
}

static int start(void **nothing)
{
    struct error error = {0};

    (void)nothing;
    if (!private_ledger_start(&ledger, "upgrade", &error))
        return 1;
    owner = private_ledger_connect(&ledger);
    sql("SET ROLE spoor_owner");
    return 0;
}

static int stop(void **nothing)
{
    (void)nothing;
    PQfinish(owner);
    return private_ledger_stop(&ledger);
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
    assert_true(migrate_run(cluster_conninfo(ledger.cluster), &report, &error));
    assert_int_equal(report.applied, 1);
    sql_says(owner, "SELECT waiting FROM spoor.review_count", "3");
    sql("UPDATE spoor.review SET settled_at = now()");
    sql_says(owner, "SELECT waiting FROM spoor.review_count", "0");
}

/* The command line records something, in whatever form the mark has. */
#define RECORD(members)                                                                                      \
    "SELECT spoor.record_events(jsonb_build_array(jsonb_build_object('event_id', gen_random_uuid(), "        \
    "'actor', a.id, 'kind', 'note', 'code', 'OLDER-1') || '" members                                         \
    "')) FROM spoor.actor a WHERE a.kind = 'system'"

static void becomes_older(void)
{
    sql("UPDATE spoor_meta.mark SET form = 1; UPDATE spoor_meta.functions SET fingerprint = 'older'");
}

static void what_was_marked_in_another_form_is_sealed_first(void **nothing)
{
    struct error error = {0};

    (void)nothing;
    sql("INSERT INTO spoor.checkpoint (size, note) VALUES (1, 'the first')");
    sql(RECORD("{\"detail\": {\"colour\": \"grey\"}}"));
    sql(RECORD("{\"detail\": {\"colour\": \"black\"}}"));
    becomes_older();
    assert_false(migrate_run(cluster_conninfo(ledger.cluster), &report, &error));
    assert_int_equal(error.kind, ERROR_CONFLICT);
    assert_non_null(strstr(error.message, "to be sealed (2)"));
    assert_non_null(strstr(error.message, "spoord seal --once"));
    sql_says(owner, "SELECT form || fingerprint FROM spoor_meta.mark, spoor_meta.functions", "1older");
    sql("CREATE TABLE public.applied AS SELECT * FROM spoor_meta.migration WHERE name >= '0006';"
        "DELETE FROM spoor_meta.mark; DELETE FROM spoor_meta.migration WHERE name >= '0006'");
    assert_false(migrate_run(cluster_conninfo(ledger.cluster), &report, &error));
    assert_non_null(strstr(error.message, "to be sealed (2)")); /* from before forms were counted */
    sql("INSERT INTO spoor_meta.migration TABLE public.applied; INSERT INTO spoor_meta.mark (form) VALUES "
        "(1)");
    sql("INSERT INTO spoor.checkpoint (size, note) SELECT next_seq, 'all' FROM spoor.ledger_head");
    assert_true(migrate_run(cluster_conninfo(ledger.cluster), &report, &error));
    sql_says(owner, "SELECT form FROM spoor_meta.mark", "3");
}

static void what_the_form_does_not_touch_may_wait(void **nothing)
{
    struct error error = {0};

    (void)nothing;
    sql(RECORD("{\"public_note\": \"Grey\"}"));
    becomes_older();
    assert_true(migrate_run(cluster_conninfo(ledger.cluster), &report, &error));
    sql(RECORD("{\"detail\": {\"colour\": \"red\"}}"));
    sql("UPDATE spoor_meta.functions SET fingerprint = 'older'");
    assert_true(migrate_run(cluster_conninfo(ledger.cluster), &report, &error)); /* the form is the same */
    becomes_older();
    sql("ALTER TABLE spoor.checkpoint DISABLE TRIGGER USER; TRUNCATE spoor.checkpoint");
    assert_true(
        migrate_run(cluster_conninfo(ledger.cluster), &report, &error)); /* a new log takes all over */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_waits_for_a_lead_is_counted),
        cmocka_unit_test(what_was_marked_in_another_form_is_sealed_first),
        cmocka_unit_test(what_the_form_does_not_touch_may_wait),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
