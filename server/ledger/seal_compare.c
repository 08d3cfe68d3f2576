#include "ledger/seal_compare.h"

#include <inttypes.h>
#include <string.h>

#define CHUNK 1024u /* entries that are compared with one question */

bool seal_compare_start(struct seal_compare *compare, struct session *session, uint64_t stored,
                        struct error *error)
{
    ARENA             *arena = arena_new();
    const struct rows *newest = query_run(session, arena, SQL_LOG_CHECKPOINT, NULL, 0, error);

    *compare = (struct seal_compare){.session = session, .stored = stored};
    crypto_hash_sha256_init(&compare->digest);
    if (!newest || rows_count(newest) == 0)
        return newest != NULL;
    const char *note = rows_text(newest, 0, "note");

    return checkpoint_parse(note, strlen(note), &compare->published, error) ||
           error_while(error, "read the newest checkpoint in the database");
}

static bool same_as_stored(struct seal_compare *compare, struct error *error)
{
    ARENA             *arena = arena_new();
    uint64_t           until = compare->tree.size;
    const struct rows *rows =
        QUERY(compare->session, arena, SQL_SEAL_COMPARE, error,
              arena_format(arena, "%" PRIu64, compare->from), arena_format(arena, "%" PRIu64, until));
    uint8_t digest[crypto_hash_sha256_BYTES];
    char    hex[2 * sizeof digest + 1];

    if (!rows)
        return false;
    crypto_hash_sha256_final(&compare->digest, digest);
    crypto_hash_sha256_init(&compare->digest);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    if (strcmp(hex, rows_text(rows, 0, "digest")) != 0)
        return error_set(error, ERROR_CONFLICT,
                         "the database contradicts the sealer's own log: its entries %" PRIu64 " to %" PRIu64
                         " are not those that were sealed",
                         compare->from, until - 1);
    compare->from = until;
    return true;
}

static bool same_as_published(const struct seal_compare *compare, struct error *error)
{
    uint8_t root[HASH_SIZE];

    merkle_root(&compare->tree, root);
    return memcmp(root, compare->published.root, HASH_SIZE) == 0 ||
           error_set(error, ERROR_CONFLICT,
                     "the checkpoint over %" PRIu64
                     " entries that was published contradicts the sealer's own log",
                     compare->published.size);
}

bool seal_compare_entry(struct seal_compare *compare, const uint8_t *bytes, size_t length,
                        struct error *error)
{
    const uint8_t head[] = {(uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8),
                            (uint8_t)length};
    uint8_t       leaf[HASH_SIZE];

    merkle_leaf(bytes, length, leaf);
    merkle_append(&compare->tree, leaf);
    if (compare->tree.size == compare->published.size && !same_as_published(compare, error))
        return false;
    if (compare->tree.size > compare->stored)
        return true;
    crypto_hash_sha256_update(&compare->digest, head, sizeof head);
    crypto_hash_sha256_update(&compare->digest, bytes, length);
    return (compare->tree.size % CHUNK != 0 && compare->tree.size != compare->stored) ||
           same_as_stored(compare, error);
}

bool seal_compare_end(const struct seal_compare *compare, struct error *error)
{
    uint64_t size = compare->tree.size;

    return (compare->published.size <= size && compare->stored <= size) ||
           error_set(error, ERROR_CONFLICT,
                     "the sealer's own log is older than what was published (%" PRIu64
                     " entries here, %" PRIu64 " there); nothing is sealed until it is adopted anew; see: "
                     "spoord seal --help (--adopt)",
                     size,
                     compare->published.size > compare->stored ? compare->published.size : compare->stored);
}
