/* The names of tiles: what is a name has one spelling. */
#include <stdlib.h>
#include <string.h>

#include "audit/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char        path[256], again[TILE_PATH_SIZE];
    struct tile tile;

    if (length >= sizeof path)
        return 0;
    memcpy(path, bytes, length);
    path[length] = '\0';
    if (!tile_parse(path, &tile))
        return 0;
    tile_path(&tile, again);
    if (strcmp(path, again) != 0 || tile.level > TILE_ENTRIES || tile.width == 0 || tile.width > TILE_WIDTH)
        abort();
    return 0;
}
