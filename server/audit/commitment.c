#include "audit/commitment.h"

#include <string.h>

#include "audit/sha256.h"
#include "shared/compiler.h"

/* The key of HMAC's inner (0x36) or outer (0x5C) hash: the salt, padded to a block. */
static void begin_keyed(struct sha256 *hash, const uint8_t salt[SALT_SIZE], uint8_t pad)
{
    uint8_t block[SHA256_BLOCK] WRITTEN_FIRST;

    memset(block, pad, sizeof block);
    for (size_t i = 0; i < SALT_SIZE; i++)
        block[i] ^= salt[i];
    sha256_begin(hash);
    sha256_add(hash, block, sizeof block);
}

void commitment_make(enum commitment_kind kind, const void *value, size_t length,
                     const uint8_t salt[SALT_SIZE], uint8_t commitment[HASH_SIZE])
{
    struct sha256 inner WRITTEN_FIRST, outer WRITTEN_FIRST;
    uint8_t       digest[SHA256_SIZE];
    const uint8_t head[] = {'s',
                            'p',
                            'o',
                            'o',
                            'r',
                            '/',
                            'v',
                            '1',
                            0,
                            (uint8_t)kind,
                            (uint8_t)(length >> 24),
                            (uint8_t)(length >> 16),
                            (uint8_t)(length >> 8),
                            (uint8_t)length};

    begin_keyed(&inner, salt, 0x36);
    sha256_add(&inner, head, sizeof head);
    if (length > 0)
        sha256_add(&inner, value, length);
    sha256_end(&inner, digest);
    begin_keyed(&outer, salt, 0x5C);
    sha256_add(&outer, digest, sizeof digest);
    sha256_end(&outer, commitment);
}

enum commitment_kind commitment_of_tag(unsigned tag)
{
    static const uint8_t kinds[ENTRY_TAG_COUNT] = {[TAG_HOLDER_BEFORE] = COMMIT_PARTY,
                                                   [TAG_HOLDER] = COMMIT_PARTY,
                                                   [TAG_PLACE] = COMMIT_PLACE,
                                                   [TAG_IDENTITY] = COMMIT_DEVICE,
                                                   [TAG_RECORDER] = COMMIT_RECORDER,
                                                   [TAG_PUBLIC_NOTE] = COMMIT_NOTE,
                                                   [TAG_PRIVATE_NOTE] = COMMIT_NOTE,
                                                   [TAG_ATTACHMENTS] = COMMIT_FILES,
                                                   [TAG_DETAIL] = COMMIT_DETAIL,
                                                   [TAG_GIVER_SIGNATURE] = COMMIT_SIGNATURE,
                                                   [TAG_SCANNER_SIGNATURE] = COMMIT_SIGNATURE};

    return tag < ENTRY_TAG_COUNT ? (enum commitment_kind)kinds[tag] : COMMIT_NONE;
}

bool commitment_opens(const struct entry *entry, unsigned tag, const void *value, size_t length,
                      const uint8_t salt[SALT_SIZE])
{
    enum commitment_kind kind = commitment_of_tag(tag);
    uint8_t              made[HASH_SIZE];

    if (kind == COMMIT_NONE || entry->field[tag].length != HASH_SIZE)
        return false;
    commitment_make(kind, value, length, salt, made);
    return memcmp(made, entry->field[tag].value, HASH_SIZE) == 0;
}
