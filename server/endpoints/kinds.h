/* kinds.h: which kinds of events are taken from whom. */
#ifndef ENDPOINTS_KINDS_H
#define ENDPOINTS_KINDS_H

#include "db/pool.h"
#include "ledger/event_draft.h"
#include "web/request.h"

/* Why whoever asks may not record an event of this kind, in one sentence; NULL: they may, or there is no such
 * kind, which is the ledger's to say. */
const char *kinds_refused(const struct request *request, const char *kind);

/* The same of a correction, for the kind of the event that it corrects: who may record it may also take it
 * back, and a lead may take back anything. False with an error where that cannot be looked up. */
bool kinds_may_correct(struct session *session, const struct request *request,
                       const struct event_draft *draft, const char **refused, struct error *error) MUST_USE;

#endif
