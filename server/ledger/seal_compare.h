/* seal_compare.h: whether the database's copy of the log, and the newest checkpoint that it published, are
 * what the sealer has in its own log; while that is read. */
#ifndef LEDGER_SEAL_COMPARE_H
#define LEDGER_SEAL_COMPARE_H

#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "db/query.h"
#include "shared/error.h"

struct seal_compare {
    struct session          *session;
    uint64_t                 stored;    /* entries that the database should have */
    struct checkpoint        published; /* size 0: none */
    struct merkle            tree;
    crypto_hash_sha256_state digest;
    uint64_t                 from; /* first entry of the digest */
};

/* Reads what was published. */
bool seal_compare_start(struct seal_compare *compare, struct session *session, uint64_t stored,
                        struct error *error) MUST_USE;

/* The next entry of the sealer's log. ERROR_CONFLICT: the database contradicts it. */
bool seal_compare_entry(struct seal_compare *compare, const uint8_t *bytes, size_t length,
                        struct error *error) MUST_USE;

/* At the end of the log. ERROR_CONFLICT: more was published than the sealer knows of. */
bool seal_compare_end(const struct seal_compare *compare, struct error *error) MUST_USE;

#endif
