/*
 * queue.h: every scan is on disk before anything else happens with it.
 *
 * A file of lines, only ever appended to and synced: "S crc body" stored, "A crc event_id outcome"
 * acknowledged, "R crc event_id why" refused, "C crc number" the counter that was reached. Damaged lines are
 * kept aside and told.
 */
#ifndef SCANNER_QUEUE_H
#define SCANNER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/arena.h"
#include "shared/error.h"

struct queue;

struct queue_item {
    char        event_id[37];
    int64_t     scanner_seq;
    const char *body;    /* one event as JSON; lives as long as the queue */
    const char *refused; /* why the server refused it; NULL: it waits */
};

/* ERROR_CONFLICT: another process uses it ("in use"). */
struct queue *queue_open(const char *folder, struct error *error) MUST_USE;
void          queue_close(struct queue *queue);

/* The number that the next scan gets; counts without gaps. */
int64_t queue_next_seq(const struct queue *queue);

/* Returns only when the scan is safely on disk. */
bool queue_store(struct queue *queue, const char *event_id, int64_t scanner_seq, const char *body,
                 struct error *error) MUST_USE;
bool queue_acknowledge(struct queue *queue, const char *event_id, struct error *error) MUST_USE;
bool queue_refuse(struct queue *queue, const char *event_id, const char *why, struct error *error) MUST_USE;

size_t                   queue_count(const struct queue *queue);
const struct queue_item *queue_item(const struct queue *queue, size_t n);

/* How many lines were damaged when it was opened. */
size_t queue_damaged(const struct queue *queue);

#endif
