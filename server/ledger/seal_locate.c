#include "ledger/seal_locate.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "audit/tile.h"

static const char *number(struct arena *arena, uint64_t value)
{
    return arena_format(arena, "%" PRIu64, value);
}

/* The tree of the complete tiles: its peaks are roots of complete subtrees. */
static bool complete_part(struct seal_check *check, uint64_t size, struct merkle *tree)
{
    struct error damaged = {0};
    uint64_t     done = 0;

    *tree = (struct merkle){.size = size};
    for (unsigned level = 63; level-- > 0;) {
        if (!(size >> level & 1))
            continue;
        if (!log_store_read_node(check->nodes, level, done >> level, tree->peak[tree->count++], &damaged))
            return false;
        done += (uint64_t)1 << level;
    }
    return true;
}

static bool append(struct arena *arena, const char *hex, struct merkle *tree)
{
    uint8_t *bytes = arena_take(arena, strlen(hex) / 2 + 1), leaf[HASH_SIZE];
    size_t   length;

    if (sodium_hex2bin(bytes, strlen(hex) / 2, hex, strlen(hex), NULL, &length, NULL) != 0)
        return false;
    merkle_leaf(bytes, length, leaf);
    merkle_append(tree, leaf);
    return true;
}

static bool is_signed(const struct seal_check *check, const char *note, struct checkpoint *head)
{
    struct error none = {0};

    return checkpoint_open(note, strlen(note), check->options->keys, check->options->key_count, head, &none);
}

bool seal_locate(struct seal_check *check, uint64_t *first, uint64_t *last, struct error *error)
{
    uint64_t           start = check->head.size / TILE_WIDTH * TILE_WIDTH;
    struct merkle      tree;
    const struct rows *heads = QUERY(check->session, check->arena, SQL_LOG_CHECKPOINTS_BETWEEN, error,
                                     number(check->arena, start), number(check->arena, check->head.size));
    const struct rows *entries =
        heads ? QUERY(check->session, check->arena, SQL_LOG_ENTRIES, error, number(check->arena, start),
                      number(check->arena, check->head.size))
              : NULL;

    if (!entries || rows_count(entries) != check->head.size - start || !complete_part(check, start, &tree))
        return false;
    *first = start;
    for (size_t i = 0; i < rows_count(heads); i++) {
        struct checkpoint head;
        uint8_t           root[HASH_SIZE];

        if (!is_signed(check, rows_text(heads, i, "note"), &head) || head.size > check->head.size)
            continue;
        while (tree.size < head.size)
            if (!append(check->arena, rows_text(entries, (size_t)(tree.size - start), "entry"), &tree))
                return false;
        merkle_root(&tree, root);
        *last = head.size - 1;
        if (memcmp(root, head.root, HASH_SIZE) != 0)
            return true;
        *first = head.size;
    }
    return false;
}
