#include "verify/compare.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "audit/entry.h"
#include "audit/merkle.h"
#include "verify/part_file.h"

/* The roots that a file of entries gives at the older size and at the end. */
struct roots {
    uint64_t size;
    uint8_t  older[HASH_SIZE], newer[HASH_SIZE];
};

static void compute(struct part_file *entries, uint64_t older_size, struct roots *roots)
{
    struct merkle  tree = {0};
    const uint8_t *head, *bytes;
    uint8_t        leaf[HASH_SIZE];
    size_t         length = 0;

    for (;;) {
        if (tree.size == older_size)
            merkle_root(&tree, roots->older);
        head = part_file_take(entries, 2);
        length = head ? (size_t)head[0] << 8 | head[1] : 0;
        bytes = head ? part_file_take(entries, length) : NULL;
        if (!bytes)
            break;
        merkle_leaf(bytes, length, leaf);
        merkle_append(&tree, leaf);
    }
    merkle_root(&tree, roots->newer);
    roots->size = tree.size;
}

static bool read_entries(const char *folder, uint64_t older_size, struct roots *roots, struct error *error)
{
    struct part_file entries = {0};
    int              handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool             whole;

    *roots = (struct roots){0};
    if (!part_file_open(&entries, handle, "entries", error)) {
        if (handle >= 0)
            close(handle);
        return error_while(error, folder);
    }
    compute(&entries, older_size, roots);
    whole = part_file_whole(&entries, "entries", error);
    part_file_close(&entries);
    close(handle);
    return whole;
}

static void tell_fork(const struct checkpoint *older, struct findings *findings)
{
    finding_add(findings, FINDING_PREFIX, FINDING_NOWHERE,
                "a fork: \"%.100s\" signed two different histories of %" PRIu64
                " entries; keep both files, they prove it to anyone",
                older->origin, older->size);
}

static bool compare_sizes(const struct held_checkpoint *older, const struct held_checkpoint *newer,
                          struct findings *findings, enum comparison *comparison, struct error *error)
{
    struct roots roots;

    if (!newer->folder)
        return *comparison = COMPARE_UNKNOWN, true;
    if (!read_entries(newer->folder, older->checkpoint.size, &roots, error))
        return false;
    if (roots.size != newer->checkpoint.size || memcmp(roots.newer, newer->checkpoint.root, HASH_SIZE) != 0) {
        finding_add(findings, FINDING_ROOT, FINDING_NOWHERE, "the entries of %.200s", newer->folder);
        *comparison = COMPARE_UNKNOWN;
    } else if (memcmp(roots.older, older->checkpoint.root, HASH_SIZE) != 0) {
        tell_fork(&older->checkpoint, findings);
        *comparison = COMPARE_FORK;
    } else {
        *comparison = COMPARE_BEGINNING;
    }
    return true;
}

bool compare_heads(const struct held_checkpoint *one, const struct held_checkpoint *other,
                   struct findings *findings, enum comparison *comparison, struct error *error)
{
    const struct checkpoint *left = &one->checkpoint, *right = &other->checkpoint;

    if (strcmp(left->origin, right->origin) != 0)
        return error_set(error, ERROR_INVALID, "they are of different logs: \"%.100s\" and \"%.100s\"",
                         left->origin, right->origin);
    if (left->size < right->size)
        return compare_sizes(one, other, findings, comparison, error);
    if (left->size > right->size)
        return compare_sizes(other, one, findings, comparison, error);
    *comparison = memcmp(left->root, right->root, HASH_SIZE) == 0 ? COMPARE_SAME : COMPARE_FORK;
    if (*comparison == COMPARE_FORK)
        tell_fork(left, findings);
    return true;
}
