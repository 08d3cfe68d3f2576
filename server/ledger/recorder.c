#include "ledger/recorder.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db/query.h"

#define BATCH_BYTES      ((size_t)4 * 1024 * 1024)
#define CALL_EVENTS_MOST 512u /* of one call of record_events() */
#define FLAG_OVERTAKEN   256u /* of an outcome; no entry has it */

/* What one caller waits for. It lives on the caller's stack: the caller leaves only when it is done, or when
 * it took it back. */
struct job {
    struct job               *next;
    const struct event_draft *drafts;
    size_t                    count;
    struct buffer             composed; /* the events as JSON, without brackets */
    struct arena             *arena;    /* of the caller, who waits meanwhile */
    struct event_outcome     *outcomes;
    struct error              error;
    bool                      taken, done, recorded, leads; /* its caller records for all who wait */
    pthread_cond_t            finished;
};

struct recorder {
    struct pool *pool;
    unsigned     wait_ms, waiting_most;
    uint8_t      key[SECRET_KEY_SIZE];
    void (*changed)(void *context, const char *device_id);
    void           *context;
    struct answers *answers; /* NULL: nobody asks */
    pthread_mutex_t lock;
    struct job     *first, **last; /* guarded by lock, as all below */
    unsigned        inside;        /* callers: waiting for their turn, or for the outcome */
    bool            is_led;        /* one of the callers is recording, or was told to */
};

static const char *const words[] = {
    [OUTCOME_RECORDED] = "recorded",
    [OUTCOME_REPLAYED] = "replayed",
    [OUTCOME_CONFLICT] = "conflict",
    [OUTCOME_REFUSED] = "refused",
};

static const char *const flag_words[] = {"custody_break", "late",           "clock_suspect",
                                         "unusual_step",  "unknown_device", "revoked_sender",
                                         "revoked_label", "number_reused",  "overtaken"};

static struct timespec deadline_after(unsigned timeout_ms)
{
    struct timespec deadline;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += timeout_ms / 1000;
    deadline.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    deadline.tv_sec += deadline.tv_nsec / 1000000000;
    deadline.tv_nsec %= 1000000000;
    return deadline;
}

static void remember(const struct recorder *recorder, const char *event_id,
                     const struct event_outcome *outcome)
{
    if (recorder->answers && outcome->kind == OUTCOME_RECORDED && outcome->seq > 0)
        answers_give(recorder->answers, &(struct answered){.seq = outcome->seq,
                                                           .device_seq = outcome->device_seq,
                                                           .flags = outcome->flags & ~FLAG_OVERTAKEN,
                                                           .event_id = event_id,
                                                           .device_id = outcome->device_id,
                                                           .step = outcome->step});
}

static bool read_outcome(const struct recorder *recorder, const struct rows *rows, size_t row,
                         struct arena *arena, struct event_outcome *outcome, struct error *error)
{
    const char *word = rows_text(rows, row, "outcome");

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(words[i], word) == 0) {
            *outcome = (struct event_outcome){
                .kind = (enum outcome_kind)i,
                .word = words[i],
                .seq = rows_null(rows, row, "seq") ? -1 : rows_integer(rows, row, "seq"),
                .device_seq = rows_null(rows, row, "device_seq") ? -1 : rows_integer(rows, row, "device_seq"),
                .flags = (unsigned)rows_integer(rows, row, "flags"),
                .message = arena_copy(arena, rows_text(rows, row, "message")),
                .device_id = arena_copy(arena, rows_text(rows, row, "device_id")),
                .step = arena_copy(arena, rows_text(rows, row, "step")),
            };
            remember(recorder, rows_text(rows, row, "event_id"), outcome);
            return true;
        }
    return error_set(error, ERROR_UNKNOWN_OUTCOME, "the database gave an outcome that is not known: %.20s",
                     word);
}

/* One call of record_events(), one commit. `rows` lives as long as the arena. */
static const struct rows *call(struct recorder *recorder, struct arena *arena, const char *batch,
                               size_t count, struct error *error)
{
    SESSION           *session = pool_borrow(recorder->pool, recorder->wait_ms, error);
    const struct rows *rows = session ? WRITE(session, arena, SQL_RECORD_EVENTS, error, batch) : NULL;

    if (rows && rows_count(rows) != count) {
        error_set(error, ERROR_UNKNOWN_OUTCOME, "the database gave %zu outcomes for %zu events",
                  rows_count(rows), count);
        return NULL;
    }
    return rows;
}

/* Whether what went wrong may lie in what was sent: then others must not suffer for it. */
static bool is_about_content(const struct error *error)
{
    return error->kind == ERROR_INVALID || error->kind == ERROR_CONFLICT || error->kind == ERROR_NOT_FOUND ||
           error->kind == ERROR_FORBIDDEN;
}

/* An event that fails by itself is refused; its neighbours are recorded. */
static bool record_alone(struct recorder *recorder, struct job *job, size_t n)
{
    CLEANUP(buffer_free) struct buffer batch = {.limit = BATCH_BYTES};
    const struct rows                 *rows;
    struct error                       error = {0};

    event_draft_compose(&batch, &job->drafts[n], 1, recorder->key);
    rows = call(recorder, job->arena, batch.text, 1, &error);
    if (rows)
        return read_outcome(recorder, rows, 0, job->arena, &job->outcomes[n], &job->error);
    if (!is_about_content(&error)) {
        job->error = error;
        return false;
    }
    job->outcomes[n] = (struct event_outcome){.kind = OUTCOME_REFUSED,
                                              .word = words[OUTCOME_REFUSED],
                                              .seq = -1,
                                              .device_seq = -1,
                                              .message = arena_copy(job->arena, error.message),
                                              .device_id = "",
                                              .step = ""};
    return true;
}

static void record_one_by_one(struct recorder *recorder, struct job *jobs)
{
    for (struct job *job = jobs; job; job = job->next) {
        job->recorded = true;
        for (size_t n = 0; n < job->count && job->recorded; n++)
            job->recorded = record_alone(recorder, job, n);
    }
}

static void give_outcomes(const struct recorder *recorder, const struct rows *rows, struct job *jobs)
{
    size_t row = 0;

    for (struct job *job = jobs; job; job = job->next) {
        job->recorded = true;
        for (size_t n = 0; n < job->count; n++, row++)
            job->recorded = read_outcome(recorder, rows, row, job->arena, &job->outcomes[n], &job->error) &&
                            job->recorded;
    }
}

static void record(struct recorder *recorder, struct job *jobs)
{
    ARENA                             *arena = arena_new();
    CLEANUP(buffer_free) struct buffer batch = {.limit = BATCH_BYTES + CALL_EVENTS_MOST};
    struct error                       error = {0};
    const struct rows                 *rows;
    size_t                             count = 0;

    for (const struct job *job = jobs; job; job = job->next) {
        buffer_text(&batch, job == jobs ? "[" : ",");
        buffer_add(&batch, job->composed.text, job->composed.length);
        count += job->count;
    }
    buffer_text(&batch, "]");
    rows = call(recorder, arena, batch.text, count, &error);
    if (rows)
        give_outcomes(recorder, rows, jobs);
    else if (is_about_content(&error))
        record_one_by_one(recorder, jobs);
    else
        for (struct job *job = jobs; job; job = job->next)
            job->error = error;
}

static void tell(const struct recorder *recorder, const struct job *jobs)
{
    for (const struct job *job = jobs; recorder->changed && job; job = job->next)
        for (size_t n = 0; job->recorded && n < job->count; n++)
            if (job->outcomes[n].kind == OUTCOME_RECORDED)
                recorder->changed(recorder->context, job->outcomes[n].device_id);
}

/* Takes from the queue, which is not empty, what fits into one call. */
static struct job *take(struct recorder *recorder)
{
    struct job *first = recorder->first, **end;
    size_t      events = 0, bytes = 0;

    for (end = &first; *end; end = &(*end)->next) {
        events += (*end)->count;
        bytes += (*end)->composed.length + 1;
        if (end != &first && (events > CALL_EVENTS_MOST || bytes > BATCH_BYTES))
            break;
        (*end)->taken = true;
    }
    recorder->first = *end;
    *end = NULL;
    if (!recorder->first)
        recorder->last = &recorder->first;
    return first;
}

/* With the lock held: records what waits, its own job with it, for all who wait; then the first of those who
 * came meanwhile does the same for the next. */
static void lead(struct recorder *recorder, const struct job *own)
{
    while (!own->done) {
        struct job *jobs = take(recorder);

        pthread_mutex_unlock(&recorder->lock);
        record(recorder, jobs);
        tell(recorder, jobs);
        pthread_mutex_lock(&recorder->lock);
        for (struct job *job = jobs, *next; job; job = next) {
            next = job->next; /* once it is done, its caller may be gone with it */
            job->done = true;
            pthread_cond_signal(&job->finished);
        }
    }
    recorder->is_led = recorder->first != NULL;
    if (recorder->is_led) {
        recorder->first->leads = true;
        pthread_cond_signal(&recorder->first->finished);
    }
}

struct recorder *recorder_new(struct pool *pool, const uint8_t key[SECRET_KEY_SIZE], unsigned wait_ms,
                              unsigned waiting_most)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);

    if (!recorder)
        abort();
    *recorder =
        (struct recorder){.pool = pool, .wait_ms = wait_ms, .waiting_most = waiting_most ? waiting_most : 1};
    recorder->last = &recorder->first;
    memcpy(recorder->key, key, SECRET_KEY_SIZE);
    pthread_mutex_init(&recorder->lock, NULL);
    return recorder;
}

void recorder_free(struct recorder *recorder)
{
    if (!recorder)
        return;
    pthread_mutex_destroy(&recorder->lock);
    free(recorder);
}

void recorder_tell(struct recorder *recorder, void (*changed)(void *context, const char *device_id),
                   void            *context)
{
    recorder->changed = changed;
    recorder->context = context;
}

void recorder_remember(struct recorder *recorder, struct answers *answers)
{
    recorder->answers = answers;
}

/* Takes a job back that nobody took yet. */
static void take_back(struct recorder *recorder, const struct job *job)
{
    struct job **at = &recorder->first;

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    if (!job->next)
        recorder->last = at;
}

/* Waits until the job is done, or until its caller is to lead; one that is still in the queue at the deadline
 * was certainly not recorded. */
static void await(struct recorder *recorder, struct job *job)
{
    struct timespec deadline = deadline_after(recorder->wait_ms);

    while (!job->leads && !job->taken)
        if (pthread_cond_timedwait(&job->finished, &recorder->lock, &deadline) == ETIMEDOUT && !job->leads &&
            !job->taken) {
            take_back(recorder, job);
            error_set(&job->error, ERROR_UNAVAILABLE, "Too many are writing at this moment; try again");
            return;
        }
    while (!job->leads && !job->done)
        pthread_cond_wait(&job->finished, &recorder->lock);
}

static void submit(struct recorder *recorder, struct job *job)
{
    pthread_cond_init(&job->finished, NULL);
    pthread_mutex_lock(&recorder->lock);
    if (recorder->inside >= recorder->waiting_most) {
        error_set(&job->error, ERROR_UNAVAILABLE, "Too many are writing at this moment; try again");
        job->error.retry_after_s = 1;
    } else {
        *recorder->last = job;
        recorder->last = &job->next;
        recorder->inside++;
        job->leads = !recorder->is_led;
        recorder->is_led = true;
        await(recorder, job);
        if (job->leads)
            lead(recorder, job);
        recorder->inside--;
    }
    pthread_mutex_unlock(&recorder->lock);
    pthread_cond_destroy(&job->finished);
}

bool recorder_record(struct recorder *recorder, struct arena *arena, const struct event_draft *drafts,
                     size_t count, struct event_outcome *outcomes, struct error *error)
{
    struct job job = {.drafts = drafts,
                      .count = count,
                      .arena = arena,
                      .outcomes = outcomes,
                      .composed = {.limit = BATCH_BYTES}};

    if (count == 0 || count > RECORDER_BATCH_MOST)
        return error_field(error, "events", "A batch holds 1 to %u events", RECORDER_BATCH_MOST);
    event_draft_list(&job.composed, drafts, count, recorder->key);
    if (job.composed.overflowed)
        error_set(&job.error, ERROR_TOO_LARGE, "These events are too large together; send fewer at a time");
    else
        submit(recorder, &job);
    buffer_free(&job.composed);
    if (!job.recorded)
        *error = job.error;
    return job.recorded;
}

const char *recorder_flag_words(struct arena *arena, unsigned flags)
{
    const char *list = "";

    for (size_t i = 0; i < COUNT_OF(flag_words); i++)
        if (flags & 1u << i)
            list = arena_format(arena, "%s%s%s", list, *list ? "," : "", flag_words[i]);
    return list;
}
