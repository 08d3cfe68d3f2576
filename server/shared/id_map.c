#include "shared/id_map.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAST_SLOTS 1024u
#define ID_SIZE     16u
#define CACHE_LINE  64u
#define HEAD_SIZE   32u /* bytes of a slot before its value: id, used; keeps the value aligned */

/* Open addressing over a power of two of slots, at most half full. Ids are random, unless somebody chose
 * them: the key of each map keeps those from all falling on one place. */
struct id_map {
    uint8_t *slots;
    size_t   slot_size, size, used;
    uint64_t key[2];
};

__extension__ typedef unsigned __int128 wide;

static uint8_t *new_slots(size_t count, size_t slot_size)
{
    uint8_t *slots = calloc(count, slot_size);

    if (!slots)
        abort();
    return slots;
}

struct id_map *id_map_new(size_t value_size)
{
    struct id_map *map = malloc(sizeof *map);
    size_t         slot_size = HEAD_SIZE + (value_size + 15) / 16 * 16;

    if (!map)
        abort();
    *map = (struct id_map){
        .slots = new_slots(LEAST_SLOTS, slot_size), .slot_size = slot_size, .size = LEAST_SLOTS};
    if (getentropy(map->key, sizeof map->key) != 0)
        abort();
    return map;
}

void id_map_free(struct id_map *map)
{
    if (!map)
        return;
    free(map->slots);
    free(map);
}

size_t id_map_count(const struct id_map *map)
{
    return map->used;
}

static uint8_t *slot_at(const struct id_map *map, size_t at)
{
    return map->slots + at * map->slot_size;
}

static bool is_used(const uint8_t *slot)
{
    return slot[ID_SIZE] != 0;
}

static size_t hash_of(const struct id_map *map, const uint8_t id[16])
{
    uint64_t half[2];
    wide     product;

    memcpy(half, id, sizeof half);
    product = (wide)(half[0] ^ map->key[0]) * (half[1] ^ map->key[1]);
    return (size_t)((uint64_t)product ^ (uint64_t)(product >> 64));
}

/* The id's slot, or the empty one where it belongs. */
static uint8_t *place(const struct id_map *map, const uint8_t id[16])
{
    size_t at = hash_of(map, id);

    for (at &= map->size - 1; is_used(slot_at(map, at)); at = (at + 1) & (map->size - 1))
        if (memcmp(slot_at(map, at), id, ID_SIZE) == 0)
            break;
    return slot_at(map, at);
}

void id_map_expect(const struct id_map *map, const uint8_t id[16])
{
    size_t at = hash_of(map, id);

    for (size_t part = 0; part < map->slot_size; part += CACHE_LINE)
        __builtin_prefetch(slot_at(map, at & (map->size - 1)) + part, 1);
}

void *id_map_find(const struct id_map *map, const uint8_t id[16])
{
    uint8_t *slot;

    if (map->used == 0)
        return NULL;
    slot = place(map, id);

    return is_used(slot) ? slot + HEAD_SIZE : NULL;
}

static void grow(struct id_map *map)
{
    struct id_map wider = *map;

    wider.size = map->size * 2;
    wider.slots = new_slots(wider.size, map->slot_size);
    for (size_t i = 0; i < map->size; i++)
        if (is_used(slot_at(map, i)))
            memcpy(place(&wider, slot_at(map, i)), slot_at(map, i), map->slot_size);
    free(map->slots);
    *map = wider;
}

void *id_map_put(struct id_map *map, const uint8_t id[16])
{
    uint8_t *slot;

    if (map->used * 2 >= map->size)
        grow(map);
    slot = place(map, id);
    map->used += !is_used(slot);
    memcpy(slot, id, ID_SIZE);
    slot[ID_SIZE] = 1;
    return slot + HEAD_SIZE;
}

void id_map_each(const struct id_map *map, void (*visit)(void *context, const uint8_t id[16], void *value),
                 void                *context)
{
    for (size_t i = 0; i < map->size; i++)
        if (is_used(slot_at(map, i)))
            visit(context, slot_at(map, i), slot_at(map, i) + HEAD_SIZE);
}
