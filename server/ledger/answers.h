/*
 * answers.h: what this process answered of events that were recorded, held against what is sealed of them.
 * Whoever rules the database can change rows between the two; the answer is out, and must stay true. Any
 * thread may call; what comes first waits for the other.
 */
#ifndef LEDGER_ANSWERS_H
#define LEDGER_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#define ANSWERS_KEPT (1u << 17) /* the latest; the sealer is seldom more than a thousand behind */

struct answers;

/* Ids in canonical form; step "" for none. */
struct answered {
    int64_t     seq, device_seq;
    unsigned    flags; /* those that an entry holds */
    const char *event_id, *device_id, *step;
};

struct answers *answers_new(void);
void            answers_free(struct answers *answers); /* NULL is allowed */

/* The sender of this event is told so. */
void answers_give(struct answers *answers, const struct answered *event);

/* This is going to be sealed. False: its sender was told otherwise. */
bool answers_fit(struct answers *answers, const struct answered *event);

/* The highest seq that was answered; -1: none. */
int64_t answers_highest(struct answers *answers);

/* A seq of which two events were answered, or another one was sealed than was answered; -1: none. */
int64_t answers_contradicted(struct answers *answers);

/* The database is an older one now: nothing of what was answered holds any more. */
void answers_forget(struct answers *answers);

#endif
