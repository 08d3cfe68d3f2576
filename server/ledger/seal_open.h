/* seal_open.h: what sealer.c and seal_open.c know of a sealer; nobody else includes this. */
#ifndef LEDGER_SEAL_OPEN_H
#define LEDGER_SEAL_OPEN_H

#include <pthread.h>

#include "audit/tile_edge.h"
#include "ledger/chain_map.h"
#include "ledger/seal_batch.h"
#include "ledger/seal_compare.h"
#include "ledger/seal_log.h"
#include "ledger/sealer.h"

#define BATCH_ROWS 512u

struct sealer {
    struct sealer_options options;
    struct session       *session;
    struct seal_log      *log;         /* NULL: not open */
    struct id_map        *chains;      /* struct seal_link by device; others may read it: */
    pthread_mutex_t       chains_lock; /* while it is changed, or read by another thread */
    struct tile_edge     *edge;
    struct seal_compare   compare; /* while the log is read */
    struct seal_batch     batch;   /* what was sealed last, until it is stored */
    bool                  unstored;
    bool                  steps_aside;   /* for a backup, until it has the turn again */
    bool                  stands_still;  /* before a row that it cannot vouch for; all before it is sealed */
    uint64_t              epoch, stored; /* stored: entries that the database has */
    uint64_t              answers_since; /* the latest restore that they know of (seal_log_resumed) */
    int64_t               missed;        /* what was answered and not there, when it was looked for last */
    uint64_t              looked_ms;     /* when it last looked whether somebody waits for its turn */
    int64_t               last_recorded_ms;
    struct note_key       announced; /* by a configuration entry; name "" : none */
    char                  reported[480];
    pthread_t             thread;
    pthread_mutex_t       lock;
    pthread_cond_t        wake;
    bool                  has_thread, stopping; /* stopping is guarded by lock */
    struct seal_erasure  *erasures;             /* while the log is opened: those that it tells of */
    size_t                erasure_count, erasure_room;
};

/* Takes the turn in the database and reads the log; does nothing when that is done. What the database lacks
 * is stored again; a database that went back is resumed with an incident. */
bool seal_open_ready(struct sealer *sealer, struct error *error) MUST_USE;

/* Back to the beginning: the log is read again, the turn in the database taken again. */
void seal_open_give_up(struct sealer *sealer);

/* What an entry means for the entries after it. */
void seal_open_learn(struct sealer *sealer, const struct entry *entry);

/* Stores the latest batch unless it is stored; then an announced key comes into force. */
bool seal_open_store(struct sealer *sealer, struct error *error) MUST_USE;

#endif
