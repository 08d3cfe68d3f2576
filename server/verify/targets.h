/* targets.h: events that erasures and corrections point to, found before the entries are checked one by one.
 */
#ifndef VERIFY_TARGETS_H
#define VERIFY_TARGETS_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/entry.h"
#include "shared/id_map.h"

/* By the event's id. */
struct target {
    bool     met; /* the event itself stood in the log */
    uint64_t seq; /* its seq, when it was met */
    uint8_t  device[16];
    uint64_t erased;                     /* bit n: the opening of tag n was erased */
    uint64_t erased_by[ENTRY_TAG_COUNT]; /* seq of the erasure entry of each tag */
};

/* Notes what the entry points to; entries that point nowhere change nothing. */
void targets_collect(struct id_map *targets, const struct entry *entry, uint64_t seq);

/* When the entry is an event that something points to, notes that it was met, and gives it; else NULL. */
const struct target *targets_meet(const struct id_map *targets, const struct entry *entry, uint64_t seq);

#endif
