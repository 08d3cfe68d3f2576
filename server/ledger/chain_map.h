/* chain_map.h: the latest entry of each device, as the sealer knows it from its own log: struct seal_link by
 * device id.
 */
#ifndef LEDGER_CHAIN_MAP_H
#define LEDGER_CHAIN_MAP_H

#include "audit/entry.h"
#include "ledger/seal_row.h"
#include "shared/id_map.h"

/* Takes the entry of an event as its device's latest one. */
void chain_map_put(struct id_map *map, const struct entry *event);

#endif
