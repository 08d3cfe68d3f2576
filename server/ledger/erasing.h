/* erasing.h: the erasure of a person, with the service's marks on what it says and leaves. */
#ifndef LEDGER_ERASING_H
#define LEDGER_ERASING_H

#include <stdbool.h>
#include <stdint.h>

#include "db/query.h"
#include "shared/error.h"
#include "store/secret.h"

struct erasing {
    const char *person, *actor; /* ids */
    const char *reason;         /* a code of spoor.erasure_reason */
    bool        only_left;      /* what earlier erasures left, and how to reach the person: nothing that the
                                   ledger would have to say */
};

/* One row with the columns of person_erase.sql: how many events lost values, and how many values. NULL:
 * nothing changed; ERROR_NOT_FOUND: nobody has this id, or nothing is left of them; ERROR_CONFLICT: the
 * person's device is in repair, something is not sealed yet or was recorded meanwhile, or (only_left) the
 * ledger has values that no earlier erasure took; a value is not the person's or not what was sealed
 * (erasable_values.h); the clocks of this program and of the ledger differ. */
const struct rows *erasing_run(struct session *session, struct arena *arena,
                               const uint8_t key[SECRET_KEY_SIZE], const struct erasing *erasing,
                               struct error *error) MUST_USE;

#endif
