#include "web/listener.h"

#include <errno.h>
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
#include "web/listen_socket.h"

#define IDLE_S           90u             /* longest silence; the watchdog comes first, and says why */
#define CONNECTIONS_MOST 10000u          /* over both loops */
#define MEMORY_LIMIT     ((size_t)16384) /* bytes for each connection: head and buffers */
#define STOP_S           10              /* longest time that running requests get when we stop */

static unsigned or_preset(unsigned value, unsigned preset)
{
    return value ? value : preset;
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
    (void)vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    log_line(LOG_LEVEL_WARNING, "msg", "http library", "says", text, NULL);
}

static bool open_sockets(struct listener *listener, struct error *error)
{
    const struct listener_options *options = &listener->options;

    listener->sockets[0] = listen_socket_open(options->address, options->port, &listener->port, error);
    if (listener->sockets[0] < 0)
        return false;
    for (size_t i = 1; i < LISTENER_LOOPS; i++)
        if ((listener->sockets[i] = dup(listener->sockets[0])) < 0)
            return error_set(error, ERROR_UNAVAILABLE, "cannot listen twice: %s", strerror(errno));
    return true;
}

static struct MHD_Daemon *start_daemon(struct listener *listener, int descriptor)
{
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME, 0,
                            NULL, NULL, call_request, listener, MHD_OPTION_EXTERNAL_LOGGER, on_message, NULL,
                            MHD_OPTION_LISTEN_SOCKET, descriptor, MHD_OPTION_CONNECTION_LIMIT,
                            CONNECTIONS_MOST / LISTENER_LOOPS, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY_LIMIT, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                            MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_URI_LOG_CALLBACK,
                            call_begin, listener, MHD_OPTION_NOTIFY_CONNECTION, peer_change, listener,
                            MHD_OPTION_NOTIFY_COMPLETED, call_complete, listener, MHD_OPTION_END);
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
    return open_sockets(listener, error) && (listener->watchdog = watchdog_start(&limits, error)) &&
           (listener->linger = linger_start(error)) &&
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
    (void)signal(SIGPIPE, SIG_IGN);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before); /* signals are for the main thread */
    if (options->self)
        *options->self = listener;
    is_started = start_all(listener, error);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (is_started)
        return listener;
    listener_stop(listener);
    if (options->self)
        *options->self = NULL;
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
    linger_stop(listener->linger);
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
