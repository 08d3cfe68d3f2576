/* signed_scan.h: whether an event is what its scanner signed. */
#ifndef ENDPOINTS_SIGNED_SCAN_H
#define ENDPOINTS_SIGNED_SCAN_H

#include <stdbool.h>

#include "ledger/event_draft.h"
#include "render/json_read.h"
#include "web/request.h"

/* ERROR_FORBIDDEN: this scanner has no signing key; it is told to enrol again. */
bool signed_scan_may_send(const struct request *request, struct error *error) MUST_USE;

/* Reads what only scanners say (scanner_seq, clock_skew_ms, signature) into the draft, whose detail is read
 * already. *refused tells why an event does not fit its signature. ERROR_INVALID: these members are
 * malformed, or come from somebody who is no scanner. */
bool signed_scan_read(const struct request *request, const struct json_value *event, const char *path,
                      struct event_draft *draft, const char **refused, struct error *error) MUST_USE;

#endif
