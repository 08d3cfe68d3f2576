/* finding.h: what a check can find, and where it is told. */
#ifndef VERIFY_FINDING_H
#define VERIFY_FINDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "shared/compiler.h"

enum finding {
    FINDING_SIGNATURE,
    FINDING_ROOT,
    FINDING_PREFIX,
    FINDING_SHORTER,
    FINDING_RECEIPT,
    FINDING_VALUE,
    FINDING_MISSING,
    FINDING_SMUGGLED,
    FINDING_CHAIN,
    FINDING_CLOCK,
    FINDING_LATE, /* a warning: it does not make a bundle bad */
    FINDING_CUSTODY,
    FINDING_ENCODING,
    FINDING_TARGET,
    FINDING_TILE,
    FINDING_NAME, /* a warning */
    FINDING_SCAN,
    FINDING_CLAIM,
    FINDING_REPEATED,
    FINDING_RENAMED, /* a warning */
    FINDING_ABSENT,  /* a warning */
    FINDING_COUNT
};

#define FINDING_NOWHERE UINT64_MAX

struct findings {
    bool     json, warnings; /* whether warnings are told, too */
    FILE    *out;            /* NULL: only counted */
    uint64_t count[FINDING_COUNT];
    uint64_t told, most;                              /* lines that were written; at most this many are, */
    uint64_t told_of[FINDING_COUNT], most_of_warning; /* and of each warning so many (0: no limit), besides */
};

/* `seq` is the entry that it is about, or FINDING_NOWHERE. The details are one sentence without full stop. */
void finding_add(struct findings *findings, enum finding finding, uint64_t seq, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* Puts question marks for what is no UTF-8 and for what would tell a terminal something. */
void finding_printable(char *text);

/* How many there are that make a history not intact. */
uint64_t finding_total(const struct findings *findings);
uint64_t finding_warnings(const struct findings *findings); /* and that are worth a look only */

const char *finding_code(enum finding finding); /* "F01" */
bool        finding_is_warning(enum finding finding);

#endif
