#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/receipt.h"

#define CHECKPOINT "desk.example.org/log\n1\nAAAA\n\n"

static const uint8_t          entry[] = {'S', 'P', 'R', '1', 1, 2, 3}, salt[SALT_SIZE] = {5};
static struct receipt_opening openings[] = {{TAG_HOLDER, (const uint8_t *)"id Ann", 6, salt},
                                            {TAG_PLACE, (const uint8_t *)"", 0, salt},
                                            {TAG_PUBLIC_NOTE, (const uint8_t *)"caf\xC3\xA9", 5, salt}};

static struct buffer sample(void)
{
    struct receipt receipt = {.index = 41,
                              .entry = entry,
                              .entry_length = sizeof entry,
                              .openings = openings,
                              .opening_count = COUNT_OF(openings),
                              .path = {{1}, {2}, {3}},
                              .path_count = 3,
                              .checkpoint = CHECKPOINT,
                              .checkpoint_length = strlen(CHECKPOINT)};
    struct buffer  text = {.limit = RECEIPT_MOST};

    receipt_format(&receipt, &text);
    return text;
}

static bool parses(const char *text, size_t length)
{
    ARENA         *arena = arena_new();
    struct receipt receipt;
    struct error   error = {0};

    return receipt_parse(text, length, arena, &receipt, &error);
}

static void reads_back_what_it_wrote(void **state)
{
    ARENA                             *arena = arena_new();
    CLEANUP(buffer_free) struct buffer text = sample();
    struct receipt                     receipt;
    struct error                       error = {0};

    (void)state;
    assert_true(receipt_parse(text.text, text.length, arena, &receipt, &error));
    assert_true(receipt.index == 41);
    assert_int_equal(receipt.entry_length, sizeof entry);
    assert_memory_equal(receipt.entry, entry, sizeof entry);
    assert_int_equal(receipt.opening_count, COUNT_OF(openings));
    for (size_t i = 0; i < COUNT_OF(openings); i++) {
        assert_int_equal(receipt.openings[i].tag, openings[i].tag);
        assert_int_equal(receipt.openings[i].length, openings[i].length);
        assert_memory_equal(receipt.openings[i].value, openings[i].value, openings[i].length);
        assert_memory_equal(receipt.openings[i].salt, salt, SALT_SIZE);
    }
    assert_int_equal(receipt.path_count, 3);
    assert_int_equal(receipt.path[2][0], 3);
    assert_int_equal(receipt.checkpoint_length, strlen(CHECKPOINT));
    assert_memory_equal(receipt.checkpoint, CHECKPOINT, receipt.checkpoint_length);
}

static void begins_as_the_specification_says(void **state)
{
    CLEANUP(buffer_free) struct buffer text = sample();

    (void)state;
    assert_int_equal(strncmp(text.text, "c2sp.org/tlog-proof@v1\nextra AAdTUFIx", 37), 0);
    assert_non_null(strstr(text.text, "\nindex 41\nAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"));
    assert_non_null(strstr(text.text, "AA=\n\n" CHECKPOINT));
}

static void refuses_a_receipt_that_was_cut_before_its_checkpoint(void **state)
{
    CLEANUP(buffer_free) struct buffer text = sample();

    (void)state;
    for (size_t length = 0; length < text.length - strlen(CHECKPOINT); length++)
        assert_false(parses(text.text, length));
}

/* The text with `from` replaced by `to`. */
static bool parses_with(const char *from, const char *to)
{
    CLEANUP(buffer_free) struct buffer text = sample(), changed = {.limit = RECEIPT_MOST};
    const char                        *at = strstr(text.text, from);

    assert_non_null(at);
    buffer_add(&changed, text.text, (size_t)(at - text.text));
    buffer_text(&changed, to);
    buffer_text(&changed, at + strlen(from));
    return parses(changed.text, changed.length);
}

static void reads_every_line_strictly(void **state)
{
    static const char *const changes[][2] = {
        {"@v1\n", "@v2\n"},           {"@v1\n", "@v1 \n"},          {"@v1\n", "@v1\r\n"},
        {"extra ", "extra  "},        {"extra ", "Extra "},         {"extra ", ""},
        {"index 41", "index 041"},    {"index 41", "index +41"},    {"index 41", "index "},
        {"index 41", "index 41 "},    {"index 41", "Index 41"},     {"index 41", "index 9223372036854775808"},
        {"AQAAAAAA", "AQAAAAA"},      {"AAA=\n", "AAB=\n"},         {"AAA=\n", "AAA\n"},
        {"AAA=\n", "AAAA=\n"},        {"extra AAdT", "extra AP9T"}, /* longer than all there is */
        {"extra AAdT", "extra AAZT"},                               /* what follows are no openings */
    };
    (void)state;
    assert_true(parses_with("index 41", "index 40"));
    for (size_t i = 0; i < COUNT_OF(changes); i++)
        if (parses_with(changes[i][0], changes[i][1]))
            fail_msg("change %zu", i);
}

static void refuses_openings_out_of_order(void **state)
{
    struct receipt_opening twice[] = {openings[1], openings[0]}, same[] = {openings[0], openings[0]};
    struct receipt         receipt = {.entry = entry, .entry_length = sizeof entry, .opening_count = 2};

    (void)state;
    for (int i = 0; i < 2; i++) {
        CLEANUP(buffer_free) struct buffer text = {.limit = RECEIPT_MOST};

        receipt.openings = i == 0 ? twice : same;
        receipt_format(&receipt, &text);
        assert_false(parses(text.text, text.length));
    }
}

static void refuses_longer_paths_than_a_tree_can_have(void **state)
{
    static const char hash[] = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

    (void)state;
    for (unsigned count = 63; count <= 65; count++) {
        CLEANUP(buffer_free) struct buffer text = {.limit = RECEIPT_MOST};

        buffer_text(&text, "c2sp.org/tlog-proof@v1\nextra AAA=\nindex 0\n");
        for (unsigned i = 0; i < count; i++)
            buffer_text(&text, hash);
        buffer_text(&text, "\n" CHECKPOINT);
        assert_int_equal(parses(text.text, text.length), count <= MERKLE_PATH_MOST);
    }
}

static void refuses_what_is_too_large(void **state)
{
    char *text = calloc(1, RECEIPT_MOST + 1);

    (void)state;
    assert_non_null(text);
    assert_false(parses(text, RECEIPT_MOST + 1));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_it_wrote),
        cmocka_unit_test(begins_as_the_specification_says),
        cmocka_unit_test(refuses_a_receipt_that_was_cut_before_its_checkpoint),
        cmocka_unit_test(reads_every_line_strictly),
        cmocka_unit_test(refuses_openings_out_of_order),
        cmocka_unit_test(refuses_longer_paths_than_a_tree_can_have),
        cmocka_unit_test(refuses_what_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
