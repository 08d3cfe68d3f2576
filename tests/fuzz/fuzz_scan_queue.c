/* What a queue is opened from: a damaged database, the log of a killed process, the text file of earlier
 * versions, the counter. The first byte says which. The queue opens (or says why not), keeps a new scan,
 * gives no number twice, and gives out only what is whole. */
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "queue.h"

#define NOW_MS INT64_C(1795000000000)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static char folder[64];

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    return where->level ? remove(path) : 0;
}

static void remove_folder(void)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    rmdir(folder);
}

static void empty_folder(void)
{
    if (!*folder) {
        snprintf(folder, sizeof folder, "%s/spoor-fuzz-XXXXXX",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        if (!mkdtemp(folder))
            abort();
        atexit(remove_folder);
    }
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void lay_out(const uint8_t *bytes, size_t length)
{
    static const char *const names[] = {"queue", "queue.db", "queue.db-wal", "counter"};
    char                     path[128];
    FILE                    *file;

    empty_folder();
    snprintf(path, sizeof path, "%s/%s", folder, names[bytes[0] % COUNT_OF(names)]);
    file = fopen(path, "wbe");
    if (!file || fwrite(bytes + 1, 1, length - 1, file) != length - 1 || fclose(file) != 0)
        abort();
}

static void keep_one(struct queue *queue)
{
    char              body[200];
    struct error      error = {0};
    struct queue_item item = {.code = "NEW", .context = "step repair", .scanned_ms = NOW_MS, .body = body};

    item.scanner_seq = queue_next_seq(queue);
    if (item.scanner_seq < 1)
        abort();
    uuid_make(item.event_id);
    snprintf(body, sizeof body, "{\"event_id\":\"%s\",\"scanner_seq\":%" PRId64 "}", item.event_id,
             item.scanner_seq);
    if (!queue_store(queue, &item, &error) && error.message[0] == '\0')
        abort();
    if (error.kind == ERROR_NONE && queue_next_seq(queue) != item.scanner_seq + 1)
        abort();
}

static void look(struct queue *queue)
{
    ARENA               *arena = arena_new();
    struct queue_item   *items;
    struct queue_summary summary = {0};
    struct error         error = {0};
    size_t               count = 0;
    int64_t              before = 0;

    if (!queue_batch(queue, arena, 100, &items, &count, &error))
        count = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i].scanner_seq <= before || items[i].scanner_seq >= queue_next_seq(queue) ||
            strncmp(items[i].body, "{\"event_id\":\"", 13) != 0 ||
            strncmp(items[i].body + 13, items[i].event_id, UUID_SIZE - 1) != 0)
            abort();
        before = items[i].scanner_seq;
    }
    if (queue_summarise(queue, &summary, &error) && (summary.waiting < 0 || summary.attention < 0))
        abort();
}

/* Opened a second time it is whole: what was damaged lies aside. Where nothing was, that is looked at now and
 * then. */
static bool is_worth_another_look(const struct queue *queue, const uint8_t *bytes, size_t length)
{
    return *queue_notice(queue) || bytes[length - 1] % 8 == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    int64_t next = 0;
    bool    again = true;

    if (length == 0)
        return 0;
    lay_out(bytes, length);
    for (int i = 0; i < 2 && again; i++) {
        struct error  error = {0};
        struct queue *queue = queue_open(folder, NOW_MS, &error);

        if (!queue && (error.kind == ERROR_NONE || error.message[0] == '\0'))
            abort();
        if (!queue)
            return 0;
        if (queue_next_seq(queue) < next)
            abort();
        look(queue);
        keep_one(queue);
        next = queue_next_seq(queue);
        again = is_worth_another_look(queue, bytes, length);
        queue_close(queue);
    }
    return 0;
}
