/*
 * commitment.h: binds a value without telling it: HMAC-SHA-256 with a random salt as its key (RFC 2104), over
 * "spoor/v1" | 0x00 | kind u8 | length u32 | value. Who has value and salt (the opening) can check it; once
 * both are destroyed the commitment says nothing, and every proof stays valid.
 */
#ifndef AUDIT_COMMITMENT_H
#define AUDIT_COMMITMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"

#define SALT_SIZE 32u /* bytes */

enum commitment_kind {
    COMMIT_NONE = 0,
    COMMIT_PARTY = 'P',
    COMMIT_PLACE = 'L',
    COMMIT_DEVICE = 'D',
    COMMIT_RECORDER = 'R',
    COMMIT_NOTE = 'N',
    COMMIT_FILES = 'F',
    COMMIT_DETAIL = 'T',
    COMMIT_SIGNATURE = 'S'
};

/* `value` is UTF-8 in NFC, or raw bytes for signatures. */
void commitment_make(enum commitment_kind kind, const void *value, size_t length,
                     const uint8_t salt[SALT_SIZE], uint8_t commitment[HASH_SIZE]);

/* What the field with this tag commits to; COMMIT_NONE for fields that are not commitments. */
enum commitment_kind commitment_of_tag(unsigned tag);

/* Whether value and salt open the entry's field; false where the field is absent. */
bool commitment_opens(const struct entry *entry, unsigned tag, const void *value, size_t length,
                      const uint8_t salt[SALT_SIZE]);

#endif
