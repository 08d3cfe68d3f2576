/* delivery.h: one request: the oldest that wait go to the server, and what it says of each is believed only
 * when it is whole. */
#ifndef SCANNER_DELIVERY_H
#define SCANNER_DELIVERY_H

#include <stdbool.h>

#include "enrolment.h"
#include "queue.h"
#include "upload.h"

/* What the server said of one scan; "" where it said nothing. */
struct delivered {
    char event_id[UUID_SIZE];
    char outcome[16], message[300], device[400], code[16];
    char now[300];   /* "Diagnosis, waiting: Part ordered, with Noor de Vries, at Shelf B2": how it stands */
    char flags[160]; /* the server's words for what it noticed, with commas between them */
    char notes[400]; /* the same for people; of unknown_device nothing */
    bool unknown_device;
    bool look; /* something may not be as it was meant */
};

typedef void delivery_function(const struct delivered *said, void *context);

struct delivery {
    struct queue           *queue;
    const struct enrolment *enrolment;
    struct upload          *upload;
    delivery_function      *heard; /* called for each outcome, after the queue knows it */
    void                   *context;
    size_t                  singly; /* so many of the next events go one by one; 0 to begin with */
};

/* Sends at most 100 of those that wait. An acknowledgement names the event's own id and one of recorded,
 * replayed, conflict; refused is kept aside; anything else is none. *more: others wait. Where the server
 * cannot read a request, its events go one by one, so that one bad event does not hold up the others.
 * ERROR_UNAVAILABLE and others: they wait here; ERROR_FORBIDDEN: the key is not valid any more, all wait. */
bool delivery_send(struct delivery *delivery, bool *more, struct error *error) MUST_USE;

#endif
