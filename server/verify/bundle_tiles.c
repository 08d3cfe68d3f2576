#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/tile.h"
#include "verify/bundle_parts.h"

#define DEPTH_MOST 10u /* folders within each other under tile/ */

static void check_tile(struct run *run, const struct tile *tile, const uint8_t (*hashes)[HASH_SIZE])
{
    char         path[TILE_PATH_SIZE], name[TILE_PATH_SIZE + 8];
    char         stored[TILE_WIDTH * HASH_SIZE + 1];
    size_t       size = (size_t)tile->width * HASH_SIZE, got;
    struct error error = {0};

    tile_path(tile, path);
    snprintf(name, sizeof name, "tile/%s", path);
    if (!part_file_small(run->folder, name, stored, sizeof stored - 1, &got, &error))
        finding_add(run->findings, FINDING_TILE, FINDING_NOWHERE, "%s", error.message);
    else if (got != size || memcmp(stored, hashes, size) != 0)
        finding_add(run->findings, FINDING_TILE, FINDING_NOWHERE, "%s", name);
}

void bundle_tiles_check(void *run, unsigned level, uint64_t index, const uint8_t (*hashes)[HASH_SIZE])
{
    check_tile(run, &(struct tile){.level = level, .index = index, .width = TILE_WIDTH}, hashes);
}

/* One that the tree has, under its only name: complete, or the last of its level. */
static bool is_called_for(const struct run *run, const char *path)
{
    struct tile tile;
    uint64_t    nodes;

    if (!tile_parse(path, &tile) || tile.level == TILE_ENTRIES)
        return false;
    nodes = tile_nodes(tile.level, run->tree.size);
    return tile.width == TILE_WIDTH ? tile.index < nodes / TILE_WIDTH
                                    : tile.index == nodes / TILE_WIDTH && tile.width == nodes % TILE_WIDTH;
}

static void look_into(struct run *run, const char *path, unsigned depth)
{
    char           name[256], full[272];
    int            handle;
    DIR           *list;
    struct dirent *item;
    struct stat    about;

    snprintf(full, sizeof full, "tile/%.255s", path);
    handle = openat(run->folder, full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    list = handle >= 0 ? fdopendir(handle) : NULL;
    if (!list) {
        if (handle >= 0)
            close(handle);
        return; /* no folder at all: each tile was told to be missing */
    }
    while ((item = readdir(list))) {
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
            continue;
        snprintf(name, sizeof name, "%.120s%s%.120s", path, *path ? "/" : "", item->d_name);
        if (fstatat(dirfd(list), item->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(about.st_mode) &&
            depth < DEPTH_MOST)
            look_into(run, name, depth + 1);
        else if (!is_called_for(run, name))
            finding_add(run->findings, FINDING_TILE, FINDING_NOWHERE,
                        "tile/%s does not belong to a tree of this size", name);
    }
    closedir(list);
}

void bundle_tiles_end(struct run *run)
{
    for (unsigned level = 0; level < TILE_LEVELS; level++)
        if (run->edge.level[level].width > 0)
            check_tile(run,
                       &(struct tile){.level = level,
                                      .index = run->edge.level[level].done,
                                      .width = run->edge.level[level].width},
                       (const uint8_t(*)[HASH_SIZE])run->edge.level[level].hashes);
    look_into(run, "", 0);
}
