/*
 * receipt.h: the proof that one entry is in the ledger (c2sp.org/tlog-proof), for whoever was given it:
 *
 *   c2sp.org/tlog-proof@v1
 *   extra <base64 of: length of the entry u16 | entry | openings>      opening = tag u8 | length u16 | value
 * | salt index <number> <base64 of a hash>                                                 a line for each
 * hash of the path
 *
 *   <signed checkpoint>
 */
#ifndef AUDIT_RECEIPT_H
#define AUDIT_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/commitment.h"
#include "audit/entry.h"
#include "audit/merkle.h"
#include "shared/arena.h"
#include "shared/buffer.h"
#include "shared/error.h"

#define RECEIPT_MOST 65536u /* bytes of its text */

struct receipt_opening {
    unsigned       tag;
    const uint8_t *value;
    size_t         length; /* bytes of value */
    const uint8_t *salt;   /* SALT_SIZE bytes */
};

struct receipt {
    uint64_t                index;
    const uint8_t          *entry;
    size_t                  entry_length;
    struct receipt_opening *openings;
    size_t                  opening_count;
    uint8_t                 path[MERKLE_PATH_MOST][HASH_SIZE];
    size_t                  path_count;
    const char             *checkpoint; /* the signed note */
    size_t                  checkpoint_length;
};

void receipt_format(const struct receipt *receipt, struct buffer *out);

/* Checks the form only. What it points to lives as long as the arena. */
bool receipt_parse(const char *text, size_t length, struct arena *arena, struct receipt *receipt,
                   struct error *error) MUST_USE;

#endif
