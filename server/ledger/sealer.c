#include "ledger/sealer.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db/query.h"
#include "ledger/seal_answers.h"
#include "ledger/seal_open.h"
#include "ledger/seal_row.h"
#include "shared/clock.h"
#include "shared/log.h"

/* Between two looks for new rows. After a seal it rests nine times as long as that took, so that sealing has
 * a tenth of the time, but no longer than a reader of receipts may notice; who writes the while shares the
 * next. */
#define REST_MS        60u
#define REST_MOST_MS   400u
#define REST_TIMES     9u
#define TROUBLE_MS     500u
#define ALARM_MS       3000u
#define FUTURE_MOST_MS 600000 /* that the clocks of the database and of the sealer may differ */
#define LOOK_MS        1000u  /* between two looks whether somebody waits for the turn */

struct sealer *sealer_new(const struct sealer_options *options)
{
    struct sealer *sealer = calloc(1, sizeof *sealer);

    if (!sealer)
        abort();
    sealer->options = *options;
    pthread_mutex_init(&sealer->lock, NULL);
    pthread_mutex_init(&sealer->chains_lock, NULL);
    pthread_cond_init(&sealer->wake, NULL);
    return sealer;
}

uint64_t sealer_size(const struct sealer *sealer)
{
    return sealer->log ? seal_log_size(sealer->log) : 0;
}

int64_t sealer_latest_number(struct sealer *sealer, const char *device_id)
{
    const struct seal_link *link = NULL;
    uint8_t                 device[16];
    int64_t                 number;

    if (!sealer)
        return -1;
    seal_uuid_bytes(device_id, device);
    pthread_mutex_lock(&sealer->chains_lock);
    if (sealer->chains)
        link = id_map_find(sealer->chains, device);
    number = link ? (int64_t)link->device_seq : -1;
    pthread_mutex_unlock(&sealer->chains_lock);
    return number;
}

/* One batch. */

struct reading {
    struct seal_openings openings;
    const struct rows   *events, *notices;
    size_t               event, notice; /* the next ones */
};

static bool read_rows(struct sealer *sealer, struct arena *arena, uint64_t until, struct reading *reading,
                      struct error *error)
{
    const char *from_text = arena_format(arena, "%" PRIu64, seal_log_size(sealer->log));
    const char *until_text = arena_format(arena, "%" PRIu64, until);

    reading->events = QUERY(sealer->session, arena, SQL_SEAL_EVENTS, error, from_text, until_text);
    reading->notices = reading->events
                           ? QUERY(sealer->session, arena, SQL_SEAL_NOTICES, error, from_text, until_text)
                           : NULL;
    const struct rows *openings =
        reading->notices ? QUERY(sealer->session, arena, SQL_SEAL_OPENINGS, error, from_text, until_text)
                         : NULL;

    return openings && seal_openings_read(openings, arena, &reading->openings, error);
}

static bool is_next(const struct rows *rows, size_t n, uint64_t seq)
{
    return n < rows_count(rows) && (uint64_t)rows_integer(rows, n, "seq") == seq;
}

static bool build_event(struct sealer *sealer, const struct rows *events, size_t n,
                        const struct seal_openings *openings, struct entry_writer *writer,
                        struct error *error)
{
    struct seal_row row;
    uint8_t         device[16];

    seal_row_read(events, n, &row);
    seal_uuid_bytes(row.device_id, device);
    if ((uint64_t)row.seq >= seal_log_adopted(sealer->log) &&
        !seal_row_is_ours(&row, openings, sealer->options.service_key))
        return error_set(error, ERROR_CONFLICT, "it does not carry the mark of the service that records");
    if (!seal_answers_fit(sealer, &row, error))
        return false;
    return seal_row_build(&row, openings, id_map_find(sealer->chains, device), NULL, writer, error);
}

/* Whether a key or an incident in the ledger is the sealer's own, or an erasure the service's. */
static bool is_vouched_for(struct sealer *sealer, const struct rows *notices, size_t n, struct error *error)
{
    const struct note_key *next = seal_log_next_key(sealer->log);
    char                   text[NOTE_KEY_SIZE] = "";
    uint64_t               seq = (uint64_t)rows_integer(notices, n, "seq");

    switch (rows_integer(notices, n, "type")) {
    case ENTRY_CONFIGURATION:
        if (next)
            note_key_format(next, text);
        return (next && strcmp(text, rows_text(notices, n, "verifier_key")) == 0) ||
               error_set(error, ERROR_CONFLICT, "it announces a key that is not the sealer's");
    case ENTRY_INCIDENT:
        return (seq == seal_log_resumed(sealer->log) &&
                (uint64_t)rows_integer(notices, n, "to_size") == seq) ||
               error_set(error, ERROR_CONFLICT, "it tells of an incident that the sealer did not see");
    case ENTRY_ERASURE:
        return seq < seal_log_adopted(sealer->log) ||
               seal_notice_is_ours(notices, n, sealer->options.service_key) ||
               error_set(error, ERROR_CONFLICT, "it does not carry the mark of the service that records");
    default:
        return seq == 0 || error_set(error, ERROR_CONFLICT, "it is not the log's first entry");
    }
}

static bool build_one(struct sealer *sealer, struct reading *reading, uint64_t seq, struct error *error)
{
    struct entry_writer writer = {.length = 0};
    struct entry        entry;
    bool                built;

    if (is_next(reading->events, reading->event, seq))
        built = build_event(sealer, reading->events, reading->event++, &reading->openings, &writer, error);
    else if (is_next(reading->notices, reading->notice, seq))
        built = seal_answers_fit_notice(sealer, (int64_t)seq, error) &&
                is_vouched_for(sealer, reading->notices, reading->notice, error) &&
                seal_notice_build(reading->notices, reading->notice++, &reading->openings,
                                  seal_log_key(sealer->log)->name, NULL, &writer, error);
    else
        built = error_set(error, ERROR_CONFLICT, "it is missing");
    if (!built || !entry_parse(writer.bytes, writer.length, &entry, error))
        return false;
    if ((int64_t)entry_number(&entry, TAG_RECORDED_AT) > (int64_t)time(NULL) * 1000 + FUTURE_MOST_MS)
        return error_set(error, ERROR_CONFLICT, "it says that it was recorded in the future");
    if ((int64_t)entry_number(&entry, TAG_RECORDED_AT) < sealer->last_recorded_ms)
        return error_set(error, ERROR_CONFLICT, "it was recorded before the record in front of it");
    seal_open_learn(sealer, &entry);
    seal_batch_add(&sealer->batch, writer.bytes, writer.length);
    return true;
}

/* Builds entries up to the first row that cannot be vouched for; *bad says what is wrong with that one. */
static bool build(struct sealer *sealer, struct arena *arena, uint64_t until, struct error *bad,
                  struct error *error)
{
    struct reading reading = {0};

    if (!read_rows(sealer, arena, until, &reading, error))
        return false;
    for (uint64_t seq = seal_log_size(sealer->log); seq < until; seq++)
        if (!build_one(sealer, &reading, seq, bad)) {
            struct error why = *bad;

            return !error_set(bad, ERROR_CONFLICT,
                              "record %" PRIu64 ": %.300s; nothing is sealed from there on", seq,
                              why.message);
        }
    return true;
}

static bool holds(struct sealer *sealer, struct arena *arena, struct error *error)
{
    const struct rows *held =
        QUERY(sealer->session, arena, SQL_SEAL_HOLD, error, arena_format(arena, "%" PRIu64, sealer->epoch));

    if (!held)
        return false;
    return rows_flag(held, 0, "held") || error_set(error, ERROR_UNAVAILABLE, "another sealer took over");
}

static bool visit_new(void *context, uint64_t index, const uint8_t *bytes, size_t length, struct error *error)
{
    struct sealer *sealer = context;
    uint8_t        leaf[HASH_SIZE];

    (void)index;
    (void)error;
    merkle_leaf(bytes, length, leaf);
    tile_edge_append(sealer->edge, leaf, seal_batch_add_tile, &sealer->batch);
    return true;
}

static bool seal(struct sealer *sealer, struct arena *arena, struct error *error)
{
    if (!seal_log_append(sealer->log, (const uint8_t *)sealer->batch.records.text,
                         sealer->batch.records.length, visit_new, sealer, error) ||
        !seal_log_commit(sealer->log, sealer->epoch, error) || !holds(sealer, arena, error))
        return false;
    seal_log_sign(sealer->log, &sealer->batch.note);
    sealer->unstored = true;
    return seal_open_store(sealer, error);
}

/* Records under a number that was never given were put in by hand: nobody would ever seal them. */
static bool numbers_were_given(struct sealer *sealer, const struct rows *head, struct error *error)
{
    const char *column = rows_null(head, 0, "below") ? "beyond" : "below";

    if (rows_null(head, 0, column))
        return true;
    sealer->stands_still = true;
    return error_set(error, ERROR_CONFLICT, "record %s: its number was never given: it was put in by hand",
                     rows_text(head, 0, column));
}

/* Who waits for the turn copies what stands here (db/backup.c): it is given up, and taken again afterwards.
 */
static bool may_go_on(struct sealer *sealer, struct arena *arena, struct error *error)
{
    const struct rows *rows;

    if (clock_now_ms() - sealer->looked_ms < LOOK_MS)
        return true;
    sealer->looked_ms = clock_now_ms();
    rows = query_run(sealer->session, arena, SQL_SEAL_WANTED, NULL, 0, error);
    if (!rows)
        return false;
    sealer->steps_aside = rows_flag(rows, 0, "wanted");
    return !sealer->steps_aside ||
           error_set(error, ERROR_UNAVAILABLE, "a backup is being made; sealing goes on after it");
}

/* *count: how many were sealed now. */
static bool seal_some(struct sealer *sealer, uint64_t *count, struct error *error)
{
    ARENA             *arena = arena_new();
    const struct rows *head;
    struct error       bad = {0};
    uint64_t           until, size = seal_log_size(sealer->log);
    int64_t            highest = seal_answers_highest(sealer);

    *count = 0;
    sealer->stands_still = false;
    if (!may_go_on(sealer, arena, error) || !seal_open_store(sealer, error))
        return false;
    head = query_run(sealer->session, arena, SQL_SEAL_HEAD, NULL, 0, error);
    if (!head)
        return false;
    until = (uint64_t)rows_integer(head, 0, "next_seq");
    if (until < size)
        return error_set(error, ERROR_UNAVAILABLE, "the database went back behind what was sealed");
    if (!numbers_were_given(sealer, head, error) || !seal_answers_agree(sealer, error))
        return false;
    until = until < size + BATCH_ROWS ? until : size + BATCH_ROWS;
    if (until == size)
        return seal_answers_are_there(sealer, highest, head, error);
    seal_batch_start(&sealer->batch, size);
    if (!build(sealer, arena, until, &bad, error))
        return false;
    *count = sealer->batch.count;
    if (sealer->batch.count > 0 && !seal(sealer, arena, error))
        return false;
    if (bad.kind == ERROR_NONE)
        return seal_answers_are_there(sealer, highest, head, error);
    sealer->stands_still = true;
    *error = bad;
    return false;
}

static void tell(const struct sealer *sealer, const char *state, const char *message)
{
    bool waited = strncmp(sealer->reported, "waiting ", 8) == 0;

    if (strcmp(state, "waiting") == 0)
        log_line(LOG_LEVEL_INFO, "msg", "sealing waits", "reason", message, NULL);
    else if (*message)
        log_line(LOG_LEVEL_ERROR, "msg", "sealing stands still", "reason", message, NULL);
    else if (waited)
        log_line(LOG_LEVEL_INFO, "msg", "sealing goes on", NULL);
}

/* For the auditor's pages; said again only when it changes. */
static void report(struct sealer *sealer, const char *state, const char *message)
{
    ARENA       *arena = arena_new();
    struct error unreachable = {0};
    char         now[sizeof sealer->reported];

    snprintf(now, sizeof now, "%s %s", state, message);
    if (strcmp(sealer->reported, now) == 0)
        return;
    tell(sealer, state, message);
    SESSION        *other = sealer->session ? NULL : pool_borrow(sealer->options.pool, 500, &unreachable);
    struct session *session = sealer->session ? sealer->session : other;

    if (session && WRITE(session, arena, SQL_SEAL_REPORT, &unreachable, NULL, state, message))
        snprintf(sealer->reported, sizeof sealer->reported, "%s", now);
}

/* A contradiction stays until somebody acts: it is looked at again from time to time. */
static bool handle_trouble(struct sealer *sealer, const struct error *error)
{
    bool alarm = error->kind != ERROR_UNAVAILABLE && error->kind != ERROR_UNKNOWN_OUTCOME &&
                 error->kind != ERROR_NO_ROOM;

    if (!sealer->stands_still)
        seal_open_give_up(sealer);
    if (alarm)
        report(sealer, "alarm", error->message);
    else if (sealer->steps_aside)
        report(sealer, "waiting", "a backup is being made");
    return alarm;
}

bool sealer_catch_up(struct sealer *sealer, struct error *error)
{
    uint64_t count = 1;

    while (count > 0)
        if (!seal_open_ready(sealer, error) || !seal_some(sealer, &count, error)) {
            (void)handle_trouble(sealer, error);
            return false;
        }
    report(sealer, "sealing", "");
    return true;
}

/* The thread. */

/* False when the sealer is to stop. */
static bool rest(struct sealer *sealer, unsigned ms)
{
    struct timespec until;
    bool            stopping;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&sealer->lock);
    if (!sealer->stopping && ms > 0)
        pthread_cond_timedwait(&sealer->wake, &sealer->lock, &until);
    stopping = sealer->stopping;
    pthread_mutex_unlock(&sealer->lock);
    return !stopping;
}

static unsigned rest_after(uint64_t count, uint64_t took_ms)
{
    if (count >= BATCH_ROWS)
        return 0;
    if (count == 0 || took_ms * REST_TIMES < REST_MS)
        return REST_MS;
    return took_ms * REST_TIMES < REST_MOST_MS ? (unsigned)took_ms * REST_TIMES : REST_MOST_MS;
}

static void *work(void *context)
{
    struct sealer *sealer = context;

    for (unsigned rest_ms = 0; rest(sealer, rest_ms);) {
        struct error error = {0};
        uint64_t     count = 0, begun = clock_now_ms();

        if (seal_open_ready(sealer, &error) && seal_some(sealer, &count, &error)) {
            sealer->steps_aside = false;
            report(sealer, "sealing", "");
            rest_ms = rest_after(count, clock_now_ms() - begun);
            continue;
        }
        rest_ms = handle_trouble(sealer, &error) ? ALARM_MS : TROUBLE_MS;
    }
    return NULL;
}

void sealer_start(struct sealer *sealer)
{
    sealer->has_thread = pthread_create(&sealer->thread, NULL, work, sealer) == 0;
    if (!sealer->has_thread)
        abort();
}

void sealer_free(struct sealer *sealer)
{
    if (!sealer)
        return;
    pthread_mutex_lock(&sealer->lock);
    sealer->stopping = true;
    pthread_cond_signal(&sealer->wake);
    pthread_mutex_unlock(&sealer->lock);
    if (sealer->has_thread)
        pthread_join(sealer->thread, NULL);
    seal_open_give_up(sealer);
    pthread_cond_destroy(&sealer->wake);
    pthread_mutex_destroy(&sealer->lock);
    pthread_mutex_destroy(&sealer->chains_lock);
    free(sealer);
}
