/*
 * seal_check.h: whether rows are what was sealed, worked out anew from what is in the database: row and
 * openings give the entry, which must be the sealed one, whose leaf must be in the tree that the signed
 * checkpoint heads. Whoever rules the database can change all of it but the signature.
 */
#ifndef LEDGER_SEAL_CHECK_H
#define LEDGER_SEAL_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/note.h"
#include "db/query.h"
#include "ledger/log_store.h"
#include "ledger/seal_row.h"
#include "shared/arena.h"
#include "shared/error.h"

enum seal_state {
    SEAL_INTACT,
    SEAL_WAITING,  /* recorded, not sealed yet */
    SEAL_UNPROVEN, /* agrees with its entry, which the damaged tree does not vouch for */
    SEAL_BROKEN
};

enum seal_fault {
    FAULT_NONE,
    FAULT_FIELD,    /* a field is not what was sealed */
    FAULT_GONE,     /* the value of a field is gone, and no erasure took it */
    FAULT_CHAIN,    /* it does not follow from the record before it */
    FAULT_NO_ENTRY, /* its number is sealed, but its entry is not there */
    FAULT_ENTRY,    /* the entry itself is damaged */
    FAULT_TREE,     /* the entry is not the one in the tree */
    FAULT_MARK,     /* not sealed, and without the mark of the service that records */
    FAULT_COUNT
};

struct seal_result {
    enum seal_state state;
    enum seal_fault fault;
    unsigned        tag;             /* of FAULT_FIELD and FAULT_GONE */
    uint64_t        others;          /* the bits of further tags that differ, too */
    uint8_t         leaf[HASH_SIZE]; /* of the sealed entry */
    bool            has_leaf, in_tree;
};

enum seal_signature { SIGNATURE_GOOD, SIGNATURE_BAD, SIGNATURE_UNCHECKED };

/* Records that should stand between two others, or at an end, and do not. */
struct seal_gap {
    int64_t first, last;
};

struct seal_check_options {
    const uint8_t         *service_key; /* SECRET_KEY_SIZE bytes: the marks of rows that are not sealed yet */
    const struct note_key *keys;        /* that may have signed; none: the signature is not checked */
    size_t                 key_count;
};

struct seal_check {
    struct session                  *session;
    struct arena                    *arena;
    const struct seal_check_options *options;
    struct log_head                  head;
    char                             origin[NOTE_NAME_SIZE];
    enum seal_signature              signature;
    struct log_nodes                *nodes;
    const struct rows               *rows; /* as given to seal_check_rows */
    struct seal_openings             openings;
    const struct rows               *erasures; /* sql/queries/audit_erasures.sql */
    bool                            *erasure_holds;
    struct seal_result              *results;                             /* one for each row */
    size_t                           count, state_count[SEAL_BROKEN + 1]; /* of rows and notices */
    const struct rows               *notices;
    struct seal_result              *notice_results;
    size_t                           notice_count;
    struct seal_gap                 *gaps; /* latest first, as the rows */
    size_t                           gap_count;
};

/* Takes the newest checkpoint. Called before the rows are read: then a row below its size must be sealed. */
bool seal_check_begin(struct seal_check *check, struct error *error) MUST_USE;

/* Checks rows of spoor.auditable. What is wrong with them stands in the results; the error is only for a
 * database that is away. */
bool seal_check_rows(struct seal_check *check, const struct rows *rows, struct error *error) MUST_USE;

/* The same for rows of sql/queries/audit_notices.sql, after seal_check_rows. */
bool seal_check_notices(struct seal_check *check, const struct rows *notices, struct error *error) MUST_USE;

/* Finds the numbers from `top` down to `bottom` that are not among these, which descend. */
void seal_check_gaps(struct seal_check *check, const int64_t *numbers, size_t count, int64_t top,
                     int64_t bottom);

/* The erasure (a row of check->erasures) that lawfully took the value with this tag from the event; -1: none.
 */
long seal_check_erased(const struct seal_check *check, int64_t seq, unsigned tag);

#endif
