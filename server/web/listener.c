#include "web/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "shared/log.h"
#include "web/call.h"

#define IDLE_S           15u             /* longest silence */
#define CONNECTIONS_MOST 10000u          /* over both loops */
#define MEMORY_LIMIT     ((size_t)16384) /* bytes for each connection: head and buffers */
#define REQUESTS_MOST    100             /* of one connection */
#define STOP_S           10              /* longest time that running requests get when we stop */

static unsigned or_preset(unsigned value, unsigned preset)
{
    return value ? value : preset;
}

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
        if (!tally_enter(listener->requests, call->network, or_preset(most, 64))) {
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
        if (call->exchange->must_close)
            return answer_send(call);
        call->stage = STAGE_REFUSED; /* an answer before the end of a request would close the connection */
        return MHD_YES;
    }
    call->stage = STAGE_BODY;
    watchdog_phase(listener->watchdog, &call->peer->watched, PHASE_BODY);
    return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *byte_count, void **state)
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
static void *on_line(void *context, const char *target, struct MHD_Connection *connection)
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

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
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

static void connect_peer(struct listener *listener, struct MHD_Connection *connection, void **socket_context)
{
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const union MHD_ConnectionInfo *socket =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    unsigned     most = listener->options.connections_per_address;
    struct peer *peer = calloc(1, sizeof *peer);

    if (!peer)
        abort();
    *socket_context = peer;
    client_of_peer(address->client_addr, &peer->client);
    client_network(peer->client.address, peer->network);
    peer->is_proxy = strcmp(peer->client.address, listener->options.proxy) == 0;
    watchdog_enter(listener->watchdog, &peer->watched, socket->connect_fd);
    if (peer->is_proxy || (most == 0 && peer->client.is_loopback))
        return;
    peer->is_counted = tally_enter(listener->connections, peer->network, or_preset(most, 256));
    if (!peer->is_counted)
        shutdown(socket->connect_fd, SHUT_RDWR);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct listener *listener = context;
    struct peer     *peer = *socket_context;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        connect_peer(listener, connection, socket_context);
        return;
    }
    watchdog_leave(listener->watchdog, &peer->watched);
    if (peer->is_counted)
        tally_leave(listener->connections, peer->network);
    free(peer);
}

/* Escapes stay as they are: each segment is decoded once, by the router. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static void on_message(void *context, const char *format, va_list args)
{
    char text[300];

    (void)context;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    log_line(LOG_LEVEL_WARNING, "msg", "http library", "says", text, NULL);
}

static int open_socket(const struct addrinfo *found)
{
    int yes = 1, no = 0;
    int descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (descriptor < 0)
        return -1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (found->ai_family == AF_INET6)
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    if (bind(descriptor, found->ai_addr, found->ai_addrlen) == 0 && listen(descriptor, 1024) == 0)
        return descriptor;
    int cause = errno;

    close(descriptor);
    errno = cause;
    return -1;
}

static bool find_port(struct listener *listener)
{
    struct sockaddr_storage bound;
    socklen_t               size = sizeof bound;
    char                    port[16];

    if (getsockname(listener->sockets[0], (struct sockaddr *)&bound, &size) != 0 ||
        getnameinfo((struct sockaddr *)&bound, size, NULL, 0, port, sizeof port, NI_NUMERICSERV) != 0)
        return false;
    listener->port = (unsigned)strtoul(port, NULL, 10);
    return true;
}

static bool bind_sockets(struct listener *listener, struct error *error)
{
    const struct listener_options *options = &listener->options;
    const struct addrinfo wanted = {.ai_flags = AI_NUMERICHOST | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo      *found;
    char                  port[16];
    int                   code;

    snprintf(port, sizeof port, "%u", options->port);
    code = getaddrinfo(options->address, port, &wanted, &found);
    if (code != 0)
        return error_set(error, ERROR_UNAVAILABLE, "cannot listen on %s: %s", options->address,
                         gai_strerror(code));
    listener->sockets[0] = open_socket(found);
    code = errno;
    freeaddrinfo(found);
    if (listener->sockets[0] >= 0) {
        listener->sockets[1] = dup(listener->sockets[0]);
        code = errno;
    }
    if (listener->sockets[0] < 0 || listener->sockets[1] < 0 || !find_port(listener))
        return error_set(error, ERROR_UNAVAILABLE, "cannot listen on %s port %u: %s", options->address,
                         options->port, strerror(code));
    return true;
}

static struct MHD_Daemon *start_daemon(struct listener *listener, int descriptor)
{
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME, 0,
                            NULL, NULL, on_request, listener, MHD_OPTION_EXTERNAL_LOGGER, on_message, NULL,
                            MHD_OPTION_LISTEN_SOCKET, descriptor, MHD_OPTION_CONNECTION_LIMIT,
                            CONNECTIONS_MOST / LISTENER_LOOPS, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY_LIMIT, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                            MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_URI_LOG_CALLBACK,
                            on_line, listener, MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener, MHD_OPTION_END);
}

/* libmicrohttpd before 1.0.3 may skip a ready connection while another is suspended, until its loop wakes
 * again. So each loop is woken once a second; an event without a connection is one that it ignores. */
static bool add_pulse(struct listener *listener, struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct epoll_event          event = {.events = EPOLLIN | EPOLLET};

    return info && epoll_ctl(info->epoll_fd, EPOLL_CTL_ADD, listener->pulse, &event) == 0;
}

static bool start_daemons(struct listener *listener, struct error *error)
{
    const struct itimerspec each_second = {.it_interval.tv_sec = 1, .it_value.tv_sec = 1};

    listener->pulse = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (listener->pulse < 0 || timerfd_settime(listener->pulse, 0, &each_second, NULL) != 0)
        return error_set(error, ERROR_UNAVAILABLE, "cannot make a timer: %s", strerror(errno));
    for (size_t i = 0; i < LISTENER_LOOPS; i++) {
        listener->daemons[i] = start_daemon(listener, listener->sockets[i]);
        if (!listener->daemons[i] || !add_pulse(listener, listener->daemons[i]))
            return error_set(error, ERROR_UNAVAILABLE, "cannot start listening: %s", strerror(errno));
        listener->sockets[i] = -1;
    }
    return true;
}

static bool start_all(struct listener *listener, struct error *error)
{
    const struct listener_options *options = &listener->options;
    const struct watchdog_limits   limits = {.head_ms = or_preset(options->head_ms, 10000),
                                             .whole_ms = or_preset(options->whole_ms, 30000),
                                             .piece_ms = or_preset(options->piece_ms, 5000)};
    unsigned                       workers = or_preset(options->workers, 64);

    for (size_t i = 0; i < options->route_count; i++)
        if (options->routes[i].may == 0)
            return error_set(error, ERROR_INTERNAL, "the route %s %s says not who may use it",
                             options->routes[i].method, options->routes[i].pattern);
    return bind_sockets(listener, error) && (listener->watchdog = watchdog_start(&limits, error)) &&
           (listener->workers = workers_start(workers, or_preset(options->waiting, 4 * workers), error)) &&
           start_daemons(listener, error);
}

struct listener *listener_start(const struct listener_options *options, struct error *error)
{
    struct listener *listener = calloc(1, sizeof *listener);
    sigset_t         all, before;
    bool             is_started;

    if (!listener)
        abort();
    listener->options = *options;
    if (!listener->options.proxy)
        listener->options.proxy = "";
    listener->sockets[0] = listener->sockets[1] = listener->pulse = -1;
    listener->connections = tally_new();
    listener->requests = tally_new();
    pthread_mutex_init(&listener->lock, NULL);
    pthread_cond_init(&listener->fewer, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before); /* signals are for the main thread */
    is_started = start_all(listener, error);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (is_started)
        return listener;
    listener_stop(listener);
    return NULL;
}

/* Waits until nothing is active, or the time is up; and then for what a worker is still at. */
static void await_calls(struct listener *listener)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STOP_S;
    pthread_mutex_lock(&listener->lock);
    listener->is_stopping = true;
    while (listener->active > 0)
        if (pthread_cond_timedwait(&listener->fewer, &listener->lock, &until) == ETIMEDOUT)
            break;
    listener->is_late = true;
    while (listener->suspended > 0)
        pthread_cond_wait(&listener->fewer, &listener->lock);
    pthread_mutex_unlock(&listener->lock);
}

static void stop_daemons(struct listener *listener)
{
    for (size_t i = 0; i < LISTENER_LOOPS; i++)
        if (listener->daemons[i])
            listener->sockets[i] = MHD_quiesce_daemon(listener->daemons[i]);
    for (size_t i = 0; i < LISTENER_LOOPS; i++)
        if (listener->sockets[i] >= 0)
            close(listener->sockets[i]);
    await_calls(listener);
    for (size_t i = 0; i < LISTENER_LOOPS; i++)
        if (listener->daemons[i])
            MHD_stop_daemon(listener->daemons[i]);
}

void listener_stop(struct listener *listener)
{
    if (!listener)
        return;
    stop_daemons(listener);
    workers_stop(listener->workers);
    watchdog_stop(listener->watchdog);
    if (listener->pulse >= 0)
        close(listener->pulse);
    tally_free(listener->connections);
    tally_free(listener->requests);
    pthread_cond_destroy(&listener->fewer);
    pthread_mutex_destroy(&listener->lock);
    free(listener);
}

unsigned listener_port(const struct listener *listener)
{
    return listener->port;
}

void listener_state(struct listener *listener, struct listener_state *state)
{
    *state = (struct listener_state){0};
    workers_count(listener->workers, &state->waiting, &state->running);
    watchdog_count(listener->watchdog, &state->connections, &state->closed_by_watchdog);
    pthread_mutex_lock(&listener->lock);
    memcpy(state->requests, listener->answered, sizeof state->requests);
    state->seconds_total_us = listener->took_us;
    state->refused_by_guard = listener->refused;
    pthread_mutex_unlock(&listener->lock);
}
