/* The form of the service's mark has a number, and a database is not taken over while records wait to be
 * sealed that carry another form. Whoever changes what the mark covers sees this fail, and raises the number
 * with the values here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "db/migrate.h"
#include "ledger/submission.h"

static const uint8_t key[SECRET_KEY_SIZE] = {7};

static const struct submission all = {
    .event_id = "55555555-5555-4555-8555-555555555555",
    .actor_id = "77777777-7777-4777-8777-777777777777",
    .kind = "step",
    .named = "8XK2LT3",
    .device_id = "66666666-6666-4666-8666-666666666666",
    .detail = "{\"b\": 1, \"a\": [1.50, \"x\"], \"skipped\": [], \"claimed\": {}}",
    .step = "diagnosis",
    .reason = "QUEUE",
    .to_id = "11111111-1111-4111-8111-111111111111",
    .place_id = "33333333-3333-4333-8333-333333333333",
    .corrects = "44444444-4444-4444-8444-444444444444",
    .repair_id = "22222222-2222-4222-8222-222222222222",
    .scanner_id = "88888888-8888-4888-8888-888888888888",
    .public_note = "Grey",
    .private_note = "Black",
    .signature = "ed25519 key signature statement",
    .happened = true,
    .happened_at_ms = 1700000000123,
    .offset_minutes = 60,
    .scanner_seq = 9,
    .clock_skew_ms = -1500};

static void has(const struct submission *submission, const char *wanted)
{
    uint8_t mac[SUBMISSION_MAC_SIZE];
    char    hex[2 * sizeof mac + 1];

    submission_mac(key, submission, mac);
    assert_string_equal(sodium_bin2hex(hex, sizeof hex, mac, sizeof mac), wanted);
}

static void the_mark_has_the_form_of_its_number(void **nothing)
{
    struct submission other = all;

    (void)nothing;
    assert_int_equal(MARK_FORM, 3);
    has(&all, "b6887f8655e7981ecb8c97f84100c6e2337a0f81dece2041b334ed7f0a8f7c8d");
    other.kind = "note"; /* takes neither step nor receiver over */
    other.detail = "{\"b\": 1, \"clock_skew_ms\": -1500}";
    other.clock_skew_ms = 0;
    other.happened = false;
    has(&other, "e858646236fb20c22bcd1c58ea71513cc2d66508e5bfba30a133d077cfb8c476");
    has(&(struct submission){.event_id = all.event_id, .actor_id = all.actor_id, .kind = "moved"},
        "67b8852c435c62d37e2fcdce1ebee3051d7e12e952c5701502a9c0f57439c4dc");
    has(&(struct submission){.event_id = all.event_id,
                             .actor_id = all.actor_id,
                             .kind = "registered",
                             .beside = all.corrects,
                             .taker_id = all.to_id},
        "da0eb7b5c9a0331ac4cb83496ef3b02d4c36f198bebab52dcc265d2bd7e1ca10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_mark_has_the_form_of_its_number)};

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
