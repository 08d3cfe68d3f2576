/* seal_key.h: the log's signing key as a file: a line with its name, a line with the seed in hexadecimal
 * digits. */
#ifndef LEDGER_SEAL_KEY_H
#define LEDGER_SEAL_KEY_H

#include <stdbool.h>

#include "audit/note.h"
#include "shared/error.h"

/* ERROR_NOT_FOUND: there is none; ERROR_INVALID: damaged, or others may read it. */
bool seal_key_read(int folder, const char *file, struct note_signer *signer, struct error *error) MUST_USE;

/* A new key under this name, durable and 0600, never over another file. */
bool seal_key_make(int folder, const char *file, const char *name, struct note_signer *signer,
                   struct error *error) MUST_USE;

/* Writes text as a file of the folder, whole or not at all. Ends the process when the disk fails. */
bool seal_key_replace(int folder, const char *file, const char *text, unsigned mode,
                      struct error *error) MUST_USE;

#endif
