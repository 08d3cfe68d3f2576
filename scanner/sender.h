/*
 * sender.h: a thread that sends what waits, so that no scan waits for the network. After a failure it comes
 * back by itself, later and later (backoff.h).
 */
#ifndef SCANNER_SENDER_H
#define SCANNER_SENDER_H

#include <stdbool.h>

#include "delivery.h"

struct sender;

/* Begins with what waits from earlier. The queue and the enrolment outlive it. */
struct sender *sender_start(struct queue *queue, const struct enrolment *enrolment) MUST_USE;

/* Ends after the request that is on its way; NULL is allowed. */
void sender_stop(struct sender *sender);

/* A scan was stored. */
void sender_wake(struct sender *sender);

/* Waits until the server said something of this event, or until an attempt has failed: then false, and the
 * error says why it waits in the queue. */
bool sender_wait(struct sender *sender, const char *event_id, struct delivered *said,
                 struct error *error) MUST_USE;

/* Waits until nothing waits any more, or until an attempt has failed. */
bool sender_drain(struct sender *sender, struct error *error) MUST_USE;

/* What was heard and not fetched yet, oldest first; false: nothing. */
bool sender_heard(struct sender *sender, struct delivered *said) MUST_USE;

/* Readable (poll) while something was heard. */
int sender_descriptor(const struct sender *sender);

/* Whether the latest attempt failed, and why. */
bool sender_failing(struct sender *sender, struct error *why);

#endif
