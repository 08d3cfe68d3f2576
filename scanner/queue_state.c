/* What the queue knows of itself: whose it is, the next number, the last contact, the clock. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue_file.h"
#include "queue_inside.h"

static bool run_locked(struct queue *queue, enum queue_statement statement, const struct queue_value *values,
                       size_t count, struct error *error)
{
    bool done;

    pthread_mutex_lock(&queue->mutex);
    done = queue_database_run(queue->database, statement, values, count, NULL, NULL, error);
    pthread_mutex_unlock(&queue->mutex);
    return done;
}

bool queue_heard(struct queue *queue, int64_t now_ms, const int64_t *skew_ms, struct error *error)
{
    const struct queue_value values[] = {QUEUE_NUMBER(now_ms),
                                         {.is_null = !skew_ms, .number = skew_ms ? *skew_ms : 0}};

    return run_locked(queue, QUEUE_SQL_CONTACT, values, COUNT_OF(values), error);
}

static void summarise(const struct queue_row *row, void *context)
{
    struct queue_summary *summary = context;

    *summary = (struct queue_summary){.waiting = queue_row_number(row, 0),
                                      .attention = queue_row_number(row, 1),
                                      .oldest_ms = queue_row_number(row, 2),
                                      .contact_ms = queue_row_number(row, 3),
                                      .skew_ms = queue_row_number(row, 4),
                                      .skew_known = !queue_row_is_null(row, 4),
                                      .first_seq = queue_row_number(row, 5)};
}

bool queue_summarise(struct queue *queue, struct queue_summary *summary, struct error *error)
{
    bool done;

    pthread_mutex_lock(&queue->mutex);
    done = queue_database_run(queue->database, QUEUE_SQL_SUMMARY, NULL, 0, summarise, summary, error);
    summary->next_seq = queue->next_seq;
    if (summary->first_seq == 0)
        summary->first_seq = queue->next_seq;
    pthread_mutex_unlock(&queue->mutex);
    return done;
}

int64_t queue_next_seq(struct queue *queue)
{
    int64_t next;

    pthread_mutex_lock(&queue->mutex);
    next = queue->next_seq;
    pthread_mutex_unlock(&queue->mutex);
    return next;
}

bool queue_is_new(const struct queue *queue)
{
    return queue->is_new;
}

static void keep_state(const struct queue_row *row, void *context)
{
    struct queue_state *state = context;

    state->skew_known = !queue_row_is_null(row, 0);
    state->skew_ms = queue_row_number(row, 0);
    snprintf(state->owner, sizeof state->owner, "%.36s", queue_row_text(row, 1));
    snprintf(state->owner_name, sizeof state->owner_name, "%s", queue_row_text(row, 2));
    snprintf(state->warning, sizeof state->warning, "%s", queue_row_text(row, 3));
    snprintf(state->revoked, sizeof state->revoked, "%.36s", queue_row_text(row, 4));
}

bool queue_state_read(struct queue *queue, struct queue_state *state, struct error *error)
{
    bool done;

    *state = (struct queue_state){0};
    pthread_mutex_lock(&queue->mutex);
    done = queue_database_run(queue->database, QUEUE_SQL_STATE, NULL, 0, keep_state, state, error);
    pthread_mutex_unlock(&queue->mutex);
    return done;
}

bool queue_own(struct queue *queue, const char *owner, const char *owner_name, struct error *error)
{
    const struct queue_value values[] = {QUEUE_TEXT(owner), QUEUE_TEXT(owner_name)};

    return run_locked(queue, QUEUE_SQL_OWNED, values, COUNT_OF(values), error);
}

bool queue_revoked(struct queue *queue, const char *owner, struct error *error)
{
    const struct queue_value value = QUEUE_TEXT(owner);

    return run_locked(queue, QUEUE_SQL_REVOKED, &value, 1, error);
}

bool queue_warn(struct queue *queue, const char *warning, struct error *error)
{
    const struct queue_value value = QUEUE_TEXT(warning);

    return run_locked(queue, QUEUE_SQL_WARN, &value, 1, error);
}

bool queue_rewrite(struct queue *queue, const char *event_id, const char *body, struct error *error)
{
    char                    *record = queue_file_record(body);
    const struct queue_value values[] = {QUEUE_TEXT(event_id), QUEUE_TEXT(record)};
    bool                     done;

    if (!record)
        return error_set(error, ERROR_TOO_LARGE, "this scan is too long to be kept");
    done = run_locked(queue, QUEUE_SQL_SCAN_BODY, values, COUNT_OF(values), error);
    free(record);
    return done;
}

/* With the mutex held. */
static bool jump(struct queue *queue, int64_t number, struct error *error)
{
    const struct queue_value used = QUEUE_NUMBER(number + 1);
    char                     text[500];
    struct queue_value       warning = QUEUE_TEXT(text);

    snprintf(
        text, sizeof text,
        "The server knows number %" PRId64 " of this scanner, and this queue had come to %" PRId64
        " only: it is new or an older copy, or another machine has the same key. Scans may be missing. It "
        "goes on with number %" PRId64 "; the server sees the gap. Tell your lead.",
        number, queue->next_seq - 1, number + 2);
    if (!queue_run(queue, QUEUE_SQL_BEGIN, error) ||
        !queue_finish(
            queue,
            queue_database_run(queue->database, QUEUE_SQL_NUMBER_USED, &used, 1, NULL, NULL, error) &&
                queue_database_run(queue->database, QUEUE_SQL_WARN, &warning, 1, NULL, NULL, error),
            error))
        return false;
    queue->next_seq = number + 2;
    queue_file_count(queue->folder, number + 1);
    return true;
}

bool queue_known(struct queue *queue, int64_t number, struct error *error)
{
    bool done = true;

    pthread_mutex_lock(&queue->mutex);
    if (number >= queue->next_seq && number < INT64_MAX / 2)
        done = jump(queue, number, error);
    pthread_mutex_unlock(&queue->mutex);
    return done;
}
