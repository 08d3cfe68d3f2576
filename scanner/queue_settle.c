/* What becomes of scans that were sent: what the server said of them, what a person saw to, what goes once
 * more. */
#include <pthread.h>
#include <string.h>

#include "queue_inside.h"
#include "shared/moment.h"

bool queue_forget_old(struct queue *queue, int64_t now_ms, struct error *error)
{
    const struct queue_value sent = QUEUE_NUMBER(now_ms - QUEUE_ACKNOWLEDGED_MS);

    return queue_database_run(queue->database, QUEUE_SQL_ACKNOWLEDGED_PRUNE, &sent, 1, NULL, NULL, error);
}

/* What was recorded is kept for a while, since a service that is restored from a backup has lost it. */
static bool acknowledge(struct queue *queue, const struct queue_verdict *verdict, struct error *error)
{
    const struct queue_value event = QUEUE_TEXT(verdict->event_id);
    bool recorded = strcmp(verdict->outcome, "recorded") == 0 || strcmp(verdict->outcome, "replayed") == 0;

    return !recorded ||
           queue_database_run(queue->database, QUEUE_SQL_ACKNOWLEDGE, &event, 1, NULL, NULL, error);
}

static bool settle_one(struct queue *queue, const struct queue_verdict *verdict, struct error *error)
{
    const struct queue_value values[] = {QUEUE_TEXT(verdict->event_id), QUEUE_TEXT(verdict->said)},
                             recent[] = {QUEUE_TEXT(verdict->event_id), QUEUE_TEXT(verdict->outcome),
                                         QUEUE_TEXT(verdict->said)};
    bool done =
        acknowledge(queue, verdict, error) &&
        queue_database_run(queue->database, verdict->refused ? QUEUE_SQL_SCAN_REFUSED : QUEUE_SQL_SCAN_DONE,
                           values, verdict->refused ? 2 : 1, NULL, NULL, error);

    return done && queue_database_run(queue->database, QUEUE_SQL_RECENT_SAID, recent, COUNT_OF(recent), NULL,
                                      NULL, error);
}

bool queue_settle(struct queue *queue, const struct queue_verdict *verdicts, size_t count,
                  struct error *error)
{
    bool done;

    pthread_mutex_lock(&queue->mutex);
    done = queue_run(queue, QUEUE_SQL_BEGIN, error);
    if (done) {
        for (size_t i = 0; done && i < count; i++)
            done = settle_one(queue, &verdicts[i], error);
        done = done && queue_forget_old(queue, moment_now().ms, error);
        done = queue_finish(queue, done, error);
    }
    pthread_mutex_unlock(&queue->mutex);
    return done;
}

bool queue_again(struct queue *queue, struct error *error)
{
    bool done;

    pthread_mutex_lock(&queue->mutex);
    done = queue_run(queue, QUEUE_SQL_SCAN_AGAIN, error);
    pthread_mutex_unlock(&queue->mutex);
    return done;
}

bool queue_resend(struct queue *queue, struct error *error)
{
    bool done;

    pthread_mutex_lock(&queue->mutex);
    done = queue_run(queue, QUEUE_SQL_BEGIN, error) &&
           queue_finish(queue,
                        queue_run(queue, QUEUE_SQL_RESEND, error) &&
                            queue_run(queue, QUEUE_SQL_RESEND_DONE, error),
                        error);
    pthread_mutex_unlock(&queue->mutex);
    return done;
}

bool queue_put_by(struct queue *queue, const char *event_id, int64_t now_ms, struct error *error)
{
    const struct queue_value values[] = {QUEUE_TEXT(event_id), QUEUE_NUMBER(now_ms)};
    bool                     done;

    pthread_mutex_lock(&queue->mutex);
    done = queue_run(queue, QUEUE_SQL_BEGIN, error) &&
           queue_finish(
               queue,
               queue_database_run(queue->database, QUEUE_SQL_SETTLE, values, COUNT_OF(values), NULL, NULL,
                                  error) &&
                   queue_database_run(queue->database, QUEUE_SQL_SETTLE_DONE, values, 1, NULL, NULL, error),
               error);
    pthread_mutex_unlock(&queue->mutex);
    return done;
}
