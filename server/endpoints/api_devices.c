#include <string.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/event_json.h"
#include "endpoints/find_device.h"
#include "endpoints/service.h"
#include "shared/label.h"
#include "web/assets.h"
#include "web/reply.h"
#include "web/request.h"

static bool find(struct session *session, const struct request *request, const struct rows **facts,
                 struct error *error)
{
    struct found_device found;

    if (!find_device(session, request, request_part(request, 0), &found, error))
        return false;
    if (found.matches)
        return error_set(error, ERROR_CONFLICT, "Several devices have this number; use the label's code");
    if (!*found.device_id)
        return error_set(error, ERROR_NOT_FOUND, "%s",
                         *found.problem ? found.problem : "This label belongs to no device yet");
    *facts = QUERY(session, request->arena, SQL_DEVICE_FACTS, error, found.device_id);
    return *facts != NULL;
}

/* What nearly every request asks for takes one statement: a label in force, with events. *rows stays NULL
 * where there is more to find out. */
static bool read_by_label(struct session *session, const struct request *request, const char *before,
                          const char *limit, const struct rows **rows, struct error *error)
{
    struct label       label;
    struct error       unreadable = {0};
    const struct rows *found;

    *rows = NULL;
    if (!label_parse(request_part(request, 0), &label, &unreadable))
        return true;
    found = QUERY(session, request->arena, SQL_DEVICE_READ, error, label.code, before, limit);
    if (found && rows_count(found) > 0)
        *rows = found;
    return found != NULL;
}

static bool show(struct service *service, const struct request *request, struct reply *reply,
                 const char *before, const char *limit, struct error *error)
{
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *facts = NULL, *events;

    if (!session || !read_by_label(session, request, before, limit, &events, error))
        return false;
    reply->type = "application/json";
    if (events) {
        event_json_read(request->arena, &reply->body, events);
        return true;
    }
    if (!find(session, request, &facts, error))
        return false;
    events = QUERY(session, request->arena, SQL_DEVICE_EVENTS, error, rows_text(facts, 0, "device_id"),
                   before, limit);
    if (!events)
        return false;
    event_json_device(request->arena, &reply->body, facts, events);
    return true;
}

bool api_device(struct service *service, const struct request *request, struct reply *reply,
                struct error *error)
{
    return request_only(request, "", error) && show(service, request, reply, "2147483647", "20", error);
}

/* Pages of 100, the latest first; ?before= is the device_seq of the last one that was seen. */
bool api_device_events(struct service *service, const struct request *request, struct reply *reply,
                       struct error *error)
{
    const char *before = request_query(request, "before");

    if (!request_only(request, "before", error))
        return false;
    if (strlen(before) > 9 || before[strspn(before, "0123456789")] != '\0')
        return error_field(error, "before", "'before' is a whole number");
    return show(service, request, reply, *before ? before : "2147483647", "100", error);
}

bool api_description(struct service *service, const struct request *request, struct reply *reply,
                     struct error *error)
{
    (void)service;
    if (!request_only(request, "", error))
        return false;
    for (size_t i = 0; i < asset_count; i++)
        if (strcmp(assets[i].name, "openapi.yaml") == 0) {
            reply->type = assets[i].type;
            reply->fixed = assets[i].bytes;
            reply->fixed_length = assets[i].length;
            return true;
        }
    return error_set(error, ERROR_NOT_FOUND, "There is no description");
}
