/* seal_answers.h: what is to be sealed, against what senders were answered in this process (answers.h); for
 * sealer.c. All is well where no recorder is in this process. */
#ifndef LEDGER_SEAL_ANSWERS_H
#define LEDGER_SEAL_ANSWERS_H

#include "ledger/seal_open.h"
#include "ledger/seal_row.h"

/* The highest number that was answered; ask before the head of the ledger is read. -1: none. */
int64_t seal_answers_highest(struct sealer *sealer);

/* Whether that record is there. ERROR_UNAVAILABLE: not in this session, which may be with a server that is
 * none any more; ERROR_CONFLICT: nor in another. */
bool seal_answers_are_there(struct sealer *sealer, int64_t highest, const struct rows *head,
                            struct error *error) MUST_USE;

/* ERROR_CONFLICT: two events were answered under one number, or one was sealed and then another answered. */
bool seal_answers_agree(struct sealer *sealer, struct error *error) MUST_USE;

/* ERROR_CONFLICT: the row was changed after its sender was told what it is; a sender was told of an event
 * where a notice is. */
bool seal_answers_fit(const struct sealer *sealer, const struct seal_row *row, struct error *error) MUST_USE;
bool seal_answers_fit_notice(const struct sealer *sealer, int64_t seq, struct error *error) MUST_USE;

/* When the log was opened: where the database was restored since, whoever saw it, nothing that was answered
 * before holds. */
void seal_answers_restored(struct sealer *sealer);

#endif
