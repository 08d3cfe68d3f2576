#include "db/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "db/session.h"
#include "db/statement.h"
#include "shared/clock.h"

#define BACKOFF_LEAST_MS 50u
#define BACKOFF_MOST_MS  5000u
#define COMMAND_MS       5000u

/* Who waits for a session is handed one in turn: nobody who comes later takes it away. */
struct waiter {
    struct waiter  *next;
    struct session *handed;
    pthread_cond_t  ready;
};

struct pool {
    pthread_mutex_t     lock;
    struct pool_options options;
    char               *conninfo, *role;
    struct session     *free; /* guarded by lock, as all below */
    struct waiter      *first, **last;
    unsigned            busy, open;
    unsigned            backoff_ms;    /* 0: the database answers */
    unsigned long long  not_before_ms; /* no new connection before */
    struct session      sessions[];
};

unsigned pool_timeout_ms(const struct pool *pool)
{
    return pool->options.statement_timeout_ms;
}

/* Judged by the severity that is never translated. */
static void on_notice(void *context, const PGresult *result)
{
    struct session *session = context;
    const char     *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (severity && strcmp(severity, "WARNING") == 0)
        session->warned = true;
}

static bool prepare_all(PGconn *connection, struct error *error)
{
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        PGresult *result = NULL;
        bool      prepared;

        if (PQsendPrepare(connection, statement_texts[i].name, statement_texts[i].sql, 0, NULL))
            result = session_wait(connection, COMMAND_MS);
        prepared = result && PQresultStatus(result) == PGRES_COMMAND_OK;
        if (!prepared)
            error_set(error, result ? ERROR_CONFLICT : ERROR_UNAVAILABLE,
                      "the query %s does not fit the database: %.200s", statement_texts[i].name,
                      PQerrorMessage(connection));
        PQclear(result);
        if (!prepared)
            return false;
    }
    return true;
}

/* Settings under which an acknowledged hand-off could be lost. */
static bool check_safe(PGconn *connection, struct error *error)
{
    static const char sql[] =
        "SELECT name FROM (VALUES ('fsync'), ('full_page_writes'), ('synchronous_commit')) AS wanted (name)"
        " WHERE current_setting(name) = 'off' UNION ALL SELECT 'standby' WHERE pg_is_in_recovery() LIMIT 1";
    PGresult *result = PQsendQuery(connection, sql) ? session_wait(connection, COMMAND_MS) : NULL;
    bool      answered = result && PQresultStatus(result) == PGRES_TUPLES_OK;
    bool      safe = answered && PQntuples(result) == 0;

    if (!answered)
        error_set(error, ERROR_UNAVAILABLE, "the database did not answer");
    else if (!safe && strcmp(PQgetvalue(result, 0, 0), "standby") == 0)
        error_set(error, ERROR_INVALID, "this database is a standby: name the primary in SPOOR_DATABASE");
    else if (!safe)
        error_set(error, ERROR_INVALID,
                  "unsafe settings: %s is off in the database, so a confirmed hand-off could be "
                  "lost; set it to on",
                  PQgetvalue(result, 0, 0));
    PQclear(result);
    return safe;
}

static bool session_open(struct session *session, struct error *error)
{
    const struct pool *pool = session->pool;
    PGconn            *connection = session_connect(pool->conninfo, pool->role, error);

    if (!connection)
        return false;
    PQsetNoticeReceiver(connection, on_notice, session);
    if (check_safe(connection, error) && (!pool->options.prepare || prepare_all(connection, error))) {
        session->connection = connection;
        session->prepared = pool->options.prepare;
        return true;
    }
    PQfinish(connection);
    return false;
}

static unsigned jitter(unsigned most)
{
    unsigned random = 0;

    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
        random = most;
    return most ? random % most + 1 : 0;
}

/* After a failure nobody tries again for a while that doubles, with full jitter. */
static void note_attempt(struct pool *pool, bool worked)
{
    pthread_mutex_lock(&pool->lock);
    if (worked) {
        pool->backoff_ms = 0;
        pool->open++;
    } else {
        pool->backoff_ms = pool->backoff_ms ? pool->backoff_ms * 2 : BACKOFF_LEAST_MS;
        if (pool->backoff_ms > BACKOFF_MOST_MS)
            pool->backoff_ms = BACKOFF_MOST_MS;
        pool->not_before_ms = clock_now_ms() + jitter(pool->backoff_ms);
    }
    pthread_mutex_unlock(&pool->lock);
}

struct pool *pool_open(const struct pool_options *options, struct error *error)
{
    struct pool    *pool = calloc(1, sizeof *pool + options->size * sizeof pool->sessions[0]);
    struct session *first;

    if (!pool)
        abort();
    pool->options = *options;
    pool->conninfo = strdup(options->conninfo);
    pool->role = options->role ? strdup(options->role) : NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pool->last = &pool->first;
    for (unsigned i = options->size; i-- > 0;) {
        pool->sessions[i].pool = pool;
        pool->sessions[i].next_free = pool->free;
        pool->free = &pool->sessions[i];
    }
    first = pool_borrow(pool, 1000, error);
    if (!first) {
        pool_free(pool);
        return NULL;
    }
    pool_give_back(&first);
    return pool;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    for (unsigned i = 0; i < pool->options.size; i++)
        PQfinish(pool->sessions[i].connection);
    pthread_mutex_destroy(&pool->lock);
    free(pool->conninfo);
    free(pool->role);
    free(pool);
}

static struct timespec deadline_after(unsigned timeout_ms)
{
    struct timespec deadline;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += timeout_ms / 1000;
    deadline.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (deadline.tv_nsec >= 1000000000) {
        deadline.tv_sec++;
        deadline.tv_nsec -= 1000000000;
    }
    return deadline;
}

static void leave_queue(struct pool *pool, const struct waiter *waiter)
{
    struct waiter **at = &pool->first;

    while (*at != waiter)
        at = &(*at)->next;
    *at = waiter->next;
    if (!waiter->next)
        pool->last = at;
}

/* Waits in turn; NULL when the time was over first. */
static struct session *wait_for_turn(struct pool *pool, unsigned timeout_ms)
{
    struct timespec deadline = deadline_after(timeout_ms);
    struct waiter   waiter = {.next = NULL};

    pthread_cond_init(&waiter.ready, NULL);
    *pool->last = &waiter;
    /* cppcheck-suppress autoVariables ; it is taken out again before this returns */
    pool->last = &waiter.next;
    while (!waiter.handed)
        if (pthread_cond_timedwait(&waiter.ready, &pool->lock, &deadline) == ETIMEDOUT && !waiter.handed) {
            leave_queue(pool, &waiter);
            break;
        }
    pthread_cond_destroy(&waiter.ready);
    return waiter.handed;
}

static struct session *take_free(struct pool *pool, unsigned timeout_ms, bool *too_early)
{
    struct session *session;

    pthread_mutex_lock(&pool->lock);
    session = pool->free;
    if (session) {
        pool->free = session->next_free;
        pool->busy++;
    } else {
        session = wait_for_turn(pool, timeout_ms);
    }
    *too_early = session && !session->connection && pool->backoff_ms && clock_now_ms() < pool->not_before_ms;
    pthread_mutex_unlock(&pool->lock);
    if (*too_early)
        pool_give_back(&session);
    return session;
}

struct session *pool_borrow(struct pool *pool, unsigned timeout_ms, struct error *error)
{
    bool            too_early;
    struct session *session = take_free(pool, timeout_ms, &too_early);

    if (!session) {
        error_set(error, ERROR_UNAVAILABLE,
                  too_early ? "The database cannot be reached at this moment"
                            : "All places at the database are taken; try again");
        return NULL;
    }
    if (!session->connection) {
        bool worked = session_open(session, error);

        note_attempt(pool, worked);
        if (!worked)
            pool_give_back(&session);
    }
    return session;
}

void pool_give_back(struct session **session)
{
    struct session *given = *session;
    struct pool    *pool;

    if (!given)
        return;
    *session = NULL;
    pool = given->pool;
    pthread_mutex_lock(&pool->lock);
    if (given->connection && PQstatus(given->connection) != CONNECTION_OK) {
        PQfinish(given->connection);
        given->connection = NULL;
        pool->open--;
    }
    if (pool->first) {
        struct waiter *waiter = pool->first;

        leave_queue(pool, waiter);
        waiter->handed = given;
        pthread_cond_signal(&waiter->ready);
    } else {
        given->next_free = pool->free;
        pool->free = given;
        pool->busy--;
    }
    pthread_mutex_unlock(&pool->lock);
}

void pool_lost(struct session *session)
{
    if (!session->connection)
        return;
    PQfinish(session->connection);
    session->connection = NULL;
    pthread_mutex_lock(&session->pool->lock);
    session->pool->open--;
    pthread_mutex_unlock(&session->pool->lock);
}

void pool_end(struct session **session)
{
    if (*session)
        pool_lost(*session);
    pool_give_back(session);
}

void pool_state(struct pool *pool, struct pool_state *state)
{
    pthread_mutex_lock(&pool->lock);
    *state = (struct pool_state){.size = pool->options.size,
                                 .open = pool->open,
                                 .busy = pool->busy,
                                 .reachable = pool->backoff_ms == 0};
    pthread_mutex_unlock(&pool->lock);
}
