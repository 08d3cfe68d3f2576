#include "web/watchdog.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

struct watchdog {
    struct watchdog_limits limits;
    pthread_mutex_t        lock;
    pthread_cond_t         wake;
    struct watched        *first;
    unsigned               connections;
    unsigned long long     closed;
    bool                   stopping;
    pthread_t              thread;
};

int64_t watchdog_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_too_old(const struct watchdog *watchdog, const struct watched *watched, int64_t now_ms)
{
    int64_t in_phase = now_ms - watched->since_ms, in_all = now_ms - watched->began_ms;

    switch (watched->phase) {
    case PHASE_HEAD:
        return in_all >= watchdog->limits.head_ms;
    case PHASE_BODY:
        return in_all >= watchdog->limits.whole_ms;
    case PHASE_REPLY:
        return in_phase >= watchdog->limits.whole_ms;
    case PHASE_PIECE:
        return in_phase >= watchdog->limits.piece_ms;
    case PHASE_WORK:
    case PHASE_COUNT:
        break;
    }
    return false;
}

/* Nobody else writes to a connection whose body is awaited, so the watchdog may say why it closes. */
static void close_old(struct watchdog *watchdog, struct watched *watched)
{
    static const char answer[] =
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

    if (watched->phase == PHASE_BODY)
        (void)!send(watched->descriptor, answer, sizeof answer - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(watched->descriptor, SHUT_RDWR);
    watched->is_closed = true;
    watchdog->closed++;
}

static void close_all_old(struct watchdog *watchdog)
{
    int64_t now_ms = watchdog_now_ms();

    for (struct watched *watched = watchdog->first; watched; watched = watched->next)
        if (!watched->is_closed && is_too_old(watchdog, watched, now_ms))
            close_old(watchdog, watched);
}

/* Once a second; more often where a limit is shorter than that. */
static void wait_a_while(struct watchdog *watchdog)
{
    unsigned        pause_ms = watchdog->limits.head_ms / 4 < 1000 ? watchdog->limits.head_ms / 4 + 1 : 1000;
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += pause_ms / 1000;
    until.tv_nsec += (long)(pause_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&watchdog->wake, &watchdog->lock, &until);
}

static void *watch(void *argument)
{
    struct watchdog *watchdog = argument;

    pthread_mutex_lock(&watchdog->lock);
    while (!watchdog->stopping) {
        wait_a_while(watchdog);
        close_all_old(watchdog);
    }
    pthread_mutex_unlock(&watchdog->lock);
    return NULL;
}

struct watchdog *watchdog_start(const struct watchdog_limits *limits, struct error *error)
{
    struct watchdog   *watchdog = calloc(1, sizeof *watchdog);
    pthread_condattr_t attributes;
    int                code;

    if (!watchdog)
        abort();
    watchdog->limits = *limits;
    pthread_mutex_init(&watchdog->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&watchdog->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    code = pthread_create(&watchdog->thread, NULL, watch, watchdog);
    if (code != 0) {
        error_set(error, ERROR_UNAVAILABLE, "cannot start the watchdog: %s", strerror(code));
        free(watchdog);
        return NULL;
    }
    return watchdog;
}

void watchdog_enter(struct watchdog *watchdog, struct watched *watched, int descriptor)
{
    int64_t now_ms = watchdog_now_ms();

    pthread_mutex_lock(&watchdog->lock);
    *watched = (struct watched){
        .descriptor = descriptor, .since_ms = now_ms, .began_ms = now_ms, .next = watchdog->first};
    if (watched->next)
        watched->next->previous = watched;
    watchdog->first = watched;
    watchdog->connections++;
    pthread_mutex_unlock(&watchdog->lock);
}

void watchdog_phase(struct watchdog *watchdog, struct watched *watched, enum watchdog_phase phase)
{
    int64_t now_ms = watchdog_now_ms();

    pthread_mutex_lock(&watchdog->lock);
    watched->phase = phase;
    watched->since_ms = now_ms;
    if (phase == PHASE_HEAD)
        watched->began_ms = now_ms;
    pthread_mutex_unlock(&watchdog->lock);
}

void watchdog_leave(struct watchdog *watchdog, struct watched *watched)
{
    pthread_mutex_lock(&watchdog->lock);
    if (watched->previous)
        watched->previous->next = watched->next;
    else
        watchdog->first = watched->next;
    if (watched->next)
        watched->next->previous = watched->previous;
    watchdog->connections--;
    pthread_mutex_unlock(&watchdog->lock);
}

void watchdog_count(struct watchdog *watchdog, unsigned *connections, unsigned long long *closed)
{
    pthread_mutex_lock(&watchdog->lock);
    *connections = watchdog->connections;
    *closed = watchdog->closed;
    pthread_mutex_unlock(&watchdog->lock);
}

void watchdog_stop(struct watchdog *watchdog)
{
    if (!watchdog)
        return;
    pthread_mutex_lock(&watchdog->lock);
    watchdog->stopping = true;
    pthread_cond_signal(&watchdog->wake);
    pthread_mutex_unlock(&watchdog->lock);
    pthread_join(watchdog->thread, NULL);
    pthread_cond_destroy(&watchdog->wake);
    pthread_mutex_destroy(&watchdog->lock);
    free(watchdog);
}
