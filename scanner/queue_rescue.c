/* Takes over what others left: a damaged database, the log of a killed process, the text file of earlier
 * versions. Nothing is sent twice by it: the server knows an event_id again. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <jansson.h>

#include "checksum.h"
#include "queue_file.h"
#include "queue_inside.h"
#include "shared/moment.h"

#define FILE_MOST ((size_t)256 * 1024 * 1024) /* bytes */

#define NUMBER_MOST (INT64_MAX / 2) /* no scanner counts so far */

struct rescue {
    struct queue *queue;
    struct error *error;
    int64_t       least; /* numbers below it are left */
    int64_t       count; /* that were not there yet */
    int64_t       left;  /* whole records that are no event */
    bool          failed;
};

#define CONTEXT_MOST 100u

/* "step repair", for people: what the scan meant. */
static void describe_context(const json_t *event, char context[CONTEXT_MOST])
{
    static const char *const names[] = {"step", "reason", "place", "to", "kind"};

    *context = '\0';
    for (size_t i = 0; i < COUNT_OF(names) && !*context; i++) {
        const char *value = json_string_value(json_object_get(event, names[i]));

        if (value && strlen(value) <= CONTEXT_MOST - 20) /* nothing is cut within a character */
            snprintf(context, CONTEXT_MOST, "%s %s", names[i], value);
    }
}

/* What stands in the body says the rest. False: it is no event. */
static bool describe(const json_t *event, struct queue_item *item)
{
    const char   *id = json_string_value(json_object_get(event, "event_id"));
    const char   *code = json_string_value(json_object_get(event, "code"));
    const char   *at = json_string_value(json_object_get(event, "happened_at"));
    const json_t *skew = json_object_get(event, "clock_skew_ms");
    struct moment moment = {0};
    struct error  ignored = {0};

    item->scanner_seq = json_integer_value(json_object_get(event, "scanner_seq"));
    item->code = code ? code : "";
    item->skew_known = json_is_integer(skew);
    item->skew_ms = json_integer_value(skew);
    if (at && moment_parse(at, &moment, &ignored))
        item->scanned_ms = moment.ms;
    return id && uuid_parse(id, item->event_id);
}

/* What the queue holds already of a scan. */
struct known {
    bool    event, number;
    int64_t aside; /* a number below zero that is free: until number_aside() gives it one of its own */
};

static void keep_known(const struct queue_row *row, void *context)
{
    *(struct known *)context = (struct known){.event = queue_row_number(row, 0) > 0,
                                              .number = queue_row_number(row, 1) > 0,
                                              .aside = queue_row_number(row, 2)};
}

/* Two scans with one number: which of them a person meant cannot be known here, so that both are kept. */
static bool put_aside(struct rescue *rescue, struct queue_item *item, int64_t number)
{
    char                     why[200];
    const struct queue_value values[] = {QUEUE_TEXT(item->event_id), QUEUE_TEXT(why)};

    snprintf(why, sizeof why,
             "found when the queue was mended; it came with number %" PRId64
             ", which is not its own. If it is not recorded: spoor-scan sync --again",
             item->scanner_seq);
    item->scanner_seq = number;
    return queue_insert(rescue->queue, item, rescue->error) &&
           queue_database_run(rescue->queue->database, QUEUE_SQL_SCAN_REFUSED, values, COUNT_OF(values), NULL,
                              NULL, rescue->error);
}

/* A scan that is there already stays as it is: a rescue may be done again, and a file may hold old copies. */
static bool add(struct rescue *rescue, struct queue_item *item)
{
    const struct queue_value values[] = {QUEUE_NUMBER(item->scanner_seq), QUEUE_TEXT(item->event_id)};
    struct known             known = {0};

    if (!queue_database_run(rescue->queue->database, QUEUE_SQL_SCAN_KNOWN, values, COUNT_OF(values),
                            keep_known, &known, rescue->error))
        return false;
    if (known.event)
        return true;
    rescue->count++;
    if (known.number || item->scanner_seq <= 0 || item->scanner_seq > NUMBER_MOST)
        return put_aside(rescue, item, known.aside);
    return queue_insert(rescue->queue, item, rescue->error);
}

/* False: this is no event. */
static bool take_body(struct rescue *rescue, const char *body)
{
    json_t           *event = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
    char              context[CONTEXT_MOST];
    struct queue_item item = {.body = body, .context = context};
    bool              is_event = describe(event, &item);

    describe_context(event, context);
    if (is_event && !rescue->failed && item.scanner_seq >= rescue->least)
        rescue->failed = !add(rescue, &item);
    json_decref(event);
    return is_event;
}

static void take_record(const char *bytes, size_t length, void *context)
{
    struct rescue *rescue = context;
    char          *body = strndup(bytes, length);

    if (!body)
        abort();
    if (!take_body(rescue, body))
        rescue->left++;
    free(body);
}

/* After a failure the queue is not opened at all, which undoes what was begun. */
static bool in_one_transaction(struct queue *queue, const struct buffer *bytes, struct rescue *rescue)
{
    if (!queue_run(queue, QUEUE_SQL_BEGIN, rescue->error))
        return false;
    queue_file_carve(bytes, take_record, rescue);
    return !rescue->failed && queue_run(queue, QUEUE_SQL_COMMIT, rescue->error);
}

bool queue_rescue_log(struct queue *queue, const struct buffer *log, int64_t *rescued, struct error *error)
{
    struct rescue rescue = {.queue = queue, .error = error, .least = queue->next_seq};
    bool          done = in_one_transaction(queue, log, &rescue);

    *rescued = rescue.count;
    return done;
}

static void take_row(const struct queue_row *row, void *context)
{
    const char *record = queue_row_text(row, 6);
    size_t      length = queue_file_body(record);

    if (length > 0)
        take_record(record, length, context);
}

/* Long bodies stand on several pages of the file: only SQLite can put those together. */
static bool rescue_rows(struct queue *queue, const char *kept, struct rescue *rescue)
{
    const struct queue_value everything[] = {QUEUE_NUMBER(0), QUEUE_NUMBER(INT64_MAX)};
    struct queue_database   *damaged = queue_database_open_damaged(kept);
    struct error             expected = {0};
    bool                     whole;

    if (!damaged)
        return true;
    if (!queue_run(queue, QUEUE_SQL_BEGIN, rescue->error)) {
        queue_database_close(damaged);
        return false;
    }
    whole = queue_database_run(damaged, QUEUE_SQL_SCAN_PAGE, everything, COUNT_OF(everything), take_row,
                               rescue, &expected);
    queue_database_close(damaged);
    return (whole || expected.kind != ERROR_NONE) && queue_run(queue, QUEUE_SQL_COMMIT, rescue->error) &&
           !rescue->failed;
}

bool queue_rescue_file(struct queue *queue, struct error *error)
{
    CLEANUP(buffer_free) struct buffer bytes = {.limit = FILE_MOST};
    char                               aside[600], log[640], kept[600];
    struct rescue                      rescue = {.queue = queue, .error = error, .least = INT64_MIN};

    if (!queue_file_awaits_rescue(queue->path))
        return true;
    snprintf(aside, sizeof aside, "%s" QUEUE_FILE_ASIDE, queue->path);
    snprintf(log, sizeof log, "%s-wal", aside);
    queue_file_read(aside, &bytes);
    queue_file_read(log, &bytes);
    if (!in_one_transaction(queue, &bytes, &rescue) || !rescue_rows(queue, aside, &rescue) ||
        !queue_file_rescued(queue->path, kept, sizeof kept, error))
        return false;
    buffer_format(&queue->notice,
                  "The queue was damaged. It is kept as %s; %" PRId64 " scans could be read and were taken "
                  "over. Tell your lead.\n",
                  kept, rescue.count);
    if (rescue.left > 0)
        buffer_text(&queue->notice, "Records that are whole, but no scans, stay in it.\n");
    return true;
}

/* The text queue: "S crc seq event_id body", "A crc event_id", "R crc event_id why", "C crc seq". */
static char *text_line(char *line)
{
    char    *rest;
    uint32_t sum;

    line[strcspn(line, "\n")] = '\0';
    if (strlen(line) < 12 || line[1] != ' ' || !strchr("SARC", line[0]))
        return NULL;
    sum = (uint32_t)strtoul(line + 2, &rest, 16);
    return *rest == ' ' && checksum_of(rest + 1, strlen(rest + 1)) == sum ? rest + 1 : NULL;
}

static bool apply_line(struct rescue *rescue, char kind, char *rest)
{
    const struct queue_verdict verdict = {.event_id = rest,
                                          .said = strlen(rest) > 37 ? rest + 37 : "refused"};
    const struct queue_value   values[] = {QUEUE_TEXT(verdict.event_id), QUEUE_TEXT(verdict.said)};
    struct queue_value         number;
    char                      *after;

    if (kind == 'S' || kind == 'C') {
        number = QUEUE_NUMBER(strtoll(rest, &after, 10) - (kind == 'C'));
        if (kind == 'S' && (strlen(after) <= 38 || !take_body(rescue, after + 38)))
            rescue->left++;
        return !rescue->failed && queue_database_run(rescue->queue->database, QUEUE_SQL_NUMBER_USED, &number,
                                                     1, NULL, NULL, rescue->error);
    }
    if (strlen(rest) > 36)
        rest[36] = '\0';
    return queue_database_run(rescue->queue->database,
                              kind == 'A' ? QUEUE_SQL_SCAN_DONE : QUEUE_SQL_SCAN_REFUSED, values,
                              kind == 'A' ? 1 : 2, NULL, NULL, rescue->error);
}

static bool import_lines(struct rescue *rescue, FILE *file)
{
    char  *line = NULL, *rest;
    size_t room = 0;
    bool   done = queue_run(rescue->queue, QUEUE_SQL_BEGIN, rescue->error);

    while (done && getline(&line, &room, file) > 0) {
        rest = text_line(line);
        if (rest)
            done = apply_line(rescue, line[0], rest);
        else if (*line)
            rescue->left++;
    }
    free(line);
    return done && queue_run(rescue->queue, QUEUE_SQL_COMMIT, rescue->error);
}

bool queue_import(struct queue *queue, struct error *error)
{
    char          path[600], done_path[620];
    struct rescue rescue = {.queue = queue, .error = error, .least = INT64_MIN};
    bool          done;
    FILE         *file;

    snprintf(path, sizeof path, "%s/queue", queue->folder);
    snprintf(done_path, sizeof done_path, "%s.imported", path);
    file = fopen(path, "re");
    if (!file)
        return true;
    if (flock(fileno(file), LOCK_EX | LOCK_NB) != 0)
        done = error_set(error, ERROR_CONFLICT, "in use: an older spoor-scan works in %s", queue->folder);
    else
        done = import_lines(&rescue, file) &&
               (rename(path, done_path) == 0 ||
                error_set(error, ERROR_UNAVAILABLE, "cannot rename %s: %s", path, strerror(errno)));
    fclose(file);
    if (done && rescue.left > 0)
        buffer_format(&queue->notice,
                      "%" PRId64 " damaged lines of the old queue stay in %s; tell your lead.\n", rescue.left,
                      done_path);
    return done;
}
