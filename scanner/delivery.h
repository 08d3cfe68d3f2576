/* delivery.h: sends what waits in the queue, in order, until the server says what became of it. */
#ifndef SCANNER_DELIVERY_H
#define SCANNER_DELIVERY_H

#include <stdbool.h>

#include "enrolment.h"
#include "queue.h"

/* What the server said of one scan; "" where it said nothing. */
struct delivered {
    char outcome[16], message[300], step[40], device[160], code[16];
    bool unknown_device;
};

/* Sends everything that waits, at most 100 at a time. An acknowledgement names the event's own id and one of
 * recorded, replayed, conflict; refused is kept aside; anything else is none. What the server said of
 * `event_id` (may be NULL) goes to *said. ERROR_UNAVAILABLE: it waits here; ERROR_FORBIDDEN: the key is not
 * valid any more, everything waits. */
bool delivery_send(struct queue *queue, const struct enrolment *enrolment, const char *event_id,
                   struct delivered *said, struct error *error) MUST_USE;

#endif
