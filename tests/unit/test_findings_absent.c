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
    expect_told(FINDING_ABSENT, "not in the log: scan 3 of the scanner that signed record 1\n",
                "scans 6 to 8 of the scanner that signed record 1\n");
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
    expect_told(FINDING_ABSENT, "scan 47 of the scanner that signed record 4\n", NULL);
}

static void erase_signature(int n)
{
    write_all();
    forge_erasure(&forge, event[n].event_id, TAG_SCANNER_SIGNATURE, NOON + 60000);
    forge_end(&forge);
}

static void a_number_whose_signature_was_erased_is_not_missed(void **state)
{
    struct findings findings;

    (void)state;
    sign_all();
    erase_signature(2);
    assert_int_equal(check(NULL).count[FINDING_ABSENT], 0);
    said[4].counter = 6;
    sign_all();
    device = (struct forge_device){.id = {7}};
    erase_signature(2);
    findings = check(NULL);
    assert_int_equal(findings.count[FINDING_ABSENT], 2); /* 3 or 5: one of them is there */
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
    expect_told(
        FINDING_RENAMED,
        "record 4: a person, place or scanner has two names: its field \"recorder\" names an id that had "
        "another name in record 1\n",
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCANS(numbers_that_a_scanner_used_and_the_log_does_not_have_are_f25),
        SCANS(scans_that_come_in_another_order_are_all_there),
        SCANS(each_scanner_counts_for_itself),
        SCANS(a_number_whose_signature_was_erased_is_not_missed),
        SCANS(a_bundle_of_one_device_does_not_have_all_scans),
        FOUND(one_id_with_another_name_is_f24),
        FOUND(places_and_holders_keep_their_names_too),
    };
    int failed = sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);

    free(told);
    return failed;
}
