/* erasable_values.h: whether what a database says is a person's is theirs, and what was sealed. Whoever rules
 * it could have an erasure take what is another's, or hide with it that something was altered. */
#ifndef LEDGER_ERASABLE_VALUES_H
#define LEDGER_ERASABLE_VALUES_H

#include "db/query.h"
#include "shared/error.h"

/* `doomed`: rows of sql/queries/person_erasable.sql. ERROR_CONFLICT names the record at fault. */
bool erasable_values_check(struct session *session, const char *person, const struct rows *doomed,
                           struct error *error) MUST_USE;

#endif
