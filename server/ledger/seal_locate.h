/* seal_locate.h: where the tree and its signed heads part. */
#ifndef LEDGER_SEAL_LOCATE_H
#define LEDGER_SEAL_LOCATE_H

#include "ledger/seal_check.h"

/* The leaves behind the last complete tile stand nowhere but in the entries, so one that was altered there
 * changes the root for all. The checkpoints that were signed on the way say between which sizes it happened:
 * the altered entry is in [*first, *last]. False without an error: they do not say. */
bool seal_locate(struct seal_check *check, uint64_t *first, uint64_t *last, struct error *error) MUST_USE;

#endif
