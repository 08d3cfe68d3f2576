/* Each finding by a log that deserves exactly that one: nothing is missed, and nothing else is said. */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "forge/forge.h"
#include "verify/bundle_check.h"

#define NOON   INT64_C(1767268800000)
#define NOOR   "3488a348-3ce9-462c-a9c4-d124ab9dcb44 Noor de Wit"
#define DESK   "ac12e03d-76a2-49fa-b80b-8d45a06d763a IT desk"
#define SHELF  "d6b6140f-eb63-4b4b-b8ec-23032df75152 Shelf 4"
#define EVENTS 5
#define KEYS   2

static char                folder[64];
static struct forge        forge;
static struct forge_device device;
static struct forge_event  event[EVENTS];

/* Five events of one laptop; each test spoils one of them, or what is written. */
static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/spoor-findings-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    device = (struct forge_device){.id = {7}};
    for (int i = 0; i < EVENTS; i++)
        event[i] = (struct forge_event){.device = &device,
                                        .kind = 4,
                                        .recorded_ms = NOON + i * 1000,
                                        .happened_ms = NOON + i * 1000 - 500,
                                        .offset_minutes = 60,
                                        .step = 3,
                                        .recorder = NOOR};
    event[0].kind = 1;
    event[0].holder = DESK;
    event[0].identity = "laptop|Dell";
    event[1].public_note = "dark screen";
    event[2].holder = NOOR;
    event[3].place = SHELF;
    return 0;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

static int end(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void write_all(void)
{
    forge_begin(&forge, folder, NOON);
    for (int i = 0; i < EVENTS; i++)
        forge_event(&forge, &event[i]);
}

static void write_and_end(void)
{
    write_all();
    forge_end(&forge);
}

static const char *path_of(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void change_text(const char *name, const char *from, const char *to)
{
    static char text[65536];
    FILE       *file = fopen(path_of(name), "r+e");
    size_t      length;
    char       *at;

    assert_non_null(file);
    length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    at = strstr(text, from);
    assert_non_null(at);
    rewind(file);
    fprintf(file, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    assert_int_equal(ftruncate(fileno(file), ftell(file)), 0);
    fclose(file);
}

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

static struct findings check(struct older_checkpoint *older)
{
    struct findings     findings = {0};
    struct error        error = {0};
    struct note_key     keys[KEYS] = {forge.signer.key, forge.signer.key};
    struct bundle_check run = {.folder = folder,
                               .keys = keys,
                               .key_count = KEYS,
                               .older = older,
                               .older_count = older ? 1 : 0,
                               .findings = &findings};

    if (!bundle_check_run(&run, &error))
        fail_msg("%s", error.message);
    return findings;
}

/* That one is found, and no other. */
static void expect_of(const struct findings *findings, enum finding expected)
{
    for (unsigned i = 0; i < FINDING_COUNT; i++) {
        if (i == expected && findings->count[i] == 0)
            fail_msg("%s was not found", finding_code(i));
        if (i != expected && findings->count[i] > 0)
            fail_msg("%s was found, for %s", finding_code(i), finding_code(expected));
    }
}

static void expect_only(enum finding expected)
{
    struct findings findings = check(NULL);

    expect_of(&findings, expected);
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

static void rewrite_checkpoint(const struct checkpoint *checkpoint)
{
    CLEANUP(buffer_free) struct buffer note = {0};
    FILE                              *file = fopen(path_of("checkpoint"), "we");

    assert_non_null(file);
    forge_sign(&forge, checkpoint, &note);
    fwrite(note.text, 1, note.length, file);
    fclose(file);
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

static void an_altered_row_is_f08(void **state)
{
    (void)state;
    write_and_end();
    change_text("events.jsonl", "dark screen", "dark scream");
    expect_only(FINDING_VALUE);
}

static void an_altered_time_in_a_row_is_f08(void **state)
{
    (void)state;
    write_and_end();
    change_text("events.jsonl", "12:00:02.000Z", "12:00:02.001Z");
    expect_only(FINDING_VALUE);
}

static void a_removed_row_is_f09(void **state)
{
    (void)state;
    write_all();
    fclose(forge.events);
    forge.events = fopen(path_of("events.jsonl"), "we");
    assert_non_null(forge.events);
    forge_end(&forge);
    expect_only(FINDING_MISSING);
}

static void a_smuggled_row_is_f10(void **state)
{
    static char text[65536];
    FILE       *file;
    size_t      length;
    char       *last;

    (void)state;
    write_and_end();
    file = fopen(path_of("events.jsonl"), "r+e");
    assert_non_null(file);
    length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    last = strstr(text, "{\"seq\": 5");
    assert_non_null(last);
    last[8] = '6';
    fseek(file, 0, SEEK_END);
    fputs(last, file);
    fclose(file);
    expect_only(FINDING_SMUGGLED);
}

static void a_number_left_out_of_a_device_is_f11(void **state)
{
    (void)state;
    event[3].skipped = 1;
    write_and_end();
    expect_only(FINDING_CHAIN);
}

static void a_digest_of_another_past_is_f11(void **state)
{
    (void)state;
    event[4].wrong_previous = true;
    write_and_end();
    expect_only(FINDING_CHAIN);
}

static void a_clock_that_goes_back_is_f12(void **state)
{
    (void)state;
    event[3].recorded_ms = event[2].recorded_ms - 1;
    event[3].happened_ms = event[3].recorded_ms;
    write_and_end();
    expect_only(FINDING_CLOCK);
}

static void what_was_recorded_late_is_f14_and_no_fault(void **state)
{
    struct findings findings;

    (void)state;
    event[3].happened_ms = NOON - 3600000;
    write_and_end();
    findings = check(NULL);
    expect_of(&findings, FINDING_LATE);
    assert_true(finding_total(&findings) == 0);
}

static void another_holder_before_is_f15(void **state)
{
    (void)state;
    event[4].wrong_holder = true;
    event[4].holder = DESK;
    write_and_end();
    expect_only(FINDING_CUSTODY);
}

static void another_holder_before_that_is_flagged_is_none(void **state)
{
    struct findings findings;

    (void)state;
    event[4].wrong_holder = true;
    event[4].holder = DESK;
    event[4].flags = 1;
    write_and_end();
    findings = check(NULL);
    assert_true(finding_total(&findings) == 0);
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

static void a_correction_of_nothing_is_f17(void **state)
{
    static const uint8_t nobody[16] = {9, 9, 9};

    (void)state;
    event[4].corrects = nobody;
    write_and_end();
    expect_only(FINDING_TARGET);
}

static void an_erasure_of_nothing_is_f17(void **state)
{
    static const uint8_t nobody[16] = {9, 9, 9};

    (void)state;
    write_all();
    forge_erasure(&forge, nobody, TAG_PUBLIC_NOTE, NOON + 60000);
    forge_end(&forge);
    expect_only(FINDING_TARGET);
}

static void a_correction_of_another_device_is_f17(void **state)
{
    struct forge_device other = {.id = {8}};
    struct forge_event  last = event[0];

    (void)state;
    write_all();
    last.device = &other;
    last.recorded_ms = last.happened_ms = NOON + 60000;
    last.corrects = event[0].event_id;
    forge_event(&forge, &last);
    forge_end(&forge);
    expect_only(FINDING_TARGET);
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

static void a_name_of_the_desks_own_is_f20_and_no_fault(void **state)
{
    struct findings findings;

    (void)state;
    event[3].step = 900;
    event[3].step_name = "data_rescue";
    write_and_end();
    findings = check(NULL);
    expect_of(&findings, FINDING_NAME);
    assert_true(finding_total(&findings) == 0);
}

static void two_names_for_one_number_are_f08(void **state)
{
    struct findings findings;

    (void)state;
    event[3].step = event[4].step = 900;
    event[3].step_name = "data_rescue";
    event[4].step_name = "data_erasure";
    write_and_end();
    findings = check(NULL);
    assert_true(findings.count[FINDING_VALUE] == 1 && finding_total(&findings) == 1);
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

#define FOUND(test) cmocka_unit_test_setup_teardown(test, begin, end)

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
        FOUND(an_altered_row_is_f08),
        FOUND(an_altered_time_in_a_row_is_f08),
        FOUND(two_names_for_one_number_are_f08),
        FOUND(a_removed_row_is_f09),
        FOUND(a_smuggled_row_is_f10),
        FOUND(a_number_left_out_of_a_device_is_f11),
        FOUND(a_digest_of_another_past_is_f11),
        FOUND(a_clock_that_goes_back_is_f12),
        FOUND(what_was_recorded_late_is_f14_and_no_fault),
        FOUND(another_holder_before_is_f15),
        FOUND(another_holder_before_that_is_flagged_is_none),
        FOUND(an_entry_in_another_encoding_is_f16),
        FOUND(a_correction_of_nothing_is_f17),
        FOUND(an_erasure_of_nothing_is_f17),
        FOUND(a_correction_of_another_device_is_f17),
        FOUND(a_wrong_tile_is_f19),
        FOUND(a_tile_too_many_is_f19),
        FOUND(a_name_of_the_desks_own_is_f20_and_no_fault),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
