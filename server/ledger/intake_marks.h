/* intake_marks.h: the marks (submission.h) on the events that the SQL function take_in() composes itself. */
#ifndef LEDGER_INTAKE_MARKS_H
#define LEDGER_INTAKE_MARKS_H

#include <stdint.h>

#include "ledger/event_draft.h"
#include "render/json.h"

/* Adds the member "events": event_id, said and mac (and beside, but for its own) for each event that the
 * intake may record. `received` holds what the sender said: event_id, actor_id, taker_id, place_id,
 * happened_at, offset_minutes, notes. `label`: code of the label that it may link, "" for none. */
void intake_marks_add(struct json *json, const struct event_draft *received, const char *label,
                      const uint8_t key[SECRET_KEY_SIZE]);

#endif
