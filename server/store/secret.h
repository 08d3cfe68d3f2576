/* secret.h: secrets, random or derived, and their keyed hashes (BLAKE2b-256, libsodium); only hashes reach
 * the database.
 */
#ifndef STORE_SECRET_H
#define STORE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/arena.h"
#include "shared/error.h"

#define SECRET_KEY_SIZE 32 /* bytes */

/* What a secret is for: the same text hashed for two uses gives two hashes. */
enum secret_use {
    SECRET_SESSION = 1,
    SECRET_LINK,
    SECRET_TOKEN,
    SECRET_SCANNER_KEY,
    SECRET_ENROLMENT,
    SECRET_FORM,
    SECRET_SETUP,
    SECRET_KNOWN,
    SECRET_INTAKE_LINK
};

/* Reads the service's key from FOLDER/secret.key, and makes it (0600, fsynced) where there is none.
 * ERROR_INVALID: the file has the wrong size or others may read it. */
bool secret_key_load(const char *folder, uint8_t key[SECRET_KEY_SIZE], struct error *error) MUST_USE;

/* A new random secret of `symbols` Crockford base32 symbols (5 bits each): 26 for a link, 52 for a session.
 */
const char *secret_new(struct arena *arena, unsigned symbols) MUST_USE;

/* The same for the same text and key, and random to whoever has not both: at most 51 symbols. */
const char *secret_derived(struct arena *arena, const uint8_t key[SECRET_KEY_SIZE], enum secret_use use,
                           const char *text, unsigned symbols) MUST_USE;

/* The keyed hash as PostgreSQL's text form of bytea, "\x…" (64 hexadecimal digits). */
const char *secret_hash(struct arena *arena, const uint8_t key[SECRET_KEY_SIZE], enum secret_use use,
                        const char *secret) MUST_USE;

/* Small and capital letters, O and 0, I, L and 1 mean the same in a link or an enrolment code; NULL: not of
 * `symbols` symbols. */
const char *secret_normalise(struct arena *arena, const char *text, unsigned symbols) MUST_USE;

/* In constant time. */
bool secret_equal(const char *one, const char *other);

/* Argon2id, t = 2, 64 MiB (libsodium's string form). At most two run at a time, 16 wait, then
 * ERROR_UNAVAILABLE. */
bool secret_password_hash(struct arena *arena, const char *password, const char **hash,
                          struct error *error) MUST_USE;

/* *correct tells whether it fits. A NULL hash (no such account) takes as long as a real one. */
bool secret_password_check(const char *hash, const char *password, bool *correct,
                           struct error *error) MUST_USE;

/* 12 to 1,024 bytes, not one of the common ones, not the login or the product's name. */
bool secret_password_allowed(const char *password, const char *login, struct error *error) MUST_USE;

#endif
