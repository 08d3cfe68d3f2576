#include "queue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LINE_MOST 16384u /* bytes */

struct queue {
    struct arena      *arena;
    char               folder[512], path[540];
    int                file;
    int64_t            next_seq;
    size_t             count, room, damaged;
    struct queue_item *items;
};

/* CRC-32C (Castagnoli), bit by bit: lines are short. */
static uint32_t crc(const char *text)
{
    uint32_t sum = 0xFFFFFFFFu;

    for (; *text; text++) {
        sum ^= (unsigned char)*text;
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0x82F63B78u : 0);
    }
    return ~sum;
}

static struct queue_item *find(struct queue *queue, const char *event_id)
{
    for (size_t i = 0; i < queue->count; i++)
        if (strncmp(queue->items[i].event_id, event_id, 36) == 0)
            return &queue->items[i];
    return NULL;
}

static void add(struct queue *queue, const char *event_id, int64_t seq, const char *body)
{
    struct queue_item *item;

    if (queue->count == queue->room) {
        queue->room = queue->room ? queue->room * 2 : 64;
        queue->items = realloc(queue->items, queue->room * sizeof *queue->items);
        if (!queue->items)
            abort();
    }
    item = &queue->items[queue->count++];
    *item = (struct queue_item){.scanner_seq = seq, .body = arena_copy(queue->arena, body)};
    snprintf(item->event_id, sizeof item->event_id, "%.36s", event_id);
}

static void drop(struct queue *queue, struct queue_item *item)
{
    size_t n = (size_t)(item - queue->items);

    memmove(item, item + 1, (queue->count - n - 1) * sizeof *item);
    queue->count--;
}

/* "S seq event_id body", "A event_id", "R event_id why", "C seq" */
static void apply(struct queue *queue, char kind, char *rest)
{
    if (kind == 'S' || kind == 'C') {
        char   *after;
        int64_t seq = strtoll(rest, &after, 10);

        if (seq >= queue->next_seq)
            queue->next_seq = kind == 'S' ? seq + 1 : seq;
        if (kind == 'S' && strlen(after) > 38 && !find(queue, after + 1))
            add(queue, after + 1, seq, after + 38);
        return;
    }
    struct queue_item *item = find(queue, rest);

    if (item && kind == 'A')
        drop(queue, item);
    else if (item && kind == 'R')
        item->refused = arena_copy(queue->arena, strlen(rest) > 37 ? rest + 37 : "refused");
}

/* "K crc rest" */
static bool read_line(struct queue *queue, char *line)
{
    char    *rest;
    uint32_t sum;

    if (strlen(line) < 12 || line[1] != ' ' || !strchr("SARC", line[0]))
        return false;
    sum = (uint32_t)strtoul(line + 2, &rest, 16);
    if (*rest != ' ' || crc(rest + 1) != sum)
        return false;
    apply(queue, line[0], rest + 1);
    return true;
}

static void keep_damaged(const struct queue *queue, const char *line)
{
    char  path[560];
    FILE *file;

    snprintf(path, sizeof path, "%s.damaged", queue->path);
    file = fopen(path, "ae");
    if (!file)
        return;
    fprintf(file, "%s\n", line);
    fclose(file);
}

static void load(struct queue *queue)
{
    char  *line = NULL;
    size_t room = 0;
    FILE  *file = fopen(queue->path, "re");

    while (file && getline(&line, &room, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (!read_line(queue, line)) {
            queue->damaged++;
            keep_damaged(queue, line);
        }
    }
    free(line);
    if (file)
        fclose(file);
}

/* A line that was cut by a crash gets its end, so that the next one begins on its own. */
static bool end_last_line(struct queue *queue, struct error *error)
{
    off_t size = lseek(queue->file, 0, SEEK_END);
    char  last = '\n';

    if (size > 0 && pread(queue->file, &last, 1, size - 1) == 1 && last != '\n' &&
        write(queue->file, "\n", 1) != 1)
        return error_set(error, ERROR_UNAVAILABLE, "cannot write %s: %s", queue->path, strerror(errno));
    return true;
}

static bool append(struct queue *queue, char kind, const char *text, struct error *error)
{
    char    line[LINE_MOST];
    int     length = snprintf(line, sizeof line, "\n%c %08x %s\n", kind, crc(text), text);
    ssize_t written;

    if (length < 0 || (size_t)length >= sizeof line)
        return error_set(error, ERROR_TOO_LARGE, "this scan is too long to be kept");
    if (!end_last_line(queue, error))
        return false;
    written = write(queue->file, line + 1, (size_t)length - 1);
    if (written == length - 1 && fdatasync(queue->file) == 0)
        return true;
    return error_set(error, ERROR_UNAVAILABLE, "cannot keep this scan on disk (%s): it was NOT recorded",
                     strerror(errno));
}

static bool take_lock(struct queue *queue, struct error *error)
{
    queue->file = open(queue->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (queue->file < 0)
        return error_set(error, ERROR_INVALID, "cannot open %s: %s", queue->path, strerror(errno));
    if (flock(queue->file, LOCK_EX | LOCK_NB) != 0)
        return error_set(error, ERROR_CONFLICT, "in use: another spoor-scan works in %s", queue->folder);
    return true;
}

struct queue *queue_open(const char *folder, struct error *error)
{
    struct queue *queue = calloc(1, sizeof *queue);

    if (!queue)
        abort();
    queue->arena = arena_new();
    queue->next_seq = 1;
    queue->file = -1;
    snprintf(queue->folder, sizeof queue->folder, "%s", folder);
    snprintf(queue->path, sizeof queue->path, "%s/queue", queue->folder);
    if (take_lock(queue, error) && end_last_line(queue, error)) {
        load(queue);
        return queue;
    }
    queue_close(queue);
    return NULL;
}

void queue_close(struct queue *queue)
{
    if (!queue)
        return;
    if (queue->file >= 0)
        close(queue->file);
    free(queue->items);
    arena_free(queue->arena);
    free(queue);
}

int64_t queue_next_seq(const struct queue *queue)
{
    return queue->next_seq;
}

bool queue_store(struct queue *queue, const char *event_id, int64_t scanner_seq, const char *body,
                 struct error *error)
{
    char text[LINE_MOST];

    if (snprintf(text, sizeof text, "%lld %s %s", (long long)scanner_seq, event_id, body) >= (int)sizeof text)
        return error_set(error, ERROR_TOO_LARGE, "this scan is too long to be kept");
    if (!append(queue, 'S', text, error))
        return false;
    queue->next_seq = scanner_seq + 1;
    add(queue, event_id, scanner_seq, body);
    return true;
}

bool queue_acknowledge(struct queue *queue, const char *event_id, struct error *error)
{
    struct queue_item *item = find(queue, event_id);

    if (!item || !append(queue, 'A', event_id, error))
        return item == NULL;
    drop(queue, item);
    return true;
}

bool queue_refuse(struct queue *queue, const char *event_id, const char *why, struct error *error)
{
    struct queue_item *item = find(queue, event_id);
    char               text[1200];

    snprintf(text, sizeof text, "%s %.1000s", event_id, *why ? why : "refused");
    text[strcspn(text, "\n\r")] = '\0';
    if (!item || !append(queue, 'R', text, error))
        return item == NULL;
    item->refused = arena_copy(queue->arena, text + 37);
    return true;
}

size_t queue_count(const struct queue *queue)
{
    return queue->count;
}

const struct queue_item *queue_item(const struct queue *queue, size_t n)
{
    return &queue->items[n];
}

size_t queue_damaged(const struct queue *queue)
{
    return queue->damaged;
}
