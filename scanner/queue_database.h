/* queue_database.h: the statements of scanner/sql on one SQLite file; the only file that knows SQLite. */
#ifndef SCANNER_QUEUE_DATABASE_H
#define SCANNER_QUEUE_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "generated/queue_statements.h"
#include "shared/compiler.h"
#include "shared/error.h"

struct queue_database;
struct queue_row;

/* A number, a text, or NULL. */
struct queue_value {
    bool        is_text, is_null;
    int64_t     number;
    const char *text;
};
#define QUEUE_NUMBER(n)                                                                                      \
    (struct queue_value)                                                                                     \
    {                                                                                                        \
        .number = (n)                                                                                        \
    }
#define QUEUE_TEXT(t)                                                                                        \
    (struct queue_value)                                                                                     \
    {                                                                                                        \
        .is_text = true, .text = (t)                                                                         \
    }

typedef void queue_row_function(const struct queue_row *row, void *context);

/* Makes the file (0600) and its tables where there are none. *damaged is set when it is not, or no longer, a
 * sound queue: then the file was not changed. ERROR_CONFLICT: a newer spoor-scan made it.
 * ERROR_UNAVAILABLE: the disk says no. */
struct queue_database *queue_database_open(const char *path, bool *damaged, struct error *error) MUST_USE;

/* A damaged file, for what can still be read; changes nothing in it. NULL: nothing can. */
struct queue_database *queue_database_open_damaged(const char *path) MUST_USE;
void                   queue_database_close(struct queue_database *database); /* NULL is allowed */

/* Runs one statement; calls each() for its rows. `each` may be NULL. */
bool queue_database_run(struct queue_database *database, enum queue_statement statement,
                        const struct queue_value *values, size_t count, queue_row_function *each,
                        void *context, struct error *error) MUST_USE;

int64_t     queue_row_number(const struct queue_row *row, int column);
const char *queue_row_text(const struct queue_row *row, int column); /* "" for NULL; until the next row */
bool        queue_row_is_null(const struct queue_row *row, int column);

#endif
