/* What scanners signed: a log whose owner lies about a scan is found out (F21), an honest one is not. */
#include "unit/scans_helpers.h"

/* And nothing else: the entry, its values and its row agree with each other. A number that nothing proves may
 * be missed (F25). */
static void expect_found(void)
{
    struct findings findings;

    write_and_end();
    findings = check(NULL);
    findings.count[FINDING_ABSENT] = 0;
    expect_of(&findings, FINDING_SCAN);
}

static void honest_scans_are_intact(void **state)
{
    (void)state;
    sign_all();
    expect_intact();
}

static void a_changed_signature_is_f21(void **state)
{
    (void)state;
    sign_all();
    signatures[2][100] = signatures[2][100] == '0' ? '1' : '0';
    expect_found();
}

static void a_changed_statement_is_f21(void **state)
{
    char *last = signatures[2];

    (void)state;
    sign_all();
    last += strlen(last) - 1;
    *last = *last == '0' ? '1' : '0';
    expect_found();
}

static void the_statements_of_two_events_swapped_are_f21(void **state)
{
    struct findings findings;

    (void)state;
    sign_all();
    event[2].signature = signatures[4];
    event[4].signature = signatures[2];
    write_and_end();
    findings = check(NULL);
    assert_int_equal(findings.count[FINDING_SCAN], 2);
    expect_of(&findings, FINDING_SCAN);
}

static void another_key_beside_the_same_signature_is_f21(void **state)
{
    char key[SCAN_KEY_TEXT];

    (void)state;
    sign_all();
    assert_true(scan_key_of(other_seed, key));
    memcpy(signatures[2] + 8, key, strlen(key));
    expect_found();
}

static void a_scanner_with_two_keys_is_f21(void **state)
{
    (void)state;
    sign_all();
    sign_with(3, other_seed);
    expect_found();
}

static void a_key_of_two_scanners_is_f21(void **state)
{
    (void)state;
    said[3].scanner = OTHER;
    event[3].recorder = OTHER " Bench 3";
    sign_all();
    expect_found();
}

static void a_scanner_of_two_servers_is_f21(void **state)
{
    (void)state;
    said[3].server = "https://other.example.nl";
    sign_all();
    expect_found();
}

static void a_scan_without_signature_is_f21(void **state)
{
    (void)state;
    sign_all();
    event[3].signature = NULL;
    expect_found();
}

static void scans_from_before_there_were_signatures_are_intact(void **state)
{
    (void)state;
    sign_all();
    event[0].signature = event[1].signature = NULL;
    expect_intact();
}

/* What was scanned before anybody knew what it was: its label goes on the device that it turned out to be. */
static void a_label_that_was_put_on_another_device_is_none(void **state)
{
    static struct forge_device known;

    (void)state;
    known = (struct forge_device){.id = {9}};
    said[4].counter = 3; /* the two before it are not scanned */
    sign_all();
    for (int n = 2; n < EVENTS; n++)
        event[n].device = &known;
    event[2].kind = 22;
    event[2].step = 0;
    event[2].holder = DESK;
    event[2].identity = "laptop|Dell";
    event[3].kind = 15;
    event[3].step = 0;
    event[3].place = NULL;
    event[3].detail = "{\"label\": \"" LABEL "\"}";
    event[2].signature = event[3].signature = NULL;
    event[2].recorder = event[3].recorder = NOOR;
    expect_intact();
}

static void a_label_of_two_devices_is_f21(void **state)
{
    struct forge_device other = {.id = {8}};

    (void)state;
    sign_all();
    event[4].device = &other;
    event[4].holder = DESK;
    event[4].identity = "laptop|HP";
    expect_found();
}

static void a_place_that_is_another_one_later_is_f21(void **state)
{
    (void)state;
    said[4].place = said[3].place;
    event[4].place = "2459ad7b-c959-48c3-ab8b-707b68ac55ce Bench 2";
    sign_all();
    expect_found();
}

static void not_the_way_it_is_written_is_f21(void **state)
{
    static const char *const forms[] = {"ed25519", "ed25519  ", "", "ed25519 00 11 22"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        sign_all();
        event[4].signature = forms[i];
        device = (struct forge_device){.id = {7}};
        expect_found();
    }
}

/* Each in turn: the scanner signed something else than is recorded. */
static void any_lie_about_a_scan_is_f21(void **state)
{
    const struct {
        const char      *what;
        struct scan_said change;
    } lies[] = {{"event", {.event_id = ids[0]}},
                {"kind", {.kind = "moved"}},
                {"scanner", {.scanner = OTHER}},
                {"time", {.happened_at = "2026-01-01T13:00:02.501+01:00"}},
                {"offset", {.happened_at = "2026-01-01T12:00:02.500Z"}},
                {"step", {.step = "repair"}},
                {"reason", {.reason = "QUEUE"}},
                {"receiver", {.to = "3488a348-3ce9-462c-a9c4-d124ab9dcb45"}},
                {"place", {.place = shelf.code}},
                {"corrects", {.corrects = ids[0]}},
                {"public note", {.public_note = "x"}},
                {"private note", {.private_note = "x"}},
                {"detail", {.detail = "{\"a\":1}"}},
                {"clock", {.skew_ms = 5}}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        const struct scan_said *change = &lies[i].change;
        struct scan_said        honest = said[2];
        const char *const      *from = (const char *const *)&change->event_id;
        const char            **to = &said[2].event_id;

        for (size_t n = 0; n < 9; n++) /* event_id to corrects */
            to[n] = from[n] ? from[n] : to[n];
        said[2].scanner = change->scanner ? change->scanner : said[2].scanner;
        said[2].skew_ms = change->skew_ms;
        said[2].public_note = change->public_note;
        said[2].private_note = change->private_note;
        said[2].detail = change->detail;
        sign_all();
        said[2] = honest;
        device = (struct forge_device){.id = {7}};
        write_and_end();
        if (check(NULL).count[FINDING_SCAN] == 0)
            fail_msg("the %s that was signed is another one, and nobody notices", lies[i].what);
    }
}

static void what_was_signed_may_not_be_left_out(void **state)
{
    (void)state;
    said[2].private_note = NULL;
    event[2].private_note = "put in later";
    sign_all();
    expect_found();
}

static void another_note_than_was_signed_is_f21(void **state)
{
    (void)state;
    event[1].public_note = "cracked screen";
    sign_all();
    expect_found();
}

/* The left as PostgreSQL keeps it, the right as it was signed. */
static void details_fit_in_the_form_of_the_database(void **state)
{
    static const char *const forms[][2] = {
        {"{\"b\": 1, \"aa\": \"x\", \"clock_skew_ms\": -1500}", "{\"aa\":\"x\",\"b\":1}"},
        {"{\"a\": {\"z\": [1, 2.5, null, true, {}], \"yy\": []}, \"skipped\": [\"intake\"], "
         "\"clock_skew_ms\": -1500}",
         "{\"a\":{\"yy\":[],\"z\":[1,2.5,null,true,{}]}}"},
        {"{\"t\": \"\\\"q\\\" \\\\ \\n \\u001f \xC3\xA9\", \"clock_skew_ms\": -1500}",
         "{\"t\":\"\\\"q\\\" \\\\ \\n \\u001F \xC3\xA9\"}"},
        {"{\"n\": 100000000000000000000, \"m\": 0.0000001, \"clock_skew_ms\": -1500}",
         "{\"m\":9.9999999999999995e-8,\"n\":1e20}"},
        {"{\"\\\"a\": 1, \"#b\": 2, \"clock_skew_ms\": -1500}", "{\"\\\"a\":1,\"#b\":2}"},
        {"{\"skipped\": 7, \"clock_skew_ms\": -1500}", "{\"skipped\":7}"},
        {"{\"clock_skew_ms\": -1500}", "{}"},
        {"{\"clock_skew_ms\": -1500}", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        event[2].detail = forms[i][0];
        said[2].detail = forms[i][1];
        said[2].skew_ms = -1500;
        sign_all();
        device = (struct forge_device){.id = {7}};
        expect_intact();
        event[2].detail = "{\"c\": 2, \"clock_skew_ms\": -1500}";
        device = (struct forge_device){.id = {7}};
        expect_found();
    }
}

/* The last scan came after what happened later, and says what it would have changed. */
static void overtake(void)
{
    snprintf(times[4], sizeof times[4], "2026-01-01T13:00:02.500+01:00");
    event[4].happened_ms = NOON + 2500;
    event[4].flags = 2;
    said[4].step = "repair";
    said[4].place = shelf.code;
    said[4].to = "3488a348-3ce9-462c-a9c4-d124ab9dcb44";
    event[4].detail =
        "{\"claimed\": {\"to\": \"3488a348-3ce9-462c-a9c4-d124ab9dcb44\", \"step\": \"repair\", "
        "\"place\": \"d6b6140f-eb63-4b4b-b8ec-23032df75152\"}}";
}

static void a_scan_that_was_overtaken_is_held_against_what_it_claimed(void **state)
{
    struct findings findings;

    (void)state;
    overtake();
    sign_all();
    expect_intact();
    said[4].step = "ready";
    sign_all();
    device = (struct forge_device){.id = {7}};
    expect_found();
    said[4].step = "repair";
    event[4].flags = 0;
    sign_all();
    device = (struct forge_device){.id = {7}};
    write_and_end();
    findings = check(NULL);
    assert_int_equal(findings.count[FINDING_SCAN], 1); /* it was not late */
}

/* What the labels of place and badge stood for before, they must stand for in a claim. */
static void a_claim_of_another_place_or_person_than_was_scanned_is_f21(void **state)
{
    static const char claims[] = "{\"claimed\": {\"to\": \"%s\", \"step\": \"repair\"%s}}";
    static const char noor[] = "3488a348-3ce9-462c-a9c4-d124ab9dcb44",
                      desk[] = "ac12e03d-76a2-49fa-b80b-8d45a06d763a",
                      shelved[] = ", \"place\": \"d6b6140f-eb63-4b4b-b8ec-23032df75152\"",
                      elsewhere[] = ", \"place\": \"2459ad7b-c959-48c3-ab8b-707b68ac55ce\"";
    static const struct {
        const char *to, *place;
        bool        says_place, lies;
    } cases[] = {{noor, shelved, true, false},
                 {desk, shelved, true, true},
                 {noor, elsewhere, true, true},
                 {noor, shelved, false, true},
                 {noor, "", false, false}};
    struct label badge;
    char         detail[300];

    (void)state;
    assert_true(label_make(54321, &badge));
    overtake();
    said[2].to = badge.code; /* Noor has it from then on */
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        said[4].to = badge.code;
        said[4].place = cases[i].says_place ? shelf.code : NULL;
        snprintf(detail, sizeof detail, claims, cases[i].to, cases[i].place);
        event[4].detail = detail;
        sign_all();
        device = (struct forge_device){.id = {7}};
        if (cases[i].lies)
            expect_found();
        else
            expect_intact();
    }
}

static void an_erased_note_takes_its_signature_along(void **state)
{
    struct findings findings;

    (void)state;
    sign_all();
    write_all();
    forge_erasure(&forge, event[2].event_id, TAG_SCANNER_SIGNATURE, NOON + 60000);
    forge_end(&forge);
    findings = check(NULL);
    assert_int_equal(findings.count[FINDING_SCAN], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCANS(honest_scans_are_intact),
        SCANS(a_changed_signature_is_f21),
        SCANS(a_changed_statement_is_f21),
        SCANS(the_statements_of_two_events_swapped_are_f21),
        SCANS(another_key_beside_the_same_signature_is_f21),
        SCANS(a_scanner_with_two_keys_is_f21),
        SCANS(a_key_of_two_scanners_is_f21),
        SCANS(a_scanner_of_two_servers_is_f21),
        SCANS(a_scan_without_signature_is_f21),
        SCANS(scans_from_before_there_were_signatures_are_intact),
        SCANS(a_label_that_was_put_on_another_device_is_none),
        SCANS(a_label_of_two_devices_is_f21),
        SCANS(a_place_that_is_another_one_later_is_f21),
        SCANS(not_the_way_it_is_written_is_f21),
        SCANS(any_lie_about_a_scan_is_f21),
        SCANS(what_was_signed_may_not_be_left_out),
        SCANS(another_note_than_was_signed_is_f21),
        SCANS(details_fit_in_the_form_of_the_database),
        SCANS(a_scan_that_was_overtaken_is_held_against_what_it_claimed),
        SCANS(a_claim_of_another_place_or_person_than_was_scanned_is_f21),
        SCANS(an_erased_note_takes_its_signature_along),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
