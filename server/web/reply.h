/* reply.h: what a handler may answer. */
#ifndef WEB_REPLY_H
#define WEB_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/buffer.h"
#include "shared/error.h"
#include "web/etag.h"

struct request;

#define REPLY_HEADERS_MAX 8

/* Writes the next piece of a long answer into `out`; false when there is no more. Runs on a worker. */
typedef bool reply_stream(void *context, struct buffer *out, struct error *error);

struct reply {
    unsigned status; /* HTTP status code; 200 unless the handler says otherwise */
    const char
        *type; /* MIME type with charset; "text/html; charset=utf-8" unless the handler says otherwise */
    struct buffer body;
    const void
          *fixed; /* when not NULL: bytes that outlive the reply (embedded files), sent instead of body */
    size_t fixed_length;
    bool   cacheable;   /* public, immutable for a year; otherwise no-store */
    bool   revalidate;  /* no-cache + ETag: the client asks each time, 304 when unchanged */
    struct etag   etag; /* of what is revalidated, where the handler knows it; else it is worked out */
    bool          close;
    reply_stream *stream; /* when not NULL: body first, then this until it says false; then stream_end */
    void (*stream_end)(void *context);
    void       *stream_context;
    const char *header_names[REPLY_HEADERS_MAX];
    const char *header_values[REPLY_HEADERS_MAX];
    size_t      header_count;
};

/* Adds a header; texts must live as long as the request's arena. A value with a control character is dropped.
 */
void reply_header(struct reply *reply, const char *name, const char *value);

/* 303 See Other: after a POST that did its work. `path` is one of our own, never from the request. */
void reply_redirect(struct reply *reply, const char *path);

/* Content-Disposition: attachment; the name is reduced to [A-Za-z0-9._-]. */
void reply_download(const struct request *request, struct reply *reply, const char *file_name);

/* The HTTP status of a kind of error: one table. */
unsigned reply_status_of(enum error_kind kind);

#endif
