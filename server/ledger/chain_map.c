#include "ledger/chain_map.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_SLOTS 1024u

/* Open addressing over a power of two of slots, at most half full. Device ids are random: their bytes are the
 * hash.
 */
struct slot {
    uint8_t          device[16];
    bool             used;
    struct seal_link link;
};

struct chain_map {
    struct slot *slots;
    size_t       size, used;
};

static struct slot *new_slots(size_t size)
{
    struct slot *slots = calloc(size, sizeof *slots);

    if (!slots)
        abort();
    return slots;
}

struct chain_map *chain_map_new(void)
{
    struct chain_map *map = malloc(sizeof *map);

    if (!map)
        abort();
    *map = (struct chain_map){.slots = new_slots(LEAST_SLOTS), .size = LEAST_SLOTS};
    return map;
}

void chain_map_free(struct chain_map *map)
{
    if (!map)
        return;
    free(map->slots);
    free(map);
}

static struct slot *place(const struct chain_map *map, const uint8_t device[16])
{
    size_t at;

    memcpy(&at, device, sizeof at);
    for (at &= map->size - 1; map->slots[at].used; at = (at + 1) & (map->size - 1))
        if (memcmp(map->slots[at].device, device, 16) == 0)
            break;
    return &map->slots[at];
}

struct seal_link *chain_map_find(const struct chain_map *map, const uint8_t device[16])
{
    struct slot *slot = place(map, device);

    return slot->used ? &slot->link : NULL;
}

static void grow(struct chain_map *map)
{
    struct chain_map wider = {.slots = new_slots(map->size * 2), .size = map->size * 2, .used = map->used};

    for (size_t i = 0; i < map->size; i++)
        if (map->slots[i].used)
            *place(&wider, map->slots[i].device) = map->slots[i];
    free(map->slots);
    *map = wider;
}

void chain_map_put(struct chain_map *map, const struct entry *event)
{
    const uint8_t *device = event->field[TAG_DEVICE].value;
    struct slot   *slot;

    if (map->used * 2 >= map->size)
        grow(map);
    slot = place(map, device);
    map->used += !slot->used;
    slot->used = true;
    memcpy(slot->device, device, 16);
    slot->link.device_seq = (uint32_t)entry_number(event, TAG_DEVICE_SEQ);
    slot->link.lost = false;
    entry_digest(event, slot->link.digest);
    memcpy(slot->link.holder, event->field[TAG_HOLDER].value, HASH_SIZE);
}

void chain_map_each(const struct chain_map *map,
                    void (*visit)(void *context, const uint8_t device[16], struct seal_link *link),
                    void *context)
{
    for (size_t i = 0; i < map->size; i++)
        if (map->slots[i].used)
            visit(context, map->slots[i].device, &map->slots[i].link);
}
