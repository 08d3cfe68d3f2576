/*
 * scan_signature.h: what a scanner signs of each scan (Ed25519), before anybody hears a sound.
 *
 *   statement = "spoor-scan/v1" 0x00 | field...      field = number u8 | length u32 | bytes
 *
 * Numbers ascend as in struct scan_said, from 1; what was not said has no field; integers are big-endian.
 * Values stand as they are sent, counter and skew as decimal digits; of notes and of the detail it is the
 * SHA-256, so that a statement holds no text that may have to be erased. docs/ledger.md says the same for
 * other programs.
 */
#ifndef SHARED_SCAN_SIGNATURE_H
#define SHARED_SCAN_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buffer.h"

#define SCAN_SEED_SIZE      32u  /* bytes: the secret half */
#define SCAN_KEY_SIZE       32u  /* bytes: the public half */
#define SCAN_SIGNATURE_SIZE 64u  /* bytes */
#define SCAN_STATEMENT_MOST 4096 /* bytes */

/* NULL or "": not said. */
struct scan_said {
    const char *server;  /* its name, as it was told at enrolment */
    const char *scanner; /* uuid */
    int64_t     counter;
    const char *event_id, *kind, *code, *step, *reason, *to, *place, *happened_at, *corrects;
    int64_t     skew_ms; /* server's clock minus this one; 0: none, or not known */
    const char *public_note, *private_note;
    const char *detail; /* JSON with its members sorted by name, without blanks */
    const char *expected_from;
};

#define SCAN_SCANNER_SIZE 37u /* a uuid as text, with the NUL */

/* Texts of hexadecimal digits, in small letters. */
#define SCAN_SEED_TEXT      (2 * SCAN_SEED_SIZE + 1)
#define SCAN_KEY_TEXT       (2 * SCAN_KEY_SIZE + 1)
#define SCAN_SIGNATURE_TEXT (2 * SCAN_SIGNATURE_SIZE + 1)

/* The statement overflows `out` only where a value is longer than any that the service takes. */
void scan_statement(const struct scan_said *said, struct buffer *out);

/* A field of a statement, by its number; NULL: not said. */
#define SCAN_PART_COUNT 18u
struct scan_part {
    const uint8_t *bytes;
    size_t         length;
};

/* Reads a statement back: parts point into it. False: it is none that scan_statement() writes. */
bool scan_statement_read(const uint8_t *statement, size_t length,
                         struct scan_part parts[SCAN_PART_COUNT]) MUST_USE;

/* The scanner and the counter of a statement, written as hexadecimal digits. False: there are none in it. */
bool scan_statement_number(const char *hex, char scanner[SCAN_SCANNER_SIZE], int64_t *counter);

/* What a scanner signs when it hands its key over: it has the secret half. */
void scan_enrolment_statement(const char *code, const char *key, struct buffer *out);

/* Ends the program if the kernel gives no random bytes. */
void scan_seed_make(char seed[SCAN_SEED_TEXT]);

/* False: the seed is damaged. */
bool scan_key_of(const char *seed, char key[SCAN_KEY_TEXT]);
bool scan_sign(const char *seed, const struct buffer *statement, char signature[SCAN_SIGNATURE_TEXT]);

/* A key that can sign: a canonical point of the main subgroup. */
bool scan_key_is_sound(const char *key);

/* Refuses signatures and keys that are not canonical or of small order, and capital digits. */
bool scan_signature_fits(const char *key, const struct buffer *statement, const char *signature);

#endif
