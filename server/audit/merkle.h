/* merkle.h: the tree over all entries (RFC 6962 §2): leaf = SHA-256(0x00 | entry), node = SHA-256(0x01 | l |
 * r).
 */
#ifndef AUDIT_MERKLE_H
#define AUDIT_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"
#include "shared/compiler.h"
#include "shared/error.h"

#define MERKLE_PATH_MOST 64u /* hashes in a proof of inclusion; one of consistency has at most one more */

/* The roots of the complete subtrees that the tree falls into, the largest first: enough to go on. */
struct merkle {
    uint64_t size; /* leaves */
    unsigned count;
    uint8_t  peak[64][HASH_SIZE];
};

void merkle_leaf(const uint8_t *entry, size_t length, uint8_t hash[HASH_SIZE]);
void merkle_node(const uint8_t left[HASH_SIZE], const uint8_t right[HASH_SIZE], uint8_t hash[HASH_SIZE]);
void merkle_append(struct merkle *tree, const uint8_t leaf[HASH_SIZE]);
void merkle_root(const struct merkle *tree, uint8_t root[HASH_SIZE]); /* of an empty tree: SHA-256("") */

/* Whether the leaf is at `index` in the tree of this size and root (RFC 9162 §2.1.3.2). */
bool merkle_included(uint64_t index, uint64_t size, const uint8_t leaf[HASH_SIZE],
                     const uint8_t (*proof)[HASH_SIZE], size_t count, const uint8_t root[HASH_SIZE]);

/* Whether the tree of old_size and old_root is the beginning of the other (RFC 9162 §2.1.4.2). */
bool merkle_consistent(uint64_t old_size, uint64_t size, const uint8_t (*proof)[HASH_SIZE], size_t count,
                       const uint8_t old_root[HASH_SIZE], const uint8_t root[HASH_SIZE]);

/* Gives the root of the complete subtree of leaves [index << level, (index + 1) << level). */
typedef bool merkle_read(void *source, unsigned level, uint64_t index, uint8_t hash[HASH_SIZE],
                         struct error *error);

/* The proofs, from a source of complete subtrees. index < size; 0 < old_size <= size. */
bool merkle_prove_inclusion(uint64_t index, uint64_t size, merkle_read *read, void *source,
                            uint8_t (*proof)[HASH_SIZE], size_t *count, struct error *error) MUST_USE;
bool merkle_prove_consistency(uint64_t old_size, uint64_t size, merkle_read *read, void *source,
                              uint8_t (*proof)[HASH_SIZE], size_t *count, struct error *error) MUST_USE;

#endif
