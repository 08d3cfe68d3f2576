/* What a superuser does to rows that were sealed, and what the check says of it: which record, which field.
 */
#include <string.h>

#include <sodium.h>

#include "db/pool.h"
#include "db/query.h"
#include "ledger/recorder.h"
#include "ledger/seal_check.h"
#include "ledger/seal_log.h"
#include "ledger/sealer.h"
#include "shared/uuid.h"
#include "store/private_ledger.h"

#define RECORDS 5

static const uint8_t service_key[SECRET_KEY_SIZE] = {7};

static struct private_ledger ledger;
static char                  seal[96], device[UUID_SIZE];
static struct arena         *arena;
static struct pool          *app, *audit, *sealing;
static struct recorder      *recorder;
static struct sealer        *sealer;
static struct note_key       key;
static struct error          error;

/* As the superuser, past the triggers that guard against accidents. */
static void as_superuser(const char *sql)
{
    char text[4096];

    snprintf(text, sizeof text,
             "SET session_replication_role = replica; SET search_path = spoor, public;\n%s", sql);
    sql_as_superuser(&ledger, text);
}

static struct pool *open_pool(const char *role)
{
    return pool_open(&(struct pool_options){.conninfo = cluster_conninfo(ledger.cluster),
                                            .role = role,
                                            .size = 2,
                                            .statement_timeout_ms = 20000},
                     &error);
}

/* Recorded and sealed, each under a checkpoint of its own. */
static void record(struct event_draft draft)
{
    struct event_outcome outcome;
    char                 id[UUID_SIZE];

    uuid_make(id);
    draft.event_id = id;
    draft.alias = "PF4A1B2C";
    assert_true(recorder_record(recorder, arena, &draft, 1, &outcome, &error));
    assert_int_equal(outcome.kind, OUTCOME_RECORDED);
    snprintf(device, sizeof device, "%s", outcome.device_id);
    assert_true(sealer_catch_up(sealer, &error));
}

static void record_history(void)
{
    SESSION           *session = pool_borrow(app, 1000, &error);
    const struct rows *actor = query_run(session, arena, SQL_ACTOR_SYSTEM, NULL, 0, &error);
    const char        *by, *noor, *shelf;

    assert_non_null(actor);
    by = rows_text(actor, 0, "id");
    as_superuser("INSERT INTO party (id, kind, name) VALUES ('11111111-1111-4111-8111-111111111111', "
                 "'person', 'Noor'),"
                 " ('22222222-2222-4222-8222-222222222222', 'place', 'Shelf B2');");
    noor = "11111111-1111-4111-8111-111111111111";
    shelf = "22222222-2222-4222-8222-222222222222";
    record((struct event_draft){.actor_id = by, .kind = "received"});
    record((struct event_draft){.actor_id = by,
                                .kind = "step",
                                .step = "diagnosis",
                                .public_note = "Liquid",
                                .private_note = "Coffee"});
    record((struct event_draft){.actor_id = by, .kind = "handed_over", .to_id = noor});
    record((struct event_draft){.actor_id = by, .kind = "moved", .place_id = shelf});
    record((struct event_draft){.actor_id = by, .kind = "note", .public_note = "Keyboard ordered"});
    as_superuser("CREATE TABLE public.event AS TABLE event; CREATE TABLE public.opening AS TABLE opening;"
                 "CREATE TABLE public.entry AS TABLE ledger_entry; CREATE TABLE public.checkpoint AS TABLE "
                 "checkpoint;");
}

static void undo(void)
{
    as_superuser("DELETE FROM event; INSERT INTO event TABLE public.event; DELETE FROM opening; INSERT INTO "
                 "opening TABLE public.opening;"
                 "DELETE FROM ledger_entry; INSERT INTO ledger_entry TABLE public.entry;"
                 "DELETE FROM checkpoint; INSERT INTO checkpoint TABLE public.checkpoint; DELETE FROM notice "
                 "WHERE seq > 0;");
}

static int start(void **nothing)
{
    (void)nothing;
    if (!private_ledger_start(&ledger, "check", &error))
        return 1;
    snprintf(seal, sizeof seal, "%s/seal", ledger.folder);
    arena = arena_new();
    app = open_pool("spoor_app");
    audit = open_pool("spoor_audit");
    sealing = open_pool("spoor_seal");
    recorder = recorder_new(app, service_key, 2000, 4);
    sealer = sealer_new(&(struct sealer_options){
        .pool = sealing, .folder = seal, .name = "desk.example.nl/spoor", .service_key = service_key});
    if (!app || !audit || !sealing || !sealer_catch_up(sealer, &error) ||
        !seal_log_read_key(seal, "", false, &key, &error))
        return 1;
    record_history();
    return 0;
}

static int stop(void **nothing)
{
    (void)nothing;
    sealer_free(sealer);
    recorder_free(recorder);
    pool_free(app);
    pool_free(audit);
    pool_free(sealing);
    arena_free(arena);
    return private_ledger_stop(&ledger);
}

/* The whole history; results by the record's own number. */
struct looked {
    struct seal_check  check;
    struct seal_result by_number[RECORDS + 1];
};

static const struct seal_check_options options = {.service_key = service_key, .keys = &key, .key_count = 1};

static struct looked look(void)
{
    SESSION           *session = pool_borrow(audit, 1000, &error);
    struct looked      looked = {.check = {.session = session, .arena = arena, .options = &options}};
    const struct rows *rows;
    int64_t            numbers[RECORDS + 1];

    assert_true(seal_check_begin(&looked.check, &error));
    rows = QUERY(session, arena, SQL_AUDIT_DEVICE_ROWS, &error, device, "1000", "100");
    assert_non_null(rows);
    assert_true(rows_count(rows) <= RECORDS + 1);
    assert_true(seal_check_rows(&looked.check, rows, &error));
    for (size_t i = 0; i < rows_count(rows); i++) {
        numbers[i] = rows_integer(rows, i, "device_seq");
        looked.by_number[numbers[i]] = looked.check.results[i];
    }
    seal_check_gaps(&looked.check, numbers, rows_count(rows), RECORDS - 1, 0);
    return looked;
}

static void says(const struct looked *looked, int number, enum seal_fault fault, unsigned tag)
{
    assert_int_equal(looked->by_number[number].state, SEAL_BROKEN);
    assert_int_equal(looked->by_number[number].fault, fault);
    assert_int_equal(looked->by_number[number].tag, tag);
    assert_int_equal(looked->check.state_count[SEAL_BROKEN], 1);
}

#define EVENT(number) "(SELECT seq FROM event WHERE device_seq = " #number ")"

static void an_untouched_history_is_intact(void **nothing)
{
    struct looked looked = look();

    (void)nothing;
    assert_int_equal(looked.check.signature, SIGNATURE_GOOD);
    assert_int_equal(looked.check.state_count[SEAL_INTACT], RECORDS);
    assert_int_equal(looked.check.gap_count, 0);
}

static void an_altered_row_is_named_with_its_field(void **nothing)
{
    static const struct {
        const char     *sql;
        int             number;
        enum seal_fault fault;
        unsigned        tag;
    } cases[] = {
        {"UPDATE opening SET value = 'Dry' WHERE tag = 21 AND seq = " EVENT(1) ";", 1, FAULT_FIELD,
         TAG_PUBLIC_NOTE},
        {"UPDATE event SET to_id = from_id WHERE device_seq = 2;", 2, FAULT_FIELD, TAG_HOLDER},
        {"UPDATE opening SET value = replace(value, 'Noor', 'Tom') WHERE tag = 17 AND seq = " EVENT(2) ";", 2,
         FAULT_FIELD, TAG_HOLDER},
        {"UPDATE event SET happened_at = happened_at - interval '7 days' WHERE device_seq = 3;", 3,
         FAULT_FIELD, TAG_HAPPENED_AT},
        {"UPDATE event SET recorded_at = recorded_at - interval '1 ms' WHERE device_seq = 0;", 0, FAULT_FIELD,
         TAG_RECORDED_AT},
        {"UPDATE event SET step = 'repair' WHERE device_seq = 4;", 4, FAULT_FIELD, TAG_STEP},
        {"UPDATE event SET place_id = NULL WHERE device_seq = 3;", 3, FAULT_FIELD, TAG_PLACE},
        {"UPDATE event SET flags = flags | 1 WHERE device_seq = 4;", 4, FAULT_FIELD, TAG_FLAGS},
        {"INSERT INTO opening VALUES (" EVENT(3) ", 21, 'Later', sha256('salt'));", 3, FAULT_FIELD,
         TAG_PUBLIC_NOTE},
        {"DELETE FROM opening WHERE tag = 22 AND seq = " EVENT(1) ";", 1, FAULT_GONE, TAG_PRIVATE_NOTE},
        {"DELETE FROM opening WHERE tag = 20 AND seq = " EVENT(4) ";", 4, FAULT_GONE, TAG_RECORDER},
        {"DELETE FROM ledger_entry WHERE seq = " EVENT(2) ";", 2, FAULT_NO_ENTRY, 0},
    };

    (void)nothing;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        as_superuser(cases[i].sql);
        struct looked looked = look();

        undo();
        print_message("# %s\n", cases[i].sql);
        says(&looked, cases[i].number, cases[i].fault, cases[i].tag);
    }
}

static void of_several_altered_fields_each_is_named(void **nothing)
{
    struct looked looked;

    (void)nothing;
    as_superuser("UPDATE opening SET value = 'Dry' WHERE tag = 21 AND seq = " EVENT(
        1) ";"
           "UPDATE event SET happened_at = happened_at - interval '7 days' WHERE device_seq = 1;"
           "DELETE FROM opening WHERE tag = 22 AND seq = " EVENT(1) ";");
    looked = look();
    undo();
    says(&looked, 1, FAULT_FIELD, TAG_HAPPENED_AT);
    assert_true(looked.by_number[1].others ==
                (UINT64_C(1) << TAG_PUBLIC_NOTE | UINT64_C(1) << TAG_PRIVATE_NOTE));
}

static void a_removed_row_is_missed(void **nothing)
{
    struct looked looked;

    (void)nothing;
    for (int number = 0; number < RECORDS; number++) {
        char sql[100];

        snprintf(sql, sizeof sql, "DELETE FROM event WHERE device_seq = %d;", number);
        as_superuser(sql);
        looked = look();
        undo();
        assert_int_equal(looked.check.gap_count, 1);
        assert_int_equal(looked.check.gaps[0].first, number);
        assert_int_equal(looked.check.gaps[0].last, number);
        assert_int_equal(looked.check.state_count[SEAL_BROKEN], 0);
    }
}

static void a_row_written_by_hand_is_named(void **nothing)
{
    struct looked looked;

    (void)nothing;
    as_superuser(
        "INSERT INTO event SELECT (e).* FROM (SELECT jsonb_populate_record(v, jsonb_build_object('seq', "
        "(SELECT next_seq FROM ledger_head), 'device_seq', 5, 'event_id', gen_random_uuid(), 'recorded_at', "
        "now() - "
        "interval '7 days')) AS e FROM event v WHERE device_seq = 4) x;");
    looked = look();
    undo();
    says(&looked, RECORDS, FAULT_MARK, 0);
}

/* Row, opening and entry agree with each other; only the signed root does not. */
static void a_row_rewritten_with_its_entry_is_found_by_the_signed_heads(void **nothing)
{
    struct looked looked;

    (void)nothing;
    as_superuser(
        "UPDATE event v SET happened_at = happened_at + CASE WHEN get_byte(l.entry, 110) & 1 = 1 THEN -1 "
        "ELSE 1 END * "
        "interval '1 ms' FROM ledger_entry l WHERE l.seq = v.seq AND v.device_seq = 2;"
        "UPDATE ledger_entry SET entry = set_byte(entry, 110, get_byte(entry, 110) # 1) WHERE seq = " EVENT(
            2) ";");
    looked = look();
    undo();
    assert_int_equal(looked.by_number[2].state, SEAL_BROKEN);
    assert_int_equal(looked.by_number[2].fault, FAULT_TREE);
    assert_int_equal(looked.by_number[0].state, SEAL_INTACT);
    assert_int_equal(looked.by_number[1].state, SEAL_INTACT);
    assert_int_not_equal(looked.by_number[4].state, SEAL_INTACT);
}

static void a_head_that_nobody_signed_vouches_for_nothing(void **nothing)
{
    struct looked looked;

    (void)nothing;
    as_superuser(
        "UPDATE checkpoint SET note = replace(note, 'desk.example.nl/spoor ', 'desk.example.nl/spoor A');");
    looked = look();
    undo();
    assert_int_equal(looked.check.signature, SIGNATURE_BAD);
    assert_int_equal(looked.check.state_count[SEAL_INTACT], 0);
}

/* The numbers that are sealed stay, and stand for other words. */
static void a_step_under_another_number_is_named(void **nothing)
{
    static const char swap[] = "UPDATE step SET number = number + 500 WHERE name IN ('diagnosis', 'repair');"
                               "UPDATE step SET number = 507 - number WHERE number > 500;";
    struct looked     looked;

    (void)nothing;
    as_superuser(swap);
    as_superuser("UPDATE event SET step = 'repair' WHERE step = 'diagnosis';");
    looked = look();
    undo();
    as_superuser(swap);
    assert_int_equal(looked.by_number[1].fault, FAULT_FIELD);
    assert_int_equal(looked.by_number[1].tag, TAG_STEP);
}

static void a_lawful_erasure_leaves_a_history_intact(void **nothing)
{
    SESSION           *session = pool_borrow(app, 1000, &error);
    const struct rows *actor = query_run(session, arena, SQL_ACTOR_SYSTEM, NULL, 0, &error);
    struct looked      looked;

    (void)nothing;
    const char        *by = rows_text(actor, 0, "id"), *noor = "11111111-1111-4111-8111-111111111111";
    const struct rows *doomed = QUERY(session, arena, SQL_PERSON_ERASABLE, &error, noor), *erased;
    uint8_t            mac[SUBMISSION_MAC_SIZE];
    char               hex[2 * SUBMISSION_MAC_SIZE + 1], notice_id[UUID_SIZE];

    assert_int_equal(rows_count(doomed), 1);
    uuid_make(notice_id);
    submission_erasure_mac(service_key, rows_text(doomed, 0, "event_id"), rows_text(doomed, 0, "tags"), by,
                           "REQUEST", notice_id, mac);
    sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
    erased = WRITE(
        session, arena, SQL_PERSON_ERASE, &error, noor, by, "REQUEST", rows_text(doomed, 0, "seen"),
        arena_format(arena, "{%s}", rows_text(doomed, 0, "event_id")),
        arena_format(arena, "{\"%s\"}", rows_text(doomed, 0, "tags")), arena_format(arena, "{%s}", notice_id),
        arena_format(arena, "{\"\\\\x%s\"}", hex), "{\"\"}", "{\"\"}");
    assert_string_equal(error.message, "");
    assert_non_null(erased);
    looked = look();
    assert_int_equal(looked.check.state_count[SEAL_INTACT], RECORDS);
    assert_true(sealer_catch_up(sealer, &error));
    looked = look();
    assert_int_equal(looked.check.state_count[SEAL_INTACT], RECORDS);
    assert_true(seal_check_erased(&looked.check, rows_integer(looked.check.rows, RECORDS - 3, "seq"),
                                  TAG_HOLDER) >= 0);
    as_superuser("UPDATE notice SET reason = 'MISTAKE' WHERE type = 2;");
    looked = look();
    says(&looked, 2, FAULT_GONE, TAG_HOLDER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_untouched_history_is_intact),
        cmocka_unit_test(an_altered_row_is_named_with_its_field),
        cmocka_unit_test(of_several_altered_fields_each_is_named),
        cmocka_unit_test(a_removed_row_is_missed),
        cmocka_unit_test(a_step_under_another_number_is_named),
        cmocka_unit_test(a_row_written_by_hand_is_named),
        cmocka_unit_test(a_row_rewritten_with_its_entry_is_found_by_the_signed_heads),
        cmocka_unit_test(a_head_that_nobody_signed_vouches_for_nothing),
        cmocka_unit_test(a_lawful_erasure_leaves_a_history_intact),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
