#include "ledger/closing.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db/query.h"
#include "ledger/seal_row.h"
#include "shared/id_map.h"
#include "shared/log.h"
#include "shared/uuid.h"

#define REST_S   60
#define AT_ONCE  50u /* fewer than a batch holds; what is left has its turn at once */
#define AT_TEXT  "50"
#define THE_RULE "Closed by itself, 5 working days after the return."

struct closing {
    struct closing_options options;
    struct id_map         *refused; /* ids of closings that were refused, and that it was said */
    bool                   has_thread;
    pthread_t              thread;
    pthread_mutex_t        lock;
    pthread_cond_t         wake;
    bool                   stopping; /* guarded by lock */
};

/* Where a pass stands in what is due, which is in this order. */
struct place {
    char returned_at[64];
    char repair_id[UUID_SIZE];
};

static const struct place before_all = {"-infinity", "00000000-0000-0000-0000-000000000000"};

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

static const struct rows *find_due(const struct closing *closing, struct arena *arena, struct place *after,
                                   struct error *error)
{
    SESSION           *session = pool_borrow(closing->options.pool, closing->options.wait_ms, error);
    const struct rows *rows = session
                                  ? QUERY(session, arena, SQL_REPAIRS_DUE, error, closing->options.timezone,
                                          AT_TEXT, after->returned_at, after->repair_id)
                                  : NULL;
    size_t             due = rows ? rows_count(rows) : 0;

    if (due > 0) {
        snprintf(after->returned_at, sizeof after->returned_at, "%s",
                 rows_text(rows, due - 1, "returned_at"));
        snprintf(after->repair_id, sizeof after->repair_id, "%s", rows_text(rows, due - 1, "repair_id"));
    }
    return rows;
}

/* Said once: it is due again at each pass, until it is closed or somebody sees to what stands in its way. */
static void tell_refused(struct closing *closing, const char *event_id, const char *number,
                         const char *reason)
{
    uint8_t id[16];
    bool   *told;

    seal_uuid_bytes(event_id, id);
    told = id_map_put(closing->refused, id);
    if (!*told)
        log_line(LOG_LEVEL_WARNING, "msg", "a repair was not closed", "repair", number, "reason", reason,
                 NULL);
    *told = true;
}

/* One batch of what is due, from this place on. */
static bool close_some(struct closing *closing, struct place *after, size_t *due, size_t *closed,
                       struct error *error)
{
    ARENA               *arena = arena_new();
    struct event_draft   drafts[AT_ONCE];
    struct event_outcome outcomes[AT_ONCE];
    const struct rows   *rows = find_due(closing, arena, after, error);
    const size_t         count = rows ? read_due(rows, drafts) : 0;

    *due = count;
    if (!rows ||
        (count > 0 && !recorder_record(closing->options.recorder, arena, drafts, count, outcomes, error)))
        return false;
    for (size_t i = 0; i < count; i++) {
        *closed += outcomes[i].kind == OUTCOME_RECORDED;
        if (outcomes[i].kind == OUTCOME_REFUSED)
            tell_refused(closing, rows_text(rows, i, "event_id"), rows_text(rows, i, "number"),
                         outcomes[i].message);
    }
    return true;
}

static bool is_stopping(struct closing *closing)
{
    bool stopping;

    pthread_mutex_lock(&closing->lock);
    stopping = closing->stopping;
    pthread_mutex_unlock(&closing->lock);
    return stopping;
}

bool closing_run(struct closing *closing, size_t *closed, struct error *error)
{
    struct place after = before_all;
    size_t       due = AT_ONCE;

    *closed = 0;
    while (due == AT_ONCE && !room_is_low(closing->options.room) && !is_stopping(closing))
        if (!close_some(closing, &after, &due, closed, error))
            return false;
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

        if (!closing_run(closing, &closed, &error) && strcmp(error.message, said.message) != 0)
            log_line(LOG_LEVEL_WARNING, "msg", "cannot close repairs", "reason", error.message, NULL);
        said = error;
    } while (rest(closing));
    return NULL;
}

struct closing *closing_new(const struct closing_options *options)
{
    struct closing *closing = calloc(1, sizeof *closing);

    if (!closing)
        abort();
    closing->options = *options;
    closing->refused = id_map_new(sizeof(bool));
    pthread_mutex_init(&closing->lock, NULL);
    pthread_cond_init(&closing->wake, NULL);
    return closing;
}

void closing_start(struct closing *closing)
{
    closing->has_thread = true;
    if (pthread_create(&closing->thread, NULL, work, closing) != 0)
        abort();
}

static void stop(struct closing *closing)
{
    pthread_mutex_lock(&closing->lock);
    closing->stopping = true;
    pthread_cond_signal(&closing->wake);
    pthread_mutex_unlock(&closing->lock);
    pthread_join(closing->thread, NULL);
}

void closing_free(struct closing *closing)
{
    if (!closing)
        return;
    if (closing->has_thread)
        stop(closing);
    pthread_cond_destroy(&closing->wake);
    pthread_mutex_destroy(&closing->lock);
    id_map_free(closing->refused);
    free(closing);
}
