/* scans_helpers.h: five scans of one scanner in the forged log of findings_helpers.h, as it signed them. */
#ifndef TESTS_SCANS_HELPERS_H
#define TESTS_SCANS_HELPERS_H

#include "shared/label.h"
#include "shared/scan_signature.h"
#include "unit/findings_helpers.h"

#define SCANNER "5b2f6a0e-95f1-4f0a-8f6a-1b8d4a0c9e11"
#define OTHER   "77d1c0de-0b1e-4e53-9b7d-2f3a4b5c6d7e"
#define BENCH   SCANNER " Bench 2"
#define LABEL   "7K3M9QXFDT"

static char             seed[SCAN_SEED_TEXT], other_seed[SCAN_SEED_TEXT];
static struct scan_said said[EVENTS];
static struct label     shelf;
static char             ids[EVENTS][37], times[EVENTS][40], signatures[EVENTS][10000];

static void sign_with(int n, const char *with)
{
    CLEANUP(buffer_free) struct buffer statement = {.limit = SCAN_STATEMENT_MOST};
    char                               key[SCAN_KEY_TEXT], signature[SCAN_SIGNATURE_TEXT];
    char                               hex[2 * SCAN_STATEMENT_MOST + 1];

    scan_statement(&said[n], &statement);
    assert_true(scan_key_of(with, key) && scan_sign(with, &statement, signature));
    sodium_bin2hex(hex, sizeof hex, (const unsigned char *)statement.text, statement.length);
    snprintf(signatures[n], sizeof signatures[n], "ed25519 %s %s %s", key, signature, hex);
    event[n].signature = signatures[n];
}

/* Five scans of one scanner, as it signed them; tests change what was said, or what is recorded of it. */
static int begin_scans(void **state)
{
    int failed = begin(state);

    assert_true(label_make(12345, &shelf));
    scan_seed_make(seed);
    scan_seed_make(other_seed);
    for (int n = 0; n < EVENTS; n++) {
        char digit = (char)('1' + n);

        memset(event[n].event_id, n + 1, sizeof event[n].event_id);
        snprintf(ids[n], sizeof ids[n], "0%c0%c0%c0%c-0%c0%c-0%c0%c-0%c0%c-0%c0%c0%c0%c0%c0%c", digit, digit,
                 digit, digit, digit, digit, digit, digit, digit, digit, digit, digit, digit, digit, digit,
                 digit);
        snprintf(times[n], sizeof times[n], "2026-01-01T13:00:%02d.500+01:00", n);
        event[n].happened_ms = NOON + n * 1000 + 500;
        event[n].recorded_ms = NOON + n * 1000 + 900;
        event[n].recorder = BENCH;
        event[n].kind = 4;
        event[n].step = 3;
        said[n] = (struct scan_said){.server = "https://desk.example.nl",
                                     .scanner = SCANNER,
                                     .counter = n + 1,
                                     .event_id = ids[n],
                                     .kind = "step",
                                     .code = LABEL,
                                     .step = "diagnosis",
                                     .happened_at = times[n]};
    }
    said[1].public_note = "dark screen";
    said[3].place = shelf.code;
    return failed;
}

static void sign_all(void)
{
    for (int n = 0; n < EVENTS; n++)
        sign_with(n, seed);
}

static void expect_intact(void)
{
    struct findings findings;

    write_and_end();
    findings = check(NULL);
    for (unsigned i = 0; i < FINDING_COUNT; i++)
        if (findings.count[i] > 0)
            fail_msg("%s was found in an honest log", finding_code(i));
}

#define SCANS(test) cmocka_unit_test_setup_teardown(test, begin_scans, end)

#endif
