#include "commands/label_event.h"

#include <string.h>

#include "db/query.h"
#include "ledger/event_draft.h"
#include "shared/uuid.h"

bool label_event_record(struct database *database, const char *kind, const struct label *label,
                        const char *device_id, const char *reason, struct error *error)
{
    const struct rows *actor =
        query_run(database->session, database->arena, SQL_ACTOR_SYSTEM, NULL, 0, error);
    CLEANUP(buffer_free) struct buffer batch = {.limit = 16384};
    char                               event_id[UUID_SIZE];
    const struct rows                 *rows;

    if (!actor)
        return false;
    uuid_make(event_id);
    event_draft_compose(
        &batch,
        &(struct event_draft){.event_id = event_id,
                              .actor_id = rows_text(actor, 0, "id"),
                              .kind = kind,
                              .device_id = device_id,
                              .private_note = reason,
                              .detail = arena_format(database->arena, "{\"label\": \"%s\"}", label->code)},
        1, database->secret);
    rows = WRITE(database->session, database->arena, SQL_RECORD_EVENTS, error, batch.text);
    return rows && (strcmp(rows_text(rows, 0, "outcome"), "recorded") == 0 ||
                    error_set(error, ERROR_CONFLICT, "%s", rows_text(rows, 0, "message")));
}
