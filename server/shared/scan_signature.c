#include "shared/scan_signature.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENT_HEAD "spoor-scan/v1"

static void add(struct buffer *out, unsigned number, const char *bytes, size_t length)
{
    const char head[] = {(char)number, (char)(length >> 24), (char)(length >> 16), (char)(length >> 8),
                         (char)length};

    if (length == 0)
        return;
    buffer_add(out, head, sizeof head);
    buffer_add(out, bytes, length);
}

static void add_text(struct buffer *out, unsigned number, const char *text)
{
    add(out, number, text, text ? strlen(text) : 0);
}

static void add_number(struct buffer *out, unsigned number, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    add_text(out, number, value ? text : NULL);
}

static void add_hash(struct buffer *out, unsigned number, const char *text)
{
    unsigned char hash[crypto_hash_sha256_BYTES];

    if (!text || !*text)
        return;
    crypto_hash_sha256(hash, (const unsigned char *)text, strlen(text));
    add(out, number, (const char *)hash, sizeof hash);
}

void scan_statement(const struct scan_said *said, struct buffer *out)
{
    const char *const texts[] = {said->event_id, said->kind,  said->code,        said->step,    said->reason,
                                 said->to,       said->place, said->happened_at, said->corrects};

    buffer_add(out, STATEMENT_HEAD, sizeof STATEMENT_HEAD);
    add_text(out, 1, said->server);
    add_text(out, 2, said->scanner);
    add_number(out, 3, said->counter);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        add_text(out, (unsigned)i + 4, texts[i]);
    add_number(out, 13, said->skew_ms);
    add_hash(out, 14, said->public_note);
    add_hash(out, 15, said->private_note);
    add_hash(out, 16, said->detail);
    add_text(out, 17, said->expected_from);
}

struct part {
    unsigned             number;
    const unsigned char *bytes;
    size_t               length;
};

/* The part at `*at`, which moves on; false at the end, and where the rest is no part. */
static bool next_part(const unsigned char **at, const unsigned char *end, struct part *part)
{
    const unsigned char *head = *at;

    if (end - head < 5)
        return false;
    *part = (struct part){.number = head[0],
                          .bytes = head + 5,
                          .length =
                              (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4]};
    if (part->length > (size_t)(end - part->bytes))
        return false;
    *at = part->bytes + part->length;
    return true;
}

static bool take_number(const unsigned char *bytes, size_t length, char scanner[SCAN_SCANNER_SIZE],
                        int64_t *counter)
{
    const unsigned char *at = bytes + sizeof STATEMENT_HEAD, *end = bytes + length;
    struct part          part;
    char                 text[24] = "";

    *scanner = '\0';
    if (length < sizeof STATEMENT_HEAD)
        return false;
    while (next_part(&at, end, &part)) {
        if (part.number == 2 && part.length < SCAN_SCANNER_SIZE)
            snprintf(scanner, SCAN_SCANNER_SIZE, "%.*s", (int)part.length, (const char *)part.bytes);
        if (part.number == 3 && part.length < sizeof text)
            snprintf(text, sizeof text, "%.*s", (int)part.length, (const char *)part.bytes);
    }
    *counter = strtoll(text, NULL, 10);
    return *scanner && *counter > 0;
}

bool scan_statement_read(const uint8_t *statement, size_t length, struct scan_part parts[SCAN_PART_COUNT])
{
    const unsigned char *at = statement + sizeof STATEMENT_HEAD, *end = statement + length;
    unsigned             before = 0;
    struct part          part;

    for (unsigned i = 0; i < SCAN_PART_COUNT; i++)
        parts[i] = (struct scan_part){0};
    if (length < sizeof STATEMENT_HEAD || memcmp(statement, STATEMENT_HEAD, sizeof STATEMENT_HEAD) != 0)
        return false;
    while (at < end) {
        if (!next_part(&at, end, &part) || part.number <= before || part.number >= SCAN_PART_COUNT ||
            part.length == 0)
            return false;
        before = part.number;
        parts[part.number] = (struct scan_part){part.bytes, part.length};
    }
    return true;
}

bool scan_statement_number(const char *hex, char scanner[SCAN_SCANNER_SIZE], int64_t *counter)
{
    size_t         digits = strlen(hex), got = 0;
    unsigned char *bytes = malloc(digits / 2 + 1);
    bool           found;

    if (!bytes)
        abort();
    found = sodium_hex2bin(bytes, digits / 2 + 1, hex, digits, NULL, &got, NULL) == 0 && got == digits / 2 &&
            take_number(bytes, got, scanner, counter);
    free(bytes);
    return found;
}

void scan_enrolment_statement(const char *code, const char *key, struct buffer *out)
{
    buffer_add(out, "spoor-enrol/v1", sizeof "spoor-enrol/v1");
    add_text(out, 1, code);
    add_text(out, 2, key);
}

static bool from_hex(const char *text, unsigned char *bytes, size_t size)
{
    size_t got;

    return strlen(text) == 2 * size && strspn(text, "0123456789abcdef") == 2 * size &&
           sodium_hex2bin(bytes, size, text, 2 * size, NULL, &got, NULL) == 0 && got == size;
}

void scan_seed_make(char seed[SCAN_SEED_TEXT])
{
    unsigned char bytes[SCAN_SEED_SIZE];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(seed, SCAN_SEED_TEXT, bytes, sizeof bytes);
    sodium_memzero(bytes, sizeof bytes);
}

static bool pair_of(const char *seed, unsigned char *key, unsigned char *secret)
{
    unsigned char bytes[SCAN_SEED_SIZE];
    bool          whole = from_hex(seed, bytes, sizeof bytes);

    if (whole)
        crypto_sign_seed_keypair(key, secret, bytes);
    sodium_memzero(bytes, sizeof bytes);
    return whole;
}

bool scan_key_of(const char *seed, char key[SCAN_KEY_TEXT])
{
    unsigned char bytes[SCAN_KEY_SIZE], secret[crypto_sign_SECRETKEYBYTES];
    bool          whole = pair_of(seed, bytes, secret);

    if (whole)
        sodium_bin2hex(key, SCAN_KEY_TEXT, bytes, sizeof bytes);
    sodium_memzero(secret, sizeof secret);
    return whole;
}

bool scan_sign(const char *seed, const struct buffer *statement, char signature[SCAN_SIGNATURE_TEXT])
{
    unsigned char key[SCAN_KEY_SIZE], secret[crypto_sign_SECRETKEYBYTES], bytes[SCAN_SIGNATURE_SIZE];
    bool          whole = !statement->overflowed && pair_of(seed, key, secret);

    if (whole) {
        crypto_sign_detached(bytes, NULL, (const unsigned char *)statement->text, statement->length, secret);
        sodium_bin2hex(signature, SCAN_SIGNATURE_TEXT, bytes, sizeof bytes);
        sodium_memzero(secret, sizeof secret);
    }
    return whole;
}

bool scan_key_is_sound(const char *key)
{
    unsigned char bytes[SCAN_KEY_SIZE];

    return from_hex(key, bytes, sizeof bytes) && crypto_core_ed25519_is_valid_point(bytes) == 1;
}

bool scan_signature_fits(const char *key, const struct buffer *statement, const char *signature)
{
    unsigned char key_bytes[SCAN_KEY_SIZE], bytes[SCAN_SIGNATURE_SIZE];

    return !statement->overflowed && from_hex(key, key_bytes, sizeof key_bytes) &&
           from_hex(signature, bytes, sizeof bytes) &&
           crypto_sign_verify_detached(bytes, (const unsigned char *)statement->text, statement->length,
                                       key_bytes) == 0;
}
