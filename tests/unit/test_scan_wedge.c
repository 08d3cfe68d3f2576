/* test_scan_wedge.c: where one code ends and the next begins, by a clock of the test's own. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hand_scanner.h"
#include "wedge.h"

#include <cmocka.h>

/* The codes that the bytes hold, each ended by "|"; the bytes come so many milliseconds apart. */
static void split(const char *bytes, int apart_ms, char *codes, size_t size)
{
    struct wedge wedge = {0};
    int64_t      now_ms = 1000;

    *codes = '\0';
    for (; *bytes; bytes++, now_ms += apart_ms) {
        if (wedge_silence(&wedge, now_ms))
            snprintf(codes + strlen(codes), size - strlen(codes), "%s|", wedge.text);
        if (wedge_take(&wedge, *bytes, now_ms))
            snprintf(codes + strlen(codes), size - strlen(codes), "%s|", wedge.text);
    }
    if (wedge_silence(&wedge, now_ms + WEDGE_SILENCE_MS))
        snprintf(codes + strlen(codes), size - strlen(codes), "%s|", wedge.text);
}

static void ends_a_code_at_each_of_the_usual_ends(void **state)
{
    static const char *const rows[][2] = {
        {"AB12\rCD34\r", "AB12|CD34|"}, {"AB12\nCD34\n", "AB12|CD34|"},  {"AB12\r\nCD34\r\n", "AB12|CD34|"},
        {"AB12\tCD34\t", "AB12|CD34|"}, {"\r\n\r\nAB12\n\n\n", "AB12|"}, {"AB12\r\n\tCD34\n", "AB12|CD34|"},
    };
    char codes[200];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        split(rows[i][0], 5, codes, sizeof codes);
        assert_string_equal(codes, rows[i][1]);
    }
}

static void ends_a_burst_after_sixty_milliseconds_of_silence(void **state)
{
    struct wedge wedge = {0};
    int64_t      now_ms = 0;

    (void)state;
    for (const char *c = "7K3M9QXFDT"; *c; c++, now_ms += 10)
        assert_false(wedge_take(&wedge, *c, now_ms));
    now_ms -= 10;
    assert_int_equal(wedge_patience_ms(&wedge, now_ms), WEDGE_SILENCE_MS);
    assert_false(wedge_silence(&wedge, now_ms + WEDGE_SILENCE_MS - 1));
    assert_true(wedge_silence(&wedge, now_ms + WEDGE_SILENCE_MS));
    assert_string_equal(wedge.text, "7K3M9QXFDT");
    assert_false(wedge_silence(&wedge, now_ms + 2 * WEDGE_SILENCE_MS));
    assert_false(wedge_take(&wedge, '\r', now_ms + 2 * WEDGE_SILENCE_MS));
}

static void does_not_end_what_a_person_types(void **state)
{
    char codes[200];

    (void)state;
    split("7K3M9QXFDT", 150, codes, sizeof codes);
    assert_string_equal(codes, "");
    split("7K3M9QXFDT\n", 150, codes, sizeof codes);
    assert_string_equal(codes, "7K3M9QXFDT|");
    split("7K3M", 5, codes, sizeof codes); /* too short for a burst */
    assert_string_equal(codes, "");
}

static void cuts_what_is_too_long_and_says_so(void **state)
{
    struct wedge wedge = {0};

    (void)state;
    for (unsigned i = 0; i < 5000; i++)
        assert_false(wedge_take(&wedge, 'x', i));
    assert_true(wedge_take(&wedge, '\n', 5000));
    assert_true(wedge.too_long);
    assert_int_equal(strlen(wedge.text), WEDGE_TEXT_MOST - 1);
    assert_false(wedge_take(&wedge, 'A', 5001));
    assert_true(wedge_take(&wedge, '\n', 5002));
    assert_false(wedge.too_long);
    assert_string_equal(wedge.text, "A");
}

static void gives_an_unfinished_code_at_the_end_once(void **state)
{
    struct wedge wedge = {0};

    (void)state;
    assert_false(wedge_end(&wedge));
    assert_false(wedge_take(&wedge, 'A', 0));
    assert_true(wedge_end(&wedge));
    assert_false(wedge_end(&wedge));
    assert_string_equal(wedge.text, "A");
}

static void reads_a_serial_port_as_it_is(void **state)
{
    struct error         error = {0};
    int                  master = posix_openpt(O_RDWR | O_NOCTTY);
    struct hand_scanner *scanner;
    char                 bytes[64];
    size_t               count = 0;

    (void)state;
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    scanner = hand_scanner_open_serial(ptsname(master), &error);
    assert_non_null(scanner);
    assert_true(hand_scanner_read(scanner, bytes, sizeof bytes, &count, &error));
    assert_int_equal(count, 0);
    assert_int_equal(write(master,
                           "]Q1\x1d"
                           "7K\r",
                           7),
                     7);
    assert_true(hand_scanner_read(scanner, bytes, sizeof bytes, &count, &error));
    assert_memory_equal(bytes,
                        "]Q1\x1d"
                        "7K\r",
                        7);
    close(master);
    while (hand_scanner_read(scanner, bytes, sizeof bytes, &count, &error))
        assert_int_equal(count, 0);
    assert_int_equal(error.kind, ERROR_UNAVAILABLE);
    hand_scanner_close(scanner);
}

static void refuses_what_is_no_hand_scanner(void **state)
{
    struct error error = {0};

    (void)state;
    assert_null(hand_scanner_open_serial("/dev/null", &error));
    assert_non_null(strstr(error.message, "/dev/null is not a serial port"));
    assert_null(hand_scanner_open_keys("/dev/null", &error));
    assert_non_null(strstr(error.message, "/dev/null is not an event device"));
    assert_null(hand_scanner_open_keys("/nowhere", &error));
}

static void knows_the_keys_of_a_us_keyboard(void **state)
{
    (void)state; /* numbers of linux/input-event-codes.h */
    assert_int_equal(hand_scanner_character(16, true), 'Q');
    assert_int_equal(hand_scanner_character(44, false), 'z');
    assert_int_equal(hand_scanner_character(39, true), ':');
    assert_int_equal(hand_scanner_character(53, false), '/');
    assert_int_equal(hand_scanner_character(11, false), '0');
    assert_int_equal(hand_scanner_character(12, true), '_');
    assert_int_equal(hand_scanner_character(28, false), '\n');
    assert_int_equal(hand_scanner_character(96, true), '\n');
    assert_int_equal(hand_scanner_character(79, false), '1');
    assert_int_equal(hand_scanner_character(42, false), '\0');
    assert_int_equal(hand_scanner_character(700, false), '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_a_code_at_each_of_the_usual_ends),
        cmocka_unit_test(ends_a_burst_after_sixty_milliseconds_of_silence),
        cmocka_unit_test(does_not_end_what_a_person_types),
        cmocka_unit_test(cuts_what_is_too_long_and_says_so),
        cmocka_unit_test(gives_an_unfinished_code_at_the_end_once),
        cmocka_unit_test(reads_a_serial_port_as_it_is),
        cmocka_unit_test(refuses_what_is_no_hand_scanner),
        cmocka_unit_test(knows_the_keys_of_a_us_keyboard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
