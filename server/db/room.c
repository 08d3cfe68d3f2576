#include "db/room.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "shared/log.h"

#define LOOK_MS 250

struct room {
    char             state[256];
    uint64_t         reserve;
    _Atomic uint64_t free;
    atomic_bool      low;
    bool             has_ballast; /* of the thread only */
    pthread_t        thread;
    pthread_mutex_t  lock;
    pthread_cond_t   wake;
    bool             stops; /* guarded by lock */
};

static void ballast_path(const struct room *room, char path[300])
{
    snprintf(path, 300, "%s/ballast", room->state);
}

/* Where the log stands elsewhere, the least of both. A folder that cannot be asked is not the reason to
 * refuse. */
static uint64_t free_bytes(const struct room *room)
{
    static const char *const folders[] = {"pg", "pg/pg_wal"};
    uint64_t                 least = UINT64_MAX;

    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        char           path[300];
        struct statvfs disk;

        snprintf(path, sizeof path, "%s/%s", room->state, folders[i]);
        if (statvfs(path, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < least)
            least = (uint64_t)disk.f_bavail * disk.f_frsize;
    }
    return least;
}

static bool make_ballast(const struct room *room)
{
    char path[300];
    int  file, problem;

    ballast_path(room, path);
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return false;
    problem = posix_fallocate(file, 0, (off_t)(room->reserve / 2));
    close(file);
    if (problem != 0)
        unlink(path);
    return problem == 0;
}

static void give_up_ballast(const struct room *room)
{
    char path[300];

    ballast_path(room, path);
    if (unlink(path) == 0)
        log_line(LOG_LEVEL_ERROR, "msg", "the disk is almost full; the ballast was given up", "folder",
                 room->state, NULL);
}

static void tell(const struct room *room, bool low, uint64_t free)
{
    char text[32];

    snprintf(text, sizeof text, "%llu", (unsigned long long)(free >> 20));
    log_line(low ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "msg",
             low ? "the disk is almost full; nothing is recorded until there is room"
                 : "there is room on the disk again",
             "free_mib", text, "folder", room->state, NULL);
}

static void look(struct room *room)
{
    uint64_t free = free_bytes(room);
    bool     was_low = atomic_load(&room->low);
    bool     low = free < room->reserve + (was_low ? room->reserve / 16 : 0); /* not to and fro */

    if (room->has_ballast && free < room->reserve / 4) {
        give_up_ballast(room);
        room->has_ballast = false;
    } else if (!room->has_ballast && free >= 2 * room->reserve) {
        room->has_ballast = make_ballast(room);
    }
    atomic_store(&room->free, free);
    atomic_store(&room->low, low);
    if (low != was_low)
        tell(room, low, free);
}

static struct timespec next_look(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += LOOK_MS * 1000000L;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

static void *watch(void *context)
{
    struct room *room = context;

    pthread_mutex_lock(&room->lock);
    while (!room->stops) {
        struct timespec at = next_look();

        if (pthread_cond_timedwait(&room->wake, &room->lock, &at) == ETIMEDOUT)
            look(room);
    }
    pthread_mutex_unlock(&room->lock);
    return NULL;
}

struct room *room_start(const char *state, uint64_t reserve_bytes)
{
    struct room       *room = calloc(1, sizeof *room);
    pthread_condattr_t clock;
    char               path[300];

    if (!room)
        abort();
    snprintf(room->state, sizeof room->state, "%s", state);
    room->reserve = reserve_bytes;
    ballast_path(room, path);
    room->has_ballast = access(path, F_OK) == 0;
    pthread_mutex_init(&room->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&room->wake, &clock);
    pthread_condattr_destroy(&clock);
    look(room);
    if (pthread_create(&room->thread, NULL, watch, room) != 0)
        abort();
    return room;
}

void room_stop(struct room *room)
{
    if (!room)
        return;
    pthread_mutex_lock(&room->lock);
    room->stops = true;
    pthread_cond_signal(&room->wake);
    pthread_mutex_unlock(&room->lock);
    pthread_join(room->thread, NULL);
    pthread_cond_destroy(&room->wake);
    pthread_mutex_destroy(&room->lock);
    free(room);
}

bool room_is_low(struct room *room)
{
    return room && atomic_load(&room->low);
}

uint64_t room_free(struct room *room)
{
    return room ? atomic_load(&room->free) : 0;
}
