#include "web/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web/watchdog.h"

#define ROOM      128 /* sockets at once */
#define LINGER_MS 2000

struct kept {
    int     descriptor;
    int64_t until_ms;
};

struct linger_room {
    pthread_t       thread;
    int             wake; /* an eventfd: something came, or the end */
    pthread_mutex_t lock; /* of what follows */
    struct kept     kept[ROOM];
    size_t          count;
    bool            is_stopping;
};

/* Throws away what has come; false when the other side has closed. */
static bool drain(int descriptor)
{
    char    bytes[16384];
    ssize_t count = recv(descriptor, bytes, sizeof bytes, MSG_DONTWAIT);

    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Only this thread takes sockets out, so those that were polled stay where they are. */
static void drain_all(struct linger_room *room, const struct pollfd *polled, size_t count)
{
    int64_t now_ms = watchdog_now_ms();

    for (size_t i = count; i-- > 0;) {
        struct kept *kept = &room->kept[i];

        if (now_ms < kept->until_ms && (polled[i].revents == 0 || drain(kept->descriptor)))
            continue;
        close(kept->descriptor);
        *kept = room->kept[--room->count];
    }
}

/* Waits with the lock open; at most half a second while there is anything whose time may end. */
static size_t wait_for_bytes(struct linger_room *room, struct pollfd *polled)
{
    size_t   count = room->count;
    uint64_t woken;

    for (size_t i = 0; i < count; i++)
        polled[i] = (struct pollfd){.fd = room->kept[i].descriptor, .events = POLLIN};
    polled[count] = (struct pollfd){.fd = room->wake, .events = POLLIN};
    pthread_mutex_unlock(&room->lock);
    (void)!poll(polled, count + 1, count > 0 ? LINGER_MS / 4 : -1);
    (void)!read(room->wake, &woken, sizeof woken);
    pthread_mutex_lock(&room->lock);
    return count;
}

static void *linger(void *argument)
{
    struct linger_room *room = argument;
    struct pollfd       polled[ROOM + 1];

    pthread_mutex_lock(&room->lock);
    while (!room->is_stopping) {
        size_t count = wait_for_bytes(room, polled);

        drain_all(room, polled, count);
    }
    pthread_mutex_unlock(&room->lock);
    return NULL;
}

struct linger_room *linger_start(struct error *error)
{
    struct linger_room *room = calloc(1, sizeof *room);
    int                 code;

    if (!room)
        abort();
    pthread_mutex_init(&room->lock, NULL);
    room->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    code = room->wake < 0 ? errno : pthread_create(&room->thread, NULL, linger, room);
    if (code == 0)
        return room;
    error_set(error, ERROR_UNAVAILABLE, "cannot read on after an early answer: %s", strerror(code));
    if (room->wake >= 0)
        close(room->wake);
    free(room);
    return NULL;
}

static void wake(struct linger_room *room)
{
    const uint64_t one = 1;

    (void)!write(room->wake, &one, sizeof one);
}

void linger_keep(struct linger_room *room, int descriptor)
{
    pthread_mutex_lock(&room->lock);
    if (room->count < ROOM) {
        int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);

        if (copy >= 0) {
            shutdown(copy, SHUT_WR);
            room->kept[room->count++] =
                (struct kept){.descriptor = copy, .until_ms = watchdog_now_ms() + LINGER_MS};
        }
    }
    pthread_mutex_unlock(&room->lock);
    wake(room);
}

void linger_stop(struct linger_room *room)
{
    if (!room)
        return;
    pthread_mutex_lock(&room->lock);
    room->is_stopping = true;
    pthread_mutex_unlock(&room->lock);
    wake(room);
    pthread_join(room->thread, NULL);
    for (size_t i = 0; i < room->count; i++)
        close(room->kept[i].descriptor);
    close(room->wake);
    pthread_mutex_destroy(&room->lock);
    free(room);
}
