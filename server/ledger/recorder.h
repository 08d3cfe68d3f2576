/*
 * recorder.h: the write path: events in, one outcome for each out. Many threads may call at once.
 */
#ifndef LEDGER_RECORDER_H
#define LEDGER_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/pool.h"
#include "ledger/answers.h"
#include "ledger/event_draft.h"
#include "shared/arena.h"
#include "shared/error.h"
#include "store/secret.h"

struct recorder;

#define RECORDER_BATCH_MOST 100u /* events of one call */

enum outcome_kind { OUTCOME_RECORDED, OUTCOME_REPLAYED, OUTCOME_CONFLICT, OUTCOME_REFUSED };

struct event_outcome {
    enum outcome_kind kind;
    const char       *word; /* "recorded" */
    int64_t           seq;  /* -1: none */
    int64_t           device_seq;
    unsigned          flags;
    const char       *message, *device_id, *step; /* "" where there is none */
};

/* `key` is copied. At most `waiting_most` callers are inside at once, and one waits at most `wait_ms` for its
 * turn: so reads live while the database cannot commit. The first caller takes all that waits, records
 * it with one call and one commit, and tells each caller its own outcomes; then the first of those who came
 * meanwhile does so. A lone event goes at once. */
struct recorder *recorder_new(struct pool *pool, const uint8_t key[SECRET_KEY_SIZE], unsigned wait_ms,
                              unsigned waiting_most) MUST_USE;
void             recorder_free(struct recorder *recorder); /* nobody may be inside; NULL is allowed */

/* `changed` hears of each device that an event was recorded for, before its caller does. Set it before the
 * first event.
 */
void recorder_tell(struct recorder *recorder, void (*changed)(void *context, const char *device_id),
                   void            *context);

/* What callers are answered is kept there, for the sealer of this process. Set it before the first event. */
void recorder_remember(struct recorder *recorder, struct answers *answers);

/* Records all drafts, in their order and in one transaction with those of others; on success each has its
 * outcome. One that cannot be stored is refused, and fails neither its neighbours nor other callers.
 * ERROR_UNAVAILABLE: certainly nothing was recorded. ERROR_UNKNOWN_OUTCOME: try again with the same event
 * ids. */
bool recorder_record(struct recorder *recorder, struct arena *arena, const struct event_draft *drafts,
                     size_t count, struct event_outcome *outcomes, struct error *error) MUST_USE;

/* "late,custody_break" of flags; "" for none. */
const char *recorder_flag_words(struct arena *arena, unsigned flags);

#endif
