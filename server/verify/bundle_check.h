/*
 * bundle_check.h: checks a bundle (docs/ledger.md) from beginning to end: signature, root, every entry's
 * encoding and place in its device's chain, every opening against its commitment, every row against its
 * entry, every signature of a scanner, every tile.
 *
 * Reads each file once (entries twice, and once more for each four million beyond the first); memory grows
 * with the number of devices, labels, scanners, corrections and erasures only, beyond 32 MiB for the ids.
 */
#ifndef VERIFY_BUNDLE_CHECK_H
#define VERIFY_BUNDLE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/checkpoint.h"
#include "audit/note.h"
#include "shared/error.h"
#include "verify/finding.h"

#define BUNDLE_OLDER_MOST      64u
#define BUNDLE_CHECKPOINT_MOST 65536u /* bytes */

/* A checkpoint that is held from before, or that a receipt carries. */
struct older_checkpoint {
    const char       *name; /* of its file, for messages */
    struct checkpoint checkpoint;
    bool              met; /* the tree reached its size */
    /* of a receipt: the entry that must be at `index` */
    const uint8_t *entry;
    size_t         entry_length;
    uint64_t       index;
};

struct bundle_check {
    const char              *folder;
    const struct note_key   *keys;
    size_t                   key_count;
    struct older_checkpoint *older;
    size_t                   older_count;
    struct findings         *findings;
    void (*progress)(uint64_t done, uint64_t all); /* NULL: none */
    bool     only_whether;                         /* stops at the first finding that makes it not intact */
    uint64_t ids_at_once; /* how many ids are held to find those that come again; 0: four million */

    /* what came out */
    struct checkpoint checkpoint;
    uint64_t          rows, openings, signatures; /* of scanners, that fit */
    uint64_t          absent;    /* scans that their scanner counted and the log does not have */
    int64_t           newest_ms; /* recorded_at of the newest entry */
};

/* False when the bundle cannot be read at all (ERROR_NOT_FOUND, ERROR_INVALID); findings otherwise. */
bool bundle_check_run(struct bundle_check *check, struct error *error) MUST_USE;

#endif
