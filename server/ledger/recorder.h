/*
 * recorder.h: the write path: events in, one outcome for each out. Many threads may call at once.
 */
#ifndef LEDGER_RECORDER_H
#define LEDGER_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/pool.h"
#include "shared/arena.h"
#include "shared/buffer.h"
#include "shared/error.h"
#include "store/secret.h"

struct json;
struct recorder;

#define RECORDER_BATCH_MOST 100u /* events of one call */

/* What is submitted. NULL or "": not said. Texts are valid UTF-8, ids canonical uuids. */
struct event_draft {
    const char *event_id, *actor_id, *kind;
    const char *device_id, *code, *alias; /* one of them says which device */
    const char *step, *reason, *to_id, *place_id, *expected_from_id;
    const char *happened_at;    /* RFC 3339 with offset; not said: when it is recorded */
    int         offset_minutes; /* of happened_at */
    const char *scanner_id;
    int64_t     scanner_seq; /* 0: not from a scanner */
    const char *public_note, *private_note, *corrects, *repair_id;
    const char *detail; /* a JSON object */
};

enum outcome_kind { OUTCOME_RECORDED, OUTCOME_REPLAYED, OUTCOME_CONFLICT, OUTCOME_REFUSED };

struct event_outcome {
    enum outcome_kind kind;
    const char       *word; /* "recorded" */
    int64_t           seq;  /* -1: none */
    int64_t           device_seq;
    unsigned          flags;
    const char       *message, *device_id, *step; /* "" where there is none */
};

/* `key` is copied. At most `writers_most` write at once (the ledger takes them one after the other anyway)
 * and `waiting_most` wait for their turn, at most `wait_ms`: so reads live while the database cannot commit.
 */
struct recorder *recorder_new(struct pool *pool, const uint8_t key[SECRET_KEY_SIZE], unsigned wait_ms,
                              unsigned writers_most, unsigned waiting_most) MUST_USE;
void             recorder_free(struct recorder *recorder); /* NULL is allowed */

/* Records all drafts in one transaction; on success each has its outcome, in their order.
 * ERROR_UNAVAILABLE: certainly nothing was recorded. ERROR_UNKNOWN_OUTCOME: try again with the same event
 * ids. */
bool recorder_record(struct recorder *recorder, struct arena *arena, const struct event_draft *drafts,
                     size_t count, struct event_outcome *outcomes, struct error *error) MUST_USE;

/* The drafts as record_events() takes them, each marked with the service's key (submission.h). */
void recorder_compose(struct buffer *out, const struct event_draft *drafts, size_t count,
                      const uint8_t key[SECRET_KEY_SIZE]);

/* The marks alone, "said" and "mac", as members of an object: for events that another function composes. */
void recorder_add_marks(struct json *json, const struct event_draft *draft,
                        const uint8_t key[SECRET_KEY_SIZE]);

/* "late,custody_break" of flags; "" for none. */
const char *recorder_flag_words(struct arena *arena, unsigned flags);

#endif
