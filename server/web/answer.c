#include <stdio.h>
#include <string.h>

#include "web/call.h"
#include "web/headers.h"

static struct MHD_Response *response_of(struct call *call)
{
    struct exchange *exchange = call->exchange;
    struct reply    *reply = &exchange->reply;
    size_t           length = reply->body.length;

    if (exchange->is_not_modified)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (reply->stream)
        return stream_response(call);
    if (reply->fixed) {
        const void *fixed = reply->fixed;
        void       *bytes; /* libmicrohttpd takes no const, and does not write to what is persistent */

        memcpy(&bytes, &fixed, sizeof bytes);
        return MHD_create_response_from_buffer(reply->fixed_length, bytes, MHD_RESPMEM_PERSISTENT);
    }
    return MHD_create_response_from_buffer(length, buffer_detach(&reply->body), MHD_RESPMEM_MUST_FREE);
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    (void)!MHD_add_response_header(response, name, value);
}

static const char *cache_control(const struct reply *reply)
{
    if (reply->cacheable && reply->status == 200)
        return "public, max-age=31536000, immutable";
    return reply->revalidate && reply->status == 200 ? "private, no-cache" : "no-store";
}

static void add_fixed_headers(const struct exchange *exchange, struct MHD_Response *response)
{
    for (size_t i = 0; i < headers_always_count; i++)
        add(response, headers_always[i].name, headers_always[i].value);
    if (exchange->options->secure)
        add(response, headers_secure.name, headers_secure.value);
    if (headers_hide_from_robots(exchange->request.path))
        add(response, "X-Robots-Tag", "noindex");
    add(response, "Cache-Control", cache_control(&exchange->reply));
    add(response, "X-Request-Id", exchange->request.id);
}

static void add_status_headers(const struct exchange *exchange, struct MHD_Response *response)
{
    const struct request *request = &exchange->request;
    unsigned              status = exchange->reply.status;
    char                  seconds[16];

    if (status == 405)
        add(response, "Allow", exchange->allow);
    if (status == 401 && (!request->route || request->route->door == DOOR_API))
        add(response, "WWW-Authenticate", "Bearer");
    if (exchange->retry_after_s > 0) {
        (void)snprintf(seconds, sizeof seconds, "%u", exchange->retry_after_s);
        add(response, "Retry-After", seconds);
    }
}

static void add_headers(const struct exchange *exchange, struct MHD_Response *response)
{
    const struct reply *reply = &exchange->reply;
    bool                has_body = reply->status != 204 && reply->status != 303 && !exchange->is_not_modified;

    if (has_body)
        add(response, "Content-Type", reply->type);
    add_fixed_headers(exchange, response);
    add_status_headers(exchange, response);
    if (exchange->has_etag)
        add(response, "ETag", exchange->etag.text);
    for (size_t i = 0; i < reply->header_count; i++)
        add(response, reply->header_names[i], reply->header_values[i]);
    if (exchange->must_close || reply->close)
        add(response, "Connection", "close");
}

enum MHD_Result answer_send(struct call *call)
{
    struct exchange     *exchange = call->exchange;
    struct MHD_Response *response = response_of(call);
    enum MHD_Result      queued;

    if (!response)
        return MHD_NO;
    add_headers(exchange, response);
    call->stage = STAGE_SENT;
    watchdog_phase(call->listener->watchdog, &call->peer->watched, PHASE_REPLY);
    queued = MHD_queue_response(call->connection, exchange->is_not_modified ? 304 : exchange->reply.status,
                                response);
    MHD_destroy_response(response);
    return queued;
}
