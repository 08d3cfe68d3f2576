/* What an honest log cannot explain by itself is worth a look, and no fault: scans that are not there (F25),
 * and names that are not what they were (F24). */
#include "unit/scans_helpers.h"

static char  *told;
static size_t told_length;

/* All that is told of the bundle; frees what was told before. */
static struct findings tell(void)
{
    struct findings     findings = {.warnings = true, .most = 100};
    struct error        error = {0};
    struct bundle_check run = {
        .folder = folder, .keys = &forge.signer.key, .key_count = 1, .findings = &findings};

    write_and_end();
    device = (struct forge_device){.id = {7}};
    free(told);
    findings.out = open_memstream(&told, &told_length);
    assert_non_null(findings.out);
    if (!bundle_check_run(&run, &error))
        fail_msg("%s", error.message);
    fclose(findings.out);
    return findings;
}

/* Only this warning is told, as often as there are lines of these, and the history is intact. */
static void expect_told(enum finding finding, const char *first, const char *second)
{
    struct findings findings = tell();

    expect_of(&findings, finding);
    assert_int_equal(findings.count[finding], second ? 2 : 1);
    assert_int_equal(finding_total(&findings), 0);
    assert_non_null(strstr(told, first));
    if (second)
        assert_non_null(strstr(told, second));
}

static void numbers_that_a_scanner_used_and_the_log_does_not_have_are_f25(void **state)
{
    (void)state;
    said[2].counter = 4;
    said[3].counter = 5;
    said[4].counter = 9;
    sign_all();
    expect_told(FINDING_ABSENT,
                "record 1: scans that their scanner counted are not in the log: scan 3 of the scanner of "
                "this record, 5b2f6a0e95f14f0a8f6a1b8d4a0c9e11\n",
                "scans 6 to 8 of the scanner of this record, 5b2f");
}

static void scans_that_come_in_another_order_are_all_there(void **state)
{
    static const int order[EVENTS] = {4, 2, 5, 1, 3};

    (void)state;
    for (int n = 0; n < EVENTS; n++)
        said[n].counter = order[n];
    sign_all();
    expect_intact();
}

static void each_scanner_counts_for_itself(void **state)
{
    (void)state;
    for (int n = 3; n < EVENTS; n++) {
        said[n].scanner = OTHER;
        said[n].counter = 40 + 2 * n;
        event[n].recorder = OTHER " Bench 3";
    }
    sign_all();
    for (int n = 3; n < EVENTS; n++)
        sign_with(n, other_seed);
    expect_told(FINDING_ABSENT, "record 4: scans that their scanner counted are not in the log: scan 47 of",
                NULL);
}

/* Takes the line of this record's signature out of the openings, as an erasure does. */
static void remove_signature(uint64_t seq)
{
    char  line[12000], head[40], part[160];
    FILE *from = fopen(path_of("openings.jsonl"), "re"), *to;

    snprintf(part, sizeof part, "%s/part", folder);
    snprintf(head, sizeof head, "{\"seq\": %llu, \"tag\": 33,", (unsigned long long)seq);
    to = fopen(part, "we");
    assert_true(from && to);
    while (fgets(line, sizeof line, from))
        if (strncmp(line, head, strlen(head)) != 0)
            fputs(line, to);
    fclose(from);
    fclose(to);
    assert_int_equal(rename(part, path_of("openings.jsonl")), 0);
}

/* Scans with these numbers, of which some signatures were erased; how many places F25 names, and no fault. */
static uint64_t absent_of(const int numbers[EVENTS], const bool erased[EVENTS])
{
    struct findings findings;

    for (int n = 0; n < EVENTS; n++)
        said[n].counter = numbers[n];
    sign_all();
    device = (struct forge_device){.id = {7}};
    (void)nftw(path_of("tile"), remove_one, 16, FTW_DEPTH | FTW_PHYS); /* of a log of another size */
    write_all();
    for (int n = 0; n < EVENTS; n++)
        if (erased[n])
            forge_erasure(&forge, event[n].event_id, TAG_SCANNER_SIGNATURE, NOON + 60000);
    forge_end(&forge);
    for (int n = 0; n < EVENTS; n++)
        if (erased[n])
            remove_signature((uint64_t)n + 1);
    findings = check(NULL);
    assert_int_equal(finding_total(&findings), 0);
    return findings.count[FINDING_ABSENT];
}

static void a_number_whose_signature_was_erased_is_not_missed(void **state)
{
    (void)state;
    assert_int_equal(absent_of((int[]){1, 2, 3, 4, 5}, (bool[EVENTS]){false, false, true}), 0);
    assert_int_equal(absent_of((int[]){1, 2, 3, 4, 5}, (bool[EVENTS]){false, true, true}), 0);
    assert_int_equal(absent_of((int[]){1, 2, 4, 5, 6}, (bool[EVENTS]){false, false, true}),
                     1); /* 3 or 4 is there */
}

/* What was erased elsewhere does not explain it. */
static void erased_signatures_excuse_nothing_but_their_place(void **state)
{
    (void)state;
    assert_int_equal(absent_of((int[]){1, 2, 3, 6, 7}, (bool[EVENTS]){true, false, false, false, true}), 1);
    assert_int_equal(absent_of((int[]){1, 2, 3, 5, 6}, (bool[EVENTS]){false, true, false, false}), 1);
}

static void a_scanner_that_is_not_known_yet_excuses_no_other(void **state)
{
    (void)state;
    said[0].scanner = OTHER;
    event[0].recorder = OTHER " Bench 3";
    assert_int_equal(absent_of((int[]){1, 2, 3, 5, 6}, (bool[EVENTS]){true}), 1);
}

static void of_a_signature_that_is_not_its_scanners_the_number_does_not_count(void **state)
{
    struct findings findings;

    (void)state;
    said[3].counter = 5;
    said[4].counter = 6;
    sign_all();
    sign_with(2, other_seed);
    findings = tell();
    assert_int_equal(findings.count[FINDING_SCAN], 1);
    assert_int_equal(findings.count[FINDING_ABSENT], 1);
    assert_non_null(strstr(told, "scans 3 to 4 of the scanner of this record, "));
    assert_non_null(strstr(told, ", but for 1 of them\n"));
}

static void a_bundle_of_one_device_does_not_have_all_scans(void **state)
{
    (void)state;
    said[3].counter = 6;
    said[4].counter = 7;
    sign_all();
    write_all();
    forge.scope = "device 07000000-0000-0000-0000-000000000000\n";
    forge_end(&forge);
    assert_int_equal(check(NULL).count[FINDING_ABSENT], 0);
}

static void one_id_with_another_name_is_f24(void **state)
{
    (void)state;
    event[1].recorder = NOOR;
    event[2].holder = NULL;
    event[3].recorder = "3488a348-3ce9-462c-a9c4-d124ab9dcb44 Ben Smit";
    event[4].recorder = event[3].recorder;
    expect_told(FINDING_RENAMED,
                "record 4: a person, place or scanner has two names: its field \"recorder\" calls "
                "3488a348-3ce9-462c-a9c4-d124ab9dcb44 otherwise than record 1 does; ",
                NULL);
}

static void places_and_holders_keep_their_names_too(void **state)
{
    (void)state;
    event[2].holder = "ac12e03d-76a2-49fa-b80b-8d45a06d763a The attic";
    event[2].place = SHELF;
    event[3].place = "d6b6140f-eb63-4b4b-b8ec-23032df75152 Shelf 5";
    expect_told(FINDING_RENAMED, "record 3: ", "record 4: ");
}

/* Otherwise an id could be spelled in two ways, and have two names. */
static void what_begins_with_no_id_is_f16(void **state)
{
    static const char *const forms[] = {"3488A348-3CE9-462C-A9C4-D124AB9DCB44 Ben",
                                        "3488a348-3ce9-462c-a9c4-d124ab9dcb44\tBen", "Ben",
                                        "3488a348-3ce9-462c-a9c4-d124ab9dcb44"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        event[3].recorder = forms[i];
        device = (struct forge_device){.id = {7}};
        write_and_end();
        expect_only(FINDING_ENCODING);
    }
}

/* An honest log has many of those that came late; they do not push the others off the page. */
static void each_kind_of_warning_has_lines_of_its_own(void **state)
{
    struct findings findings = {.warnings = true, .most = 25, .most_of_warning = 2};

    (void)state;
    free(told);
    findings.out = open_memstream(&told, &told_length);
    assert_non_null(findings.out);
    for (uint64_t n = 0; n < 40; n++)
        finding_add(&findings, FINDING_LATE, n, "by %d minutes", 11);
    finding_add(&findings, FINDING_ABSENT, 1, "scan 3");
    for (uint64_t n = 0; n < 40; n++)
        finding_add(&findings, FINDING_VALUE, n, "it differs");
    fclose(findings.out);
    assert_int_equal(findings.told, 2 + 1 + 25);
    assert_non_null(strstr(told, "F25"));
    assert_int_equal(finding_total(&findings), 40);
    assert_int_equal(finding_warnings(&findings), 41);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCANS(numbers_that_a_scanner_used_and_the_log_does_not_have_are_f25),
        SCANS(scans_that_come_in_another_order_are_all_there),
        SCANS(each_scanner_counts_for_itself),
        SCANS(a_number_whose_signature_was_erased_is_not_missed),
        SCANS(erased_signatures_excuse_nothing_but_their_place),
        SCANS(a_scanner_that_is_not_known_yet_excuses_no_other),
        SCANS(of_a_signature_that_is_not_its_scanners_the_number_does_not_count),
        SCANS(a_bundle_of_one_device_does_not_have_all_scans),
        FOUND(one_id_with_another_name_is_f24),
        FOUND(places_and_holders_keep_their_names_too),
        FOUND(what_begins_with_no_id_is_f16),
        FOUND(each_kind_of_warning_has_lines_of_its_own),
    };
    int failed = sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);

    free(told);
    return failed;
}
