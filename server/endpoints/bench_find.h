/* bench_find.h: what was scanned or typed on the bench: one device, several to choose from, or a label that
 * is new. */
#ifndef ENDPOINTS_BENCH_FIND_H
#define ENDPOINTS_BENCH_FIND_H

#include <stdbool.h>

#include "db/query.h"
#include "endpoints/service.h"
#include "render/view.h"
#include "web/request.h"

/* Fills in error, unlinked, revoked and matches of bench.html; *device_id: the one device, else "". */
bool bench_find(struct session *session, const struct request *request, const char *code, struct view *view,
                const char **device_id, struct error *error) MUST_USE;

/* Fills in matches alone: all that is found, also where it is one device. */
bool bench_find_all(struct session *session, const struct request *request, const char *text,
                    struct view *view, struct error *error) MUST_USE;

/* The same for a new label that is to go on what is found: each device comes with a button for that. */
bool bench_find_for_label(const struct service *service, struct session *session,
                          const struct request *request, const char *code, const char *label,
                          struct view *view, struct error *error) MUST_USE;

#endif
