/* receipt_seal.h: what a printed receipt says of the seal, in words that a person can compare later. */
#ifndef ENDPOINTS_RECEIPT_SEAL_H
#define ENDPOINTS_RECEIPT_SEAL_H

#include <stdint.h>

#include "db/pool.h"
#include "render/view.h"
#include "web/request.h"

/* Waits a moment for the seal of the record with this seq. The view "seal" {index, size, root, signed_at}, or
 * the flag "not_sealed", also when the database cannot tell: what the paper is about is recorded all the
 * same. */
void receipt_seal_add(struct session *session, const struct request *request, int64_t seq, struct view *view);

/* "26 Nov, 8:07": on paper there is no "today". */
const char *receipt_moment(const struct request *request, int64_t ms);

#endif
