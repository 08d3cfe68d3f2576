/* log_store.h: the sealed log as the database serves it: checkpoints, tiles, proofs, receipts. */
#ifndef LEDGER_LOG_STORE_H
#define LEDGER_LOG_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "audit/tile.h"
#include "db/query.h"
#include "shared/arena.h"
#include "shared/buffer.h"
#include "shared/error.h"

/* The newest checkpoint; size 0 and note "" where nothing is sealed yet. */
struct log_head {
    uint64_t    size;
    const char *note;
    uint8_t     root[HASH_SIZE];
    int64_t     signed_ms; /* when, by the database's clock */
};
bool log_store_head(struct session *session, struct arena *arena, struct log_head *head,
                    struct error *error) MUST_USE;

/* The tile's hashes, or for TILE_ENTRIES its entries as "length u16 | bytes", in a tree of `size` entries;
 * adds them to `out`. ERROR_NOT_FOUND: there is no such tile, or it is not that wide (yet). */
bool log_store_tile(struct session *session, struct arena *arena, const struct tile *tile, uint64_t size,
                    struct buffer *out, struct error *error) MUST_USE;

/* Reads nodes for proofs and keeps the tiles that it met. */
struct log_nodes;
struct log_nodes *log_store_nodes(struct session *session, struct arena *arena, uint64_t size) MUST_USE;
merkle_read       log_store_read_node; /* its source is a struct log_nodes */

/* The entry with this seq, in the arena. ERROR_NOT_FOUND: it is not sealed. */
bool log_store_entry(struct session *session, struct arena *arena, uint64_t seq, const uint8_t **bytes,
                     size_t *length, struct error *error) MUST_USE;

/* Adds the receipt of the entry under the newest checkpoint, with the openings whose tags are in the mask
 * (bit n: tag n). *sealed is false, and nothing is added, when no checkpoint covers it yet. */
bool log_store_receipt(struct session *session, struct arena *arena, uint64_t seq, uint64_t tags,
                       struct buffer *out, bool *sealed, struct error *error) MUST_USE;

/* Waits until a checkpoint covers the entry, at most wait_ms. */
bool log_store_wait(struct session *session, struct arena *arena, uint64_t seq, unsigned wait_ms,
                    bool *sealed, struct error *error) MUST_USE;

#endif
