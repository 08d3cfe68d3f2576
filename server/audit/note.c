#include "audit/note.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "audit/base64.h"
#include "audit/entry.h"

#define DASH           "\xE2\x80\x94 "
#define ALGORITHM      0x01
#define BLOB_SIZE      (4u + crypto_sign_BYTES) /* key id and signature */
#define BASE64_VARIANT sodium_base64_VARIANT_ORIGINAL

static uint32_t key_id(const char *name, const uint8_t public_key[32])
{
    crypto_hash_sha256_state state;
    uint8_t                  hash[HASH_SIZE];

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *)name, strlen(name));
    crypto_hash_sha256_update(&state, (const uint8_t[]){'\n', ALGORITHM}, 2);
    crypto_hash_sha256_update(&state, public_key, 32);
    crypto_hash_sha256_final(&state, hash);
    return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
}

static bool name_fits(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] <= ' ' || name[i] == '+' || name[i] == 0x7F)
            return false;
    return length > 0 && length < NOTE_NAME_SIZE;
}

bool note_signer_from(const char *name, const uint8_t secret[NOTE_SECRET_SIZE], struct note_signer *signer,
                      struct error *error)
{
    uint8_t expanded[crypto_sign_SECRETKEYBYTES];

    if (!name_fits(name, strlen(name)))
        return error_set(error, ERROR_INVALID,
                         "\"%.60s\" cannot be the name of a log: no spaces, no plus sign", name);
    *signer = (struct note_signer){0};
    memcpy(signer->key.name, name, strlen(name) + 1);
    memcpy(signer->secret, secret, NOTE_SECRET_SIZE);
    crypto_sign_seed_keypair(signer->key.public_key, expanded, secret);
    sodium_memzero(expanded, sizeof expanded);
    signer->key.id = key_id(name, signer->key.public_key);
    return true;
}

static bool parse_key(const char *text, struct note_key *key)
{
    const char *plus = strchr(text, '+'), *second = plus ? strchr(plus + 1, '+') : NULL;
    uint8_t     blob[33], id[4];
    size_t      id_length;
    const char *id_end;

    if (!second || second != plus + 9 || !name_fits(text, (size_t)(plus - text)) ||
        sodium_hex2bin(id, sizeof id, plus + 1, 8, NULL, &id_length, &id_end) != 0 || id_end != second ||
        !base64_decode_all(second + 1, strlen(second + 1), blob, sizeof blob) || blob[0] != ALGORITHM)
        return false;
    *key =
        (struct note_key){.id = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3]};
    memcpy(key->name, text, (size_t)(plus - text));
    memcpy(key->public_key, blob + 1, 32);
    return key->id == key_id(key->name, key->public_key);
}

bool note_key_parse(const char *text, struct note_key *key, struct error *error)
{
    return parse_key(text, key) ||
           error_set(error, ERROR_INVALID,
                     "This is not a verifier key; one looks like desk.example.org/log+0123abcd+AX…");
}

void note_key_format(const struct note_key *key, char text[NOTE_KEY_SIZE])
{
    uint8_t blob[33] = {ALGORITHM};
    char    encoded[sodium_base64_ENCODED_LEN(sizeof blob, BASE64_VARIANT)];

    memcpy(blob + 1, key->public_key, 32);
    sodium_bin2base64(encoded, sizeof encoded, blob, sizeof blob, BASE64_VARIANT);
    snprintf(text, NOTE_KEY_SIZE, "%s+%08x+%s", key->name, (unsigned)key->id, encoded);
}

void note_sign(const struct note_signer *signer, const char *text, size_t length, struct buffer *out)
{
    uint8_t expanded[crypto_sign_SECRETKEYBYTES], public_key[32];
    uint8_t blob[BLOB_SIZE] = {(uint8_t)(signer->key.id >> 24), (uint8_t)(signer->key.id >> 16),
                               (uint8_t)(signer->key.id >> 8), (uint8_t)signer->key.id};
    char    encoded[sodium_base64_ENCODED_LEN(BLOB_SIZE, BASE64_VARIANT)];

    crypto_sign_seed_keypair(public_key, expanded, signer->secret);
    crypto_sign_detached(blob + 4, NULL, (const uint8_t *)text, length, expanded);
    sodium_memzero(expanded, sizeof expanded);
    sodium_bin2base64(encoded, sizeof encoded, blob, sizeof blob, BASE64_VARIANT);
    buffer_add(out, text, length);
    buffer_format(out, "\n" DASH "%s %s\n", signer->key.name, encoded);
}

struct signature_line {
    const char *name;
    size_t      name_length;
    uint8_t     blob[BLOB_SIZE];
    bool        ours; /* the blob has the length of an Ed25519 signature */
};

/* Reads one line beneath the text and goes on to the next; false: not such a line. */
static bool next_line(const char **at, const char *end, struct signature_line *line)
{
    const char *newline = memchr(*at, '\n', (size_t)(end - *at)), *space;
    uint8_t     any[4096];
    size_t      length;

    if (!newline || newline - *at < 4 || memcmp(*at, DASH, 4) != 0)
        return false;
    line->name = *at + 4;
    space = memchr(line->name, ' ', (size_t)(newline - line->name));
    if (!space || !name_fits(line->name, (size_t)(space - line->name)) ||
        !base64_decode(space + 1, (size_t)(newline - space - 1), any, sizeof any, &length) || length < 5)
        return false;
    line->name_length = (size_t)(space - line->name);
    line->ours = length == BLOB_SIZE;
    if (line->ours)
        memcpy(line->blob, any, BLOB_SIZE);
    *at = newline + 1;
    return true;
}

/* The last empty line is the border: the text itself may hold others. */
static const char *find_border(const char *note, size_t note_length)
{
    for (size_t i = note_length; i >= 2; i--)
        if (note[i - 1] == '\n' && note[i - 2] == '\n')
            return note + i - 1;
    return NULL;
}

bool note_split(const char *note, size_t note_length, size_t *length, struct error *error)
{
    const char           *border = find_border(note, note_length), *end = note + note_length, *at;
    struct signature_line line;
    bool                  fits = border && border > note + 1 && border + 1 < end;

    for (size_t i = 0; fits && i < note_length; i++)
        fits = (unsigned char)note[i] >= ' ' || note[i] == '\n';
    if (!fits)
        return error_set(error, ERROR_INVALID, "this is not a signed note: text, an empty line, signatures");
    for (at = border + 1; at < end;)
        if (!next_line(&at, end, &line))
            return error_set(error, ERROR_INVALID, "a signature line of the note is malformed");
    *length = (size_t)(border - note);
    return true;
}

static bool line_is_of(const struct signature_line *line, const struct note_key *key)
{
    uint32_t id = (uint32_t)line->blob[0] << 24 | (uint32_t)line->blob[1] << 16 |
                  (uint32_t)line->blob[2] << 8 | line->blob[3];

    return line->ours && id == key->id && line->name_length == strlen(key->name) &&
           memcmp(line->name, key->name, line->name_length) == 0;
}

bool note_verify(const char *note, size_t note_length, const struct note_key *key, bool *present)
{
    struct signature_line line = {0};
    struct error          error;
    size_t                length = 0;

    *present = false;
    if (!note_split(note, note_length, &length, &error))
        return false;
    for (const char *at = note + length + 1;
         at < note + note_length && next_line(&at, note + note_length, &line);) {
        if (!line_is_of(&line, key))
            continue;
        *present = true;
        return crypto_sign_verify_detached(line.blob + 4, (const uint8_t *)note, length, key->public_key) ==
               0;
    }
    return false;
}
