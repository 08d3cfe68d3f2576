/* Two who judge by the same state at the same time: the second one hears what the first one changed. */
#include <string.h>
#include <time.h>

#include "store/private_ledger.h"

#define STEP  "6d0e8f0a-5d4b-4c3a-9b2e-1a2b3c4d5e6f"
#define OTHER "7d0e8f0a-5d4b-4c3a-9b2e-1a2b3c4d5e6f"

static struct private_ledger ledger;
static PGconn               *one, *other, *looker;

static int start(void **nothing)
{
    struct error error = {0};

    (void)nothing;
    if (!private_ledger_start(&ledger, "at-once", &error))
        return 1;
    one = private_ledger_connect(&ledger);
    other = private_ledger_connect(&ledger);
    looker = private_ledger_connect(&ledger);
    return 0;
}

static int stop(void **nothing)
{
    (void)nothing;
    PQfinish(one);
    PQfinish(other);
    PQfinish(looker);
    return private_ledger_stop(&ledger);
}

/* The call that records one event of the command line. */
static const char *event(char text[1000], const char *members)
{
    snprintf(text, 1000,
             "SELECT r.outcome || ' ' || r.flags || coalesce(' ' || r.message, '') FROM spoor.actor a, "
             "spoor.record_events(jsonb_build_array(jsonb_build_object('event_id', gen_random_uuid(), "
             "'actor', a.id, 'code', 'AT-ONCE') || '%s')) r WHERE a.kind = 'system'",
             members);
    return text;
}

static void wait_until_it_waits(void)
{
    char text[200], waits[2] = "";

    snprintf(text, sizeof text,
             "SELECT count(*) FROM pg_stat_activity WHERE pid = %d AND wait_event_type = 'Lock'",
             PQbackendPID(other));
    for (int turn = 0; turn < 600 && *waits != '1'; turn++) {
        PGresult *result = PQexec(looker, text);

        snprintf(waits, sizeof waits, "%.1s", PQgetvalue(result, 0, 0));
        PQclear(result);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    assert_string_equal(waits, "1");
}

/* What the other one hears, who sends before the first one has committed. */
static void at_once(const char *first, const char *second, const char *wanted)
{
    char      text[1000];
    PGresult *result;

    sql_does(one, "BEGIN");
    sql_does(one, event(text, first));
    assert_true(PQsendQuery(other, event(text, second)));
    wait_until_it_waits();
    sql_does(one, "COMMIT");
    result = PQgetResult(other);
    assert_string_equal(PQresultErrorMessage(result), "");
    assert_string_equal(PQgetvalue(result, 0, 0), wanted);
    PQclear(result);
    assert_null(PQgetResult(other));
}

#define UNDO(id)                                                                                             \
    "{\"kind\": \"corrected\", \"corrects\": \"" id "\", \"detail\": {\"correction\": \"did_not_occur\"}"

static void of_two_undos_one_takes_effect(void **nothing)
{
    char text[1000];

    (void)nothing;
    sql_does(one, event(text, "{\"kind\": \"step\", \"step\": \"diagnosis\"}"));
    sql_does(one, event(text, "{\"kind\": \"step\", \"step\": \"repair\"}"));
    sql_does(one, event(text, "{\"event_id\": \"" STEP "\", \"kind\": \"step\", \"step\": \"ready\"}"));
    at_once(UNDO(STEP) "}", UNDO(STEP) "}",
            "recorded 8 this was undone before: it is kept, and nothing changed");
    sql_says(looker, "SELECT step FROM spoor.custody", "repair");
    sql_says(looker, "SELECT count(*) FROM spoor.event WHERE corrects = '" STEP "'", "2");
}

static void a_click_that_undoes_what_was_undone_hears_so(void **nothing)
{
    char text[1000];

    (void)nothing;
    sql_does(one, event(text, "{\"event_id\": \"" OTHER "\", \"kind\": \"step\", \"step\": \"ready\"}"));
    at_once(UNDO(OTHER) "}", UNDO(OTHER) ", \"undo_once\": true}",
            "refused 0 this was undone already; nothing changed");
    sql_says(looker, "SELECT step FROM spoor.custody", "repair");
    sql_says(looker, "SELECT count(*) FROM spoor.event WHERE corrects = '" OTHER "'", "1");
}

static void whether_somebody_may_take_it_back_is_judged_by_what_it_is(void **nothing)
{
    (void)nothing;
    at_once(
        "{\"event_id\": \"8d0e8f0a-5d4b-4c3a-9b2e-1a2b3c4d5e6f\", \"kind\": \"question\"}",
        UNDO("8d0e8f0a-5d4b-4c3a-9b2e-1a2b3c4d5e6f") ", \"not_theirs\": {\"question\": \"only the desk\"}}",
        "refused 0 only the desk");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_two_undos_one_takes_effect),
        cmocka_unit_test(a_click_that_undoes_what_was_undone_hears_so),
        cmocka_unit_test(whether_somebody_may_take_it_back_is_judged_by_what_it_is),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
