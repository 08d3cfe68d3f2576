#include <string.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/page.h"
#include "endpoints/words.h"
#include "store/secret.h"
#include "web/rate_limit.h"
#include "web/reply.h"

#define SETUP_SYMBOLS    26u
#define TRIES_PER_MINUTE 10u

static bool show(const struct service *service, const struct request *request, struct reply *reply,
                 const char *problem, struct error *error)
{
    struct view *view = page_view(service, request, "");

    view_text(view, "title", page_text(request, "Make the first administrator"));
    view_text(view, "secret", request_field(request, "secret"));
    view_text(view, "login", request_field(request, "login"));
    view_text(view, "name", request_field(request, "name"));
    view_text(view, "error", problem);
    return page_show(service, request, reply, "setup", view, error);
}

/* The secret stays in memory; what counts is whether somebody has become one since, here or elsewhere. */
static bool is_wanted(struct service *service, const struct request *request, struct error *error)
{
    const struct rows *rows = NULL;

    if (service->setup_secret[0]) {
        SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

        rows = session ? query_run(session, request->arena, SQL_ADMIN_EXISTS, NULL, 0, error) : NULL;
        if (!rows)
            return false;
    }
    return (rows && rows_integer(rows, 0, "admins") == 0) ||
           error_set(error, ERROR_NOT_FOUND, "There is an administrator already");
}

bool setup_form(struct service *service, const struct request *request, struct reply *reply,
                struct error *error)
{
    return is_wanted(service, request, error) && request_only(request, "", error) &&
           show(service, request, reply, NULL, error);
}

static bool make(struct service *service, const struct request *request, struct error *error)
{
    const char *secret = secret_normalise(request->arena, request_field(request, "secret"), SETUP_SYMBOLS);
    const char *login, *name, *hash, *password = request_field(request, "password");

    if (!rate_limit_take(service->misses, "setup", TRIES_PER_MINUTE, error))
        return false;
    if (!secret || !secret_equal(secret, service->setup_secret))
        return error_field(error, "secret", "This is not the secret that stands on the console");
    if (!request_line(request, "name", "Your name", 1, 120, &name, error) ||
        !request_line(request, "login", "Sign-in name", 1, 64, &login, error) ||
        !secret_password_allowed(password, login, error) ||
        !secret_password_hash(request->arena, password, &hash, error))
        return false;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    return session && WRITE(session, request->arena, SQL_SET_UP, error, login, name, hash);
}

bool setup_make(struct service *service, const struct request *request, struct reply *reply,
                struct error *error)
{
    struct error problem = {0};

    if (!is_wanted(service, request, error) || !request_only(request, "secret login name password", error))
        return false;
    if (make(service, request, &problem)) {
        reply_redirect(reply, "/sign-in"); /* the database refuses a second first administrator */
        return true;
    }
    if (problem.kind != ERROR_INVALID && problem.kind != ERROR_CONFLICT) {
        *error = problem;
        return false;
    }
    reply->status = 400;
    return show(service, request, reply, words_message(request, problem.message), error);
}
