#include "verify/targets.h"

#include <string.h>

void targets_collect(struct id_map *targets, const struct entry *entry, uint64_t seq)
{
    const struct entry_field *erased = &entry->field[TAG_ERASED];
    struct target            *target;

    if (!entry->field[TAG_TARGET].value)
        return;
    target = id_map_put(targets, entry->field[TAG_TARGET].value);
    for (uint16_t i = 0; i < erased->length; i++) {
        unsigned tag = erased->value[i];

        if (tag < 64 && tag < ENTRY_TAG_COUNT && !(target->erased >> tag & 1)) {
            target->erased |= UINT64_C(1) << tag;
            target->erased_by[tag] = seq;
        }
    }
}

const struct target *targets_meet(const struct id_map *targets, const struct entry *entry, uint64_t seq)
{
    struct target *target =
        entry->type == ENTRY_EVENT ? id_map_find(targets, entry->field[TAG_EVENT_ID].value) : NULL;

    if (!target || target->met)
        return target;
    target->met = true;
    target->seq = seq;
    memcpy(target->device, entry->field[TAG_DEVICE].value, sizeof target->device);
    return target;
}
