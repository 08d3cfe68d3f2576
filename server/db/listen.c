#include "db/listen.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "db/session.h"
#include "shared/clock.h"
#include "shared/log.h"

#define ASK_MS    200 /* between two looks */
#define MARK_SIZE 24u
#define ANSWER_MS 600u
#define AGAIN_MS  300

struct listen {
    struct listen_options options;
    pthread_t             thread;
    int                   stop;            /* readable once it is to stop */
    char                  mark[MARK_SIZE]; /* how far it has looked; empty: not yet */
};

static void hear(const struct listen *listen, PGconn *connection)
{
    for (PGnotify *notify; (notify = PQnotifies(connection)); PQfreemem(notify))
        listen->options.heard(listen->options.context, notify->relname, notify->extra);
}

/* Waits for something to hear, the stop, or the time; false when it is to stop. */
static bool rest(const struct listen *listen, int file, int ms)
{
    struct pollfd entries[] = {{.fd = listen->stop, .events = POLLIN}, {.fd = file, .events = POLLIN}};

    (void)poll(entries, file >= 0 ? 2 : 1, ms);
    return !(entries[0].revents & POLLIN);
}

/* NULL when no row came in time. */
static PGresult *look_row(const struct listen *listen, PGconn *connection, struct error *error)
{
    const char *parameters[] = {*listen->mark ? listen->mark : NULL};
    PGresult   *result = NULL;

    if (PQsendQueryParams(connection, statement_texts[listen->options.look].sql, 1, NULL, parameters, NULL,
                          NULL, 0))
        result = session_wait(connection, ANSWER_MS);
    if (result && PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
        return result;
    error_set(error, ERROR_UNAVAILABLE, "%.300s",
              result ? PQresultErrorMessage(result) : "the database did not answer in time");
    PQclear(result);
    return NULL;
}

/* What was recorded since the last look; the first one only finds out from where on to look. */
static bool look(struct listen *listen, PGconn *connection, struct error *error)
{
    PGresult *result = look_row(listen, connection, error);

    if (!result)
        return false;
    if (*listen->mark && PQgetlength(result, 0, 1) > 0)
        listen->options.heard(listen->options.context, listen->options.look_channel,
                              PQgetvalue(result, 0, 1));
    snprintf(listen->mark, sizeof listen->mark, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    return true;
}

static bool subscribe(struct listen *listen, PGconn *connection, struct error *error)
{
    char sql[80];

    for (const char *const *channel = listen->options.channels; *channel; channel++) {
        snprintf(sql, sizeof sql, "LISTEN %s", *channel);
        if (!session_command(connection, sql, 5000, error))
            return false;
    }
    *listen->mark = '\0';
    if (!look(listen, connection, error))
        return false;
    listen->options.heard(listen->options.context, NULL, "");
    return true;
}

/* A notification is in front of the answer to whatever was asked after its commit. */
static bool ask(struct listen *listen, PGconn *connection, struct error *error)
{
    uint64_t asked = clock_now_us();

    if (!look(listen, connection, error))
        return false;
    hear(listen, connection);
    listen->options.complete(listen->options.context, asked);
    return true;
}

/* Until the connection is lost or the time to stop has come; then false. */
static bool stay(struct listen *listen, PGconn *connection, struct error *error)
{
    uint64_t next = 0;

    for (;;) {
        uint64_t now = clock_now_us();

        if (now >= next) {
            if (!ask(listen, connection, error))
                return true;
            next = now + ASK_MS * 1000;
        }
        if (!rest(listen, PQsocket(connection), ASK_MS))
            return false;
        if (!PQconsumeInput(connection))
            return true;
        hear(listen, connection);
    }
}

static void *work(void *context)
{
    struct listen *listen = context;
    bool           goes_on = true, told = false;

    while (goes_on) {
        struct error error = {0};
        PGconn      *connection = session_connect(listen->options.conninfo, listen->options.role, &error);

        if (connection && subscribe(listen, connection, &error)) {
            told = false;
            goes_on = stay(listen, connection, &error);
        }
        PQfinish(connection);
        if (goes_on && !told)
            log_line(LOG_LEVEL_WARNING, "msg", "changes by others are not heard; asking each time", "error",
                     error.message, NULL);
        told = true;
        goes_on = goes_on && rest(listen, -1, AGAIN_MS);
    }
    return NULL;
}

struct listen *listen_start(const struct listen_options *options)
{
    struct listen *listen = calloc(1, sizeof *listen);

    if (!listen)
        abort();
    listen->options = *options;
    listen->stop = eventfd(0, EFD_CLOEXEC);
    if (listen->stop < 0 || pthread_create(&listen->thread, NULL, work, listen) != 0)
        abort();
    return listen;
}

void listen_stop(struct listen *listen)
{
    if (!listen)
        return;
    (void)!eventfd_write(listen->stop, 1);
    pthread_join(listen->thread, NULL);
    close(listen->stop);
    free(listen);
}
