#include "audit/tile.h"

#include <stdio.h>
#include <string.h>

uint64_t tile_nodes(unsigned level, uint64_t size)
{
    return level >= TILE_LEVELS ? size : size >> 8 * level;
}

void tile_path(const struct tile *tile, char path[TILE_PATH_SIZE])
{
    char     index[40] = "";
    uint64_t rest = tile->index;

    snprintf(index, sizeof index, "%03u", (unsigned)(rest % 1000));
    for (rest /= 1000; rest > 0; rest /= 1000) {
        char longer[sizeof index];

        snprintf(longer, sizeof longer, "x%03u/%.32s", (unsigned)(rest % 1000), index);
        memcpy(index, longer, sizeof index);
    }
    if (tile->level == TILE_ENTRIES)
        snprintf(path, TILE_PATH_SIZE, "entries/%s", index);
    else
        snprintf(path, TILE_PATH_SIZE, "%u/%s", tile->level, index);
    if (tile->width < TILE_WIDTH)
        snprintf(path + strlen(path), TILE_PATH_SIZE - strlen(path), ".p/%u", tile->width);
}

static bool digits(const char **text, unsigned count, unsigned *number)
{
    *number = 0;
    for (unsigned i = 0; i < count; i++) {
        if (**text < '0' || **text > '9')
            return false;
        *number = *number * 10 + (unsigned)(*(*text)++ - '0');
    }
    return true;
}

static bool parse_index(const char **text, uint64_t *index)
{
    unsigned group;

    *index = 0;
    for (unsigned groups = 0; groups < 6; groups++) {
        bool more = **text == 'x';

        *text += more;
        if (!digits(text, 3, &group))
            return false;
        *index = *index * 1000 + group;
        if (!more)
            return true;
        if (*(*text)++ != '/')
            return false;
    }
    return false;
}

/* Reading is lenient where writing is exact: only what writes back the same is a name. */
bool tile_parse(const char *path, struct tile *tile)
{
    const char *text = path;
    char        again[TILE_PATH_SIZE];

    *tile = (struct tile){.level = TILE_ENTRIES, .width = TILE_WIDTH};
    if (strncmp(text, "entries/", 8) == 0)
        text += 8;
    else if (!digits(&text, 1, &tile->level) || tile->level >= TILE_LEVELS || *text++ != '/')
        return false;
    if (!parse_index(&text, &tile->index))
        return false;
    if (strncmp(text, ".p/", 3) == 0 &&
        (sscanf(text + 3, "%3u", &tile->width) != 1 || tile->width == 0 || tile->width >= TILE_WIDTH))
        return false;
    tile_path(tile, again);
    return strcmp(again, path) == 0;
}
