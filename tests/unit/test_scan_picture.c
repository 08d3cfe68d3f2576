/* test_scan_picture.c: pictures of every format, turned, too large, and files that are none. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "decode.h"
#include "decode_wire.h"
#include "picture_formats.h"
#include "sandbox.h"

#include <cmocka.h>

#define FOLDER "tests/fuzz/corpus/scan_picture/"

static const struct decode_settings quick = {.effort = EFFORT_QUICK, .budget_ms = 20000};
static struct decode_result         results[DECODED_MOST];

static void reads_every_format_to_the_same_text(void **state)
{
    static const char *const names[] = {"alpha.png",   "colour.png",    "grey.png",  "interlaced.png",
                                        "palette.png", "colour.jpg",    "inks.jpg",  "progressive.jpg",
                                        "turned.jpg",  "lossless.webp", "lossy.webp"};
    struct error             error = {0};
    char                     path[200];
    size_t                   count;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof path, FOLDER "%s", names[i]);
        assert_true(decode_file(path, &quick, results, DECODED_MOST, &count, &error));
        assert_int_equal(count, 1);
        assert_string_equal(results[0].code.text, "7K3M9QXFDT");
    }
    assert_true(decode_file(FOLDER "one.heic", &quick, results, DECODED_MOST, &count, &error));
    assert_string_equal(results[0].code.text, "https://x.example/d/7K3M9QXFDT");
}

static void reads_datamatrix_by_the_pass_that_knows_it(void **state)
{
    static const struct decode_settings normal = {.effort = EFFORT_NORMAL, .budget_ms = 60000};
    struct error                        error = {0};
    size_t                              count;

    (void)state;
    assert_true(decode_file(FOLDER "datamatrix.png", &normal, results, DECODED_MOST, &count, &error));
    assert_int_equal(results[0].code.symbology, SYMBOLOGY_DATAMATRIX);
    assert_string_equal(results[0].code.text, "SN7K3M9QX2\n");
    assert_string_equal(results[0].pass->name, "datamatrix");
    assert_true(results[0].code.corners[2].x > results[0].code.corners[0].x + 20);
    assert_false(decode_file(FOLDER "datamatrix.png", &quick, results, DECODED_MOST, &count, &error));
    assert_int_equal(error.kind, ERROR_NOT_FOUND);
}

static void turns_as_each_orientation_says(void **state)
{
    static const char *const rows[9] = {NULL,     "abcdef", "cbafed", "fedcba", "defabc",
                                        "adbecf", "daebfc", "fcebda", "cfbead"};
    struct error             error = {0};

    (void)state;
    for (unsigned orientation = 1; orientation <= 8; orientation++) {
        struct picture picture = {.grey = malloc(6), .width = 3, .height = 2};

        memcpy(picture.grey, "abcdef", 6);
        assert_true(picture_turn(&picture, orientation, &error));
        assert_int_equal(picture.width, orientation < 5 ? 3 : 2);
        assert_int_equal(picture.height, orientation < 5 ? 2 : 3);
        assert_memory_equal(picture.grey, rows[orientation], 6);
        picture_free(&picture);
    }
}

static int file_of(const void *bytes, size_t length)
{
    int file = memfd_create("picture", MFD_CLOEXEC);

    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, length), length);
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    return file;
}

static void refuses_a_bomb_by_its_header(void **state)
{
    static const uint8_t jpeg[] = "\xFF\xD8\xFF\xC0\0\x0B\x08\xFF\x00\xFF\x00\x01\x01\x11\0"
                                  "\xFF\xDA\0\x08\x01\x01\0\0\x3F\0\0\0\0\0\0\0\0";
    struct error         error = {0};
    struct picture       picture;

    (void)state;
    assert_false(picture_read(file_of(jpeg, sizeof jpeg), &picture, &error));
    assert_int_equal(error.kind, ERROR_TOO_LARGE);
    assert_non_null(strstr(error.message, "65280 x 65280"));
    assert_null(picture.grey);
}

static void makes_large_pictures_smaller_row_by_row(void **state)
{
    struct picture picture = {0};
    struct grey    grey;
    struct error   error = {0};
    uint8_t       *row = calloc(9000, 1);

    (void)state;
    assert_true(grey_begin(&grey, &picture, 9000, 7000, &error));
    for (unsigned y = 0; y < 7000; y++) {
        memset(row, y < 3500 ? 100 : 200, 9000);
        grey_row(&grey, row);
    }
    grey_end(&grey);
    assert_true((size_t)picture.width * picture.height <= PICTURE_PIXELS_KEPT);
    assert_int_equal(picture.width, 9000 / (unsigned)picture.shrunk);
    assert_int_equal(picture.grey[0], 100);
    assert_int_equal(picture.grey[(size_t)picture.width * picture.height - 1], 200);
    assert_false(grey_check(0, 5, &error));
    assert_false(grey_check(8001, 8000, &error));
    assert_true(grey_check(8000, 8000, &error));
    picture_free(&picture);
    free(row);
}

static void refuses_what_is_not_a_file_without_waiting_for_it(void **state)
{
    char         folder[] = "/tmp/spoor-picture-XXXXXX", pipe[64];
    struct error error = {0};
    size_t       count;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(pipe, sizeof pipe, "%s/pipe", folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    for (size_t i = 0; i < 4; i++) {
        const char *path = (const char *[]){pipe, folder, "/dev/zero", "/nowhere/at/all"}[i];

        memset(&error, 0, sizeof error);
        assert_false(decode_file(path, &quick, results, DECODED_MOST, &count, &error));
        assert_int_equal(error.kind, ERROR_INVALID);
        assert_int_equal(count, 0);
    }
    unlink(pipe);
    rmdir(folder);
}

static int end_in_sandbox(bool connects)
{
    pid_t child = fork();
    int   status;

    if (child == 0) {
        sandbox_enter(5);
        if (connects)
            socket(AF_INET, SOCK_STREAM, 0);
        _exit(open("/etc/hostname", O_RDONLY) < 0 ? 7 : 8);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void opens_nothing_and_talks_to_nobody_in_the_sandbox(void **state)
{
    int status = end_in_sandbox(false);

    (void)state;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    status = end_in_sandbox(true);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSYS);
}

/* What comes of a message of which one 32-bit word was changed, and of half a message. */
static enum wire_kind hear_changed(const struct decode_result *said, size_t word, uint32_t value, size_t cut)
{
    static uint8_t              bytes[sizeof(struct decode_result)];
    static struct decode_result heard;
    struct error                error = {0};
    struct budget               soon = budget_of_ms(200);
    int                         ends[2];
    size_t                      length;
    enum wire_kind              kind;
    enum decode_rest            rest;

    assert_int_equal(pipe(ends), 0);
    assert_true(wire_say_code(ends[1], said));
    length = (size_t)read(ends[0], bytes, sizeof bytes);
    memcpy(bytes + word * 4, &value, 4);
    assert_true(wire_write(ends[1], bytes, length - cut));
    kind = wire_hear(ends[0], &soon, &heard, &rest, &error);
    close(ends[0]);
    close(ends[1]);
    return kind;
}

static void believes_no_nonsense_of_the_child(void **state)
{
    static struct decode_result said = {
        .code = {.symbology = SYMBOLOGY_CODE128, .length = 4, .text = "ABCD", .quality = 2}, .pass = passes};

    (void)state;
    assert_int_equal(hear_changed(&said, 0, WIRE_CODE, 0), WIRE_CODE);
    assert_int_equal(hear_changed(&said, 0, 99, 0), WIRE_SILENT);
    assert_int_equal(hear_changed(&said, 1, SYMBOLOGY_COUNT, 0), WIRE_SILENT);
    assert_int_equal(hear_changed(&said, 2, 4000, 0), WIRE_SILENT);
    assert_int_equal(hear_changed(&said, 4, 0, 0), WIRE_SILENT);
    assert_int_equal(hear_changed(&said, 4, 5, 0), WIRE_SILENT); /* it never comes: the deadline */
    assert_int_equal(hear_changed(&said, 4, 0xFFFFFFF0, 0), WIRE_SILENT);
    assert_int_equal(hear_changed(&said, 0, WIRE_FAILED, 0), WIRE_FAILED);
    assert_int_equal(hear_changed(&said, 0, WIRE_CODE, 2), WIRE_SILENT);
    memcpy(said.code.text, "AB\xFF\xFE", 4);
    assert_int_equal(hear_changed(&said, 0, WIRE_CODE, 0), WIRE_SILENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_format_to_the_same_text),
        cmocka_unit_test(reads_datamatrix_by_the_pass_that_knows_it),
        cmocka_unit_test(turns_as_each_orientation_says),
        cmocka_unit_test(refuses_a_bomb_by_its_header),
        cmocka_unit_test(makes_large_pictures_smaller_row_by_row),
        cmocka_unit_test(refuses_what_is_not_a_file_without_waiting_for_it),
        cmocka_unit_test(opens_nothing_and_talks_to_nobody_in_the_sandbox),
        cmocka_unit_test(believes_no_nonsense_of_the_child),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
