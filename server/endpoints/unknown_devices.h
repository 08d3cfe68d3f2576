/* unknown_devices.h: what was scanned and is no device that somebody knows. */
#ifndef ENDPOINTS_UNKNOWN_DEVICES_H
#define ENDPOINTS_UNKNOWN_DEVICES_H

#include <stdbool.h>

#include "db/pool.h"
#include "render/view.h"
#include "web/request.h"

/* Fills in has_unknown and unknown of ledger.html. */
bool unknown_devices_add(struct session *session, const struct request *request, struct view *view,
                         struct error *error) MUST_USE;

#endif
