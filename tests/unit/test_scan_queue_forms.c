/* test_scan_queue_forms.c: a queue of each earlier form is taken over whole, however often it is tried; what
 * its file keeps for a while is let go in time. */
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "generated/queue_statements.h"
#include "queue_file.h"
#include "shared/moment.h"
#include "unit/queue_helpers.h"

/* What made the file of each form, as it stood then. */
static const enum queue_statement forms[] = {QUEUE_SQL_SCHEMA, QUEUE_SQL_TO_VERSION_2, QUEUE_SQL_TO_VERSION_3,
                                             QUEUE_SQL_TO_VERSION_4, QUEUE_SQL_TO_VERSION_5};

static sqlite3 *open_database(void)
{
    char     path[120];
    sqlite3 *database = NULL;

    snprintf(path, sizeof path, "%s/queue.db", folder);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    return database;
}

static void run(sqlite3 *database, const char *text)
{
    if (sqlite3_exec(database, text, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", text, sqlite3_errmsg(database));
}

static int64_t number_of(sqlite3 *database, const char *text)
{
    sqlite3_stmt *statement = NULL;
    int64_t       number;

    assert_int_equal(sqlite3_prepare_v2(database, text, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static void put_scan(sqlite3 *database, int64_t n)
{
    char  event_id[UUID_SIZE], body[200], text[700];
    char *record;

    name_event(n, event_id);
    snprintf(body, sizeof body, "{\"event_id\":\"%s\",\"scanner_seq\":%lld}", event_id, (long long)n);
    record = queue_file_record(body);
    snprintf(text, sizeof text,
             "INSERT INTO scan VALUES (%lld, '%s', 'K-%lld', 'step repair', %lld, 1500, '%s', %s);"
             "INSERT INTO recent VALUES (%lld, '%s', 'K-%lld', 'step repair', %lld, '', '', 0)",
             (long long)n, event_id, (long long)n, (long long)(NOW_MS + n), record,
             n == 2 ? "'no step'" : "NULL", (long long)n, event_id, (long long)n, (long long)(NOW_MS + n));
    free(record);
    run(database, text);
}

/* Three scans, of which the second was refused; number 4 was used and sent. */
static void make_form(size_t form)
{
    sqlite3 *database = open_database();

    run(database, "PRAGMA journal_mode = WAL");
    for (size_t i = 0; i < form; i++)
        run(database, queue_statement_texts[forms[i]]);
    assert_int_equal(number_of(database, "PRAGMA user_version"), form);
    for (int64_t n = 1; n <= 3; n++)
        put_scan(database, n);
    run(database, "UPDATE state SET next_seq = 5, contact_ms = 77, skew_ms = -2000");
    if (form >= 2)
        run(database, "UPDATE state SET owner = 'me', owner_name = 'scanner \"Bench\"', warning = 'look'");
    sqlite3_close(database);
}

static void check(struct queue *queue, size_t form)
{
    ARENA                     *arena = arena_new();
    struct queue_item         *items, *recent;
    struct queue_state         known;
    size_t                     count;
    struct error               error = {0};
    const struct queue_summary summary = summary_of(queue);

    assert_string_equal(queue_notice(queue), "");
    assert_int_equal(summary.waiting, 2);
    assert_int_equal(summary.attention, 1);
    assert_int_equal(summary.contact_ms, 77);
    assert_int_equal(queue_next_seq(queue), 5);
    assert_true(queue_state_read(queue, &known, &error));
    assert_string_equal(known.owner, form >= 2 ? "me" : "");
    assert_string_equal(known.warning, form >= 2 ? "look" : "");
    assert_int_equal(known.skew_ms, -2000);
    assert_true(queue_page(queue, arena, QUEUE_UNSETTLED, 0, 100, &items, &count, &error));
    assert_int_equal(count, 3);
    assert_string_equal(items[1].attention, "no step");
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(items[i].scanner_seq, i + 1);
        assert_int_equal(items[i].skew_ms, 1500);
        assert_non_null(strstr(items[i].body, items[i].event_id));
        assert_true(queue_recent_event(queue, arena, items[i].event_id, &recent, &error));
        assert_non_null(recent);
    }
}

static void takes_over_the_queue_of_each_earlier_form(void **state)
{
    (void)state;
    for (size_t form = 1; form <= COUNT_OF(forms); form++) {
        sqlite3 *database;

        empty(folder);
        make_form(form);
        for (int i = 0; i < 2; i++) {
            struct queue *queue = open_in(folder);

            check(queue, form);
            queue_close(queue);
        }
        database = open_database();
        assert_int_equal(number_of(database, "PRAGMA user_version"), COUNT_OF(forms) + 1);
        assert_int_equal(number_of(database,
                                   "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name IN "
                                   "('recent_by_event', 'scan_attention')"),
                         2);
        sqlite3_close(database);
    }
}

/* A form that cannot be brought up to date is set aside, and its scans are saved from it. */
static void saves_the_scans_of_a_form_that_does_not_fit(void **state)
{
    sqlite3      *database;
    struct queue *queue;

    (void)state;
    make_form(2);
    database = open_database();
    run(database, "CREATE TABLE recent_by_event (surprise)");
    sqlite3_close(database);
    queue = open_in(folder);
    assert_non_null(strstr(queue_notice(queue), "3 scans could be read"));
    assert_int_equal(summary_of(queue).waiting, 3); /* what was refused is offered again */
    queue_close(queue);
}

static void lets_go_of_what_was_acknowledged_long_ago_without_being_opened_anew(void **state)
{
    struct error  error = {0};
    struct queue *queue = open_in(folder);
    sqlite3      *database;

    (void)state;
    store_all(queue, 1, 2);
    settle(queue, 1, "recorded");
    queue_close(queue);
    database = open_database();
    run(database, "UPDATE acknowledged SET acknowledged_ms = acknowledged_ms - 15 * 86400000");
    sqlite3_close(database);
    queue = queue_open(folder, moment_now().ms - QUEUE_ACKNOWLEDGED_MS, &error);
    assert_non_null(queue);
    settle(queue, 2, "recorded");
    assert_true(queue_resend(queue, &error));
    assert_int_equal(summary_of(queue).waiting, 1);
    queue_close(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(takes_over_the_queue_of_each_earlier_form, clean_folder),
        cmocka_unit_test_setup(saves_the_scans_of_a_form_that_does_not_fit, clean_folder),
        cmocka_unit_test_setup(lets_go_of_what_was_acknowledged_long_ago_without_being_opened_anew,
                               clean_folder),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
