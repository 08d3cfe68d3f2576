/* kinds.h: which kinds of events are taken from whom. */
#ifndef ENDPOINTS_KINDS_H
#define ENDPOINTS_KINDS_H

#include <stdbool.h>

#include "ledger/event_draft.h"
#include "web/request.h"

/* Why whoever asks may not record an event of this kind, in one sentence; NULL: they may, or there is no such
 * kind, which is the ledger's to say. */
const char *kinds_refused(const struct request *request, const char *kind);

/* What record_events() needs to judge a correction by the kind of the event that it corrects: who may record
 * it may also take it back, and a lead may take back anything. A JSON object, from each kind that whoever
 * asks may not take back to the sentence that says so. */
const char *kinds_not_theirs(const struct request *request);

/* What an event of this kind cannot be without, in one sentence that names the member; NULL: it has it. */
const char *kinds_lacks(const struct request *request, const struct event_draft *draft);

/* Whether the message is one of those sentences. */
bool kinds_say(const struct request *request, const char *message);

#endif
