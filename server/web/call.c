#include "web/call.h"

#include <stdlib.h>
#include <string.h>

#define REQUESTS_MOST        100u /* of one connection */
#define REQUESTS_PER_ADDRESS 64u  /* at once, where the options say nothing */

bool call_suspend(struct call *call)
{
    struct listener *listener = call->listener;
    bool             is_late;

    pthread_mutex_lock(&listener->lock);
    is_late = listener->is_late;
    listener->suspended += !is_late;
    pthread_mutex_unlock(&listener->lock);
    if (!is_late)
        MHD_suspend_connection(call->connection);
    return !is_late;
}

void call_resume(struct call *call)
{
    struct listener *listener = call->listener;

    MHD_resume_connection(call->connection);
    pthread_mutex_lock(&listener->lock);
    listener->suspended--;
    pthread_cond_signal(&listener->fewer);
    pthread_mutex_unlock(&listener->lock);
}

static void call_free(struct call *call)
{
    buffer_free(&call->piece);
    exchange_free(call->exchange);
    free(call);
}

/* On a worker: the handler, then back to the loop. */
static void run_call(struct work *work)
{
    struct call     *call = (struct call *)work;
    struct listener *listener = call->listener;
    struct error     error;
    bool             is_late;

    pthread_mutex_lock(&listener->lock);
    is_late = listener->is_late;
    pthread_mutex_unlock(&listener->lock);
    if (is_late) {
        error_set(&error, ERROR_UNAVAILABLE, "the service is stopping");
        exchange_refuse(call->exchange, 0, &error);
    } else {
        exchange_run(call->exchange);
    }
    call_resume(call);
}

/* On a worker: a stream whose client is gone. */
static void end_call(struct work *work)
{
    struct call *call = (struct call *)work;

    exchange_end_stream(call->exchange);
    call_free(call);
}

static enum MHD_Result refuse_as_busy(struct call *call, const char *why)
{
    struct error error;

    error_set(&error, ERROR_UNAVAILABLE, "%s", why);
    exchange_refuse(call->exchange, 0, &error);
    return answer_send(call);
}

/* Counts the call; false when its address has as many as it may. */
static bool count_call(struct call *call)
{
    struct listener *listener = call->listener;
    unsigned         most = listener->options.requests_per_address;
    bool             is_exempt = most == 0 && call->exchange->client.is_loopback;

    if (!is_exempt) {
        client_network(call->exchange->client.address, call->network);
        if (!tally_enter(listener->requests, call->network, most ? most : REQUESTS_PER_ADDRESS)) {
            call->network[0] = '\0';
            return false;
        }
    }
    return true;
}

static bool become_active(struct call *call)
{
    struct listener *listener = call->listener;

    pthread_mutex_lock(&listener->lock);
    call->is_active = !listener->is_stopping;
    listener->active += call->is_active;
    pthread_mutex_unlock(&listener->lock);
    return call->is_active;
}

/* The request is complete: hand it to a worker. */
static enum MHD_Result hand_over(struct call *call)
{
    struct listener *listener = call->listener;

    if (!count_call(call))
        return refuse_as_busy(call, "too many requests of one address at once");
    if (!become_active(call))
        return refuse_as_busy(call, "the service is stopping");
    if (!workers_reserve(listener->workers))
        return refuse_as_busy(call, "all workers are busy");
    if (!call_suspend(call)) {
        workers_give_back(listener->workers);
        return refuse_as_busy(call, "the service is stopping");
    }
    call->stage = STAGE_WORK;
    call->work.run = run_call;
    watchdog_phase(listener->watchdog, &call->peer->watched, PHASE_WORK);
    workers_push_reserved(listener->workers, &call->work);
    return MHD_YES;
}

struct collection {
    struct field *fields;
    size_t        count, room;
    bool          has_nul;
    struct arena *arena;
};

static enum MHD_Result collect_header(void *context, enum MHD_ValueKind kind, const char *name,
                                      size_t name_size, const char *value, size_t value_size)
{
    struct collection *collection = context;

    (void)kind;
    if (collection->count == collection->room)
        return MHD_NO;
    value = value ? value : "";
    collection->has_nul = collection->has_nul || strlen(name) != name_size || strlen(value) != value_size;
    collection->fields[collection->count++] =
        (struct field){arena_copy(collection->arena, name), arena_copy(collection->arena, value)};
    return MHD_YES;
}

static void collect_head(struct call *call, const char *method, const char *version, struct guard_head *head)
{
    struct arena     *arena = call->exchange->request.arena;
    int               count = MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, NULL, NULL);
    struct collection collection = {.arena = arena, .room = count > 0 ? (size_t)count : 0};

    collection.fields = ARENA_NEW(arena, struct field, collection.room + 1);
    MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, collect_header, &collection);
    *head = (struct guard_head){.method = method,
                                .version = version,
                                .target = call->exchange->target,
                                .headers = collection.fields,
                                .header_count = collection.count,
                                .has_nul = collection.has_nul};
}

/* The last of several X-Forwarded-For lines is the one that the proxy wrote to. */
static void find_client(struct call *call, const struct guard_head *head)
{
    const char *forwarded = NULL;

    call->exchange->client = call->peer->client;
    if (!call->peer->is_proxy)
        return;
    for (size_t i = 0; i < head->header_count; i++)
        if (strcasecmp(head->headers[i].name, "X-Forwarded-For") == 0)
            forwarded = head->headers[i].value;
    client_of_proxy(forwarded, &call->exchange->client);
}

static enum MHD_Result take_head(struct call *call, const char *method, const char *version)
{
    struct listener  *listener = call->listener;
    struct guard_head head;

    collect_head(call, method, version, &head);
    find_client(call, &head);
    call->exchange->must_close = call->peer->requests >= REQUESTS_MOST || listener->options.proxy[0] != '\0';
    if (!exchange_accept_head(call->exchange, &head)) {
        pthread_mutex_lock(&listener->lock);
        listener->refused++;
        pthread_mutex_unlock(&listener->lock);
        call->peer->is_cut_short = call->exchange->must_close;
        if (call->exchange->must_close)
            return answer_send(call);
        call->stage = STAGE_REFUSED; /* an answer before the end of a request would close the connection */
        return MHD_YES;
    }
    call->stage = STAGE_BODY;
    watchdog_phase(listener->watchdog, &call->peer->watched, PHASE_BODY);
    return MHD_YES;
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are what libmicrohttpd says */
enum MHD_Result call_request(void *context, struct MHD_Connection *connection, const char *path,
                             const char *method, const char *version, const char *bytes, size_t *byte_count,
                             void **state)
{
    struct call *call = *state;

    (void)context;
    (void)connection;
    (void)path;
    switch (call->stage) {
    case STAGE_HEAD:
        return take_head(call, method, version);
    case STAGE_BODY:
        if (*byte_count == 0)
            return hand_over(call);
        exchange_add_body(call->exchange, bytes, *byte_count);
        *byte_count = 0;
        return MHD_YES;
    case STAGE_REFUSED:
    case STAGE_WORK:
        return answer_send(call);
    case STAGE_SENT:
        break;
    }
    *byte_count = 0;
    return MHD_YES;
}

/* The request line has come: from here on there is a call. */
void *call_begin(void *context, const char *target, struct MHD_Connection *connection)
{
    struct listener                *listener = context;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct call *call = calloc(1, sizeof *call);

    if (!call)
        abort();
    call->listener = listener;
    call->connection = connection;
    call->peer = info->socket_context;
    call->peer->requests++;
    call->exchange = exchange_new(&listener->options, target);
    call->exchange->port = listener->port;
    return call;
}

static void count_answer(struct call *call)
{
    struct listener *listener = call->listener;
    unsigned         status = call->exchange->is_not_modified ? 304 : call->exchange->reply.status;

    pthread_mutex_lock(&listener->lock);
    listener->answered[status / 100 < 6 ? status / 100 : 5]++;
    listener->took_us += (unsigned long long)call->exchange->took_us;
    if (call->is_active) {
        listener->active--;
        pthread_cond_signal(&listener->fewer);
    }
    pthread_mutex_unlock(&listener->lock);
}

void call_complete(void *context, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode why)
{
    struct call *call = *state;

    (void)context;
    (void)connection;
    if (!call)
        return;
    *state = NULL;
    if (call->stage == STAGE_SENT) {
        exchange_log(call->exchange, why == MHD_REQUEST_TERMINATED_COMPLETED_OK);
        count_answer(call);
    }
    if (call->network[0] != '\0')
        tally_leave(call->listener->requests, call->network);
    watchdog_phase(call->listener->watchdog, &call->peer->watched, PHASE_HEAD);
    if (call->exchange->stream_is_open) {
        call->work.run = end_call;
        workers_push(call->listener->workers, &call->work);
    } else {
        call_free(call);
    }
}
