/* tile.h: the names of the tree's tiles (c2sp.org/tlog-tiles): 256 hashes of one level each. */
#ifndef AUDIT_TILE_H
#define AUDIT_TILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/compiler.h"

#define TILE_WIDTH     256u
#define TILE_LEVELS    8u  /* tile levels of a tree of 2^63 leaves */
#define TILE_PATH_SIZE 64u /* bytes of text, with the NUL */

#define TILE_ENTRIES TILE_LEVELS /* as a level: the entries themselves */

struct tile {
    unsigned level; /* 0: leaf hashes; TILE_ENTRIES */
    uint64_t index; /* from the left */
    unsigned width; /* 1 to 256; 256: complete */
};

/* "0/x001/x234/067.p/8", "entries/000": what follows "tile/". */
void tile_path(const struct tile *tile, char path[TILE_PATH_SIZE]);
bool tile_parse(const char *path, struct tile *tile) MUST_USE;

/* How many hashes the level's last tiles have in a tree of `size` leaves: its complete nodes. */
uint64_t tile_nodes(unsigned level, uint64_t size);

#endif
