/* Each finding about the log itself by a log that deserves exactly that one: nothing is missed, and nothing
 * else is said. */
#include "unit/findings_helpers.h"

static void flip_byte(const char *name, long at)
{
    FILE *file = fopen(path_of(name), "r+e");
    int   byte;

    assert_non_null(file);
    fseek(file, at, SEEK_SET);
    byte = getc(file);
    fseek(file, at, SEEK_SET);
    putc(byte ^ 1, file);
    fclose(file);
}

static void rewrite_checkpoint(const struct checkpoint *checkpoint)
{
    CLEANUP(buffer_free) struct buffer note = {0};
    FILE                              *file = fopen(path_of("checkpoint"), "we");

    assert_non_null(file);
    forge_sign(&forge, checkpoint, &note);
    fwrite(note.text, 1, note.length, file);
    fclose(file);
}

static void an_honest_log_has_none(void **state)
{
    struct findings findings;

    (void)state;
    write_and_end();
    findings = check(NULL);
    for (unsigned i = 0; i < FINDING_COUNT; i++)
        assert_true(findings.count[i] == 0);
}

static void a_checkpoint_that_nobody_signed_is_f01(void **state)
{
    (void)state;
    write_and_end();
    flip_byte("checkpoint", 130);
    expect_only(FINDING_SIGNATURE);
}

/* The old key may sign the batch that holds the announcement, at most 512 entries, and no later one. */
static void an_old_key_after_its_end_is_f01(void **state)
{
    static const uint8_t secret[NOTE_SECRET_SIZE] = {9};
    struct note_signer   next;
    struct findings      findings;
    struct error         error = {0};

    (void)state;
    assert_true(note_signer_from(FORGE_NAME, secret, &next, &error));
    write_all();
    forge_configuration(&forge, &next.key, NOON + 60000);
    forge_end(&forge);
    findings = check(NULL);
    assert_true(finding_total(&findings) == 0);

    end(NULL);
    begin(NULL);
    write_all();
    forge_configuration(&forge, &next.key, NOON + 60000);
    event[4].recorded_ms = event[4].happened_ms = NOON + 61000;
    for (int i = 0; i < 512; i++) {
        memset(event[4].event_id, 0, 16);
        forge_event(&forge, &event[4]);
    }
    forge_end(&forge);
    expect_only(FINDING_SIGNATURE);
}

static void another_root_than_the_signed_one_is_f03(void **state)
{
    struct checkpoint other;

    (void)state;
    write_and_end();
    other = forge.checkpoint;
    other.root[5] ^= 1;
    rewrite_checkpoint(&other);
    expect_only(FINDING_ROOT);
}

static void fewer_entries_than_were_signed_is_f03(void **state)
{
    struct checkpoint other;

    (void)state;
    write_and_end();
    other = forge.checkpoint;
    other.size++;
    rewrite_checkpoint(&other);
    expect_only(FINDING_ROOT);
}

static void an_older_head_that_is_no_beginning_is_f04(void **state)
{
    struct older_checkpoint older = {.name = "older", .checkpoint = {.size = 3}};
    struct findings         findings;

    (void)state;
    write_and_end();
    findings = check(&older);
    expect_of(&findings, FINDING_PREFIX);
}

static void a_log_shorter_than_what_is_held_is_f05(void **state)
{
    struct older_checkpoint older = {.name = "older", .checkpoint = {.size = 7}};
    struct findings         findings;

    (void)state;
    write_and_end();
    findings = check(&older);
    expect_of(&findings, FINDING_SHORTER);
}

static void another_entry_in_a_receipts_place_is_f07(void **state)
{
    static const uint8_t    entry[] = "SPR1";
    struct older_checkpoint older = {.name = "receipt", .entry = entry, .entry_length = 4, .index = 2};
    struct findings         findings;

    (void)state;
    write_and_end();
    older.checkpoint = forge.checkpoint;
    findings = check(&older);
    expect_of(&findings, FINDING_RECEIPT);
}

static void an_entry_in_another_encoding_is_f16(void **state)
{
    static const uint8_t odd[] = "SPR1\x07\x06\x00\x08\x00\x00\x01\x9b\x76\xd1\x80\x40\x44\x00\x02\x00\x01";

    (void)state;
    write_all();
    forge_bytes(&forge, odd, sizeof odd - 1);
    forge_end(&forge);
    expect_only(FINDING_ENCODING);
}

static void a_wrong_tile_is_f19(void **state)
{
    (void)state;
    write_and_end();
    flip_byte("tile/0/000.p/6", 40);
    expect_only(FINDING_TILE);
}

static void a_tile_too_many_is_f19(void **state)
{
    FILE *file;

    (void)state;
    write_and_end();
    file = fopen(path_of("tile/0/001"), "we");
    assert_non_null(file);
    fclose(file);
    expect_only(FINDING_TILE);
}

static void an_event_that_is_there_twice_is_f23(void **state)
{
    (void)state;
    event[3].kind = event[1].kind;
    memcpy(event[1].event_id, "one and the same", 16);
    memcpy(event[3].event_id, "one and the same", 16);
    write_and_end();
    expect_only(FINDING_REPEATED);
}

/* Of more ids than are held at once, each that comes again is found, wherever it stands, and no other. */
static void of_many_events_each_that_is_there_twice_is_f23(void **state)
{
    (void)state;
    write_all();
    for (uint32_t i = 0; i < 3000; i++) {
        uint32_t number = i % 100 == 99 ? i - 50 : i;

        event[4].recorded_ms = event[4].happened_ms = NOON + 10000 + i;
        memset(event[4].event_id, 0xEE, 16);
        memcpy(event[4].event_id, &number, sizeof number);
        forge_event(&forge, &event[4]);
    }
    forge_end(&forge);
    for (uint64_t at_once = 50; at_once < 10000; at_once *= 3) {
        struct findings     findings = {0};
        struct error        error = {0};
        struct bundle_check run = {.folder = folder,
                                   .keys = &forge.signer.key,
                                   .key_count = 1,
                                   .findings = &findings,
                                   .ids_at_once = at_once};

        assert_true(bundle_check_run(&run, &error));
        expect_of(&findings, FINDING_REPEATED);
        assert_int_equal(findings.count[FINDING_REPEATED], 30);
    }
}

static void add_incident(uint64_t from, uint64_t to)
{
    struct entry_writer writer;

    entry_begin(&writer, ENTRY_INCIDENT);
    entry_put_number(&writer, TAG_RECORDED_AT, (uint64_t)NOON + 9000);
    entry_put_number(&writer, TAG_INCIDENT, INCIDENT_BEHIND);
    entry_put_number(&writer, TAG_FROM_SIZE, from);
    entry_put_number(&writer, TAG_TO_SIZE, to);
    forge_bytes(&forge, writer.bytes, writer.length);
}

static void drop_row(const char *begins)
{
    static char text[20000];
    FILE       *file = fopen(path_of("events.jsonl"), "r+e");
    size_t      length;
    char       *line, *end;

    assert_non_null(file);
    length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    line = strstr(text, begins);
    assert_non_null(line);
    end = strchr(line, '\n') + 1;
    memmove(line, end, strlen(end) + 1);
    rewind(file);
    fputs(text, file);
    assert_int_equal(ftruncate(fileno(file), (off_t)strlen(text)), 0);
    fclose(file);
}

/* Entry 5 is sent again: after the database lost it; after it lost nothing; after it is said to have lost
 * what it still has. */
static void only_what_a_restored_database_lost_may_come_again(void **state)
{
    (void)state;
    for (int how = 0; how < 3; how++) {
        write_all();
        add_incident(how == 1 ? 6 : 5, 6);
        event[4].recorded_ms = NOON + 10000;
        forge_event(&forge, &event[4]);
        forge_end(&forge);
        if (how == 0) {
            drop_row("{\"seq\": 5,");
            expect_only(FINDING_MISSING);
        } else {
            expect_only(FINDING_REPEATED);
        }
        end(NULL);
        begin(NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOUND(an_honest_log_has_none),
        FOUND(a_checkpoint_that_nobody_signed_is_f01),
        FOUND(an_old_key_after_its_end_is_f01),
        FOUND(another_root_than_the_signed_one_is_f03),
        FOUND(fewer_entries_than_were_signed_is_f03),
        FOUND(an_older_head_that_is_no_beginning_is_f04),
        FOUND(a_log_shorter_than_what_is_held_is_f05),
        FOUND(another_entry_in_a_receipts_place_is_f07),
        FOUND(an_entry_in_another_encoding_is_f16),
        FOUND(a_wrong_tile_is_f19),
        FOUND(a_tile_too_many_is_f19),
        FOUND(an_event_that_is_there_twice_is_f23),
        FOUND(of_many_events_each_that_is_there_twice_is_f23),
        FOUND(only_what_a_restored_database_lost_may_come_again),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
