/*
 * sha256.h: SHA-256 (FIPS 180-4) of many short texts: with the processor's own instructions where it has
 * them, else with libsodium, whose version of Debian 12 does not use them and takes five times as long.
 */
#ifndef AUDIT_SHA256_H
#define AUDIT_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE  32u
#define SHA256_BLOCK 64u

struct sha256 {
    uint32_t state[8];
    uint64_t length; /* bytes so far */
    uint8_t  block[SHA256_BLOCK];
};

void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t length);
void sha256_end(struct sha256 *hash, uint8_t out[SHA256_SIZE]);

void sha256(const void *bytes, size_t length, uint8_t out[SHA256_SIZE]);

#endif
