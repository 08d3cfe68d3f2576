#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "audit/commitment.h"
#include "audit/sha256.h"

static void agrees_with_the_standard(void **state)
{
    static const struct {
        const char *text, *hex;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    uint8_t hash[SHA256_SIZE];
    char    hex[2 * SHA256_SIZE + 1];

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        sha256(known[i].text, strlen(known[i].text), hash);
        sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
        assert_string_equal(hex, known[i].hex);
    }
}

/* Every length around the blocks, added in two parts that end anywhere. */
static void agrees_with_libsodium(void **state)
{
    uint8_t       bytes[400], ours[SHA256_SIZE], theirs[SHA256_SIZE];
    struct sha256 hash;

    (void)state;
    randombytes_buf(bytes, sizeof bytes);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        crypto_hash_sha256(theirs, bytes, length);
        for (size_t cut = 0; cut <= length; cut += 1 + cut / 7) {
            sha256_begin(&hash);
            sha256_add(&hash, bytes, cut);
            sha256_add(&hash, bytes + cut, length - cut);
            sha256_end(&hash, ours);
            assert_memory_equal(ours, theirs, sizeof ours);
        }
    }
}

static void commits_with_hmac(void **state)
{
    uint8_t value[300], salt[SALT_SIZE], ours[HASH_SIZE], theirs[HASH_SIZE];

    (void)state;
    randombytes_buf(value, sizeof value);
    randombytes_buf(salt, sizeof salt);
    for (size_t length = 0; length <= sizeof value; length += 13) {
        crypto_auth_hmacsha256_state mac;
        uint8_t                      head[14] = {
                                 's', 'p', 'o', 'o', 'r', '/', 'v', '1', 0, 'N', 0, 0, (uint8_t)(length >> 8), (uint8_t)length};

        crypto_auth_hmacsha256_init(&mac, salt, sizeof salt);
        crypto_auth_hmacsha256_update(&mac, head, sizeof head);
        crypto_auth_hmacsha256_update(&mac, value, length);
        crypto_auth_hmacsha256_final(&mac, theirs);
        commitment_make(COMMIT_NOTE, value, length, salt, ours);
        assert_memory_equal(ours, theirs, sizeof ours);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_standard),
        cmocka_unit_test(agrees_with_libsodium),
        cmocka_unit_test(commits_with_hmac),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
