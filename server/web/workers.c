#include "web/workers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t  something_waits;
    struct work    *first, **end;
    unsigned        waiting, waiting_most, running;
    bool            stopping;
    unsigned        count;
    pthread_t       threads[];
};

static void append(struct workers *workers, struct work *work)
{
    work->next = NULL;
    *workers->end = work;
    workers->end = &work->next;
    pthread_cond_signal(&workers->something_waits);
}

static struct work *take_first(struct workers *workers)
{
    struct work *work = workers->first;

    workers->first = work->next;
    if (!workers->first)
        workers->end = &workers->first;
    workers->waiting--;
    return work;
}

static void *work_on(void *argument)
{
    struct workers *workers = argument;

    pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (!workers->first && !workers->stopping)
            pthread_cond_wait(&workers->something_waits, &workers->lock);
        if (!workers->first)
            break;
        struct work *work = take_first(workers);

        workers->running++;
        pthread_mutex_unlock(&workers->lock);
        work->run(work);
        pthread_mutex_lock(&workers->lock);
        workers->running--;
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

struct workers *workers_start(unsigned count, unsigned waiting_most, struct error *error)
{
    struct workers *workers = calloc(1, sizeof *workers + count * sizeof workers->threads[0]);

    if (!workers)
        abort();
    workers->end = &workers->first;
    workers->waiting_most = waiting_most;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->something_waits, NULL);
    for (; workers->count < count; workers->count++) {
        int code = pthread_create(&workers->threads[workers->count], NULL, work_on, workers);

        if (code != 0) {
            workers_stop(workers);
            error_set(error, ERROR_UNAVAILABLE, "cannot start %u workers: %s", count, strerror(code));
            return NULL;
        }
    }
    return workers;
}

bool workers_reserve(struct workers *workers)
{
    bool has_room;

    pthread_mutex_lock(&workers->lock);
    has_room = workers->waiting < workers->waiting_most;
    workers->waiting += has_room;
    pthread_mutex_unlock(&workers->lock);
    return has_room;
}

void workers_give_back(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->waiting--;
    pthread_mutex_unlock(&workers->lock);
}

void workers_push_reserved(struct workers *workers, struct work *work)
{
    pthread_mutex_lock(&workers->lock);
    append(workers, work);
    pthread_mutex_unlock(&workers->lock);
}

void workers_push(struct workers *workers, struct work *work)
{
    pthread_mutex_lock(&workers->lock);
    workers->waiting++;
    append(workers, work);
    pthread_mutex_unlock(&workers->lock);
}

void workers_count(struct workers *workers, unsigned *waiting, unsigned *running)
{
    pthread_mutex_lock(&workers->lock);
    *waiting = workers->waiting;
    *running = workers->running;
    pthread_mutex_unlock(&workers->lock);
}

void workers_stop(struct workers *workers)
{
    if (!workers)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->something_waits);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->count; i++)
        pthread_join(workers->threads[i], NULL);
    pthread_cond_destroy(&workers->something_waits);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}
