/* label_event.h: a label goes on a device, or out of use: an event in the device's history. */
#ifndef COMMANDS_LABEL_EVENT_H
#define COMMANDS_LABEL_EVENT_H

#include <stdbool.h>

#include "commands/database.h"
#include "shared/label.h"

/* `kind`: label_linked or label_revoked; `reason`: for the desk and for auditors, or NULL. What the ledger
 * refuses is ERROR_CONFLICT, with its sentence. */
bool label_event_record(struct database *database, const char *kind, const struct label *label,
                        const char *device_id, const char *reason, struct error *error) MUST_USE;

#endif
