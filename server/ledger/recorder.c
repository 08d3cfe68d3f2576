#include "ledger/recorder.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db/query.h"
#include "ledger/submission.h"
#include "render/json.h"
#include "shared/moment.h"

#define BATCH_BYTES ((size_t)4 * 1024 * 1024)

struct recorder {
    struct pool    *pool;
    unsigned        wait_ms;
    uint8_t         key[SECRET_KEY_SIZE];
    pthread_mutex_t lock;
    pthread_cond_t  one_is_done;
    unsigned        writers, waiting; /* guarded by lock */
    unsigned        writers_most, waiting_most;
};

static const char *const words[] = {
    [OUTCOME_RECORDED] = "recorded",
    [OUTCOME_REPLAYED] = "replayed",
    [OUTCOME_CONFLICT] = "conflict",
    [OUTCOME_REFUSED] = "refused",
};

static const char *const flag_words[] = {"custody_break", "late",           "clock_suspect",
                                         "unusual_step",  "unknown_device", "revoked_sender"};

struct recorder *recorder_new(struct pool *pool, const uint8_t key[SECRET_KEY_SIZE], unsigned wait_ms,
                              unsigned writers_most, unsigned waiting_most)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);

    if (!recorder)
        abort();
    *recorder = (struct recorder){.pool = pool,
                                  .wait_ms = wait_ms,
                                  .writers_most = writers_most ? writers_most : 1,
                                  .waiting_most = waiting_most ? waiting_most : 1};
    memcpy(recorder->key, key, SECRET_KEY_SIZE);
    pthread_mutex_init(&recorder->lock, NULL);
    pthread_cond_init(&recorder->one_is_done, NULL);
    return recorder;
}

void recorder_free(struct recorder *recorder)
{
    if (!recorder)
        return;
    pthread_cond_destroy(&recorder->one_is_done);
    pthread_mutex_destroy(&recorder->lock);
    free(recorder);
}

static void add_numbers(struct json *json, const struct event_draft *draft)
{
    if (draft->happened_at && *draft->happened_at) {
        json_key(json, "offset_minutes");
        json_number(json, draft->offset_minutes);
    }
    if (draft->scanner_seq > 0) {
        json_member(json, "scanner_id", draft->scanner_id);
        json_key(json, "scanner_seq");
        json_number(json, draft->scanner_seq);
    }
    if (draft->detail && *draft->detail) {
        json_key(json, "detail");
        json_raw(json, draft->detail);
    }
}

void recorder_add_marks(struct json *json, const struct event_draft *draft,
                        const uint8_t key[SECRET_KEY_SIZE])
{
    struct moment moment = {0};
    struct error  unreadable;
    uint8_t       mac[SUBMISSION_MAC_SIZE];
    char          text[3 + 2 * sizeof mac] = "\\x";
    bool          happened =
        draft->happened_at && *draft->happened_at && moment_parse(draft->happened_at, &moment, &unreadable);
    struct submission submission = {.event_id = draft->event_id,
                                    .actor_id = draft->actor_id,
                                    .kind = draft->kind,
                                    .named = draft->code && *draft->code ? draft->code : draft->alias,
                                    .step = draft->step,
                                    .reason = draft->reason,
                                    .to_id = draft->to_id,
                                    .place_id = draft->place_id,
                                    .corrects = draft->corrects,
                                    .repair_id = draft->repair_id,
                                    .scanner_id = draft->scanner_seq > 0 ? draft->scanner_id : NULL,
                                    .public_note = draft->public_note,
                                    .private_note = draft->private_note,
                                    .happened = happened,
                                    .happened_at_ms = moment.ms,
                                    .offset_minutes = happened ? draft->offset_minutes : 0,
                                    .scanner_seq = draft->scanner_seq};

    submission_mac(key, &submission, mac);
    for (size_t i = 0; i < sizeof mac; i++)
        snprintf(text + 2 + 2 * i, 3, "%02x", mac[i]);
    json_key(json, "said");
    json_number(json, submission_said(&submission));
    json_member(json, "mac", text);
}

static void add_draft(struct json *json, const struct event_draft *draft, const uint8_t *key)
{
    const struct {
        const char *key, *text;
    } members[] = {
        {"event_id", draft->event_id},
        {"actor", draft->actor_id},
        {"kind", draft->kind},
        {"device_id", draft->device_id},
        {"code", draft->code},
        {"alias", draft->alias},
        {"step", draft->step},
        {"reason", draft->reason},
        {"to", draft->to_id},
        {"place", draft->place_id},
        {"expected_from", draft->expected_from_id},
        {"happened_at", draft->happened_at},
        {"public_note", draft->public_note},
        {"private_note", draft->private_note},
        {"corrects", draft->corrects},
        {"repair_id", draft->repair_id},
    };

    json_object_begin(json);
    for (size_t i = 0; i < COUNT_OF(members); i++)
        json_member(json, members[i].key, members[i].text);
    add_numbers(json, draft);
    recorder_add_marks(json, draft, key);
    json_object_end(json);
}

void recorder_compose(struct buffer *out, const struct event_draft *drafts, size_t count,
                      const uint8_t key[SECRET_KEY_SIZE])
{
    struct json json;

    json_begin(&json, out);
    json_array_begin(&json);
    for (size_t i = 0; i < count; i++)
        add_draft(&json, &drafts[i], key);
    json_array_end(&json);
}

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

/* Takes a turn; who would be one too many, or waits for too long, is sent away with certainly nothing
 * recorded. */
static bool admit(struct recorder *recorder, struct error *error)
{
    struct timespec deadline = deadline_after(recorder->wait_ms);
    bool            admitted = false;

    pthread_mutex_lock(&recorder->lock);
    if (recorder->waiting < recorder->waiting_most) {
        recorder->waiting++;
        while (recorder->writers >= recorder->writers_most &&
               pthread_cond_timedwait(&recorder->one_is_done, &recorder->lock, &deadline) == 0)
            continue;
        admitted = recorder->writers < recorder->writers_most;
        recorder->writers += admitted;
        recorder->waiting--;
    }
    pthread_mutex_unlock(&recorder->lock);
    return admitted || error_set(error, ERROR_UNAVAILABLE, "Too many are writing at this moment; try again");
}

static void leave(struct recorder *recorder)
{
    pthread_mutex_lock(&recorder->lock);
    recorder->writers--;
    pthread_cond_signal(&recorder->one_is_done);
    pthread_mutex_unlock(&recorder->lock);
}

static bool read_outcome(const struct rows *rows, size_t row, struct event_outcome *outcome,
                         struct error *error)
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
                .message = rows_text(rows, row, "message"),
                .device_id = rows_text(rows, row, "device_id"),
                .step = rows_text(rows, row, "step"),
            };
            return true;
        }
    return error_set(error, ERROR_UNKNOWN_OUTCOME, "the database gave an outcome that is not known: %.20s",
                     word);
}

static bool record(struct recorder *recorder, struct arena *arena, const char *batch, size_t count,
                   struct event_outcome *outcomes, struct error *error)
{
    SESSION           *session = pool_borrow(recorder->pool, recorder->wait_ms, error);
    const struct rows *rows = session ? WRITE(session, arena, SQL_RECORD_EVENTS, error, batch) : NULL;

    if (!rows)
        return false;
    if (rows_count(rows) != count)
        return error_set(error, ERROR_UNKNOWN_OUTCOME, "the database gave %zu outcomes for %zu events",
                         rows_count(rows), count);
    for (size_t i = 0; i < count; i++)
        if (!read_outcome(rows, i, &outcomes[i], error))
            return false;
    return true;
}

bool recorder_record(struct recorder *recorder, struct arena *arena, const struct event_draft *drafts,
                     size_t count, struct event_outcome *outcomes, struct error *error)
{
    CLEANUP(buffer_free) struct buffer batch = {.limit = BATCH_BYTES};
    bool                               done;

    if (count == 0 || count > RECORDER_BATCH_MOST)
        return error_field(error, "events", "A batch holds 1 to %u events", RECORDER_BATCH_MOST);
    recorder_compose(&batch, drafts, count, recorder->key);
    if (batch.overflowed)
        return error_set(error, ERROR_TOO_LARGE, "These events are too large together; send fewer at a time");
    if (!admit(recorder, error))
        return false;
    done = record(recorder, arena, batch.text, count, outcomes, error);
    leave(recorder);
    return done;
}

const char *recorder_flag_words(struct arena *arena, unsigned flags)
{
    const char *list = "";

    for (size_t i = 0; i < COUNT_OF(flag_words); i++)
        if (flags & 1u << i)
            list = arena_format(arena, "%s%s%s", list, *list ? "," : "", flag_words[i]);
    return list;
}
