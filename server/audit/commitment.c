#include "audit/commitment.h"

#include <sodium.h>

void commitment_make(enum commitment_kind kind, const void *value, size_t length,
                     const uint8_t salt[SALT_SIZE], uint8_t commitment[HASH_SIZE])
{
    crypto_auth_hmacsha256_state state;
    const uint8_t                head[] = {'s',
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

    crypto_auth_hmacsha256_init(&state, salt, SALT_SIZE);
    crypto_auth_hmacsha256_update(&state, head, sizeof head);
    if (length > 0)
        crypto_auth_hmacsha256_update(&state, value, length);
    crypto_auth_hmacsha256_final(&state, commitment);
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
                                                   [TAG_RECEIVER_SIGNATURE] = COMMIT_SIGNATURE};

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
    return sodium_memcmp(made, entry->field[tag].value, HASH_SIZE) == 0;
}
