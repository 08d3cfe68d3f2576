/*
 * note.h: texts with signatures beneath (c2sp.org/signed-note, Ed25519): the text ends with a newline, then
 * an empty line, then one line a signature: "— <name> <base64 of key id and signature>".
 */
#ifndef AUDIT_NOTE_H
#define AUDIT_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buffer.h"
#include "shared/compiler.h"
#include "shared/error.h"

#define NOTE_NAME_SIZE   204u /* bytes with the NUL */
#define NOTE_KEY_SIZE    300u /* bytes of a key's text form, with the NUL */
#define NOTE_SECRET_SIZE 32u  /* the Ed25519 seed (RFC 8032) */

/* A verifier key: "<name>+<key id as 8 hexadecimal digits>+<base64 of 0x01 and the public key>". */
struct note_key {
    char     name[NOTE_NAME_SIZE];
    uint32_t id; /* first 4 bytes of SHA-256(name | 0x0A | 0x01 | public key) */
    uint8_t  public_key[32];
};

struct note_signer {
    struct note_key key;
    uint8_t         secret[NOTE_SECRET_SIZE];
};

/* A name is not empty and holds no space, control character or plus sign. */
bool note_signer_from(const char *name, const uint8_t secret[NOTE_SECRET_SIZE], struct note_signer *signer,
                      struct error *error) MUST_USE;

bool note_key_parse(const char *text, struct note_key *key, struct error *error) MUST_USE;
void note_key_format(const struct note_key *key, char text[NOTE_KEY_SIZE]);

/* Adds the text, an empty line and the signature's line. The text ends with a newline. */
void note_sign(const struct note_signer *signer, const char *text, size_t length, struct buffer *out);

/* Finds the text of a signed note: *length bytes from its start, with its last newline; and checks the form
 * of each line beneath. ERROR_INVALID: it is not a note. */
bool note_split(const char *note, size_t note_length, size_t *length, struct error *error) MUST_USE;

/* Whether one of the signatures is this key's and right. *present tells whether the note has a line of this
 * key. */
bool note_verify(const char *note, size_t note_length, const struct note_key *key, bool *present);

#endif
