#include "ledger/chain_map.h"

#include <string.h>

void chain_map_put(struct id_map *map, const struct entry *event)
{
    struct seal_link *link = id_map_put(map, event->field[TAG_DEVICE].value);

    link->device_seq = (uint32_t)entry_number(event, TAG_DEVICE_SEQ);
    link->lost = false;
    entry_digest(event, link->digest);
    memcpy(link->holder, event->field[TAG_HOLDER].value, HASH_SIZE);
}
