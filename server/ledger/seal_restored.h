/* seal_restored.h: a database that was restored from an older copy, beside a log that knows more; for
 * seal_open.c. */
#ifndef LEDGER_SEAL_RESTORED_H
#define LEDGER_SEAL_RESTORED_H

#include "ledger/seal_open.h"

/* Keeps what an erasure in the log says, while that is read. */
void seal_restored_note(struct sealer *sealer, uint64_t seq, const struct entry *entry);
void seal_restored_forget(struct sealer *sealer);

/* When the log was read, and all of it is in the database: a ledger that is shorter than what was sealed goes
 * on behind that, with an incident; and where that ever was so, what the log says was erased is erased. Whom
 * it cannot erase it names in the service's log. Forgets what was kept. */
bool seal_restored_resume(struct sealer *sealer, struct arena *arena, struct error *error) MUST_USE;

#endif
