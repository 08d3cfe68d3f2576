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

struct MHD_Response *stream_response(struct call *call)
{
    call->piece = call->exchange->reply.body;
    call->piece.limit = PIECE_LIMIT;
    call->exchange->reply.body = (struct buffer){0};
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_SIZE, read_piece, call, NULL);
}
