/* signing.h: puts this scanner's signature on an event, before it is stored. */
#ifndef SCANNER_SIGNING_H
#define SCANNER_SIGNING_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "enrolment.h"

/* Adds the member "signature" (shared/scan_signature.h) over everything else that the event says. A signature
 * that it carries already is replaced. */
bool signing_add(const struct enrolment *enrolment, json_t *event, struct error *error) MUST_USE;

/* Adds the member "clock_skew_ms", unless the difference is less than can be measured. */
void signing_put_skew(json_t *event, int64_t skew_ms);

#endif
