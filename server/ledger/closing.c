#include "ledger/closing.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db/query.h"
#include "shared/log.h"

#define REST_S   60
#define AT_ONCE  50u /* fewer than a batch holds; what is left has its turn at once */
#define AT_TEXT  "50"
#define THE_RULE "Closed by itself, 5 working days after the return."

struct closing {
    struct closing_options options;
    pthread_t              thread;
    pthread_mutex_t        lock;
    pthread_cond_t         wake;
    bool                   stopping; /* guarded by lock */
};

static size_t read_due(const struct rows *rows, struct event_draft drafts[AT_ONCE])
{
    for (size_t i = 0; i < rows_count(rows); i++)
        drafts[i] = (struct event_draft){.event_id = rows_text(rows, i, "event_id"),
                                         .actor_id = rows_text(rows, i, "actor_id"),
                                         .kind = "closed",
                                         .device_id = rows_text(rows, i, "device_id"),
                                         .repair_id = rows_text(rows, i, "repair_id"),
                                         .private_note = THE_RULE};
    return rows_count(rows);
}

static const struct rows *find_due(const struct closing_options *options, struct arena *arena,
                                   struct error *error)
{
    SESSION *session = pool_borrow(options->pool, options->wait_ms, error);

    return session ? QUERY(session, arena, SQL_REPAIRS_DUE, error, options->timezone, AT_TEXT) : NULL;
}

/* Somebody may have closed one meanwhile: then it is refused, and that is fine. */
static bool close_some(const struct closing_options *options, size_t *due, size_t *closed,
                       struct error *error)
{
    ARENA               *arena = arena_new();
    struct event_draft   drafts[AT_ONCE];
    struct event_outcome outcomes[AT_ONCE];
    const struct rows   *rows = find_due(options, arena, error);

    if (!rows)
        return false;
    *due = read_due(rows, drafts);
    if (*due > 0 && !recorder_record(options->recorder, arena, drafts, *due, outcomes, error))
        return false;
    for (size_t i = 0; i < *due; i++)
        *closed += outcomes[i].kind == OUTCOME_RECORDED;
    return true;
}

bool closing_run(const struct closing_options *options, size_t *closed, struct error *error)
{
    size_t due = AT_ONCE, before;

    *closed = 0;
    do {
        before = *closed;
        if (!close_some(options, &due, closed, error))
            return false;
    } while (due == AT_ONCE && *closed > before);
    return true;
}

/* False when it is to stop. */
static bool rest(struct closing *closing)
{
    struct timespec until;
    bool            stopping;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += REST_S;
    pthread_mutex_lock(&closing->lock);
    if (!closing->stopping)
        pthread_cond_timedwait(&closing->wake, &closing->lock, &until);
    stopping = closing->stopping;
    pthread_mutex_unlock(&closing->lock);
    return !stopping;
}

/* What goes wrong is said once, until something else does. */
static void *work(void *context)
{
    struct closing *closing = context;
    struct error    said = {0};

    do {
        struct error error = {0};
        size_t       closed;

        if (!closing_run(&closing->options, &closed, &error) && strcmp(error.message, said.message) != 0)
            log_line(LOG_LEVEL_WARNING, "msg", "cannot close repairs", "reason", error.message, NULL);
        said = error;
    } while (rest(closing));
    return NULL;
}

struct closing *closing_start(const struct closing_options *options)
{
    struct closing *closing = calloc(1, sizeof *closing);

    if (!closing)
        abort();
    closing->options = *options;
    pthread_mutex_init(&closing->lock, NULL);
    pthread_cond_init(&closing->wake, NULL);
    if (pthread_create(&closing->thread, NULL, work, closing) != 0)
        abort();
    return closing;
}

void closing_stop(struct closing *closing)
{
    if (!closing)
        return;
    pthread_mutex_lock(&closing->lock);
    closing->stopping = true;
    pthread_cond_signal(&closing->wake);
    pthread_mutex_unlock(&closing->lock);
    pthread_join(closing->thread, NULL);
    pthread_cond_destroy(&closing->wake);
    pthread_mutex_destroy(&closing->lock);
    free(closing);
}
