#include <dirent.h>
#include <jansson.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "audit/merkle.h"

#define LEAVES  70u
#define VECTORS "../shared/vectors/merkle"

static uint8_t leaves[LEAVES][HASH_SIZE];

/* The definition of RFC 6962 §2.1, word for word. */
static void plain_root(const uint8_t (*from)[HASH_SIZE], size_t count, uint8_t root[HASH_SIZE])
{
    uint8_t left[HASH_SIZE], right[HASH_SIZE];
    size_t  half = 1;

    if (count == 0) {
        crypto_hash_sha256(root, NULL, 0);
        return;
    }
    if (count == 1) {
        memcpy(root, from[0], HASH_SIZE);
        return;
    }
    while (half * 2 < count)
        half *= 2;
    plain_root(from, half, left);
    plain_root(from + half, count - half, right);
    merkle_node(left, right, root);
}

static int make_leaves(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LEAVES; i++)
        merkle_leaf((const uint8_t *)&i, sizeof i, leaves[i]);
    return 0;
}

static bool read_subtree(void *source, unsigned level, uint64_t index, uint8_t hash[HASH_SIZE],
                         struct error *error)
{
    const uint64_t *size = source;

    assert_true((index + 1) << level <= *size);
    (void)error;
    plain_root((const uint8_t(*)[HASH_SIZE])leaves + (index << level), (size_t)1 << level, hash);
    return true;
}

static void grows_to_the_root_that_the_definition_gives(void **state)
{
    struct merkle tree = {0};
    uint8_t       expected[HASH_SIZE], root[HASH_SIZE];

    (void)state;
    for (unsigned size = 0; size <= LEAVES; size++) {
        plain_root((const uint8_t(*)[HASH_SIZE])leaves, size, expected);
        merkle_root(&tree, root);
        assert_memory_equal(root, expected, HASH_SIZE);
        assert_int_equal(tree.size, size);
        if (size < LEAVES)
            merkle_append(&tree, leaves[size]);
    }
}

static void proves_each_leaf_of_each_size_and_no_other(void **state)
{
    uint8_t      proof[MERKLE_PATH_MOST + 1][HASH_SIZE], root[HASH_SIZE];
    struct error error = {0};

    (void)state;
    for (uint64_t size = 1; size <= LEAVES; size++) {
        plain_root((const uint8_t(*)[HASH_SIZE])leaves, size, root);
        for (uint64_t index = 0; index < size; index++) {
            const uint8_t(*path)[HASH_SIZE] = (const uint8_t(*)[HASH_SIZE])proof;
            size_t count = 99;

            assert_true(merkle_prove_inclusion(index, size, read_subtree, &size, proof, &count, &error));
            assert_true(merkle_included(index, size, leaves[index], path, count, root));
            assert_false(merkle_included(index, size, leaves[(index + 1) % LEAVES], path, count, root));
            assert_false(merkle_included(size, size, leaves[index], path, count, root));
            assert_false(merkle_included(index, size, leaves[index], path, count + 1, root));
            if (count > 0) {
                assert_false(merkle_included(index, size, leaves[index], path, count - 1, root));
                assert_false(merkle_included(index ^ 1, size, leaves[index], path, count, root));
                proof[count / 2][5] ^= 4;
                assert_false(merkle_included(index, size, leaves[index], path, count, root));
            }
        }
    }
}

static void proves_each_older_size_and_no_other(void **state)
{
    uint8_t      proof[MERKLE_PATH_MOST + 2][HASH_SIZE], root[HASH_SIZE], old_root[HASH_SIZE];
    struct error error = {0};

    (void)state;
    for (uint64_t size = 1; size <= LEAVES; size++) {
        plain_root((const uint8_t(*)[HASH_SIZE])leaves, size, root);
        for (uint64_t old = 1; old <= size; old++) {
            const uint8_t(*path)[HASH_SIZE] = (const uint8_t(*)[HASH_SIZE])proof;
            size_t count = 99;

            plain_root((const uint8_t(*)[HASH_SIZE])leaves, old, old_root);
            assert_true(merkle_prove_consistency(old, size, read_subtree, &size, proof, &count, &error));
            assert_true(merkle_consistent(old, size, path, count, old_root, root));
            assert_false(merkle_consistent(old, size, path, count + 1, old_root, root));
            assert_false(merkle_consistent(old, size, path, count, leaves[3], root));
            assert_false(merkle_consistent(old, size, path, count, old_root, leaves[3]));
            assert_int_equal(merkle_consistent(size, old, path, count, root, old_root), size == old);
            if (count > 0) {
                proof[count / 2][31] ^= 1;
                assert_false(merkle_consistent(old, size, path, count, old_root, root));
            }
        }
    }
}

/* A hash of a vector; false when it has not 32 bytes: no caller of ours could hold it. */
static bool take_hash(const json_t *text, uint8_t hash[HASH_SIZE])
{
    const char *base64 = json_string_value(text);
    size_t      got = 0;

    return base64 &&
           sodium_base642bin(hash, HASH_SIZE, base64, strlen(base64), NULL, &got, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           got == HASH_SIZE;
}

static bool take_proof(const json_t *list, uint8_t (*proof)[HASH_SIZE], size_t *count)
{
    *count = json_array_size(list);
    if (*count > 2 * MERKLE_PATH_MOST)
        return false;
    for (size_t i = 0; i < *count; i++)
        if (!take_hash(json_array_get(list, i), proof[i]))
            return false;
    return true;
}

static uint64_t number(const json_t *object, const char *name)
{
    double value = json_number_value(json_object_get(object, name));

    return value < 0x1p63 ? (uint64_t)value : UINT64_MAX; /* some say -1 */
}

static bool included(const json_t *object, const uint8_t (*proof)[HASH_SIZE], size_t count)
{
    uint8_t leaf[HASH_SIZE], root[HASH_SIZE];

    return take_hash(json_object_get(object, "leafHash"), leaf) &&
           take_hash(json_object_get(object, "root"), root) &&
           merkle_included(number(object, "leafIdx"), number(object, "treeSize"), leaf, proof, count, root);
}

static bool consistent(const json_t *object, const uint8_t (*proof)[HASH_SIZE], size_t count)
{
    uint8_t old_root[HASH_SIZE], root[HASH_SIZE];

    return take_hash(json_object_get(object, "root1"), old_root) &&
           take_hash(json_object_get(object, "root2"), root) &&
           merkle_consistent(number(object, "size1"), number(object, "size2"), proof, count, old_root, root);
}

static void check_vector(const char *path, unsigned *seen)
{
    uint8_t proof[2 * MERKLE_PATH_MOST][HASH_SIZE];
    size_t  count;
    json_t *object = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
    bool    right;

    assert_non_null(object);
    right = take_proof(json_object_get(object, "proof"), proof, &count) &&
            (json_object_get(object, "leafHash") ? included : consistent)(
                object, (const uint8_t(*)[HASH_SIZE])proof, count);
    if (right == json_is_true(json_object_get(object, "wantErr")))
        fail_msg("%s", path);
    json_decref(object);
    (*seen)++;
}

static void walk(const char *folder, unsigned *seen)
{
    DIR *listing = opendir(folder);

    assert_non_null(listing);
    for (struct dirent *one; (one = readdir(listing));) {
        char        path[1024];
        struct stat about;

        if (one->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, one->d_name);
        /* its roots have 12 bytes: with hashes of 32 bytes it cannot be said */
        if (strcmp(one->d_name, "sizes-are-equal-one-and-proof-is-empty.json") == 0)
            continue;
        if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
            walk(path, seen);
        else
            check_vector(path, seen);
    }
    closedir(listing);
}

static void agrees_with_the_vectors_of_others(void **state)
{
    struct stat about;
    unsigned    seen = 0;

    (void)state;
    if (stat(VECTORS, &about) != 0)
        skip();
    walk(VECTORS, &seen);
    assert_true(seen > 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_to_the_root_that_the_definition_gives),
        cmocka_unit_test(proves_each_leaf_of_each_size_and_no_other),
        cmocka_unit_test(proves_each_older_size_and_no_other),
        cmocka_unit_test(agrees_with_the_vectors_of_others),
    };
    return cmocka_run_group_tests(tests, make_leaves, NULL);
}
