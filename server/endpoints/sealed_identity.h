/* sealed_identity.h: what a device is, as its first record sealed it, beside what the tables say today. */
#ifndef ENDPOINTS_SEALED_IDENTITY_H
#define ENDPOINTS_SEALED_IDENTITY_H

#include "db/query.h"
#include "endpoints/verdict.h"

/* After verdict_begin(). `facts`: sql/queries/device_facts.sql. Fills in identity ("Dell Latitude 7440,
 * 8XK2LT3"), and identity_differs where the tables say something else, or identity_altered where the first
 * record is not what was sealed; none while it is not sealed. */
bool sealed_identity_add(const struct verdict *verdict, const struct request *request, const char *device_id,
                         const struct rows *facts, struct view *view, struct error *error) MUST_USE;

#endif
