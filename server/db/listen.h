/*
 * listen.h: a thread with a connection of its own that hears what other sessions NOTIFY, looks a few times a
 * second what was recorded meanwhile, and knows until when it can vouch for having heard everything.
 */
#ifndef DB_LISTEN_H
#define DB_LISTEN_H

#include <stdint.h>

#include "db/statement.h"
#include "shared/compiler.h"

struct listen;

struct listen_options {
    const char        *conninfo, *role;
    const char *const *channels; /* NULL at the end; plain names */
    /* $1: the first column that it gave last, NULL at the first time; gives one row, of which the second
     * column is heard on `look_channel`, unless it is empty. */
    enum statement look;
    const char    *look_channel;
    void          *context;
    /* A notification; `channel` NULL: the connection is new, anything may have been missed. */
    void (*heard)(void *context, const char *channel, const char *payload);
    /* All that was committed before this moment (clock_now_us()) has been heard. */
    void (*complete)(void *context, uint64_t at_us);
};

/* Connects in the background, again and again. The options' texts must outlive it. */
struct listen *listen_start(const struct listen_options *options) MUST_USE;
void           listen_stop(struct listen *listen); /* NULL is allowed */

#endif
