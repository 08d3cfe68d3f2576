/* queue_helpers.h: a queue in a folder that is thrown away, with scans whose content follows from their
 * number. */
#ifndef TESTS_UNIT_QUEUE_HELPERS_H
#define TESTS_UNIT_QUEUE_HELPERS_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "queue.h"

#include <cmocka.h>

#define NOW_MS   INT64_C(1795485600000)
#define SCANS    12
#define FILE_END ((size_t)4 * 1024 * 1024)

static char folder[64], copy[80];

static inline void empty(const char *path)
{
    DIR           *directory = opendir(path);
    struct dirent *entry;
    char           name[400];

    while (directory && (entry = readdir(directory)))
        if (entry->d_name[0] != '.') {
            snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
            unlink(name);
        }
    if (directory)
        closedir(directory);
}

static inline int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/spoor-queue-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(copy, sizeof copy, "%s/copy", folder);
    return mkdir(copy, 0700);
}

static inline int remove_folder(void **state)
{
    (void)state;
    empty(copy);
    rmdir(copy);
    empty(folder);
    return rmdir(folder);
}

static inline int clean_folder(void **state)
{
    (void)state;
    empty(copy);
    empty(folder);
    return 0;
}

static inline struct queue *open_in(const char *path)
{
    struct error  error = {0};
    struct queue *queue = queue_open(path, NOW_MS, &error);

    if (!queue)
        fail_msg("%s: %s", path, error.message);
    return queue;
}

static inline void name_event(int64_t n, char event_id[UUID_SIZE])
{
    snprintf(event_id, UUID_SIZE, "00000000-0000-4000-8000-%012llu", (unsigned long long)n % 1000000000000u);
}

static inline bool store(struct queue *queue, int64_t n, struct error *error)
{
    char              body[300], code[40];
    struct queue_item item = {.scanner_seq = n,
                              .scanned_ms = NOW_MS + n * 1000,
                              .code = code,
                              .context = "step repair",
                              .body = body};

    name_event(n, item.event_id);
    snprintf(code, sizeof code, "K-%lld", (long long)n);
    snprintf(
        body, sizeof body,
        "{\"event_id\":\"%s\",\"scanner_seq\":%lld,\"code\":\"%s\",\"kind\":\"step\",\"step\":\"repair\"}",
        item.event_id, (long long)n, code);
    return queue_store(queue, &item, error);
}

static inline void store_all(struct queue *queue, int64_t first, int64_t last)
{
    struct error error = {0};

    for (int64_t n = first; n <= last; n++) {
        assert_int_equal(queue_next_seq(queue), n);
        assert_true(store(queue, n, &error));
    }
}

static inline void settle(struct queue *queue, int64_t n, const char *outcome)
{
    char                 event_id[UUID_SIZE];
    struct error         error = {0};
    struct queue_verdict verdict = {event_id, outcome, "as it was said", strcmp(outcome, "refused") == 0};

    name_event(n, event_id);
    assert_true(queue_settle(queue, &verdict, 1, &error));
}

static inline struct queue_summary summary_of(struct queue *queue)
{
    struct queue_summary summary;
    struct error         error = {0};

    assert_true(queue_summarise(queue, &summary, &error));
    return summary;
}

/* Each item is one that was stored, unchanged unless it says that it is damaged. Returns how many are. */
static inline size_t check_items(struct queue *queue, size_t *told)
{
    ARENA             *arena = arena_new();
    struct queue_item *items;
    size_t             count, sound = 0;
    struct error       error = {0};
    int64_t            before = 0;

    if (!queue_page(queue, arena, QUEUE_UNSETTLED, 0, 100000, &items, &count, &error))
        fail_msg("%s", error.message);
    for (size_t i = 0; i < count; i++) {
        char event_id[UUID_SIZE];

        assert_true(items[i].scanner_seq > before);
        before = items[i].scanner_seq;
        if (items[i].attention) {
            (*told)++;
            continue;
        }
        name_event(items[i].scanner_seq, event_id);
        assert_non_null(strstr(items[i].body, event_id));
        sound++;
    }
    return sound;
}

#endif
