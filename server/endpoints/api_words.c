/* GET /api/v1/words: what an event may name, so that a scanner can tell a mistyped word before it scans. */
#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/service.h"
#include "render/json.h"
#include "web/reply.h"
#include "web/request.h"

static bool add_list(struct session *session, const struct request *request, struct json *json,
                     const char *list, enum statement statement, const char *name, struct error *error)
{
    const struct rows *rows = query_run(session, request->arena, statement, NULL, 0, error);

    json_key(json, list);
    json_array_begin(json);
    for (size_t i = 0; rows && i < rows_count(rows); i++) {
        json_object_begin(json);
        json_member(json, "name", rows_text(rows, i, name));
        json_member(json, "en", rows_text(rows, i, "label_en"));
        json_member(json, "nl", rows_text(rows, i, "label_nl"));
        json_object_end(json);
    }
    json_array_end(json);
    return rows != NULL;
}

bool api_words(struct service *service, const struct request *request, struct reply *reply,
               struct error *error)
{
    struct json json;

    if (!request_only(request, "", error))
        return false;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    reply->type = "application/json";
    json_begin(&json, &reply->body);
    json_object_begin(&json);
    if (!session || !add_list(session, request, &json, "steps", SQL_STEPS, "name", error) ||
        !add_list(session, request, &json, "reasons", SQL_REASONS, "code", error))
        return false;
    json_object_end(&json);
    buffer_text(&reply->body, "\n");
    return true;
}
