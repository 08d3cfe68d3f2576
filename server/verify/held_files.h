/* held_files.h: what the auditor brings along: keys, older checkpoints, receipts. */
#ifndef VERIFY_HELD_FILES_H
#define VERIFY_HELD_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "audit/receipt.h"
#include "shared/arena.h"
#include "shared/error.h"
#include "verify/bundle_check.h"

#define HELD_KEYS_MOST 32u

/* A verifier key, or "@FILE" with one a line. Adds to keys[*count]. */
bool held_files_key(const char *text, struct note_key *keys, size_t *count, struct error *error) MUST_USE;

struct held_checkpoint {
    struct checkpoint checkpoint;
    const char       *note; /* as it was signed */
    size_t            note_length;
    const char       *folder; /* of the bundle that it came with; NULL: it came alone or with a receipt */
};

/* A checkpoint, a receipt, or the folder of a bundle, whose checkpoint one of the keys signed.
 * ERROR_FORBIDDEN: the signature is wrong. */
bool held_files_checkpoint(const char *path, struct arena *arena, const struct note_key *keys,
                           size_t key_count, struct held_checkpoint *held, struct error *error) MUST_USE;

/* A receipt: its checkpoint is signed by one of the keys, its entry is in that checkpoint's tree, its values
 * open the entry. Findings say what is wrong; false when it is no receipt at all. */
bool held_files_receipt(const char *path, struct arena *arena, const struct note_key *keys, size_t key_count,
                        struct receipt *receipt, struct checkpoint *checkpoint, struct findings *findings,
                        struct error *error) MUST_USE;

/* "SIZE:ROOT" as a receipt on paper says it: what the log had as its root when it had so many entries.
 * Unsigned. */
bool held_files_seal(const char *text, struct checkpoint *checkpoint, struct error *error) MUST_USE;

#endif
