/* seal_batch.h: what was sealed at once, in the form in which store_sealed() takes it. */
#ifndef LEDGER_SEAL_BATCH_H
#define LEDGER_SEAL_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"
#include "audit/merkle.h"
#include "db/query.h"
#include "shared/buffer.h"

struct seal_batch {
    uint64_t      first, count; /* of the entries */
    struct buffer records;      /* "length u16 | bytes" each: as entries.log has them */
    struct buffer entries;      /* the arrays of store_sealed() */
    struct buffer levels, positions, hashes;
    struct buffer note; /* "" : no checkpoint with it */
};

void seal_batch_start(struct seal_batch *batch, uint64_t first);
void seal_batch_free(struct seal_batch *batch);
void seal_batch_add(struct seal_batch *batch, const uint8_t *entry, size_t length);

/* A tile that became complete; fit for tile_edge_append(). */
void seal_batch_add_tile(void *context, unsigned level, uint64_t index, const uint8_t (*hashes)[HASH_SIZE]);

/* ERROR_CONFLICT: another sealer took over, or the database holds something else in these places. */
bool seal_batch_store(struct seal_batch *batch, struct session *session, uint64_t epoch,
                      struct error *error) MUST_USE;

#endif
