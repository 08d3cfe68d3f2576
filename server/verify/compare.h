/* compare.h: whether two signed heads of one log belong to one history. */
#ifndef VERIFY_COMPARE_H
#define VERIFY_COMPARE_H

#include "verify/finding.h"
#include "verify/held_files.h"

enum comparison {
    COMPARE_SAME,      /* one history, of one size */
    COMPARE_BEGINNING, /* the older is the beginning of the newer, whose entries are here */
    COMPARE_UNKNOWN,   /* of two sizes, and the entries of the newer are not here */
    COMPARE_FORK       /* two histories; the notes prove it to anyone */
};

/* The findings tell what is wrong. False: a file cannot be read, or they are of different logs. */
bool compare_heads(const struct held_checkpoint *one, const struct held_checkpoint *other,
                   struct findings *findings, enum comparison *comparison, struct error *error) MUST_USE;

#endif
