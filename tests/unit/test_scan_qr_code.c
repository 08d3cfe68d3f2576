/* test_scan_qr_code.c: the standard's tables, Reed-Solomon with erasures, and the repair of damaged matrices,
 * against libqrencode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <qrencode.h>

#include "qr_code.h"
#include "qr_content.h"
#include "qr_reed_solomon.h"
#include "qr_repair.h"

#include <cmocka.h>

#define PARITY 10
#define LENGTH 26

/* "01234567" as version 1-M: the example of ISO/IEC 18004. */
static const uint8_t example[LENGTH] = {0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC,
                                        0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xA5, 0x24,
                                        0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55};

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void choose_places(unsigned *state, int *places, int count)
{
    for (int i = 0; i < count; i++) {
        bool again = true;

        while (again) {
            places[i] = (int)(next_random(state) % LENGTH);
            again = false;
            for (int j = 0; j < i; j++)
                again |= places[j] == places[i];
        }
    }
}

static void mends_errors_and_erasures_up_to_the_parity(void **state)
{
    struct qr_field field;
    unsigned        random = 1;

    (void)state;
    qr_field_make(&field);
    for (int round = 0; round < 2000; round++) {
        int     erased = (int)(next_random(&random) % (PARITY + 1)), places[LENGTH];
        int     wrong = (int)(next_random(&random) % (unsigned)((PARITY - erased) / 2 + 1));
        uint8_t block[LENGTH];

        memcpy(block, example, sizeof block);
        choose_places(&random, places, erased + wrong);
        for (int i = 0; i < erased + wrong; i++)
            block[places[i]] ^= (uint8_t)(1 + next_random(&random) % 255);
        assert_true(qr_reed_solomon(&field, block, LENGTH, PARITY, places, erased) >= 0);
        assert_memory_equal(block, example, sizeof block);
    }
}

static void leaves_a_clean_block_alone(void **state)
{
    struct qr_field field;
    uint8_t         block[LENGTH];

    (void)state;
    qr_field_make(&field);
    memcpy(block, example, sizeof block);
    assert_int_equal(qr_reed_solomon(&field, block, LENGTH, PARITY, NULL, 0), 0);
    assert_memory_equal(block, example, sizeof block);
}

static void refuses_what_cannot_be_mended(void **state)
{
    struct qr_field field;
    unsigned        random = 7;
    int             refused = 0;

    (void)state;
    qr_field_make(&field);
    for (int round = 0; round < 1000; round++) {
        uint8_t block[LENGTH];

        for (int i = 0; i < LENGTH; i++)
            block[i] = (uint8_t)next_random(&random);
        refused += qr_reed_solomon(&field, block, LENGTH, PARITY, NULL, 0) < 0;
    }
    assert_true(refused > 990);
    assert_int_equal(qr_reed_solomon(&field, (uint8_t[LENGTH]){0}, LENGTH, LENGTH, NULL, 0), -1);
    assert_int_equal(qr_reed_solomon(&field, (uint8_t[LENGTH]){0}, LENGTH, PARITY, NULL, PARITY + 1), -1);
}

static void knows_the_formats_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(qr_code_format(0), 0x5412);
    assert_int_equal(qr_code_format(8), 0x77C4);
    assert_int_equal(qr_code_format(31), 0x2BED);
    for (int a = 0; a < 32; a++)
        for (int b = 0; b < a; b++)
            assert_true(__builtin_popcount((unsigned)(qr_code_format(a) ^ qr_code_format(b))) >= 5);
}

static QRcode *encode(int version, QRecLevel level)
{
    QRcode *code = QRcode_encodeString8bit("https://depot.example/l/7K3M9Q", version, level);

    assert_non_null(code);
    return code;
}

static void knows_the_given_modules_of_every_version(void **state)
{
    static uint8_t kinds[QR_SIZE_MOST * QR_SIZE_MOST];

    (void)state;
    for (int version = 4; version <= 40; version++) {
        QRcode *code = encode(version, QR_ECLEVEL_L);

        assert_int_equal(code->width, qr_size_of(version));
        qr_code_kinds(code->width, kinds);
        for (int i = 0; i < code->width * code->width; i++) {
            bool function = code->data[i] & 0x80, format = code->data[i] & 4;

            assert_int_equal(kinds[i] == QR_DATA, !function);
            if (function && !format)
                assert_int_equal(kinds[i], code->data[i] & 1 ? QR_DARK : QR_LIGHT);
        }
        QRcode_free(code);
    }
}

/* Calls that say what the code is, all believed alike. */
static void read_code(const QRcode *code, struct qr_reading *reading)
{
    assert_true(qr_reading_make(code->width, reading));
    for (int i = 0; i < code->width * code->width; i++) {
        reading->margin[i] = code->data[i] & 1 ? 1 : -1;
        reading->trust[i] = 1;
    }
}

static void assert_repaired(const QRcode *code, const struct qr_reading *reading)
{
    static uint8_t matrix[QR_SIZE_MOST * QR_SIZE_MOST];

    assert_true(qr_repair(reading, matrix));
    for (int i = 0; i < code->width * code->width; i++)
        assert_int_equal(matrix[i], code->data[i] & 1);
}

static void repairs_every_version_and_level(void **state)
{
    (void)state;
    for (int version = 4; version <= 40; version++)
        for (int level = QR_ECLEVEL_L; level <= QR_ECLEVEL_H; level++) {
            QRcode           *code = encode(version, (QRecLevel)level);
            struct qr_reading reading;

            read_code(code, &reading);
            for (int i = 0; i < code->width;
                 i += 9) /* the last column: few codewords, in one or two blocks each */
                reading.margin[(i + 1) * code->width - 1] *= -1;
            assert_repaired(code, &reading);
            qr_reading_free(&reading);
            QRcode_free(code);
        }
}

/* The standard's blocks mend half as many errors as they have parity; what is doubted counts half. */
static void repairs_twice_as_much_where_it_doubts(void **state)
{
    QRcode           *code = encode(4, QR_ECLEVEL_H);
    struct qr_reading reading;
    uint8_t           matrix[33 * 33];
    int               lost = code->width * 6;

    (void)state;
    read_code(code, &reading);
    for (int i = code->width * 9; i < code->width * 9 + lost; i++)
        if (reading.kinds[i] == QR_DATA)
            reading.margin[i] = 1;
    assert_false(qr_repair(&reading, matrix));
    for (int i = code->width * 9; i < code->width * 9 + lost; i++)
        if (reading.kinds[i] == QR_DATA)
            reading.trust[i] = .01;
    assert_repaired(code, &reading);
    qr_reading_free(&reading);
    QRcode_free(code);
}

static void makes_nothing_of_noise(void **state)
{
    static uint8_t    matrix[QR_SIZE_MOST * QR_SIZE_MOST];
    struct qr_reading reading;
    unsigned          random = 3;

    (void)state;
    assert_true(qr_reading_make(21, &reading));
    for (int round = 0; round < 3000; round++) {
        for (int i = 0; i < 21 * 21; i++) {
            reading.margin[i] = next_random(&random) & 1 ? 1 : -1;
            reading.trust[i] = next_random(&random) % 1000 / 1000.0;
        }
        assert_false(qr_repair(&reading, matrix));
    }
    qr_reading_free(&reading);
}

static void tells_content_from_chance(void **state)
{
    static const uint8_t runs_past[] = {0x4F, 0xF1, 0x23, 0x45}, unknown[] = {0xB0, 0x12},
                         bytes[] = {0x40, 0x14, 0x10};

    (void)state;
    assert_true(qr_content_plausible(21, example, LENGTH - PARITY));
    assert_true(qr_content_plausible(21, bytes, sizeof bytes));
    assert_false(qr_content_plausible(21, runs_past, sizeof runs_past));
    assert_false(qr_content_plausible(21, unknown, sizeof unknown));
    assert_false(qr_content_plausible(21, (uint8_t[]){0x00, 0xEC}, 2));
    assert_false(qr_content_plausible(21, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mends_errors_and_erasures_up_to_the_parity),
        cmocka_unit_test(leaves_a_clean_block_alone),
        cmocka_unit_test(refuses_what_cannot_be_mended),
        cmocka_unit_test(knows_the_formats_of_the_standard),
        cmocka_unit_test(knows_the_given_modules_of_every_version),
        cmocka_unit_test(repairs_every_version_and_level),
        cmocka_unit_test(repairs_twice_as_much_where_it_doubts),
        cmocka_unit_test(makes_nothing_of_noise),
        cmocka_unit_test(tells_content_from_chance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
