#include "endpoints/unknown_devices.h"

#include <string.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/page.h"
#include "endpoints/service.h"
#include "endpoints/words.h"
#include "ledger/recorder.h"
#include "render/when.h"
#include "shared/uuid.h"
#include "web/reply.h"

#define UNKNOWN_MOST "50"

static void add_one(const struct request *request, const struct rows *rows, size_t i, struct view *item)
{
    const char *scanned = rows_text(rows, i, "scanned"), *id = rows_text(rows, i, "device_id");
    const char *code = words_code(request, scanned);
    char       *event_id = arena_take(request->arena, UUID_SIZE);

    uuid_make(event_id);
    view_text(item, "scanned", *code ? code : scanned);
    view_text(item, "count", rows_text(rows, i, "records"));
    view_text(item, "when",
              when_moment(request->arena, request->language, rows_integer(rows, i, "recorded_at")));
    view_text(item, "by", rows_text(rows, i, "actor"));
    view_text(item, "href", arena_format(request->arena, "/bench?device=%s", id));
    if (rows_flag(rows, i, "is_label"))
        view_text(item, "put_href", arena_format(request->arena, "/bench?label=%s", scanned));
    view_text(item, "event_id", event_id);
    view_text(item, "device_id", id);
    view_text(item, "latest", rows_text(rows, i, "latest"));
}

bool unknown_devices_add(struct session *session, const struct request *request, struct view *view,
                         struct error *error)
{
    const struct rows *rows = QUERY(session, request->arena, SQL_UNKNOWN_DEVICES, error, UNKNOWN_MOST);

    for (size_t i = 0; rows && i < rows_count(rows); i++)
        add_one(request, rows, i, view_append(view, "unknown"));
    view_flag(view, "has_unknown", rows && rows_count(rows) > 0);
    return rows != NULL;
}

/* The list may have been opened before somebody took it in: its first scan is part of its history then. */
static bool is_unknown(struct service *service, const struct request *request, const char *device_id,
                       struct error *error)
{
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *facts =
        session ? QUERY(session, request->arena, SQL_DEVICE_FACTS, error, device_id) : NULL;

    if (facts && rows_count(facts) > 0 && rows_flag(facts, 0, "identified"))
        return error_set(error, ERROR_CONFLICT, "This device is known by now: nothing was changed");
    return facts != NULL;
}

/* A lead's word that there is no device behind what was scanned: a correction of the latest scan. What is
 * scanned again is listed again. */
bool exceptions_nothing(struct service *service, const struct request *request, struct reply *reply,
                        struct error *error)
{
    struct event_outcome outcome;
    struct event_draft   draft = {.actor_id = request->principal.actor_id,
                                  .kind = "corrected",
                                  .undo_once = true,
                                  .detail = "{\"correction\":\"did_not_occur\",\"nothing\":\"yes\"}"};

    if (!request_only(request, "event_id device_id corrects", error) ||
        !request_uuid(request, "event_id", "Key", true, &draft.event_id, error) ||
        !request_uuid(request, "device_id", "Device", true, &draft.device_id, error) ||
        !request_uuid(request, "corrects", "Correction", true, &draft.corrects, error) ||
        !is_unknown(service, request, draft.device_id, error) ||
        !recorder_record(service->recorder, request->arena, &draft, 1, &outcome, error))
        return false;
    if (outcome.kind == OUTCOME_REFUSED)
        return error_set(error, ERROR_CONFLICT, "%s", words_message(request, outcome.message));
    reply_redirect(reply, "/exceptions");
    return true;
}
