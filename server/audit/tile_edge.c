#include "audit/tile_edge.h"

#include <string.h>

static void root_of(const uint8_t (*hashes)[HASH_SIZE], uint8_t root[HASH_SIZE])
{
    struct merkle tree = {0};

    for (unsigned i = 0; i < TILE_WIDTH; i++)
        merkle_append(&tree, hashes[i]);
    merkle_root(&tree, root);
}

void tile_edge_append(struct tile_edge *edge, const uint8_t leaf[HASH_SIZE], tile_edge_complete *complete,
                      void *context)
{
    uint8_t hash[HASH_SIZE];

    memcpy(hash, leaf, HASH_SIZE);
    for (unsigned level = 0; level < TILE_LEVELS; level++) {
        memcpy(edge->level[level].hashes[edge->level[level].width++], hash, HASH_SIZE);
        if (edge->level[level].width < TILE_WIDTH)
            return;
        complete(context, level, edge->level[level].done,
                 (const uint8_t(*)[HASH_SIZE])edge->level[level].hashes);
        root_of((const uint8_t(*)[HASH_SIZE])edge->level[level].hashes, hash);
        edge->level[level].width = 0;
        edge->level[level].done++;
    }
}
