#include "queue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "queue_file.h"
#include "queue_inside.h"

#define NOTICE_MOST 4096u                      /* bytes */
#define LOG_MOST    ((size_t)64 * 1024 * 1024) /* bytes */

bool queue_run(struct queue *queue, enum queue_statement statement, struct error *error)
{
    return queue_database_run(queue->database, statement, NULL, 0, NULL, NULL, error);
}

/* A commit whose sync failed stands in the log all the same, and the next start would take it for done,
 * though it was told as not kept. The next transaction is written over it: one that changes nothing. */
static void blot_out(struct queue *queue)
{
    struct error ignored = {0};

    if (!queue_run(queue, QUEUE_SQL_BEGIN, &ignored) || !queue_run(queue, QUEUE_SQL_BLOT, &ignored) ||
        !queue_run(queue, QUEUE_SQL_COMMIT, &ignored))
        ignored.kind = ERROR_NONE; /* what counts is that it was written, not that it is durable */
    if (!queue_run(queue, QUEUE_SQL_ROLLBACK, &ignored))
        ignored.kind = ERROR_NONE; /* nothing was open any more */
}

/* Ends a transaction; undoes it when something in it failed. */
bool queue_finish(struct queue *queue, bool done, struct error *error)
{
    struct error ignored = {0};

    if (done && queue_run(queue, QUEUE_SQL_COMMIT, error))
        return true;
    if (!queue_run(queue, QUEUE_SQL_ROLLBACK, &ignored))
        ignored.kind = ERROR_NONE; /* SQLite has rolled back by itself */
    if (done)
        blot_out(queue);
    return false;
}

bool queue_insert(struct queue *queue, const struct queue_item *item, struct error *error)
{
    char                    *record = queue_file_record(item->body);
    const struct queue_value values[] = {QUEUE_NUMBER(item->scanner_seq),
                                         QUEUE_TEXT(item->event_id),
                                         QUEUE_TEXT(item->code),
                                         QUEUE_TEXT(item->context),
                                         QUEUE_NUMBER(item->scanned_ms),
                                         {.is_null = !item->skew_known, .number = item->skew_ms},
                                         QUEUE_TEXT(record)};
    bool                     done;

    if (!record)
        return error_set(error, ERROR_TOO_LARGE, "this scan is too long to be kept");
    done = queue_database_run(queue->database, QUEUE_SQL_SCAN_NEW, values, COUNT_OF(values), NULL, NULL,
                              error) &&
           queue_database_run(queue->database, QUEUE_SQL_NUMBER_USED, values, 1, NULL, NULL, error);
    free(record);
    return done;
}

static bool insert_recent(struct queue *queue, const struct queue_item *item, struct error *error)
{
    const struct queue_value values[] = {QUEUE_NUMBER(item->scanner_seq), QUEUE_TEXT(item->event_id),
                                         QUEUE_TEXT(item->code), QUEUE_TEXT(item->context),
                                         QUEUE_NUMBER(item->scanned_ms)};

    return queue_database_run(queue->database, QUEUE_SQL_RECENT_ADD, values, COUNT_OF(values), NULL, NULL,
                              error);
}

/* Neither an undone scan nor its undo is in the list of recent ones. */
static bool leave_out(struct queue *queue, const struct queue_item *item, struct error *error)
{
    const struct queue_value both[] = {QUEUE_TEXT(item->undoes), QUEUE_TEXT(item->event_id)};

    return queue_database_run(queue->database, QUEUE_SQL_RECENT_UNDONE, &both[0], 1, NULL, NULL, error) &&
           queue_database_run(queue->database, QUEUE_SQL_RECENT_UNDONE, &both[1], 1, NULL, NULL, error);
}

static bool store(struct queue *queue, const struct queue_item *item, struct error *error)
{
    if (item->scanner_seq != queue->next_seq)
        return error_set(error, ERROR_CONFLICT, "its number was given away meanwhile");
    return queue_run(queue, QUEUE_SQL_BEGIN, error) &&
           queue_finish(queue,
                        queue_insert(queue, item, error) && insert_recent(queue, item, error) &&
                            (!item->undoes || leave_out(queue, item, error)),
                        error);
}

bool queue_store(struct queue *queue, const struct queue_item *item, struct error *error)
{
    bool done;

    pthread_mutex_lock(&queue->mutex);
    done = store(queue, item, error);
    if (done) {
        queue->next_seq = item->scanner_seq + 1;
        queue_file_count(queue->folder, item->scanner_seq);
    }
    pthread_mutex_unlock(&queue->mutex);
    return done || error_while(error, "this scan was NOT recorded");
}

/* Rows into items of an arena. */
struct gathering {
    struct arena      *arena;
    struct queue_item *items;
    size_t             count, room;
    bool               recent;  /* outcome and said in place of skew and body */
    bool               settled; /* a column more: when */
};

static struct queue_item *next_item(struct gathering *to)
{
    if (to->count == to->room) {
        struct queue_item *more = ARENA_NEW(to->arena, struct queue_item, to->room * 2 + 16);

        if (to->count)
            memcpy(more, to->items, to->count * sizeof *more);
        to->items = more;
        to->room = to->room * 2 + 16;
    }
    return &to->items[to->count++];
}

static void gather(const struct queue_row *row, void *context)
{
    struct gathering  *to = context;
    struct queue_item *item = next_item(to);

    *item = (struct queue_item){.scanner_seq = queue_row_number(row, 0),
                                .code = arena_copy(to->arena, queue_row_text(row, 2)),
                                .context = arena_copy(to->arena, queue_row_text(row, 3)),
                                .scanned_ms = queue_row_number(row, 4),
                                .outcome = "",
                                .said = "",
                                .body = ""};
    snprintf(item->event_id, sizeof item->event_id, "%.36s", queue_row_text(row, 1));
    if (to->recent) {
        item->outcome = arena_copy(to->arena, queue_row_text(row, 5));
        item->said = arena_copy(to->arena, queue_row_text(row, 6));
        return;
    }
    item->skew_known = !queue_row_is_null(row, 5);
    item->skew_ms = queue_row_number(row, 5);
    item->body = arena_copy(to->arena, queue_row_text(row, 6));
    item->attention = queue_row_is_null(row, 7) ? NULL : arena_copy(to->arena, queue_row_text(row, 7));
    item->settled_ms = to->settled ? queue_row_number(row, 8) : 0;
}

static bool collect(struct queue *queue, enum queue_statement statement, const struct queue_value *values,
                    size_t count, struct gathering *to, struct error *error)
{
    bool done;

    pthread_mutex_lock(&queue->mutex);
    done = queue_database_run(queue->database, statement, values, count, gather, to, error);
    pthread_mutex_unlock(&queue->mutex);
    return done;
}

/* Takes the sum off the body; false when the disk changed it. */
static bool is_sound(struct arena *arena, struct queue_item *item)
{
    size_t length = queue_file_body(item->body);
    char   id[sizeof "{\"event_id\":\"" + UUID_SIZE];

    snprintf(id, sizeof id, "{\"event_id\":\"%s\"", item->event_id);
    if (length == 0 || strncmp(item->body, id, strlen(id)) != 0)
        return false;
    item->body = arena_format(arena, "%.*s", (int)length, item->body);
    return true;
}

bool queue_batch(struct queue *queue, struct arena *arena, size_t most, struct queue_item **items,
                 size_t *count, struct error *error)
{
    struct gathering   to = {.arena = arena};
    struct queue_value limit = QUEUE_NUMBER((int64_t)most);
    bool               all_sound;

    do {
        all_sound = true;
        *count = to.count = 0;
        if (!collect(queue, QUEUE_SQL_SCAN_WAITING, &limit, 1, &to, error))
            return false;
        for (size_t i = 0; i < to.count; i++) {
            const struct queue_verdict damaged = {to.items[i].event_id, "damaged",
                                                  "the disk damaged this scan; it cannot be sent", true};

            if (is_sound(arena, &to.items[i])) {
                to.items[(*count)++] = to.items[i];
                continue;
            }
            all_sound = false;
            if (!queue_settle(queue, &damaged, 1, error))
                return false;
        }
    } while (*count == 0 && !all_sound);
    *items = to.items;
    return true;
}

bool queue_page(struct queue *queue, struct arena *arena, enum queue_part part, int64_t after, size_t most,
                struct queue_item **items, size_t *count, struct error *error)
{
    static const enum queue_statement pages[] = {[QUEUE_UNSETTLED] = QUEUE_SQL_SCAN_PAGE,
                                                 [QUEUE_ATTENTION] = QUEUE_SQL_SCAN_ATTENTION,
                                                 [QUEUE_SETTLED] = QUEUE_SQL_SETTLED_PAGE};
    struct gathering                  to = {.arena = arena, .settled = part == QUEUE_SETTLED};
    const struct queue_value          values[] = {QUEUE_NUMBER(after), QUEUE_NUMBER((int64_t)most)};

    if (!collect(queue, pages[part], values, COUNT_OF(values), &to, error))
        return false;
    for (size_t i = 0; i < to.count; i++)
        if (!is_sound(arena, &to.items[i]) && !to.items[i].attention)
            to.items[i].attention = "the disk damaged this scan; it cannot be sent";
    *items = to.items;
    *count = to.count;
    return true;
}

bool queue_recent(struct queue *queue, struct arena *arena, size_t most, struct queue_item **items,
                  size_t *count, struct error *error)
{
    struct gathering   to = {.arena = arena, .recent = true};
    struct queue_value limit = QUEUE_NUMBER((int64_t)most);

    if (!collect(queue, QUEUE_SQL_RECENT_LAST, &limit, 1, &to, error))
        return false;
    *items = to.items;
    *count = to.count;
    return true;
}

static bool recent_one(struct queue *queue, enum queue_statement statement, const char *of,
                       struct arena *arena, struct queue_item **item, struct error *error)
{
    struct gathering   to = {.arena = arena, .recent = true};
    struct queue_value value = QUEUE_TEXT(of);

    if (!collect(queue, statement, &value, 1, &to, error))
        return false;
    *item = to.count ? to.items : NULL;
    return true;
}

bool queue_recent_of(struct queue *queue, struct arena *arena, const char *code, struct queue_item **item,
                     struct error *error)
{
    return recent_one(queue, QUEUE_SQL_RECENT_OF_CODE, code, arena, item, error);
}

bool queue_recent_event(struct queue *queue, struct arena *arena, const char *event_id,
                        struct queue_item **item, struct error *error)
{
    return recent_one(queue, QUEUE_SQL_RECENT_OF_EVENT, event_id, arena, item, error);
}

const char *queue_notice(const struct queue *queue)
{
    return queue->notice.text ? queue->notice.text : "";
}

static void keep_next(const struct queue_row *row, void *context)
{
    *(int64_t *)context = queue_row_number(row, 0);
}

static bool read_next(struct queue *queue, struct error *error)
{
    return queue_database_run(queue->database, QUEUE_SQL_NEXT_NUMBER, NULL, 0, keep_next, &queue->next_seq,
                              error);
}

static bool open_database(struct queue *queue, struct error *error)
{
    bool damaged = false;

    queue->database = queue_database_open(queue->path, &damaged, error);
    if (!queue->database && damaged && queue_file_set_aside(queue->path, error))
        queue->database = queue_database_open(queue->path, &damaged, error);
    return queue->database && queue_rescue_file(queue, error);
}

/* The counter beside the database says whether numbers were used that the database does not know. */
static bool compare_counter(struct queue *queue, const struct buffer *log, struct error *error)
{
    int64_t counter = queue_file_counter(queue->folder), first = queue->next_seq, rescued = 0;
    const struct queue_value used = QUEUE_NUMBER(counter);

    if (counter < queue->next_seq)
        return true;
    if (!queue_rescue_log(queue, log, &rescued, error))
        return false;
    queue->next_seq = counter + 1;
    buffer_format(&queue->notice,
                  "The queue in %s does not hold all that was scanned: numbers %" PRId64 " to %" PRId64
                  " were used already, %" PRId64 " of them were found again. The server will see the gap; "
                  "tell your lead.\n",
                  queue->folder, first, counter, rescued);
    return queue_database_run(queue->database, QUEUE_SQL_NUMBER_USED, &used, 1, NULL, NULL, error);
}

/* Those that were kept under the number of another scan get numbers of their own, after all others. */
static bool number_aside(struct queue *queue, struct error *error)
{
    const struct queue_value first = QUEUE_NUMBER(queue->next_seq);
    int64_t                  count = 0;

    if (!queue_database_run(queue->database, QUEUE_SQL_ASIDE_COUNT, NULL, 0, keep_next, &count, error))
        return false;
    if (count == 0)
        return true;
    buffer_format(&queue->notice,
                  "%" PRId64
                  " of the scans that were found have the number of another scan. They are kept and "
                  "need attention: spoor-scan status shows them.\n",
                  count);
    if (!queue_run(queue, QUEUE_SQL_BEGIN, error) ||
        !queue_finish(
            queue, queue_database_run(queue->database, QUEUE_SQL_ASIDE_NUMBER, &first, 1, NULL, NULL, error),
            error))
        return false;
    queue->next_seq += count;
    queue_file_count(queue->folder, queue->next_seq - 1);
    return true;
}

static bool prune(struct queue *queue, int64_t now_ms, struct error *error)
{
    const struct queue_value recent = QUEUE_NUMBER(now_ms - QUEUE_RECENT_MS);

    return queue_database_run(queue->database, QUEUE_SQL_RECENT_PRUNE, &recent, 1, NULL, NULL, error) &&
           queue_forget_old(queue, now_ms, error);
}

static bool open_all(struct queue *queue, int64_t now_ms, struct error *error)
{
    CLEANUP(buffer_free) struct buffer log = {.limit = LOG_MOST};
    char                               log_path[560];
    struct error                       full = {0};

    queue->is_new = !queue_file_awaits_rescue(queue->path) && access(queue->path, F_OK) != 0;
    snprintf(log_path, sizeof log_path, "%s-wal", queue->path);
    queue_file_read(log_path, &log);
    if (!open_database(queue, error) || !read_next(queue, error) || !compare_counter(queue, &log, error) ||
        !queue_import(queue, error) || !read_next(queue, error))
        return false;
    if (queue_file_counter(queue->folder) >= queue->next_seq)
        queue->next_seq = queue_file_counter(queue->folder) + 1;
    if (!number_aside(queue, error))
        return false;
    return prune(queue, now_ms, &full) || full.kind != ERROR_NONE; /* a full disk is told when it matters */
}

static struct queue *new_queue(const char *folder)
{
    struct queue *queue = calloc(1, sizeof *queue);

    if (!queue)
        abort();
    queue->lock = -1;
    queue->notice.limit = NOTICE_MOST;
    pthread_mutex_init(&queue->mutex, NULL);
    snprintf(queue->folder, sizeof queue->folder, "%s", folder);
    snprintf(queue->path, sizeof queue->path, "%s/queue.db", queue->folder);
    return queue;
}

struct queue *queue_open(const char *folder, int64_t now_ms, struct error *error)
{
    struct queue *queue = new_queue(folder);

    queue->lock = queue_file_lock(folder, error);
    if (queue->lock >= 0 && open_all(queue, now_ms, error))
        return queue;
    queue_close(queue);
    return NULL;
}

struct queue *queue_look(const char *folder, struct error *error)
{
    struct queue *queue = new_queue(folder);
    struct stat   about;
    bool          damaged = false;

    if (stat(queue->path, &about) != 0)
        error_set(error, ERROR_NOT_FOUND, "there is no queue in %s yet", folder);
    else if ((queue->database = queue_database_open(queue->path, &damaged, error)) && read_next(queue, error))
        return queue;
    queue_close(queue);
    return NULL;
}

void queue_close(struct queue *queue)
{
    if (!queue)
        return;
    queue_database_close(queue->database);
    if (queue->lock >= 0)
        close(queue->lock);
    pthread_mutex_destroy(&queue->mutex);
    buffer_free(&queue->notice);
    free(queue);
}
