/* chain_map.h: the latest entry of each device, as the sealer knows it from its own log. */
#ifndef LEDGER_CHAIN_MAP_H
#define LEDGER_CHAIN_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"
#include "ledger/seal_row.h"

struct chain_map;

struct chain_map *chain_map_new(void) MUST_USE;
void              chain_map_free(struct chain_map *map); /* NULL is allowed */

/* NULL: no entry of this device yet. Valid until the next chain_map_put. */
struct seal_link *chain_map_find(const struct chain_map *map, const uint8_t device[16]);

/* Takes the entry of an event as its device's latest one. */
void chain_map_put(struct chain_map *map, const struct entry *event);

/* Calls visit for every device. */
void chain_map_each(const struct chain_map *map,
                    void (*visit)(void *context, const uint8_t device[16], struct seal_link *link),
                    void *context);

#endif
