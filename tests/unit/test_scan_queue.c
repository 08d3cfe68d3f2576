/* test_scan_queue.c: what the queue holds, over restarts, versions and processes. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checksum.h"
#include "shared/moment.h"
#include "unit/queue_helpers.h"

static void keeps_scans_in_order_over_restarts(void **state)
{
    ARENA             *arena = arena_new();
    struct queue      *queue = open_in(folder);
    struct queue_item *items;
    size_t             count;
    struct error       error = {0};

    (void)state;
    assert_string_equal(queue_notice(queue), "");
    store_all(queue, 1, 5);
    queue_close(queue);
    queue = open_in(folder);
    store_all(queue, 6, 9);
    settle(queue, 1, "recorded");
    settle(queue, 3, "replayed");
    settle(queue, 4, "refused");
    settle(queue, 5, "conflict");
    queue_close(queue);
    queue = open_in(folder);
    assert_string_equal(queue_notice(queue), "");
    assert_true(queue_batch(queue, arena, 3, &items, &count, &error));
    assert_int_equal(count, 3);
    assert_int_equal(items[0].scanner_seq, 2);
    assert_int_equal(items[1].scanner_seq, 6);
    assert_int_equal(items[2].scanner_seq, 7);
    assert_string_equal(items[2].code, "K-7");
    assert_string_equal(items[2].context, "step repair");
    assert_int_equal(summary_of(queue).waiting, 5);
    assert_int_equal(summary_of(queue).attention, 1);
    assert_int_equal(summary_of(queue).oldest_ms, NOW_MS + 2000);
    assert_int_equal(queue_next_seq(queue), 10);
    queue_close(queue);
}

static void keeps_what_was_refused_and_offers_it_again(void **state)
{
    ARENA             *arena = arena_new();
    struct queue      *queue = open_in(folder);
    struct queue_item *items;
    size_t             count;
    struct error       error = {0};

    (void)state;
    store_all(queue, 1, 2);
    settle(queue, 1, "refused");
    assert_true(queue_page(queue, arena, QUEUE_UNSETTLED, 0, 100000, &items, &count, &error));
    assert_int_equal(count, 2);
    assert_string_equal(items[0].attention, "as it was said");
    assert_null(items[1].attention);
    assert_true(queue_again(queue, &error));
    assert_int_equal(summary_of(queue).waiting, 2);
    queue_close(queue);
}

static void keeps_the_difference_of_the_clocks(void **state)
{
    struct queue *queue = open_in(folder);
    struct error  error = {0};
    int64_t       skew_ms = -130000;

    (void)state;
    assert_false(summary_of(queue).skew_known);
    assert_true(queue_heard(queue, NOW_MS, &skew_ms, &error));
    assert_true(queue_heard(queue, NOW_MS + 1, NULL, &error));
    queue_close(queue);
    queue = open_in(folder);
    assert_true(summary_of(queue).skew_known);
    assert_int_equal(summary_of(queue).skew_ms, -130000);
    assert_int_equal(summary_of(queue).contact_ms, NOW_MS + 1);
    queue_close(queue);
}

static void remembers_the_latest_scan_of_a_code(void **state)
{
    ARENA             *arena = arena_new();
    struct queue      *queue = open_in(folder);
    struct queue_item *item, undo = {.scanner_seq = 3, .code = "", .context = "undo"};
    struct error       error = {0};

    (void)state;
    store_all(queue, 1, 2);
    settle(queue, 2, "recorded");
    assert_true(queue_recent_of(queue, arena, "K-2", &item, &error));
    assert_non_null(item);
    assert_string_equal(item->outcome, "recorded");
    uuid_make(undo.event_id);
    undo.body = arena_format(arena, "{\"event_id\":\"%s\"}", undo.event_id);
    undo.undoes = item->event_id;
    assert_true(queue_store(queue, &undo, &error));
    assert_true(queue_recent_of(queue, arena, "K-2", &item, &error));
    assert_null(item);
    assert_true(queue_recent_event(queue, arena, undo.event_id, &item, &error));
    assert_non_null(item);
    queue_close(queue);
    queue = queue_open(folder, NOW_MS + QUEUE_RECENT_MS + 1500, &error);
    assert_non_null(queue);
    assert_true(queue_recent_of(queue, arena, "K-1", &item, &error));
    assert_null(item);
    assert_int_equal(summary_of(queue).waiting, 2);
    queue_close(queue);
}

static void tells_a_second_process_that_it_is_in_use(void **state)
{
    struct queue *queue = open_in(folder), *other;
    struct error  error = {0};

    (void)state;
    store_all(queue, 1, 3);
    other = queue_open(folder, NOW_MS, &error);
    assert_null(other);
    assert_int_equal(error.kind, ERROR_CONFLICT);
    assert_non_null(strstr(error.message, "in use"));
    error = (struct error){0};
    other = queue_look(folder, &error);
    assert_non_null(other);
    assert_int_equal(summary_of(other).waiting, 3);
    queue_close(other);
    store_all(queue, 4, 4);
    queue_close(queue);
}

static void put_line(FILE *file, char kind, const char *text)
{
    fprintf(file, "%c %08x %s\n", kind, checksum_of(text, strlen(text)), text);
}

static void takes_over_the_text_queue_of_earlier_versions_once(void **state)
{
    char          path[100], line[400], event_id[UUID_SIZE];
    FILE         *file;
    struct queue *queue;

    (void)state;
    snprintf(path, sizeof path, "%s/queue", folder);
    file = fopen(path, "we");
    assert_non_null(file);
    put_line(file, 'C', "40");
    for (int64_t n = 41; n <= 44; n++) {
        name_event(n, event_id);
        snprintf(line, sizeof line,
                 "%lld %s {\"event_id\":\"%s\",\"code\":\"K\",\"kind\":\"moved\",\"scanner_seq\":%lld}",
                 (long long)n, event_id, event_id, (long long)n);
        put_line(file, 'S', line);
    }
    name_event(41, event_id);
    put_line(file, 'A', event_id);
    name_event(42, event_id);
    snprintf(line, sizeof line, "%s there is no such step", event_id);
    put_line(file, 'R', line);
    fprintf(file, "S 00000000 45 cut off\n");
    fclose(file);
    for (int round = 0; round < 2; round++) {
        queue = open_in(folder);
        assert_int_equal(summary_of(queue).waiting, 2);
        assert_int_equal(summary_of(queue).attention, 1);
        assert_int_equal(queue_next_seq(queue), 45);
        if (round == 0)
            assert_non_null(strstr(queue_notice(queue), "1 damaged lines"));
        else
            assert_string_equal(queue_notice(queue), "");
        queue_close(queue);
    }
    assert_int_equal(access(path, F_OK), -1);
}

static void keeps_what_was_acknowledged_to_offer_it_again_for_a_while(void **state)
{
    ARENA             *arena = arena_new();
    struct queue      *queue = open_in(folder);
    struct queue_item *items, *first;
    size_t             count;
    struct error       error = {0};

    (void)state;
    store_all(queue, 1, 4);
    assert_true(queue_batch(queue, arena, 10, &first, &count, &error));
    settle(queue, 1, "recorded");
    settle(queue, 2, "replayed");
    settle(queue, 3, "conflict");
    queue_close(queue);
    queue = queue_open(folder, moment_now().ms + QUEUE_ACKNOWLEDGED_MS - 60000, &error);
    assert_non_null(queue);
    for (int i = 0; i < 2; i++) { /* once more changes nothing */
        assert_true(queue_resend(queue, &error));
        assert_true(queue_batch(queue, arena, 10, &items, &count, &error));
        assert_int_equal(count, 3);
        assert_string_equal(items[0].body, first[0].body);
        assert_int_equal(items[1].scanner_seq, 2);
        assert_int_equal(items[2].scanner_seq, 4);
    }
    assert_int_equal(queue_next_seq(queue), 5);
    settle(queue, 1, "replayed");
    settle(queue, 2, "recorded");
    assert_true(queue_own(queue, "11111111-2222-4333-8444-555555555555", "another", &error));
    assert_true(queue_resend(queue, &error)); /* another scanner did not sign them */
    assert_int_equal(summary_of(queue).waiting, 1);
    assert_true(queue_own(queue, "", "", &error));
    queue_close(queue);
    queue = queue_open(folder, moment_now().ms + QUEUE_ACKNOWLEDGED_MS + 60000, &error);
    assert_non_null(queue);
    assert_true(queue_resend(queue, &error));
    assert_int_equal(summary_of(queue).waiting, 1);
    queue_close(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keeps_scans_in_order_over_restarts, clean_folder),
        cmocka_unit_test_setup(keeps_what_was_refused_and_offers_it_again, clean_folder),
        cmocka_unit_test_setup(keeps_the_difference_of_the_clocks, clean_folder),
        cmocka_unit_test_setup(remembers_the_latest_scan_of_a_code, clean_folder),
        cmocka_unit_test_setup(tells_a_second_process_that_it_is_in_use, clean_folder),
        cmocka_unit_test_setup(keeps_what_was_acknowledged_to_offer_it_again_for_a_while, clean_folder),
        cmocka_unit_test_setup(takes_over_the_text_queue_of_earlier_versions_once, clean_folder),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
