/* checkpoint.h: the head of the tree as a signed note (c2sp.org/tlog-checkpoint): origin, size, root; no
 * extension lines. */
#ifndef AUDIT_CHECKPOINT_H
#define AUDIT_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"
#include "audit/note.h"
#include "shared/buffer.h"
#include "shared/compiler.h"
#include "shared/error.h"

struct checkpoint {
    char     origin[NOTE_NAME_SIZE];
    uint64_t size; /* entries, less than 2^63 */
    uint8_t  root[HASH_SIZE];
};

/* Adds the signed note. */
void checkpoint_sign(const struct checkpoint *checkpoint, const struct note_signer *signer,
                     struct buffer *out);

/* Reads a signed note without looking at its signatures. Strict: no leading zeros, exact base64, no other
 * line.
 */
bool checkpoint_parse(const char *note, size_t length, struct checkpoint *checkpoint,
                      struct error *error) MUST_USE;

/* As checkpoint_parse, and one of the keys signed it, whose name is the origin. ERROR_FORBIDDEN: none did. */
bool checkpoint_open(const char *note, size_t length, const struct note_key *keys, size_t count,
                     struct checkpoint *checkpoint, struct error *error) MUST_USE;

#endif
