/* queue_inside.h: what the files of the queue share, and nobody else. */
#ifndef SCANNER_QUEUE_INSIDE_H
#define SCANNER_QUEUE_INSIDE_H

#include <pthread.h>

#include "queue.h"
#include "queue_database.h"
#include "shared/buffer.h"

struct queue {
    char                   folder[512], path[540];
    int                    lock; /* -1: only to look */
    bool                   is_new;
    int64_t                next_seq;
    struct queue_database *database;
    struct buffer          notice;
    pthread_mutex_t        mutex;
};

/* Without the mutex, outside of a transaction of their own. Fails where the number or the event is there. */
bool queue_insert(struct queue *queue, const struct queue_item *item, struct error *error) MUST_USE;
bool queue_run(struct queue *queue, enum queue_statement statement, struct error *error) MUST_USE;

/* Ends a transaction; undoes it when something in it failed. */
bool queue_finish(struct queue *queue, bool done, struct error *error) MUST_USE;

/* What was acknowledged too long ago goes. A scanner of a bench runs for months: also while it is open.
 * Without the mutex. */
bool queue_forget_old(struct queue *queue, int64_t now_ms, struct error *error) MUST_USE;

/* What is still readable of a damaged database, if one awaits that, goes into the new one. */
bool queue_rescue_file(struct queue *queue, struct error *error) MUST_USE;

/* Scans that only the log of a killed process holds, and that SQLite did not take over. */
bool queue_rescue_log(struct queue *queue, const struct buffer *log, int64_t *rescued,
                      struct error *error) MUST_USE;

/* The text file that earlier versions wrote, once; then it is renamed. */
bool queue_import(struct queue *queue, struct error *error) MUST_USE;

#endif
