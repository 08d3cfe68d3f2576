/* claim.h: whose scans a queue holds; scans of an earlier form get their signature. */
#ifndef SCANNER_CLAIM_H
#define SCANNER_CLAIM_H

#include <stdbool.h>

#include "enrolment.h"
#include "queue.h"

/* Makes the queue that of this scanner. One that belongs to another scanner is taken over only when nothing
 * in it waits or needs attention; otherwise ERROR_CONFLICT names both, and nothing is changed. */
bool claim_queue(struct queue *queue, const struct enrolment *enrolment, struct error *error) MUST_USE;

/* ERROR_CONFLICT: scans wait that were signed for this scanner; a new key would not fit them. */
bool claim_is_free(struct queue *queue, const struct enrolment *enrolment, struct error *error) MUST_USE;

#endif
