#include "audit/merkle.h"

#include <string.h>

#include "audit/sha256.h"

void merkle_leaf(const uint8_t *entry, size_t length, uint8_t hash[HASH_SIZE])
{
    struct sha256 state WRITTEN_FIRST;

    sha256_begin(&state);
    sha256_add(&state, (const uint8_t[]){0x00}, 1);
    sha256_add(&state, entry, length);
    sha256_end(&state, hash);
}

void merkle_node(const uint8_t left[HASH_SIZE], const uint8_t right[HASH_SIZE], uint8_t hash[HASH_SIZE])
{
    uint8_t pair[1 + 2 * HASH_SIZE] = {0x01};

    memcpy(pair + 1, left, HASH_SIZE);
    memcpy(pair + 1 + HASH_SIZE, right, HASH_SIZE);
    sha256(pair, sizeof pair, hash);
}

void merkle_append(struct merkle *tree, const uint8_t leaf[HASH_SIZE])
{
    memcpy(tree->peak[tree->count++], leaf, HASH_SIZE);
    for (uint64_t size = tree->size++; size & 1; size >>= 1) {
        tree->count--;
        merkle_node(tree->peak[tree->count - 1], tree->peak[tree->count], tree->peak[tree->count - 1]);
    }
}

void merkle_root(const struct merkle *tree, uint8_t root[HASH_SIZE])
{
    if (tree->count == 0) {
        sha256("", 0, root);
        return;
    }
    memcpy(root, tree->peak[tree->count - 1], HASH_SIZE);
    for (unsigned i = tree->count - 1; i > 0; i--)
        merkle_node(tree->peak[i - 1], root, root);
}

bool merkle_included(uint64_t index, uint64_t size, const uint8_t leaf[HASH_SIZE],
                     const uint8_t (*proof)[HASH_SIZE], size_t count, const uint8_t root[HASH_SIZE])
{
    uint64_t last;
    uint8_t  hash[HASH_SIZE];

    if (index >= size)
        return false;
    last = size - 1;
    memcpy(hash, leaf, HASH_SIZE);
    for (size_t i = 0; i < count; i++) {
        if (last == 0)
            return false;
        if ((index & 1) || index == last) {
            merkle_node(proof[i], hash, hash);
            for (; !(index & 1) && index != 0; index >>= 1)
                last >>= 1;
        } else {
            merkle_node(hash, proof[i], hash);
        }
        index >>= 1;
        last >>= 1;
    }
    return last == 0 && memcmp(hash, root, HASH_SIZE) == 0;
}

static bool climb(uint64_t index, uint64_t last, const uint8_t (*proof)[HASH_SIZE], size_t count,
                  uint8_t older[HASH_SIZE], uint8_t newer[HASH_SIZE])
{
    for (size_t i = 0; i < count; i++) {
        if (last == 0)
            return false;
        if ((index & 1) || index == last) {
            merkle_node(proof[i], older, older);
            merkle_node(proof[i], newer, newer);
            for (; !(index & 1) && index != 0; index >>= 1)
                last >>= 1;
        } else {
            merkle_node(newer, proof[i], newer);
        }
        index >>= 1;
        last >>= 1;
    }
    return last == 0;
}

bool merkle_consistent(uint64_t old_size, uint64_t size, const uint8_t (*proof)[HASH_SIZE], size_t count,
                       const uint8_t old_root[HASH_SIZE], const uint8_t root[HASH_SIZE])
{
    uint8_t  older[HASH_SIZE], newer[HASH_SIZE];
    uint64_t index, last;

    if (old_size > size)
        return false;
    if (old_size == size)
        return count == 0 && memcmp(old_root, root, HASH_SIZE) == 0;
    if (old_size == 0)
        return count == 0;
    index = old_size - 1;
    last = size - 1;
    for (; index & 1; index >>= 1)
        last >>= 1;
    if (index == 0) { /* the old tree is complete: its root is the beginning */
        memcpy(older, old_root, HASH_SIZE);
    } else {
        if (count == 0)
            return false;
        memcpy(older, proof[0], HASH_SIZE);
        proof++;
        count--;
    }
    memcpy(newer, older, HASH_SIZE);
    return climb(index, last, proof, count, older, newer) && memcmp(older, old_root, HASH_SIZE) == 0 &&
           memcmp(newer, root, HASH_SIZE) == 0;
}

/* The level of the largest complete subtree that is smaller than `size` leaves (size > 1). */
static unsigned split_level(uint64_t size)
{
    unsigned level = 0;

    while (((uint64_t)2 << level) < size)
        level++;
    return level;
}

/* The root of leaves [from, from + size), where `from` is a multiple of the next power of two. */
static bool range_root(uint64_t from, uint64_t size, merkle_read *read, void *source, uint8_t hash[HASH_SIZE],
                       struct error *error)
{
    struct merkle parts = {.size = size};

    while (size > 0) {
        unsigned level = size == 1 ? 0 : split_level(size);

        if (((uint64_t)2 << level) == size)
            level++;
        if (!read(source, level, from >> level, parts.peak[parts.count++], error))
            return false;
        from += (uint64_t)1 << level;
        size -= (uint64_t)1 << level;
    }
    merkle_root(&parts, hash);
    return true;
}

/* Both proofs go down from the root; what they meet on the other side is collected, the deepest first. */
struct descent {
    merkle_read *read;
    void        *source;
    uint8_t (*proof)[HASH_SIZE];
    size_t count;
};

static bool collect(struct descent *descent, uint64_t from, uint64_t size, struct error *error)
{
    return range_root(from, size, descent->read, descent->source, descent->proof[descent->count++], error);
}

static void turn_round(uint8_t (*proof)[HASH_SIZE], size_t count)
{
    uint8_t held[HASH_SIZE];

    for (size_t i = 0; i < count / 2; i++) {
        memcpy(held, proof[i], HASH_SIZE);
        memcpy(proof[i], proof[count - 1 - i], HASH_SIZE);
        memcpy(proof[count - 1 - i], held, HASH_SIZE);
    }
}

bool merkle_prove_inclusion(uint64_t index, uint64_t size, merkle_read *read, void *source,
                            uint8_t (*proof)[HASH_SIZE], size_t *count, struct error *error)
{
    struct descent descent = {.read = read, .source = source, .proof = proof};
    uint64_t       from = 0;

    while (size > 1) {
        uint64_t left = (uint64_t)1 << split_level(size);
        bool     in_left = index - from < left;

        if (!collect(&descent, in_left ? from + left : from, in_left ? size - left : left, error))
            return false;
        from = in_left ? from : from + left;
        size = in_left ? left : size - left;
    }
    turn_round(proof, descent.count);
    *count = descent.count;
    return true;
}

bool merkle_prove_consistency(uint64_t old_size, uint64_t size, merkle_read *read, void *source,
                              uint8_t (*proof)[HASH_SIZE], size_t *count, struct error *error)
{
    struct descent descent = {.read = read, .source = source, .proof = proof};
    uint64_t       from = 0, old = old_size;
    bool           whole = true; /* what is left of the old tree is known as its root */

    while (old != size) {
        uint64_t left = (uint64_t)1 << split_level(size);
        bool     in_left = old <= left;

        if (!collect(&descent, in_left ? from + left : from, in_left ? size - left : left, error))
            return false;
        whole = whole && in_left;
        from = in_left ? from : from + left;
        old = in_left ? old : old - left;
        size = in_left ? left : size - left;
    }
    if (!whole && !collect(&descent, from, size, error))
        return false;
    turn_round(proof, descent.count);
    *count = descent.count;
    return true;
}
