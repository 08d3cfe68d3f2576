#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/service.h"
#include "render/json.h"
#include "render/json_read.h"
#include "store/secret.h"
#include "web/rate_limit.h"
#include "web/reply.h"
#include "web/request.h"

#define CODE_SYMBOLS     12u
#define KEY_SYMBOLS      52u
#define TRIES_PER_MINUTE 10u

/* Exchanges the one-time code for a key. The key is in this answer only; its hash is kept. */
bool api_scanner_enroll(struct service *service, const struct request *request, struct reply *reply,
                        struct error *error)
{
    const struct json_value *body = json_read(request->arena, request->body, request->body_length, error);
    const char              *text, *code, *key = secret_new(request->arena, KEY_SYMBOLS);
    struct json              json;

    if (!body || !json_read_only(body, "code", "", error) ||
        !json_read_text(body, "code", "", true, 40, false, &text, error) ||
        !rate_limit_take(service->misses, arena_format(request->arena, "enroll %s", request->address),
                         TRIES_PER_MINUTE, error))
        return false;
    code = secret_normalise(request->arena, text, CODE_SYMBOLS);
    if (!code)
        return error_field(error, "code", "This is not an enrolment code; one has %u letters and digits",
                           CODE_SYMBOLS);
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *rows =
        session ? WRITE(session, request->arena, SQL_SCANNER_ENROLL, error,
                        secret_hash(request->arena, service->secret, SECRET_ENROLMENT, code),
                        secret_hash(request->arena, service->secret, SECRET_TOKEN, key))
                : NULL;

    if (!rows)
        return false;
    reply->type = "application/json";
    json_begin(&json, &reply->body);
    json_object_begin(&json);
    json_member(&json, "scanner_id", rows_text(rows, 0, "scanner_id"));
    json_member(&json, "name", rows_text(rows, 0, "name"));
    json_member(&json, "key", key);
    json_object_end(&json);
    buffer_text(&reply->body, "\n");
    return true;
}
