/*
 * sealer.h: turns recorded events into entries of the tree and signs the tree's head.
 *
 * One sealer works at a time for a ledger; others wait for their turn. It reads rows in the order of seq,
 * checks each against its own log, and stops before a row that it cannot vouch for: that is an alarm on the
 * auditor's pages, never something to skip.
 */
#ifndef LEDGER_SEALER_H
#define LEDGER_SEALER_H

#include <stdbool.h>
#include <stdint.h>

#include "db/pool.h"
#include "ledger/answers.h"
#include "shared/error.h"
#include "store/secret.h"

struct sealer;

struct sealer_options {
    struct pool    *pool;        /* as spoor_seal, one session that is kept */
    const char     *folder;      /* the sealer's own (seal_log.h) */
    const char     *name;        /* of a new log: "fix.example.nl/spoor" */
    const uint8_t  *service_key; /* SECRET_KEY_SIZE bytes: checks the marks of submission.h */
    struct answers *answers;     /* what a recorder in this process answered; NULL: there is none */
};

/* The texts must outlive the sealer. */
struct sealer *sealer_new(const struct sealer_options *options) MUST_USE;
void           sealer_free(struct sealer *sealer); /* stops its thread; NULL is allowed */

/* Before anything is recorded: a database that is older than what was sealed, as after a restore, goes on
 * behind that, and what was erased since its copy was made is erased again. Nothing is done where it is not
 * older. */
bool sealer_resume(struct sealer *sealer, struct error *error) MUST_USE;

/* Seals in a thread of its own until sealer_free. */
void sealer_start(struct sealer *sealer);

/* Seals all that is there now. ERROR_UNAVAILABLE: the database is away, or another sealer is at work;
 * ERROR_CONFLICT: a row or the database contradicts what was sealed: the sentence names it. */
bool sealer_catch_up(struct sealer *sealer, struct error *error) MUST_USE;

/* How many entries are sealed. */
uint64_t sealer_size(const struct sealer *sealer);

/* The device_seq of a device's latest record that this sealer has seen, from any thread; -1: it has seen
 * none, or another one seals. What the database has not any more, it still knows. */
int64_t sealer_latest_number(struct sealer *sealer, const char *device_id);

#endif
