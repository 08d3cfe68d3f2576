/* "Your account": where it is signed in, its password, its language. */
#include <string.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/page.h"
#include "endpoints/session_cookie.h"
#include "endpoints/sign_in_tries.h"
#include "endpoints/words.h"
#include "render/when.h"
#include "store/secret.h"
#include "web/reply.h"

/* What a browser calls itself is long; what people know it by stands somewhere in it. */
static const char *browser_of(const struct request *request, const char *agent)
{
    static const char *const known[][2] = {{"Edg/", "Edge"},       {"Firefox/", "Firefox"},
                                           {"Chrome/", "Chrome"},  {"Safari/", "Safari"},
                                           {"Android", "Android"}, {"curl", "curl"}};
    static const char *const systems[][2] = {{"Android", "Android"}, {"iPhone", "iPhone"},
                                             {"iPad", "iPad"},       {"Windows", "Windows"},
                                             {"Mac OS", "macOS"},    {"Linux", "Linux"}};
    const char              *name = page_text(request, "Unknown browser"), *system = "";

    for (size_t i = COUNT_OF(known); i-- > 0;)
        if (strstr(agent, known[i][0]))
            name = known[i][1];
    for (size_t i = COUNT_OF(systems); i-- > 0;)
        if (strstr(agent, systems[i][0]))
            system = systems[i][1];
    return *system ? arena_format(request->arena, "%s · %s", name, system) : name;
}

static bool add_sessions(struct session *session, const struct service *service,
                         const struct request *request, struct view *view, struct error *error)
{
    const char        *secret = session_cookie_secret(service, request);
    const struct rows *rows = QUERY(session, request->arena, SQL_SESSIONS_OWN, error,
                                    session_cookie_hash(service, request, secret));

    for (size_t i = 0; rows && i < rows_count(rows); i++) {
        struct view *item = view_append(view, "sessions");

        view_text(item, "id", rows_text(rows, i, "id"));
        view_text(item, "browser", browser_of(request, rows_text(rows, i, "agent")));
        view_text(item, "since",
                  when_moment_inside(request->arena, request->language, rows_integer(rows, i, "created_at")));
        view_text(item, "seen",
                  when_moment_inside(request->arena, request->language, rows_integer(rows, i, "seen_at")));
        view_flag(item, "here", rows_flag(rows, i, "here"));
    }
    if (rows)
        view_flag(view, "has_others", rows_count(rows) > 1);
    return rows != NULL;
}

static bool show(struct service *service, const struct request *request, struct reply *reply,
                 const char *problem, struct error *error)
{
    struct view *view = page_view(service, request, "nav_account");
    SESSION     *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session || !add_sessions(session, service, request, view, error))
        return false;
    view_text(view, "title", page_text(request, "Your account"));
    view_text(view, "name", request->principal.name);
    view_text(view, "login", request->principal.login);
    view_text(view, "error", problem);
    view_flag(view, "is_dutch", strcmp(request->language, "nl") == 0);
    return page_show(service, request, reply, "account", view, error);
}

bool account_show(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    return request_only(request, "", error) && show(service, request, reply, NULL, error);
}

bool account_sessions_end(struct service *service, const struct request *request, struct reply *reply,
                          struct error *error)
{
    const char *id;

    if (!request_only(request, "id", error) || !request_uuid(request, "id", "Session", false, &id, error))
        return false;
    SESSION    *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const char *secret = session_cookie_secret(service, request);

    if (!session || !WRITE(session, request->arena, SQL_SESSIONS_END, error,
                           session_cookie_hash(service, request, secret), *id ? id : NULL))
        return false;
    reply_redirect(reply, "/account");
    return true;
}

bool account_language(struct service *service, const struct request *request, struct reply *reply,
                      struct error *error)
{
    const char *language = request_field(request, "language");

    if (!request_only(request, "language", error))
        return false;
    if (strcmp(language, "en") != 0 && strcmp(language, "nl") != 0)
        return error_field(error, "language", "The pages are there in English and in Dutch");
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session ||
        !WRITE(session, request->arena, SQL_ACCOUNT_LANGUAGE, error, request->principal.actor_id, language))
        return false;
    reply_redirect(reply, "/account");
    return true;
}

/* Guessing goes no faster here than at the door. */
static bool check_present(struct service *service, const struct request *request, struct error *error)
{
    struct sign_in_tries tries;
    const char          *hash = NULL;
    bool                 correct;

    sign_in_tries_of(&tries, request, request->principal.login, request->principal.actor_id);
    {
        SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
        const struct rows *rows =
            session ? QUERY(session, request->arena, SQL_SIGN_IN_LOOKUP, error, request->principal.login)
                    : NULL;

        if (!rows || !sign_in_tries_begin(&tries, session, request, error))
            return false;
        if (rows_count(rows) > 0)
            hash = rows_text(rows, 0, "password_hash");
    }
    if (!sign_in_tries_check(&tries, service, request, hash, request_field(request, "present"), &correct,
                             error))
        return false;
    return correct || error_field(error, "present", "This is not your present password");
}

/* All sessions end, this one begins anew. */
static bool change(struct service *service, const struct request *request, struct reply *reply,
                   struct error *error)
{
    const char *password = request_field(request, "password"), *hash;

    if (!check_present(service, request, error) ||
        !secret_password_allowed(password, request->principal.login, error))
        return false;
    if (strcmp(password, request_field(request, "again")) != 0)
        return error_field(error, "again", "The new password was typed in two ways; please type it again");
    if (!secret_password_hash(request->arena, password, &hash, error))
        return false;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    return session &&
           WRITE(session, request->arena, SQL_ACCOUNT_PASSWORD, error, request->principal.login, hash,
                 request->principal.actor_id) &&
           session_cookie_open(service, session, request, reply, request->principal.login, hash, error);
}

bool account_password(struct service *service, const struct request *request, struct reply *reply,
                      struct error *error)
{
    struct error problem = {0};

    if (!request_only(request, "present password again", error))
        return false;
    if (change(service, request, reply, &problem)) {
        reply_redirect(reply, "/account");
        return true;
    }
    if (problem.kind != ERROR_INVALID) {
        *error = problem;
        return false;
    }
    reply->status = 400;
    return show(service, request, reply, words_message(request, problem.message), error);
}
