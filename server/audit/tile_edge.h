/* tile_edge.h: the right edge of the tree, tile by tile: says when a tile is complete. */
#ifndef AUDIT_TILE_EDGE_H
#define AUDIT_TILE_EDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/merkle.h"
#include "audit/tile.h"

struct tile_edge {
    struct {
        uint64_t done;  /* complete tiles of this level */
        unsigned width; /* hashes in the one that is being filled */
        uint8_t  hashes[TILE_WIDTH][HASH_SIZE];
    } level[TILE_LEVELS];
};

/* Called for each tile that a leaf completes. */
typedef void tile_edge_complete(void *context, unsigned level, uint64_t index,
                                const uint8_t (*hashes)[HASH_SIZE]);

void tile_edge_append(struct tile_edge *edge, const uint8_t leaf[HASH_SIZE], tile_edge_complete *complete,
                      void *context);

#endif
