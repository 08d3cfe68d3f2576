/* The service's mark on an event that arrived when others had moved on: what it said stands in its claim, and
 * its row holds the state as it stayed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "ledger/seal_row.h"

#define ANN   "11111111-1111-4111-8111-111111111111"
#define BEN   "22222222-2222-4222-8222-222222222222"
#define SHELF "33333333-3333-4333-8333-333333333333"
#define BENCH "44444444-4444-4444-8444-444444444444"
#define HOUR  INT64_C(3600000)

static const uint8_t key[SECRET_KEY_SIZE] = {7};

/* Ann said three hours ago: diagnosis, on the shelf. Since then Ben has it, ready, on the bench. */
static const struct seal_row overtaken = {
    .seq = 9,
    .device_seq = 4,
    .happened_ms = 1000 * HOUR,
    .recorded_ms = 1003 * HOUR,
    .said = SAID_STEP | SAID_TO | SAID_PLACE | SAID_HAPPENED_AT,
    .flags = 2,
    .event_id = "55555555-5555-4555-8555-555555555555",
    .device_id = "66666666-6666-4666-8666-666666666666",
    .actor_id = "77777777-7777-4777-8777-777777777777",
    .kind = "step",
    .kind_number = 4,
    .step_number = 7,
    .scanner_id = "",
    .from_id = BEN,
    .to_id = BEN,
    .place_id = BENCH,
    .step = "ready",
    .reason = "",
    .corrects = "",
    .repair_id = "",
    .named = "8XK2LT3",
    .before_to = BEN,
    .before_place = BENCH,
    .before_step = "ready",
    .before_seq = "8",
    .detail =
        "{\"b\": 1, \"claimed\": {\"to\": \"" ANN "\", \"step\": \"diagnosis\", \"place\": \"" SHELF "\"}}",
};

static bool is_ours(struct seal_row row)
{
    const struct submission said = {.event_id = overtaken.event_id,
                                    .actor_id = overtaken.actor_id,
                                    .kind = "step",
                                    .named = overtaken.named,
                                    .step = "diagnosis",
                                    .to_id = ANN,
                                    .place_id = SHELF,
                                    .detail = "{\"b\":1}",
                                    .happened = true,
                                    .happened_at_ms = overtaken.happened_ms};
    uint8_t                 mac[SUBMISSION_MAC_SIZE];
    char                    hex[2 * sizeof mac + 1];

    submission_mac(key, &said, mac);
    row.mac = sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
    return seal_row_is_ours(&row, &(struct seal_openings){0}, key);
}

static void what_was_overtaken_carries_the_mark_of_what_it_said(void **nothing)
{
    struct seal_row row = overtaken;

    (void)nothing;
    assert_true(is_ours(row));
    row.detail = "{\"b\": 1, \"claimed\": {\"to\": \"" ANN "\", \"step\": \"diagnosis\"}}";
    row.place_id = SHELF; /* this half of it came into force */
    assert_true(is_ours(row));
    row.detail = "{\"b\": 1}";
    row.to_id = ANN;
    row.step = "diagnosis"; /* and so all of it, when nobody was before it */
    row.step_number = 3;
    assert_true(is_ours(row));
}

static void a_claim_that_was_changed_does_not(void **nothing)
{
    static const char *const details[] = {
        "{\"b\": 1}",
        "{\"b\": 1, \"claimed\": {}}",
        "{\"b\": 1, \"claimed\": {\"to\": \"" BEN "\", \"step\": \"diagnosis\", \"place\": \"" SHELF "\"}}",
        "{\"b\": 1, \"claimed\": {\"to\": \"" ANN "\", \"step\": \"repair\", \"place\": \"" SHELF "\"}}",
        "{\"b\": 1, \"claimed\": {\"to\": \"" ANN "\", \"step\": \"diagnosis\", \"place\": \"" BENCH "\"}}",
        "{\"b\": 1, \"claimed\": {\"to\": \"" ANN "\", \"step\": \"diagnosis\"}}",
        "{\"b\": 2, \"claimed\": {\"to\": \"" ANN "\", \"step\": \"diagnosis\", \"place\": \"" SHELF "\"}}",
        "{\"claimed\": {\"to\": \"" ANN "\", \"step\": \"diagnosis\", \"place\": \"" SHELF "\"}}",
    };
    struct seal_row row = overtaken;

    (void)nothing;
    for (size_t i = 0; i < COUNT_OF(details); i++) {
        row.detail = details[i];
        print_message("# %s\n", row.detail);
        assert_false(is_ours(row));
    }
}

static void what_was_overtaken_leaves_the_state_as_it_was(void **nothing)
{
    struct seal_row rows[] = {overtaken, overtaken, overtaken};

    (void)nothing;
    rows[0].step = "repair";
    rows[0].step_number = 4;
    rows[1].to_id = ANN;
    rows[2].place_id = "";
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_false(is_ours(rows[i]));
}

static void what_came_in_time_was_not_overtaken(void **nothing)
{
    struct seal_row row = overtaken;

    (void)nothing;
    row.recorded_ms = row.happened_ms + HOUR / 60;
    assert_false(is_ours(row));
    row.recorded_ms++;
    assert_true(is_ours(row));
}

static void words_have_their_numbers(void **nothing)
{
    struct seal_row rows[] = {overtaken, overtaken, overtaken, overtaken};

    (void)nothing;
    rows[0].kind_number = 18;
    rows[1].step_number = 8;
    rows[2].kind_number = 104;
    rows[3].step_number = 0;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_false(is_ours(rows[i]));
}

static bool carries_mark(struct seal_row row, const struct submission *said)
{
    uint8_t mac[SUBMISSION_MAC_SIZE];
    char    hex[2 * sizeof mac + 1];

    submission_mac(key, said, mac);
    row.said = submission_said(said);
    row.mac = sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
    return seal_row_is_ours(&row, &(struct seal_openings){0}, key);
}

/* Ann says diagnosis and nothing of who takes it: she does. */
static void who_takes_it_over_unsaid_is_who_said_it(void **nothing)
{
    struct submission said = {.event_id = overtaken.event_id,
                              .actor_id = overtaken.actor_id,
                              .taker_id = ANN,
                              .kind = "step",
                              .named = overtaken.named,
                              .step = "diagnosis",
                              .happened = true,
                              .happened_at_ms = overtaken.happened_ms};
    struct seal_row   row = overtaken;

    (void)nothing;
    row.detail = "{\"claimed\": {\"to\": \"" ANN "\", \"step\": \"diagnosis\"}}";
    assert_true(carries_mark(row, &said)); /* too late to come into force */
    row.detail = "{\"claimed\": {\"to\": \"" BEN "\", \"step\": \"diagnosis\"}}";
    assert_false(carries_mark(row, &said));
    row.detail = "";
    row.step = "diagnosis";
    row.step_number = 3;
    assert_false(carries_mark(row, &said)); /* Ben has it still */
    row.to_id = ANN;
    assert_true(carries_mark(row, &said));
    said.kind = row.kind = "note"; /* takes nothing over, whoever has it */
    row.kind_number = 7;
    row.to_id = BEN;
    assert_true(carries_mark(row, &said));
}

static void what_an_intake_records_besides_stands_right_before_it(void **nothing)
{
    const char       *intake = "88888888-8888-4888-8888-888888888888";
    struct submission said = {
        .event_id = overtaken.event_id, .actor_id = overtaken.actor_id, .kind = "closed", .beside = intake};
    struct seal_row beside = overtaken, rows[6];

    (void)nothing;
    beside.kind = "closed";
    beside.kind_number = 12;
    beside.happened_ms = beside.recorded_ms;
    beside.detail = "";
    beside.named = intake;
    beside.beside_seq = beside.seq + 1;
    beside.beside_kind = "received";
    beside.beside_device = beside.device_id;
    assert_true(carries_mark(beside, &said));
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        rows[i] = beside;
    rows[0].beside_seq = 0; /* it never came */
    rows[0].beside_kind = rows[0].beside_device = "";
    rows[1].beside_seq = beside.seq + 4;
    rows[2].beside_seq = beside.seq - 1;
    rows[3].beside_kind = "note";
    rows[4].beside_device = ANN;
    rows[5].named = "99999999-9999-4999-8999-999999999999"; /* another intake */
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_false(carries_mark(rows[i], &said));
    said.kind = beside.kind = "registered";
    beside.kind_number = 22;
    assert_false(carries_mark(beside, &said)); /* what is known already */
    beside.device_seq = 0;
    assert_true(carries_mark(beside, &said));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_overtaken_carries_the_mark_of_what_it_said),
        cmocka_unit_test(a_claim_that_was_changed_does_not),
        cmocka_unit_test(what_was_overtaken_leaves_the_state_as_it_was),
        cmocka_unit_test(what_came_in_time_was_not_overtaken),
        cmocka_unit_test(words_have_their_numbers),
        cmocka_unit_test(who_takes_it_over_unsaid_is_who_said_it),
        cmocka_unit_test(what_an_intake_records_besides_stands_right_before_it),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
