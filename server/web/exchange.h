/*
 * exchange.h: one request and its answer, from the first line to the log line. Knows nothing of the network.
 *
 * web's own: handlers see `request` and `reply` only.
 */
#ifndef WEB_EXCHANGE_H
#define WEB_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "web/client.h"
#include "web/etag.h"
#include "web/guard.h"
#include "web/listener.h"
#include "web/reply.h"
#include "web/request.h"

struct exchange {
    const struct listener_options *options;
    unsigned                       port; /* that we listen on */
    struct request                 request;
    const char                    *target; /* as it came, with the query */
    const char                    *host;   /* that the client named, once it was found to be ours */
    struct client                  client;
    struct buffer                  body;
    struct reply                   reply;
    struct etag                    etag;
    bool                           has_etag, is_not_modified, must_close;
    bool                           stream_is_open; /* stream_end is still to be called */
    char                           allow[64];
    unsigned                       retry_after_s;
    struct error                   failure; /* what became the reply; kind ERROR_NONE: nothing */
    int64_t began_us, took_us;              /* clock that never jumps; since the head was complete */
};

/* `target` may be NULL: then the client sent none. The caller frees it. */
struct exchange *exchange_new(const struct listener_options *options, const char *target) MUST_USE;

/* Judges the head and finds the route; on false the reply is a refusal, to be sent at once and with "close".
 */
bool exchange_accept_head(struct exchange *exchange, const struct guard_head *head) MUST_USE;

/* Adds to the body. Its limit is what the head announced. */
void exchange_add_body(struct exchange *exchange, const char *bytes, size_t count);

/* Who is asking, may they, was it our form; then the handler. Ends with a reply in any case. Runs on a
 * worker. */
void exchange_run(struct exchange *exchange);

/* Makes the error the reply. `status` 0: that of its kind. */
void exchange_refuse(struct exchange *exchange, unsigned status, const struct error *error);

/* Ends the stream if it is still open. Runs on a worker. */
void exchange_end_stream(struct exchange *exchange);

/* One line for the request, one more for a failure of ours. `is_sent` false: the client did not get all of
 * it. */
void exchange_log(const struct exchange *exchange, bool is_sent);

void exchange_free(struct exchange *exchange);

/* Microseconds of a clock that never jumps. */
int64_t exchange_now_us(void);

#endif
