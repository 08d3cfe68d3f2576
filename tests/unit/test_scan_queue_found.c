/* test_scan_queue_found.c: what is found in a damaged or old queue stays, also where its number is taken. */
#include <stdio.h>
#include <string.h>

#include "checksum.h"
#include "queue_file.h"
#include "shared/scan_signature.h"
#include "signing.h"
#include "unit/queue_helpers.h"

#include "claim.h"

static const struct enrolment bench = {
    .url = "https://fix.example.nl",
    .name = "Bench 2",
    .server = "https://fix.example.nl",
    .scanner_id = "11111111-2222-4333-8444-555555555555",
    .seed = "8f1d0bb0a6e0c2f4d3b5a79687665544332211ffeeddccbbaa99887766554433"};

/* The nth event, with a number that may be another one's. */
static void make_body(int64_t n, int64_t number, char body[300])
{
    char event_id[UUID_SIZE];

    name_event(n, event_id);
    snprintf(body, 300,
             "{\"event_id\":\"%s\",\"scanner_seq\":%lld,\"code\":\"K-%lld\",\"kind\":\"step\",\"step\":"
             "\"repair\"}",
             event_id, (long long)number, (long long)n);
}

static FILE *open_file(const char *name)
{
    char  path[120];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "we");
    assert_non_null(file);
    return file;
}

/* A database of which only records are left. */
static void put_record(FILE *file, const char *body)
{
    char *record = queue_file_record(body);

    fprintf(file, "noise of a hundred bytes and more, as a damaged page of SQLite may hold it%s\n", record);
    free(record);
}

static void put_line(FILE *file, char kind, const char *text)
{
    fprintf(file, "%c %08x %s\n", kind, checksum_of(text, strlen(text)), text);
}

static void put_scan(FILE *file, int64_t n, int64_t number)
{
    char body[300], line[400], event_id[UUID_SIZE];

    make_body(n, number, body);
    name_event(n, event_id);
    snprintf(line, sizeof line, "%lld %s %s", (long long)number, event_id, body);
    put_line(file, 'S', line);
}

/* What is kept of the nth event; NULL: nothing. */
static const struct queue_item *find(struct queue *queue, struct arena *arena, int64_t n)
{
    struct queue_item *items;
    size_t             count;
    struct error       error = {0};
    char               event_id[UUID_SIZE];

    name_event(n, event_id);
    assert_true(queue_page(queue, arena, QUEUE_UNSETTLED, 0, 1000, &items, &count, &error));
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].event_id, event_id) == 0)
            return &items[i];
    return NULL;
}

static void assert_kept(struct queue *queue, int64_t n, int64_t number, bool attention)
{
    ARENA                   *arena = arena_new();
    const struct queue_item *item = find(queue, arena, n);

    if (!item)
        fail_msg("scan %lld is lost", (long long)n);
    assert_int_equal(item->scanner_seq, number);
    assert_int_equal(item->attention != NULL, attention);
}

/* Opened again, everything is as it was, and there is nothing to tell any more. */
static struct queue *open_again(struct queue *queue)
{
    queue_close(queue);
    queue = open_in(folder);
    assert_string_equal(queue_notice(queue), "");
    return queue;
}

static void keeps_both_of_two_scans_with_one_number_of_a_damaged_file(void **state)
{
    FILE         *file = open_file("queue.db");
    struct queue *queue;
    char          body[300];

    (void)state;
    for (int64_t n = 1; n <= 6; n++) {
        make_body(n, n == 4 ? 2 : n == 5 ? 3 : n, body);
        put_record(file, body);
        if (n == 1) /* an old copy of the same scan is no second one */
            put_record(file, body);
    }
    fclose(file);
    queue = open_in(folder);
    assert_non_null(strstr(queue_notice(queue), " 6 scans could be read"));
    assert_non_null(strstr(queue_notice(queue), "2 of the scans that were found have the number of another"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(summary_of(queue).waiting, 4);
        assert_int_equal(summary_of(queue).attention, 2);
        assert_kept(queue, 2, 2, false);
        assert_kept(queue, 3, 3, false);
        assert_kept(queue, 4, 7, true);
        assert_kept(queue, 5, 8, true);
        assert_int_equal(queue_next_seq(queue), 9);
        queue = open_again(queue);
    }
    store_all(queue, 9, 9);
    queue_close(queue);
}

static void keeps_scans_whose_number_is_none(void **state)
{
    static const int64_t numbers[] = {0, -1, INT64_MAX, INT64_MIN, INT64_MAX / 2 + 1};
    FILE                *file = open_file("queue.db");
    struct queue        *queue;
    char                 body[300];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        make_body((int64_t)i + 1, numbers[i], body);
        put_record(file, body);
    }
    put_record(file, "{\"event_id\":\"no scan\"}");
    fclose(file);
    queue = open_in(folder);
    assert_non_null(strstr(queue_notice(queue), "Records that are whole, but no scans, stay in it"));
    assert_int_equal(summary_of(queue).attention, COUNT_OF(numbers));
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        assert_kept(queue, (int64_t)i + 1, (int64_t)i + 1, true);
    assert_int_equal(queue_next_seq(queue), COUNT_OF(numbers) + 1);
    queue_close(queue);
}

static void keeps_scans_of_an_old_text_whose_number_is_taken(void **state)
{
    struct queue *queue = open_in(folder);
    FILE         *file;
    char          event_id[UUID_SIZE];

    (void)state;
    store_all(queue, 1, 5);
    queue_close(queue);
    file = open_file("queue");
    put_scan(file, 3, 3); /* the same scan */
    put_scan(file, 14, 4);
    put_scan(file, 15, 5);
    put_scan(file, 6, 6);
    put_scan(file, 7, 7);
    name_event(14, event_id);
    put_line(file, 'A', event_id);
    put_line(file, 'S', "8 00000000-0000-4000-8000-000000000008 [\"no event\"]");
    fclose(file);
    queue = open_in(folder);
    assert_non_null(strstr(queue_notice(queue), "1 of the scans that were found have the number of another"));
    assert_non_null(strstr(queue_notice(queue), "1 damaged lines"));
    assert_int_equal(summary_of(queue).waiting, 7);
    assert_int_equal(summary_of(queue).attention, 1);
    for (int64_t n = 1; n <= 7; n++)
        assert_kept(queue, n, n, false);
    assert_kept(queue, 15, 9, true); /* number 8 is used: its line is damaged, and the gap is seen */
    queue = open_again(queue);
    assert_int_equal(queue_next_seq(queue), 10);
    queue_close(queue);
}

static void begins_with_a_counter_that_no_scanner_reaches(void **state)
{
    char          text[40], line[40];
    struct queue *queue;
    FILE         *file = open_file("counter");

    (void)state;
    snprintf(text, sizeof text, "%020lld", (long long)INT64_MAX);
    fprintf(file, "%s %08x\n", text, checksum_of(text, 20));
    fclose(file);
    file = open_file("queue");
    snprintf(line, sizeof line, "%lld", (long long)INT64_MAX);
    put_line(file, 'C', line);
    put_line(file, 'C', "41");
    fclose(file);
    queue = open_in(folder);
    assert_int_equal(queue_next_seq(queue), 41);
    queue_close(queue);
}

/* The event of a scan as it is kept, and whether its signature is that of its own number. */
static json_t *kept_event(struct queue *queue, int64_t n, bool *fits)
{
    ARENA                   *arena = arena_new();
    const struct queue_item *item = find(queue, arena, n);
    json_t                  *event = json_loads(item ? item->body : "", 0, NULL), *again;
    struct error             error = {0};

    assert_non_null(event);
    again = json_deep_copy(event);
    json_object_set_new(again, "scanner_seq", json_integer(item->scanner_seq));
    assert_true(signing_add(&bench, again, &error));
    *fits = json_equal(event, again);
    json_decref(again);
    return event;
}

static void signs_what_got_another_number_anew_and_nothing_else(void **state)
{
    struct enrolment other = bench;
    FILE            *file = open_file("queue.db");
    struct queue    *queue;
    struct error     error = {0};
    bool             fits;

    (void)state;
    other.seed[0] = '0';
    for (int64_t n = 1; n <= 3; n++) { /* the third was signed by another scanner */
        char    body[300], *text;
        json_t *event;

        make_body(n, 1, body);
        event = json_loads(body, 0, NULL);
        assert_true(signing_add(n == 3 ? &other : &bench, event, &error));
        text = json_dumps(event, JSON_COMPACT);
        put_record(file, text);
        free(text);
        json_decref(event);
    }
    fclose(file);
    queue = open_in(folder);
    assert_true(claim_queue(queue, &bench, &error));
    for (int i = 0; i < 2; i++) {
        json_t *event = kept_event(queue, 2, &fits);

        assert_true(fits);
        assert_int_equal(json_integer_value(json_object_get(event, "scanner_seq")), 2);
        json_decref(event);
        json_decref(kept_event(queue, 1, &fits));
        assert_true(fits);
        json_decref(kept_event(queue, 3, &fits));
        assert_false(fits);
        assert_int_equal(summary_of(queue).attention, 2);
        queue = open_again(queue);
        assert_true(claim_queue(queue, &bench, &error)); /* and once more, as its owner */
    }
    assert_true(queue_again(queue, &error));
    assert_int_equal(summary_of(queue).waiting, 3);
    queue_close(queue);
}

static void moves_the_difference_of_the_clocks_of_scans_without_signature(void **state)
{
    static const struct {
        const char *body;
        int64_t     skew_ms; /* of the row; 0: not known */
        int64_t     wanted;
        bool        detail; /* something is left of it */
    } rows[] = {
        {"\"detail\":{\"clock_skew_ms\":-130000}", 0, -130000, false},
        {"\"detail\":{\"clock_skew_ms\":5000,\"correction\":\"did_not_occur\"}", 7000, 5000, true},
        {"\"kind\":\"step\"", 130000, 130000, false},
        {"\"kind\":\"step\"", 999, 0, false},
        {"\"kind\":\"step\"", 0, 0, false},
    };
    struct queue *queue = open_in(folder);
    struct error  error = {0};
    bool          fits;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char              body[300];
        struct queue_item item = {.scanner_seq = (int64_t)i + 1,
                                  .scanned_ms = NOW_MS,
                                  .skew_known = rows[i].skew_ms != 0,
                                  .skew_ms = rows[i].skew_ms,
                                  .code = "K",
                                  .context = "",
                                  .body = body};

        name_event(item.scanner_seq, item.event_id);
        snprintf(body, sizeof body, "{\"event_id\":\"%s\",\"scanner_seq\":%zu,\"code\":\"K\",%s}",
                 item.event_id, i + 1, rows[i].body);
        assert_true(queue_store(queue, &item, &error));
    }
    assert_true(claim_queue(queue, &bench, &error));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        json_t *event = kept_event(queue, (int64_t)i + 1, &fits), *detail = json_object_get(event, "detail");

        assert_true(fits);
        assert_int_equal(json_integer_value(json_object_get(event, "clock_skew_ms")), rows[i].wanted);
        assert_int_equal(detail != NULL, rows[i].detail);
        assert_null(json_object_get(detail, "clock_skew_ms"));
        json_decref(event);
    }
    queue_close(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keeps_both_of_two_scans_with_one_number_of_a_damaged_file, clean_folder),
        cmocka_unit_test_setup(keeps_scans_whose_number_is_none, clean_folder),
        cmocka_unit_test_setup(keeps_scans_of_an_old_text_whose_number_is_taken, clean_folder),
        cmocka_unit_test_setup(begins_with_a_counter_that_no_scanner_reaches, clean_folder),
        cmocka_unit_test_setup(signs_what_got_another_number_anew_and_nothing_else, clean_folder),
        cmocka_unit_test_setup(moves_the_difference_of_the_clocks_of_scans_without_signature, clean_folder),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
