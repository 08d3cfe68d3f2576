/* id_map.h: values of one size by id (16 random bytes); grows as needed. */
#ifndef SHARED_ID_MAP_H
#define SHARED_ID_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "shared/compiler.h"

struct id_map;

struct id_map *id_map_new(size_t value_size) MUST_USE;
void           id_map_free(struct id_map *map); /* NULL is allowed */
size_t         id_map_count(const struct id_map *map);

/* NULL: not there. Values move when the map grows: use them before the next id_map_put. */
void *id_map_find(const struct id_map *map, const uint8_t id[16]);

/* Says that this id will be looked for soon: its place is brought near meanwhile. */
void id_map_expect(const struct id_map *map, const uint8_t id[16]);

/* The value of this id, zeroed when it is new. */
void *id_map_put(struct id_map *map, const uint8_t id[16]);

void id_map_each(const struct id_map *map, void (*visit)(void *context, const uint8_t id[16], void *value),
                 void                *context);

#endif
