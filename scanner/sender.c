#include "sender.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "backoff.h"

#define HEARD_MOST 1000u /* older ones are forgotten: the queue knows them */

struct sender {
    struct delivery  delivery;
    pthread_t        thread;
    pthread_mutex_t  mutex;
    pthread_cond_t   changed;
    bool             stop, wanted, busy;
    unsigned         failures;
    struct timespec  not_before; /* CLOCK_MONOTONIC; of the next attempt after a failure */
    struct error     why;
    struct delivered heard[HEARD_MOST];
    size_t           first, count;
    int              descriptor;
};

static void hear(const struct delivered *said, void *context)
{
    struct sender *sender = context;
    uint64_t       one = 1;

    pthread_mutex_lock(&sender->mutex);
    if (sender->count == HEARD_MOST) {
        sender->first = (sender->first + 1) % HEARD_MOST;
        sender->count--;
    }
    sender->heard[(sender->first + sender->count++) % HEARD_MOST] = *said;
    pthread_cond_broadcast(&sender->changed);
    pthread_mutex_unlock(&sender->mutex);
    if (write(sender->descriptor, &one, sizeof one) < 0)
        return; /* the counter is full: it is readable anyway */
}

static bool is_due(const struct sender *sender)
{
    struct timespec now;

    if (sender->failures == 0)
        return true;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > sender->not_before.tv_sec ||
           (now.tv_sec == sender->not_before.tv_sec && now.tv_nsec >= sender->not_before.tv_nsec);
}

static void note_failure(struct sender *sender, const struct error *error)
{
    uint32_t random = 0, wait_ms;

    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = 0;
    wait_ms = backoff_ms(++sender->failures, error->retry_after_s, random);
    clock_gettime(CLOCK_MONOTONIC, &sender->not_before);
    sender->not_before.tv_sec += wait_ms / 1000;
    sender->not_before.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (sender->not_before.tv_nsec >= 1000000000) {
        sender->not_before.tv_sec++;
        sender->not_before.tv_nsec -= 1000000000;
    }
    sender->why = *error;
}

/* With the mutex held; lets go of it while the request is on its way. */
static void attempt(struct sender *sender)
{
    struct error error = {0};
    bool         more = false, done;

    sender->wanted = false;
    sender->busy = true;
    pthread_mutex_unlock(&sender->mutex);
    done = delivery_send(&sender->delivery, &more, &error);
    pthread_mutex_lock(&sender->mutex);
    sender->busy = false;
    if (done)
        sender->failures = 0;
    else
        note_failure(sender, &error);
    sender->wanted = sender->wanted || more || !done;
    pthread_cond_broadcast(&sender->changed);
}

static void *work(void *context)
{
    struct sender *sender = context;

    pthread_mutex_lock(&sender->mutex);
    while (!sender->stop) {
        if (!sender->wanted)
            pthread_cond_wait(&sender->changed, &sender->mutex);
        else if (!is_due(sender))
            pthread_cond_timedwait(&sender->changed, &sender->mutex, &sender->not_before);
        else
            attempt(sender);
    }
    pthread_mutex_unlock(&sender->mutex);
    return NULL;
}

struct sender *sender_start(struct queue *queue, const struct enrolment *enrolment)
{
    struct sender     *sender = calloc(1, sizeof *sender);
    pthread_condattr_t attributes;

    if (!sender)
        abort();
    sender->delivery = (struct delivery){
        .queue = queue, .enrolment = enrolment, .upload = upload_new(), .heard = hear, .context = sender};
    sender->wanted = true;
    sender->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&sender->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&sender->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (sender->descriptor < 0 || pthread_create(&sender->thread, NULL, work, sender) != 0)
        abort();
    return sender;
}

void sender_stop(struct sender *sender)
{
    if (!sender)
        return;
    pthread_mutex_lock(&sender->mutex);
    sender->stop = true;
    pthread_cond_broadcast(&sender->changed);
    pthread_mutex_unlock(&sender->mutex);
    pthread_join(sender->thread, NULL);
    close(sender->descriptor);
    upload_free(sender->delivery.upload);
    pthread_cond_destroy(&sender->changed);
    pthread_mutex_destroy(&sender->mutex);
    free(sender);
}

void sender_wake(struct sender *sender)
{
    pthread_mutex_lock(&sender->mutex);
    sender->wanted = true;
    pthread_cond_broadcast(&sender->changed);
    pthread_mutex_unlock(&sender->mutex);
}

/* Takes the nth of those heard out of the list. */
static void fetch(struct sender *sender, size_t n, struct delivered *said)
{
    *said = sender->heard[(sender->first + n) % HEARD_MOST];
    for (; n > 0; n--)
        sender->heard[(sender->first + n) % HEARD_MOST] = sender->heard[(sender->first + n - 1) % HEARD_MOST];
    sender->first = (sender->first + 1) % HEARD_MOST;
    sender->count--;
}

static bool find(struct sender *sender, const char *event_id, struct delivered *said)
{
    for (size_t i = 0; i < sender->count; i++)
        if (strcmp(sender->heard[(sender->first + i) % HEARD_MOST].event_id, event_id) == 0) {
            fetch(sender, i, said);
            return true;
        }
    return false;
}

static bool has_failed(const struct sender *sender)
{
    return sender->failures > 0 && !sender->busy && !is_due(sender);
}

bool sender_wait(struct sender *sender, const char *event_id, struct delivered *said, struct error *error)
{
    bool found;

    pthread_mutex_lock(&sender->mutex);
    while (!(found = find(sender, event_id, said)) && !has_failed(sender) && (sender->wanted || sender->busy))
        pthread_cond_wait(&sender->changed, &sender->mutex);
    if (!found)
        *error = sender->why;
    pthread_mutex_unlock(&sender->mutex);
    return found;
}

bool sender_drain(struct sender *sender, struct error *error)
{
    bool done;

    pthread_mutex_lock(&sender->mutex);
    while (!has_failed(sender) && (sender->wanted || sender->busy))
        pthread_cond_wait(&sender->changed, &sender->mutex);
    done = !has_failed(sender);
    if (!done)
        *error = sender->why;
    pthread_mutex_unlock(&sender->mutex);
    return done;
}

bool sender_heard(struct sender *sender, struct delivered *said)
{
    uint64_t seen;
    bool     any;

    pthread_mutex_lock(&sender->mutex);
    any = sender->count > 0;
    if (any)
        fetch(sender, 0, said);
    if (sender->count == 0 && read(sender->descriptor, &seen, sizeof seen) < 0)
        seen = 0; /* nothing was there to clear */
    pthread_mutex_unlock(&sender->mutex);
    return any;
}

int sender_descriptor(const struct sender *sender)
{
    return sender->descriptor;
}

bool sender_failing(struct sender *sender, struct error *why)
{
    bool failing;

    pthread_mutex_lock(&sender->mutex);
    failing = sender->failures > 0;
    if (failing)
        *why = sender->why;
    pthread_mutex_unlock(&sender->mutex);
    return failing;
}
