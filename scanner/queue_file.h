/*
 * queue_file.h: the files beside the queue's database: the lock, the counter that outlives the database, and
 * what can be saved of a damaged one.
 */
#ifndef SCANNER_QUEUE_FILE_H
#define SCANNER_QUEUE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buffer.h"
#include "shared/error.h"

/* Returns the lock's file descriptor; -1 with ERROR_CONFLICT: another process works in this folder. */
int queue_file_lock(const char *folder, struct error *error) MUST_USE;

/* The last number that a scan got, as the file `counter` says; 0: it does not say. */
int64_t queue_file_counter(const char *folder);

/* Best effort: it is a second witness, the database is the first. */
void queue_file_count(const char *folder, int64_t number);

#define QUEUE_FILE_ASIDE ".rescue" /* after the path: damaged, and not yet taken over */

/* Moves the damaged database and its log aside, where they await their rescue, however often it is cut off.
 */
bool queue_file_set_aside(const char *path, struct error *error) MUST_USE;
bool queue_file_awaits_rescue(const char *path);

/* What was set aside is taken over, durably. `kept` gets the path where it stays. */
bool queue_file_rescued(const char *path, char *kept, size_t size, struct error *error) MUST_USE;

/* Reads a whole file, at most `limit` bytes; an absent one is empty. */
void queue_file_read(const char *path, struct buffer *bytes);

typedef void queue_record_function(const char *body, size_t length, void *context);

/* Finds the records ("{"event_id": … }#crc") that stand whole in these bytes, wherever they stand. */
void queue_file_carve(const struct buffer *bytes, queue_record_function *found, void *context);

/* "{…}#0a1b2c3d"; the caller frees. NULL: too large. */
char *queue_file_record(const char *body) MUST_USE;

/* Takes the sum off: the length of the body, or 0 when it does not fit its sum. */
size_t queue_file_body(const char *record) MUST_USE;

#endif
