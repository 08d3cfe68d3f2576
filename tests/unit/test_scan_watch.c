/* test_scan_watch.c: frames as cameras give them, from a source that is made here: what is read of them, and
 * how often a label that stays in sight is scanned. The driver (Video4Linux) itself is not tried: that needs
 * a camera. */
#include <fcntl.h>
#include <stdio.h>

#include <jpeglib.h>

#include "decode.h"
#include "shared/scan_signature.h"
#include "unit/line_pictures.h"
#include "unit/qr_pictures.h"
#include "unit/queue_helpers.h"
#include "watch.h"

static struct decode_result results[DECODED_MOST];

static const struct scene label = {.text = "https://fix.example.nl/d/7K3M9QXFDT",
                                   .level = QR_ECLEVEL_M,
                                   .width = 320,
                                   .height = 240,
                                   .module = 4,
                                   .turn = 9,
                                   .quiet = 4,
                                   .paper = 220,
                                   .ink = 30,
                                   .desk = 120,
                                   .noise = 4,
                                   .seed = 3};

/* A frame and the bytes that it points to. */
struct kept {
    struct frame frame;
    uint8_t     *bytes;
};

static struct kept pack(const struct picture *picture, enum frame_layout layout, size_t padding)
{
    size_t      step = layout == FRAME_LUMINANCE ? 1 : 2, stride = picture->width * step + padding;
    struct kept kept = {.bytes = malloc(stride * picture->height)};

    assert_non_null(kept.bytes);
    memset(kept.bytes, 0x80, stride * picture->height); /* no colour */
    for (unsigned y = 0; y < picture->height; y++)
        for (unsigned x = 0; x < picture->width; x++)
            kept.bytes[y * stride + x * step + (layout == FRAME_UYVY)] =
                picture->grey[(size_t)y * picture->width + x];
    kept.frame = (struct frame){layout,     picture->width,           picture->height, stride,
                                kept.bytes, stride * picture->height, false,           0};
    return kept;
}

static struct kept pack_jpeg(const struct picture *picture)
{
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr       manager;
    struct kept                 kept = {.frame = {.layout = FRAME_JPEG}};
    unsigned long               length = 0;

    info.err = jpeg_std_error(&manager);
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &kept.bytes, &length);
    info.image_width = picture->width;
    info.image_height = picture->height;
    info.input_components = 1;
    info.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&info);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        JSAMPROW row = picture->grey + (size_t)info.next_scanline * picture->width;

        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    kept.frame.bytes = kept.bytes;
    kept.frame.length = length;
    return kept;
}

/* Cameras leave the tables out that everybody knows. Returns how many were there. */
static int leave_out_tables(struct kept *kept)
{
    int taken = 0;

    for (size_t at = 2;
         at + 4 < kept->frame.length && kept->bytes[at] == 0xFF && kept->bytes[at + 1] != 0xDA;) {
        size_t length = 2 + (size_t)(kept->bytes[at + 2] << 8 | kept->bytes[at + 3]);

        if (kept->bytes[at + 1] != 0xC4) {
            at += length;
            continue;
        }
        memmove(kept->bytes + at, kept->bytes + at + length, kept->frame.length - at - length);
        kept->frame.length -= length;
        taken++;
    }
    return taken;
}

static bool read_frame(const struct frame *frame, unsigned deeper, size_t *count, struct error *error)
{
    const struct decode_settings settings = {.effort = EFFORT_QUICK, .budget_ms = 20000, .deeper = deeper};

    memset(error, 0, sizeof *error);
    return decode_frame(frame, &settings, results, DECODED_MOST, count, error);
}

static void assert_reads_label(const struct frame *frame)
{
    struct error error;
    size_t       count;

    if (!read_frame(frame, 0, &count, &error))
        fail_msg("layout %d: %s", (int)frame->layout, error.message);
    assert_int_equal(count, 1);
    assert_string_equal(results[0].code.text, label.text);
}

static void reads_frames_of_every_layout(void **state)
{
    static const enum frame_layout layouts[] = {FRAME_LUMINANCE, FRAME_YUYV, FRAME_UYVY};
    struct picture                 picture;
    struct kept                    kept;

    (void)state;
    scene_make(&label, &picture);
    for (size_t i = 0; i < COUNT_OF(layouts); i++)
        for (size_t padding = 0; padding < 64; padding += 52) {
            kept = pack(&picture, layouts[i], padding);
            assert_reads_label(&kept.frame);
            kept.frame.length -= padding; /* the last row need not be filled up */
            assert_reads_label(&kept.frame);
            free(kept.bytes);
        }
    kept = pack_jpeg(&picture);
    assert_reads_label(&kept.frame);
    assert_true(leave_out_tables(&kept) > 0);
    assert_reads_label(&kept.frame);
    free(kept.bytes);
    picture_free(&picture);
}

static void refuses_frames_that_are_not_what_they_say(void **state)
{
    static const struct {
        unsigned width, height;
        size_t   stride, length;
    } rows[] = {{8, 8, 16, 127},           {8, 8, 15, 1000},
                {8, 8, 0, 1000},           {0, 8, 16, 1000},
                {8, 0, 16, 1000},          {8, 8, 16, 0},
                {9, 8, 16, 1000},          {UINT32_MAX, UINT32_MAX, SIZE_MAX, SIZE_MAX},
                {8, 8, SIZE_MAX / 4, 1000}};
    uint8_t *bytes = calloc(1, 1000);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct frame frame = {FRAME_YUYV, rows[i].width,  rows[i].height, rows[i].stride,
                                    bytes,      rows[i].length, false,          0};
        struct picture     picture;
        struct error       error = {0};

        assert_false(frame_read(&frame, &picture, &error));
        assert_true(error.kind == ERROR_INVALID || error.kind == ERROR_TOO_LARGE);
        assert_null(picture.grey);
    }
    free(bytes);
}

/* The child has the frame; whatever becomes of it, the next one is read. */
static void goes_on_after_a_damaged_frame(void **state)
{
    struct picture picture;
    struct kept    good, bad;
    uint64_t       seed = 11;
    struct error   error;
    size_t         count;

    (void)state;
    scene_make(&label, &picture);
    good = pack_jpeg(&picture);
    bad = pack_jpeg(&picture);
    for (int i = 0; i < 30; i++) {
        size_t whole = bad.frame.length;

        memcpy(bad.bytes, good.bytes, whole);
        for (int k = 0; k < 1 + i; k++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            bad.bytes[(seed >> 33) % whole] = (uint8_t)(seed >> 20);
        }
        bad.frame.length = i % 3 ? whole : whole / 2;
        if (read_frame(&bad.frame, 0, &count, &error))
            assert_string_equal(results[0].code.text, label.text);
        else
            assert_true(error.message[0] != '\0');
        bad.frame.length = whole;
    }
    assert_reads_label(&good.frame);
    bad.frame.length = 0;
    assert_false(read_frame(&bad.frame, 0, &count, &error));
    free(good.bytes);
    free(bad.bytes);
    picture_free(&picture);
}

static const struct line_recipe hard = LINE_FOR_ROWS;

static void tries_one_deeper_pass_in_turn_on_following_frames(void **state)
{
    struct picture picture;
    struct kept    kept;
    struct error   error;
    size_t         count;
    unsigned       dearer = 0, turn = 0, reads = 0;

    (void)state;
    line_picture(&hard, &picture);
    kept = pack(&picture, FRAME_YUYV, 0);
    assert_false(read_frame(&kept.frame, 0, &count, &error));
    for (const struct pass *pass = passes; pass->name; pass++)
        dearer += pass->cost > EFFORT_QUICK && pass != passes && strcmp(pass->name, "qr-quarter") != 0;
    for (unsigned n = 1; n <= dearer; n++)
        if (read_frame(&kept.frame, n, &count, &error)) {
            assert_string_equal(results[0].code.text, LINE_TEXT);
            assert_true(results[0].pass->cost > EFFORT_QUICK);
            reads++;
            if (strcmp(results[0].pass->name, "rows") == 0)
                turn = n;
        }
    assert_true(turn > 1 && reads < dearer);
    assert_true(read_frame(&kept.frame, turn + dearer, &count, &error)); /* and from the first again */
    assert_string_equal(results[0].pass->name, "rows");
    free(kept.bytes);
    picture_free(&picture);
}

static void a_code_comes_into_sight_once_until_it_left(void **state)
{
    static struct sight sight;

    (void)state;
    assert_true(sight_enters(&sight, "A", 1000));
    for (int64_t ms = 1030; ms < 60000; ms += 2900) {
        assert_false(sight_enters(&sight, "A", ms));
        assert_int_equal(sight_enters(&sight, "B", ms), ms == 1030); /* beside it */
    }
    assert_true(sight_enters(&sight, "A", 60000 + SIGHT_MS));
    assert_true(sight_enters(&sight, "A", 500)); /* the clock was set back */
    for (char text[2] = "a"; *text <= 'z'; (*text)++)
        assert_true(sight_enters(&sight, text, 70000 + *text));
    assert_false(sight_enters(&sight, "z", 70200));
}

static void as_many_codes_as_a_picture_holds_stay_in_sight_beside_each_other(void **state)
{
    static struct sight sight;
    char                text[8];

    (void)state;
    for (int64_t ms = 1000; ms < 20000; ms += 500)
        for (unsigned i = 0; i < DECODED_MOST; i++) {
            snprintf(text, sizeof text, "K-%u", i);
            assert_int_equal(sight_enters(&sight, text, ms), ms == 1000);
        }
}

static void a_code_that_another_took_the_place_of_has_left(void **state)
{
    static struct sight sight;

    (void)state;
    assert_true(sight_enters(&sight, "A", 1000));
    assert_true(sight_enters(&sight, "B", 1500));
    assert_false(sight_enters(&sight, "B", 2400));
    assert_true(sight_enters(&sight, "A", 2500));
    assert_false(sight_enters(&sight, "A", 4900));   /* nothing else came meanwhile */
    for (int64_t ms = 5000; ms < 20000; ms += 200) { /* both in sight, read by turns */
        assert_int_equal(sight_enters(&sight, "B", ms), ms == 5000);
        assert_false(sight_enters(&sight, "A", ms + 100));
    }
}

/* A source that gives kept frames one after the other; NULL: nothing came this time. */
struct film {
    const struct frame *const *frames;
    size_t                     count, at;
    bool                       closed, fails;
    int64_t                    apart_ms; /* by the clock of the film, from one frame to the next */
};

static bool film_next(void *context, struct frame *frame, struct error *error)
{
    struct film *film = context;

    if (film->at == film->count)
        return film->fails && error_set(error, ERROR_UNAVAILABLE, "the camera was taken away");
    *frame = film->frames[film->at] ? *film->frames[film->at] : (struct frame){0};
    film->at++;
    frame->at_ms = 1000 + (int64_t)film->at * film->apart_ms;
    return true;
}

static void film_close(void *context)
{
    ((struct film *)context)->closed = true;
}

/* Watches a film with a scanner whose service is not there. Returns the exit code. */
static int watch(struct film *film, struct queue *queue, struct error *error)
{
    static const struct enrolment bench = {
        .url = "http://localhost:1",
        .name = "Bench 2",
        .server = "https://fix.example.nl",
        .scanner_id = "11111111-2222-4333-8444-555555555555",
        .seed = "8f1d0bb0a6e0c2f4d3b5a79687665544332211ffeeddccbbaa99887766554433"};
    struct frame_source source = {film_next, film_close, film};
    struct scan         scan = {.queue = queue, .enrolment = &bench, .show = {.json = true}};
    int                 code, out = dup(STDOUT_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    snprintf(scan.context.now.step, sizeof scan.context.now.step, "repair");
    scan.context.first = scan.context.now;
    scan.sender = sender_start(queue, &bench);
    fflush(stdout);
    dup2(nowhere, STDOUT_FILENO);
    code = watch_frames(&scan, &source, error);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    close(out);
    close(nowhere);
    sender_stop(scan.sender);
    return code;
}

static void scans_each_label_of_a_film_once(void **state)
{
    struct scene        other = label;
    struct picture      picture;
    struct kept         first, second, empty_desk;
    struct queue       *queue = open_in(folder);
    struct error        error = {0};
    const struct frame *frames[12];
    struct film         film = {frames, COUNT_OF(frames), 0, false, false, 30};

    (void)state;
    scene_make(&label, &picture);
    first = pack(&picture, FRAME_YUYV, 0);
    memset(picture.grey, 120, (size_t)picture.width * picture.height);
    empty_desk = pack_jpeg(&picture);
    picture_free(&picture);
    other.text = "SN-4711";
    scene_make(&other, &picture);
    second = pack_jpeg(&picture);
    for (size_t i = 0; i < COUNT_OF(frames); i++)
        frames[i] = i == 3            ? NULL
                    : i == 4          ? &empty_desk.frame
                    : i < 6 || i == 9 ? &first.frame
                                      : &second.frame;
    assert_int_equal(watch(&film, queue, &error), 0);
    assert_int_equal(error.kind, ERROR_NONE);
    assert_int_equal(film.at, film.count);
    assert_true(film.closed);
    assert_int_equal(summary_of(queue).waiting, 2);
    picture_free(&picture);
    free(first.bytes);
    free(second.bytes);
    free(empty_desk.bytes);
    queue_close(queue);
}

static void a_label_that_is_held_before_the_camera_is_one_scan(void **state)
{
    struct picture      picture;
    struct kept         held;
    struct queue       *queue = open_in(folder);
    struct error        error = {0};
    const struct frame *frames[20];
    struct film         film = {frames, COUNT_OF(frames), 0, false, false, 2900};

    (void)state;
    scene_make(&label, &picture);
    held = pack(&picture, FRAME_YUYV, 0);
    for (size_t i = 0; i < COUNT_OF(frames); i++)
        frames[i] = &held.frame;
    assert_int_equal(watch(&film, queue, &error), 0);
    assert_int_equal(error.kind, ERROR_NONE);
    assert_int_equal(summary_of(queue).waiting, 1);
    picture_free(&picture);
    free(held.bytes);
    queue_close(queue);
}

static void tells_of_a_camera_that_goes_or_gives_nothing_to_read(void **state)
{
    static const uint8_t noise[64] = "no picture at all";
    const struct frame   bad = {.layout = FRAME_JPEG, .bytes = noise, .length = sizeof noise};
    const struct frame   damaged = {.layout = FRAME_JPEG, .damaged = true};
    const struct frame  *frames[400];
    struct film          film = {frames, 3, 0, false, true, 30};
    struct queue        *queue = open_in(folder);
    struct error         error = {0};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(frames); i++)
        frames[i] = &bad;
    watch(&film, queue, &error);
    assert_string_equal(error.message, "the camera was taken away");
    assert_true(film.closed);
    film = (struct film){frames, COUNT_OF(frames), 0, false, false, 30};
    error = (struct error){0};
    watch(&film, queue, &error);
    assert_non_null(strstr(error.message, "cannot be read"));
    assert_true(film.at < film.count && film.closed);
    for (size_t i = 0; i < COUNT_OF(frames); i++)
        frames[i] = &damaged;
    film = (struct film){frames, COUNT_OF(frames), 0, false, false, 30};
    error = (struct error){0};
    watch(&film, queue, &error);
    assert_non_null(strstr(error.message, "damaged"));
    assert_true(film.at < film.count && film.closed);
    queue_close(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_frames_of_every_layout),
        cmocka_unit_test(refuses_frames_that_are_not_what_they_say),
        cmocka_unit_test(goes_on_after_a_damaged_frame),
        cmocka_unit_test(tries_one_deeper_pass_in_turn_on_following_frames),
        cmocka_unit_test(a_code_comes_into_sight_once_until_it_left),
        cmocka_unit_test(as_many_codes_as_a_picture_holds_stay_in_sight_beside_each_other),
        cmocka_unit_test(a_code_that_another_took_the_place_of_has_left),
        cmocka_unit_test_setup(scans_each_label_of_a_film_once, clean_folder),
        cmocka_unit_test_setup(a_label_that_is_held_before_the_camera_is_one_scan, clean_folder),
        cmocka_unit_test_setup(tells_of_a_camera_that_goes_or_gives_nothing_to_read, clean_folder),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
