#include <inttypes.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/service.h"
#include "render/json.h"
#include "render/json_read.h"
#include "shared/scan_signature.h"
#include "store/secret.h"
#include "web/rate_limit.h"
#include "web/reply.h"
#include "web/request.h"

#define CODE_SYMBOLS     12u
#define KEY_SYMBOLS      52u
#define TRIES_PER_MINUTE 10u

struct enrolment {
    const char *code, *public_key;
    int64_t     first; /* the number that the scanner sends first */
};

static bool read_enrolment(const struct request *request, struct enrolment *enrolment, struct error *error)
{
    const struct json_value *body = json_read(request->arena, request->body, request->body_length, error);
    struct buffer            statement = {.limit = SCAN_STATEMENT_MOST};
    const char              *proof;
    bool                     fits;

    if (!body || !json_read_only(body, "code public_key proof first_scanner_seq", "", error) ||
        !json_read_text(body, "code", "", true, 40, false, &enrolment->code, error) ||
        !json_read_text(body, "public_key", "", false, 64, false, &enrolment->public_key, error) ||
        !json_read_text(body, "proof", "", false, 128, false, &proof, error) ||
        !json_read_count(body, "first_scanner_seq", "", &enrolment->first, error))
        return false;
    if (!enrolment->public_key || !proof)
        return error_field(
            error, "public_key",
            "this scanner makes no signing key: it is older than this Spoor; renew spoor-scan");
    scan_enrolment_statement(enrolment->code, enrolment->public_key, &statement);
    fits = scan_key_is_sound(enrolment->public_key) &&
           scan_signature_fits(enrolment->public_key, &statement, proof);
    buffer_free(&statement);
    return fits || error_field(error, "proof", "the proof does not fit the key and the code");
}

/* Exchanges the one-time code for a token, and keeps the key with which the scanner signs. The token is in
 * this answer only; its hash is kept. */
bool api_scanner_enroll(struct service *service, const struct request *request, struct reply *reply,
                        struct error *error)
{
    struct enrolment enrolment;
    const char      *code, *key = secret_new(request->arena, KEY_SYMBOLS);
    struct json      json;

    if (!read_enrolment(request, &enrolment, error) ||
        !rate_limit_take(service->misses, arena_format(request->arena, "enroll %s", request->address),
                         TRIES_PER_MINUTE, error))
        return false;
    code = secret_normalise(request->arena, enrolment.code, CODE_SYMBOLS);
    if (!code)
        return error_field(error, "code", "This is not an enrolment code; one has %u letters and digits",
                           CODE_SYMBOLS);
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *rows =
        session
            ? WRITE(session, request->arena, SQL_SCANNER_ENROLL, error,
                    secret_hash(request->arena, service->secret, SECRET_ENROLMENT, code),
                    secret_hash(request->arena, service->secret, SECRET_TOKEN, key),
                    arena_format(request->arena, "\\x%s", enrolment.public_key), service->config->base_url,
                    arena_format(request->arena, "%" PRId64, enrolment.first ? enrolment.first : 1))
            : NULL;

    if (!rows)
        return false;
    reply->type = "application/json";
    json_begin(&json, &reply->body);
    json_object_begin(&json);
    json_member(&json, "scanner_id", rows_text(rows, 0, "scanner_id"));
    json_member(&json, "name", rows_text(rows, 0, "name"));
    json_member(&json, "key", key);
    json_member(&json, "server", service->config->base_url);
    json_object_end(&json);
    buffer_text(&reply->body, "\n");
    return true;
}
