/* seal_differs.h: which field of a row is not what its entry says. */
#ifndef LEDGER_SEAL_DIFFERS_H
#define LEDGER_SEAL_DIFFERS_H

#include "ledger/seal_check.h"

/* The first field, in the order of their tags, in which row and openings differ from the entry. `erased`: bit
 * n is set when the opening of tag n was lawfully destroyed. Returns FAULT_NONE when all agree. */
enum seal_fault seal_differs(const struct seal_row *row, const struct seal_openings *openings,
                             uint64_t erased, const struct entry *sealed, unsigned *tag);

#endif
