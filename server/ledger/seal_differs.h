/* seal_differs.h: which fields of a row are not what its entry says. */
#ifndef LEDGER_SEAL_DIFFERS_H
#define LEDGER_SEAL_DIFFERS_H

#include "ledger/seal_check.h"

struct seal_difference {
    enum seal_fault
             fault;  /* of the first field, in the order in which they are looked at; FAULT_NONE: all agree */
    unsigned tag;    /* its tag */
    uint64_t others; /* the bits of the tags of all others that differ */
};

/* `erased`: bit n is set when the opening of tag n was lawfully destroyed. */
struct seal_difference seal_differs(const struct seal_row *row, const struct seal_openings *openings,
                                    uint64_t erased, const struct entry *sealed);

#endif
