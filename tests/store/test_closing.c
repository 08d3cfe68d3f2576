/* Repairs that close by themselves: what is refused is said once, and nothing is tried while the disk is
 * full. */
#include <string.h>
#include <unistd.h>

#include "db/pool.h"
#include "db/room.h"
#include "ledger/closing.h"
#include "ledger/recorder.h"
#include "store/private_ledger.h"

#define WHOLE_DISK UINT64_MAX / 4 /* a reserve that no disk has free */

static const uint8_t service_key[SECRET_KEY_SIZE] = {7};

static struct private_ledger ledger;
static struct pool          *app;
static struct recorder      *recorder;
static struct error          error;

static int start(void **nothing)
{
    (void)nothing;
    if (!private_ledger_start(&ledger, "closing", &error))
        return 1;
    app = pool_open(&(struct pool_options){.conninfo = cluster_conninfo(ledger.cluster),
                                           .role = "spoor_app",
                                           .size = 2,
                                           .statement_timeout_ms = 20000},
                    &error);
    recorder = recorder_new(app, service_key, 2000, 4);
    return app ? 0 : 1;
}

static int stop(void **nothing)
{
    (void)nothing;
    recorder_free(recorder);
    pool_free(app);
    return private_ledger_stop(&ledger);
}

/* Three that were returned long ago; the second cannot be closed. */
static int three_are_due(void **nothing)
{
    (void)nothing;
    sql_as_superuser(
        &ledger,
        "DROP TRIGGER IF EXISTS stuck ON spoor.event; UPDATE spoor.repair SET closed_at = now();"
        "SELECT FROM generate_series(1, 3) n, spoor.take_in(jsonb_build_object('event_id', gen_random_uuid(),"
        " 'serial', gen_random_uuid(), 'owner_name', 'Mara', 'problem', n, 'actor',"
        " (SELECT id FROM spoor.actor WHERE kind = 'system' LIMIT 1)));"
        "UPDATE spoor.repair SET returned_at = now() - interval '20 days' + problem::int * interval '1 hour'"
        " WHERE closed_at IS NULL;"
        "UPDATE spoor.custody SET step = (SELECT name FROM spoor.step WHERE phase = 'returned');"
        "CREATE OR REPLACE FUNCTION public.stuck() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF (SELECT problem = '2' FROM spoor.repair WHERE id = NEW.repair_id) THEN"
        " RAISE 'this one is stuck' USING ERRCODE = 'SP409'; END IF; RETURN NEW; END $$;"
        "CREATE TRIGGER stuck BEFORE INSERT ON spoor.event FOR EACH ROW WHEN (NEW.kind = 'closed')"
        " EXECUTE FUNCTION public.stuck();");
    return 0;
}

static struct closing *new_closing(struct room *room)
{
    return closing_new(&(struct closing_options){
        .pool = app, .recorder = recorder, .room = room, .timezone = "Europe/Amsterdam", .wait_ms = 2000});
}

/* How many it closes; what it logs meanwhile is added to the file. */
static size_t run(struct closing *closing, FILE *log)
{
    int    kept = dup(STDERR_FILENO);
    size_t closed = 99;
    bool   ran;

    dup2(fileno(log), STDERR_FILENO);
    ran = closing_run(closing, &closed, &error);
    dup2(kept, STDERR_FILENO);
    close(kept);
    assert_true(ran);
    return closed;
}

static unsigned refusals(FILE *log)
{
    char     line[4096];
    unsigned count = 0;

    rewind(log);
    while (fgets(line, sizeof line, log))
        count += strstr(line, "msg=\"a repair was not closed\"") && strstr(line, "this one is stuck");
    return count;
}

static void says_once_what_is_refused(void **nothing)
{
    struct closing *closing = new_closing(NULL);
    FILE           *log = tmpfile();

    (void)nothing;
    assert_int_equal(run(closing, log), 2);
    assert_int_equal(run(closing, log), 0);
    assert_int_equal(refusals(log), 1);
    sql_as_superuser(&ledger, "DROP TRIGGER stuck ON spoor.event;");
    assert_int_equal(run(closing, log), 1);
    assert_int_equal(refusals(log), 1);
    fclose(log);
    closing_free(closing);
}

static void waits_while_the_disk_is_almost_full(void **nothing)
{
    struct room    *full = room_start(ledger.state, WHOLE_DISK);
    struct closing *closing = new_closing(full);
    FILE           *log = tmpfile();

    (void)nothing;
    assert_true(room_is_low(full));
    assert_int_equal(run(closing, log), 0);
    closing_free(closing);
    room_stop(full);
    closing = new_closing(NULL);
    assert_int_equal(run(closing, log), 2);
    fclose(log);
    closing_free(closing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(says_once_what_is_refused, three_are_due),
        cmocka_unit_test_setup(waits_while_the_disk_is_almost_full, three_are_due),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
