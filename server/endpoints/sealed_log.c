/* The sealed log as others read it: the signed head, tiles, and the receipt of an event. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "endpoints/endpoints.h"
#include "endpoints/log_keys.h"
#include "endpoints/service.h"
#include "ledger/log_store.h"
#include "render/json.h"
#include "shared/uuid.h"
#include "web/reply.h"
#include "web/request.h"

#define WAIT_MS  2000u
#define ALL_TAGS UINT64_MAX

bool log_checkpoint(struct service *service, const struct request *request, struct reply *reply,
                    struct error *error)
{
    SESSION        *session = pool_borrow(service->public_pool, service->config->session_wait_ms, error);
    struct log_head head;

    if (!session || !request_only(request, "", error) ||
        !log_store_head(session, request->arena, &head, error))
        return false;
    if (head.size == 0)
        return error_set(error, ERROR_NOT_FOUND, "Nothing is sealed yet");
    reply->type = "text/plain; charset=utf-8";
    reply->revalidate = true;
    buffer_text(&reply->body, head.note);
    return true;
}

bool log_key(struct service *service, const struct request *request, struct reply *reply, struct error *error)
{
    const char *key;

    if (!request_only(request, "", error))
        return false;
    SESSION *session = pool_borrow(service->public_pool, service->config->session_wait_ms, error);

    if (!session)
        return false;
    key = log_keys_current(service, session, request->arena);
    if (!*key)
        return error_set(error, ERROR_NOT_FOUND, "This service does not seal; ask whoever does for the key");
    reply->type = "text/plain; charset=utf-8";
    buffer_format(&reply->body, "%s\n", key);
    return true;
}

/* A complete tile never changes. */
bool log_tile(struct service *service, const struct request *request, struct reply *reply,
              struct error *error)
{
    struct log_head head;
    struct tile     tile;

    if (!request_only(request, "", error))
        return false;
    if (!tile_parse(request_part(request, 0), &tile))
        return error_set(error, ERROR_NOT_FOUND, "There is no tile of this name");
    SESSION *session = pool_borrow(service->public_pool, service->config->session_wait_ms, error);

    if (!session || !log_store_head(session, request->arena, &head, error) ||
        !log_store_tile(session, request->arena, &tile, head.size, &reply->body, error))
        return false;
    reply->type = "application/octet-stream";
    reply->cacheable = tile.width == TILE_WIDTH;
    return true;
}

static bool find_event(struct session *session, const struct request *request, uint64_t *seq,
                       struct error *error)
{
    char               id[UUID_SIZE];
    const struct rows *rows;

    if (!uuid_parse_any(request_part(request, 0), id))
        return error_set(error, ERROR_NOT_FOUND, "There is no such event");
    rows = QUERY(session, request->arena, SQL_EVENT_FIND, error, id);
    if (!rows)
        return false;
    if (rows_count(rows) == 0)
        return error_set(error, ERROR_NOT_FOUND, "There is no such event");
    *seq = (uint64_t)rows_integer(rows, 0, "seq");
    return true;
}

/* Recorded, but not sealed yet: nothing is wrong, ask again. */
static void answer_later(struct reply *reply, uint64_t seq)
{
    struct json json;

    reply->status = 202;
    reply->type = "application/json";
    reply_header(reply, "Retry-After", "1");
    json_begin(&json, &reply->body);
    json_object_begin(&json);
    json_member(&json, "state", "recorded");
    json_key(&json, "seq");
    json_number(&json, (long long)seq);
    json_object_end(&json);
}

static bool give_receipt(struct pool *pool, unsigned pool_wait_ms, const struct request *request,
                         struct reply *reply, unsigned wait_ms, struct error *error)
{
    SESSION *session = pool_borrow(pool, pool_wait_ms, error);
    uint64_t seq = 0;
    bool     sealed;

    if (!session || !find_event(session, request, &seq, error) ||
        !log_store_wait(session, request->arena, seq, wait_ms, &sealed, error))
        return false;
    if (!sealed) {
        answer_later(reply, seq);
        return true;
    }
    if (!log_store_receipt(session, request->arena, seq, ALL_TAGS, &reply->body, &sealed, error))
        return false;
    reply->type = "text/plain; charset=utf-8";
    reply_download(request, reply, arena_format(request->arena, "spoor-%" PRIu64 ".tlog-proof", seq));
    return true;
}

bool api_receipt(struct service *service, const struct request *request, struct reply *reply,
                 struct error *error)
{
    const char *wait = request_query(request, "wait");

    if (!request_only(request, "wait", error))
        return false;
    if (*wait && strcmp(wait, "sealed") != 0)
        return error_field(error, "wait", "'wait' can only be 'sealed'");
    return give_receipt(service->pool, service->config->session_wait_ms, request, reply, *wait ? WAIT_MS : 0,
                        error);
}

bool event_receipt(struct service *service, const struct request *request, struct reply *reply,
                   struct error *error)
{
    return request_only(request, "", error) &&
           give_receipt(service->pool, service->config->session_wait_ms, request, reply, WAIT_MS, error);
}

bool audit_receipt(struct service *service, const struct request *request, struct reply *reply,
                   struct error *error)
{
    return request_only(request, "", error) &&
           give_receipt(service->audit_pool, service->config->session_wait_ms, request, reply, WAIT_MS,
                        error);
}
