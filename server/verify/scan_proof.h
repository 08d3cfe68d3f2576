/*
 * scan_proof.h: what a scanner signed (docs/ledger.md, "Signature of a scanner"), held against the record
 * that commits to it. What the ledger does not hold cannot be compared: which label is whose, and
 * expected_from.
 */
#ifndef VERIFY_SCAN_PROOF_H
#define VERIFY_SCAN_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"
#include "shared/scan_signature.h"
#include "verify/json_compact.h"

/* Numbers of the statement's fields. */
enum scan_field {
    SCAN_SERVER = 1,
    SCAN_SCANNER,
    SCAN_NUMBER,
    SCAN_EVENT,
    SCAN_KIND,
    SCAN_CODE,
    SCAN_STEP,
    SCAN_REASON,
    SCAN_TO,
    SCAN_PLACE,
    SCAN_HAPPENED_AT,
    SCAN_CORRECTS,
    SCAN_SKEW,
    SCAN_PUBLIC_NOTE,
    SCAN_PRIVATE_NOTE,
    SCAN_DETAIL
};

struct scan_proof {
    uint8_t          key[SCAN_KEY_SIZE], signature[SCAN_SIGNATURE_SIZE];
    uint8_t          statement[SCAN_STATEMENT_MOST];
    size_t           length;
    struct scan_part said[SCAN_PART_COUNT];
    uint8_t          scanner[16]; /* its id */
};

/* The record. Values that were erased, or are not here, have no text. */
struct scan_record {
    const struct entry *entry;
    struct json_part    value[ENTRY_TAG_COUNT]; /* as opened */
    struct json_part    step, reason;           /* names as the row has them, with their quotes */
    const uint8_t      *holder, *place;         /* ids of the parties after it; NULL: not known */
    bool                nowhere;                /* certainly no place after it */
};

/* "ed25519 <key> <signature> <statement>". False: it is not of that form, or the statement is none. */
bool scan_proof_read(const char *value, size_t length, struct scan_proof *proof) MUST_USE;

bool scan_proof_key_is_sound(const struct scan_proof *proof); /* as scan_key_is_sound() */
bool scan_proof_fits(const struct scan_proof *proof);         /* the signature: key and statement */

/* What the record says otherwise than the scanner signed, in words; NULL: nothing. */
const char *scan_proof_differs(const struct scan_proof *proof, const struct scan_record *record);

/* The id at the beginning of "<id> <name>". */
bool scan_proof_party(struct json_part value, uint8_t id[16]) MUST_USE;

/* A field as a text of at most size - 1 bytes; false: it was not said, or is none. */
bool scan_proof_text(const struct scan_part *said, char *text, size_t size) MUST_USE;

/* The party that an event claims which others had overtaken: "to", "place". False: it claims none. */
bool scan_proof_claimed(const struct scan_record *record, const char *name, uint8_t id[16]) MUST_USE;

/* Whether an event of this kind takes a receiver, or a place, over. */
bool scan_proof_takes_receiver(uint64_t kind);
bool scan_proof_takes_place(uint64_t kind);

#endif
