#include "audit/sha256.h"

#include <endian.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "shared/compiler.h"

/* The state is libsodium's own, so that either way may do the blocks. */
static void blocks_plain(uint32_t state[8], const uint8_t *bytes, size_t count)
{
    crypto_hash_sha256_state plain = {.count = 0};

    memcpy(plain.state, state, sizeof plain.state);
    crypto_hash_sha256_update(&plain, bytes, count * SHA256_BLOCK);
    memcpy(state, plain.state, sizeof plain.state);
}

#if defined(__x86_64__)
#include <immintrin.h>

static const uint32_t rounds[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define QUICK __attribute__((target("sha,sse4.1,ssse3")))

/* Four rounds with the words in `w`; the instructions hold the state as ABEF and CDGH. */
#define FOUR_ROUNDS(n, w)                                                                                    \
    do {                                                                                                     \
        __m128i sum = _mm_add_epi32((w), _mm_load_si128((const __m128i *)&rounds[4 * (n)]));                 \
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);                                                       \
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));                              \
    } while (0)

/* The next four words, from the last sixteen: `a` the oldest, in whose place they go. */
#define NEXT_WORDS(a, b, c, d)                                                                               \
    (a) = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32((a), (b)), _mm_alignr_epi8((d), (c), 4)),  \
                               (d))

QUICK static void blocks_quick(uint32_t state[8], const uint8_t *bytes, size_t count)
{
    const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0bll, 0x0405060700010203ll);
    __m128i       low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
    __m128i       high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
    __m128i       abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xF0);

    for (; count > 0; count--, bytes += SHA256_BLOCK) {
        const __m128i *in = (const __m128i *)bytes;
        __m128i        before_abef = abef, before_cdgh = cdgh;
        __m128i        a = _mm_shuffle_epi8(_mm_loadu_si128(in), order);
        __m128i        b = _mm_shuffle_epi8(_mm_loadu_si128(in + 1), order);
        __m128i        c = _mm_shuffle_epi8(_mm_loadu_si128(in + 2), order);
        __m128i        d = _mm_shuffle_epi8(_mm_loadu_si128(in + 3), order);

        for (int n = 0; n < 16; n += 4) {
            FOUR_ROUNDS(n, a);
            FOUR_ROUNDS(n + 1, b);
            FOUR_ROUNDS(n + 2, c);
            FOUR_ROUNDS(n + 3, d);
            if (n == 12)
                break;
            NEXT_WORDS(a, b, c, d);
            NEXT_WORDS(b, c, d, a);
            NEXT_WORDS(c, d, a, b);
            NEXT_WORDS(d, a, b, c);
        }
        abef = _mm_add_epi32(abef, before_abef);
        cdgh = _mm_add_epi32(cdgh, before_cdgh);
    }
    low = _mm_shuffle_epi32(abef, 0x1B);
    high = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, high, 0xF0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(high, low, 8));
}

static bool is_quick(void)
{
    static int known; /* 1: no, 2: yes; whoever finds out first writes the same as all others */
    int        now = __atomic_load_n(&known, __ATOMIC_RELAXED);

    if (now == 0) {
        unsigned eax = 7, ebx = 0, ecx = 0, edx = 0;

        __asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
        now = (ebx >> 29 & 1) && __builtin_cpu_supports("sse4.1") ? 2 : 1;
        __atomic_store_n(&known, now, __ATOMIC_RELAXED);
    }
    return now == 2;
}

static void blocks(uint32_t state[8], const uint8_t *bytes, size_t count)
{
    if (is_quick())
        blocks_quick(state, bytes, count);
    else
        blocks_plain(state, bytes, count);
}
#else
static void blocks(uint32_t state[8], const uint8_t *bytes, size_t count)
{
    blocks_plain(state, bytes, count);
}
#endif

void sha256_begin(struct sha256 *hash)
{
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    memcpy(hash->state, first, sizeof first);
    hash->length = 0;
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    size_t         held = hash->length % SHA256_BLOCK, room = SHA256_BLOCK - held;

    hash->length += length;
    if (held > 0 && length >= room) {
        memcpy(hash->block + held, at, room);
        blocks(hash->state, hash->block, 1);
        at += room;
        length -= room;
        held = 0;
    }
    if (held == 0 && length >= SHA256_BLOCK) {
        blocks(hash->state, at, length / SHA256_BLOCK);
        at += length / SHA256_BLOCK * SHA256_BLOCK;
        length %= SHA256_BLOCK;
    }
    if (length > 0)
        memcpy(hash->block + held, at, length);
}

void sha256_end(struct sha256 *hash, uint8_t out[SHA256_SIZE])
{
    size_t   held = hash->length % SHA256_BLOCK;
    uint64_t bits = htobe64(hash->length * 8);

    hash->block[held++] = 0x80;
    if (held > SHA256_BLOCK - 8) {
        memset(hash->block + held, 0, SHA256_BLOCK - held);
        blocks(hash->state, hash->block, 1);
        held = 0;
    }
    memset(hash->block + held, 0, SHA256_BLOCK - 8 - held);
    memcpy(hash->block + SHA256_BLOCK - 8, &bits, 8);
    blocks(hash->state, hash->block, 1);
    for (unsigned i = 0; i < 8; i++)
        hash->state[i] = htobe32(hash->state[i]);
    memcpy(out, hash->state, SHA256_SIZE);
}

void sha256(const void *bytes, size_t length, uint8_t out[SHA256_SIZE])
{
    struct sha256 hash WRITTEN_FIRST;

    sha256_begin(&hash);
    sha256_add(&hash, bytes, length);
    sha256_end(&hash, out);
}
