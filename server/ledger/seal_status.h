/* seal_status.h: how sealing stands, for the auditor's pages and /metrics. */
#ifndef LEDGER_SEAL_STATUS_H
#define LEDGER_SEAL_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "db/query.h"
#include "shared/arena.h"
#include "shared/error.h"

struct seal_status {
    uint64_t    recorded, sealed; /* records in the ledger; of them under a checkpoint */
    int64_t     lag_ms;           /* age of the oldest record that is not sealed; 0: all are */
    bool        alarm;            /* the sealer refuses to go on until somebody acts */
    bool        backup;           /* the sealer waits until a backup is made */
    const char *message;          /* why, one sentence in the arena; "" when it seals */
    int64_t     since_ms;         /* when the sealer said so, since 1970 */
};

/* The session reads as spoor_app or spoor_audit. */
bool seal_status_read(struct session *session, struct arena *arena, struct seal_status *status,
                      struct error *error) MUST_USE;

#endif
