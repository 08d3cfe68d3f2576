#include <string.h>

#include "web/call.h"

#define PIECE_LIMIT ((size_t)1024 * 1024) /* bytes that a handler may write at once */
#define BLOCK_SIZE  ((size_t)16 * 1024)   /* bytes that are sent at once */

/* On a worker: has the handler write the next piece. */
static void fill_piece(struct work *work)
{
    struct call     *call = (struct call *)work;
    struct exchange *exchange = call->exchange;
    struct error     error = {0};

    call->piece.length = call->piece_sent = 0;
    call->is_ended = !exchange->reply.stream(exchange->reply.stream_context, &call->piece, &error);
    call->is_cut = error.kind != ERROR_NONE || call->piece.overflowed;
    if (call->is_cut && error.kind == ERROR_NONE)
        error_set(&error, ERROR_INTERNAL, "a piece of the answer is larger than %zu bytes", PIECE_LIMIT);
    if (call->is_cut)
        exchange->failure = error;
    if (call->is_ended || call->is_cut)
        exchange_end_stream(exchange);
    exchange->took_us = exchange_now_us() - exchange->began_us;
    watchdog_phase(call->listener->watchdog, &call->peer->watched, PHASE_PIECE);
    call_resume(call);
}

static ssize_t read_piece(void *context, uint64_t position, char *out, size_t room)
{
    struct call *call = context;
    size_t       left = call->piece.length - call->piece_sent;

    (void)position;
    if (call->is_cut)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (left > 0) {
        size_t count = left < room ? left : room;

        memcpy(out, call->piece.text + call->piece_sent, count);
        call->piece_sent += count;
        return (ssize_t)count;
    }
    if (call->is_ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    watchdog_phase(call->listener->watchdog, &call->peer->watched, PHASE_WORK);
    call->work.run = fill_piece;
    if (!call_suspend(call))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    workers_push(call->listener->workers, &call->work);
    return 0;
}

/* libmicrohttpd 0.9.75 ends even the answer to HEAD with a last chunk, which a client would take for the
 * beginning of the next answer. So that one is answered without chunks; the connection ends with it. */
static struct MHD_Response *without_chunks(struct MHD_Response *response)
{
    if (response &&
        MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END) == MHD_YES)
        return response;
    MHD_destroy_response(response);
    return NULL;
}

struct MHD_Response *stream_response(struct call *call)
{
    struct exchange     *exchange = call->exchange;
    struct MHD_Response *response;

    call->piece = exchange->reply.body;
    call->piece.limit = PIECE_LIMIT;
    exchange->reply.body = (struct buffer){0};
    response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_SIZE, read_piece, call, NULL);
    return strcmp(exchange->request.method, "HEAD") == 0 ? without_chunks(response) : response;
}
