#include "endpoints/door.h"

#include <string.h>

#include "db/query.h"
#include "db/room.h"
#include "endpoints/page.h"
#include "endpoints/session_cookie.h"
#include "render/json.h"
#include "store/cache.h"
#include "store/secret.h"
#include "web/reply.h"

static const struct {
    const char *name;
    unsigned    may;
} role_bits[] = {
    {"technician", MAY_TECHNICIAN},   {"lead", MAY_LEAD},   {"auditor", MAY_AUDITOR},
    {"editor", MAY_EDITOR},           {"admin", MAY_ADMIN}, {"scanner", MAY_SCANNER},
    {"revoked_scanner", MAY_REVOKED},
};

/* "lead,technician" */
static unsigned roles_parse(const char *list)
{
    unsigned roles = 0;

    while (*list) {
        size_t length = strcspn(list, ",");

        for (size_t i = 0; i < COUNT_OF(role_bits); i++)
            if (strlen(role_bits[i].name) == length && memcmp(role_bits[i].name, list, length) == 0)
                roles |= role_bits[i].may;
        list += length + (list[length] == ',');
    }
    return roles;
}

static void principal_fill(struct principal *principal, const struct rows *rows)
{
    principal->roles = roles_parse(rows_text(rows, 0, "roles"));
    principal->actor_id = rows_text(rows, 0, "actor_id");
    principal->party_id = rows_text(rows, 0, "party_id");
    principal->name = rows_text(rows, 0, "name");
    principal->login = rows_text(rows, 0, "login");
    principal->place_id = rows_text(rows, 0, "place_id");
    principal->is_scanner = (principal->roles & (MAY_SCANNER | MAY_REVOKED)) != 0;
}

static bool enter_page(struct service *service, struct request *request, struct error *error)
{
    const char *secret = session_cookie_secret(service, request);

    if (!secret)
        return true; /* nobody; the route decides whether that is enough */
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *rows = session ? WRITE(session, request->arena, SQL_SESSION_TOUCH, error,
                                              session_cookie_hash(service, request, secret))
                                      : NULL;

    if (!rows)
        return false;
    if (rows_count(rows) == 0)
        return true;
    principal_fill(&request->principal, rows);
    request->principal.form_token = secret_hash(request->arena, service->secret, SECRET_FORM, secret) + 2;
    if (*request_query(request, "lang") == '\0' && *rows_text(rows, 0, "language"))
        request->language = rows_text(rows, 0, "language");
    return true;
}

/* Who a token belongs to, as one piece of memory: the roles, then the texts. */
static void keep_principal(struct service *service, struct request *request, const char *token, uint64_t mark)
{
    static const struct cache_terms anything = {.until = 0};
    const struct principal         *who = &request->principal;
    struct buffer                   kept = {.limit = CACHE_VALUE_MOST};
    const char *const               texts[] = {who->actor_id, who->party_id, who->name,
                                               who->place_id, who->sign_key, who->server_name};

    buffer_add(&kept, (const char *)&who->roles, sizeof who->roles);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        buffer_add(&kept, texts[i], strlen(texts[i]) + 1);
    cache_put(service->access, token, mark, &anything, kept.text, kept.length);
    buffer_free(&kept);
}

static bool recall_principal(struct service *service, struct request *request, const char *token)
{
    struct principal  *who = &request->principal;
    const char **const texts[] = {&who->actor_id, &who->party_id, &who->name,
                                  &who->place_id, &who->sign_key, &who->server_name};
    size_t             length;
    const char        *kept = cache_get(service->access, request->arena, token, &length);

    if (!kept)
        return false;
    memcpy(&who->roles, kept, sizeof who->roles);
    kept += sizeof who->roles;
    for (size_t i = 0; i < COUNT_OF(texts); kept += strlen(kept) + 1, i++)
        *texts[i] = kept;
    who->is_scanner = (who->roles & (MAY_SCANNER | MAY_REVOKED)) != 0;
    return true;
}

static bool enter_api(struct service *service, struct request *request, struct error *error)
{
    const char *header = request_header(request, "Authorization");
    const char *token;
    uint64_t    mark;

    if (!header)
        return true;
    if (strncasecmp(header, "Bearer ", 7) != 0 || header[7] == '\0' || strlen(header) > 200)
        return error_set(error, ERROR_UNAUTHENTICATED, "Authorization must be 'Bearer' and a token");
    token = secret_hash(request->arena, service->secret, SECRET_TOKEN, header + 7);
    if (recall_principal(service, request, token))
        return true;
    mark = cache_mark(service->access);
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *rows =
        session ? WRITE(session, request->arena, SQL_BEARER_LOOKUP, error, token) : NULL;

    if (!rows)
        return false;
    if (rows_count(rows) == 0)
        return error_set(error, ERROR_UNAUTHENTICATED, "this token is not known here");
    principal_fill(&request->principal, rows);
    request->principal.sign_key = rows_text(rows, 0, "sign_key");
    request->principal.server_name = rows_text(rows, 0, "server");
    keep_principal(service, request, token, mark);
    return true;
}

/* Who is nobody may try: to sign in, above all. */
static bool has_room(const struct service *service, const struct request *request, struct error *error)
{
    return request->route->use != WRITES || request->principal.roles == 0 || !room_is_low(service->room) ||
           error_set(
               error, ERROR_NO_ROOM,
               "The disk of the service is almost full: nothing was recorded. It goes on by itself as soon "
               "as there is room");
}

bool door_authenticate(struct service *service, struct request *request, struct error *error)
{
    bool entered = request->route->door == DOOR_API ? enter_api(service, request, error)
                                                    : enter_page(service, request, error);

    /* Reading who somebody is leaves nothing half done: an unknown outcome there is only "not now". */
    if (!entered && error->kind == ERROR_UNKNOWN_OUTCOME)
        error->kind = ERROR_UNAVAILABLE;
    return entered && has_room(service, request, error);
}

/* RFC 9457 problem details. */
static void problem(const struct request *request, struct reply *reply, const struct error *error)
{
    bool        ours = error->kind == ERROR_INTERNAL;
    struct json json;

    reply->type = "application/problem+json";
    json_begin(&json, &reply->body);
    json_object_begin(&json);
    json_key(&json, "type");
    json_text(&json, arena_format(request->arena, "urn:spoor:problem:%s", error_word(error->kind)));
    json_key(&json, "title");
    json_text(&json, error_word(error->kind));
    json_key(&json, "status");
    json_number(&json, reply->status);
    json_key(&json, "detail");
    json_text(&json,
              ours ? "Something broke on our side. Nothing is known to be lost; try again." : error->message);
    if (error->field[0]) {
        json_key(&json, "field");
        json_text(&json, error->field);
    }
    json_key(&json, "request");
    json_text(&json, request->id);
    json_object_end(&json);
    buffer_text(&reply->body, "\n");
}

void door_error_page(struct service *service, const struct request *request, struct reply *reply,
                     const struct error *error)
{
    const char *path = request->path ? request->path : ""; /* none was read yet */
    bool        is_page = !request->route || request->route->door == DOOR_PAGE;

    if (strncmp(path, "/api/", 5) == 0)
        is_page = false;
    if (!is_page)
        problem(request, reply, error);
    else if (error->kind == ERROR_UNAUTHENTICATED && strcmp(request->method, "POST") != 0)
        reply_redirect(reply, "/sign-in");
    else if (error->kind != ERROR_UNAUTHENTICATED || strcmp(path, "/sign-in") == 0 ||
             !sign_in_again(service, request, reply, &(struct error){0}))
        page_error(service, request, reply, error);
}
