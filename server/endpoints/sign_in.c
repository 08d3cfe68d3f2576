#include <string.h>

#include "db/query.h"
#include "endpoints/door.h"
#include "endpoints/endpoints.h"
#include "endpoints/page.h"
#include "endpoints/session_cookie.h"
#include "endpoints/sign_in_tries.h"
#include "web/reply.h"

#define WRONG "This name and password do not belong together"

static const char *home_of(unsigned roles)
{
    if (roles & (MAY_TECHNICIAN | MAY_LEAD))
        return "/bench";
    return roles & MAY_ADMIN ? "/accounts" : "/audit";
}

bool sign_in_form(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    struct view *view;

    if (!request_only(request, "", error))
        return false;
    if (request->principal.roles) {
        reply_redirect(reply, home_of(request->principal.roles));
        return true;
    }
    view = page_view(service, request, "");
    view_text(view, "title", page_text(request, "Sign in"));
    view_text(view, "login", "");
    return page_show(service, request, reply, "sign_in", view, error);
}

/* The form again with what was wrong; what was typed stays, but for the password. */
static bool form_again(const struct service *service, const struct request *request, struct reply *reply,
                       const char *login, const char *device, const char *problem, struct error *error)
{
    struct view *view = page_view(service, request, "");

    reply->status = 401;
    view_text(view, "title", page_text(request, "Sign in"));
    view_text(view, "login", login);
    view_text(view, "device", device);
    view_text(view, "error", page_text(request, problem));
    return page_show(service, request, reply, "sign_in", view, error);
}

bool sign_in_again(struct service *service, const struct request *request, struct reply *reply,
                   struct error *error)
{
    const char  *device;
    struct error none = {0};

    if (!request_uuid(request, "device_id", "Device", false, &device, &none))
        device = "";
    reply->type = "text/html; charset=utf-8"; /* an error's reply begins as plain text */
    return form_again(service, request, reply, "", device,
                      "You are no longer signed in: nothing was recorded. Sign in, and record it again.",
                      error);
}

static const char *lower(const struct request *request, const char *text)
{
    char *copy = arena_copy(request->arena, text);

    for (char *c = copy; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 'a' - 'A');
    return copy;
}

/* The database session is given back while the password is hashed: that takes long and needs none. */
static bool look_up(struct service *service, const struct request *request, const char *login,
                    struct sign_in_tries *tries, const char **hash, struct error *error)
{
    SESSION           *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const struct rows *rows =
        session ? QUERY(session, request->arena, SQL_SIGN_IN_LOOKUP, error, login) : NULL;

    if (!rows)
        return false;
    sign_in_tries_of(tries, request, login,
                     session_cookie_is_known(service, request, rows) ? rows_text(rows, 0, "account_id")
                                                                     : NULL);
    if (rows_count(rows) > 0 && !rows_flag(rows, 0, "disabled"))
        *hash = rows_text(rows, 0, "password_hash");
    return sign_in_tries_begin(tries, session, request, error);
}

bool sign_in(struct service *service, const struct request *request, struct reply *reply, struct error *error)
{
    struct sign_in_tries tries;
    const char          *login, *device, *hash = NULL;
    bool                 correct;

    if (!request_only(request, "login password device", error) ||
        !request_uuid(request, "device", "Device", false, &device, error) ||
        !request_line(request, "login", "Sign-in name", 1, 64, &login, error))
        return false;
    login = lower(request, login);
    if (!look_up(service, request, login, &tries, &hash, error) ||
        !sign_in_tries_check(&tries, service, request, hash, request_field(request, "password"), &correct,
                             error))
        return false;
    if (!correct)
        return form_again(service, request, reply, login, device, WRONG, error);
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session)
        return false;
    if (!session_cookie_open(service, session, request, reply, login, hash, error))
        return false;
    reply_redirect(reply, *device ? arena_format(request->arena, "/bench?device=%s", device) : "/");
    return true;
}

bool sign_out(struct service *service, const struct request *request, struct reply *reply,
              struct error *error)
{
    const char *secret = session_cookie_secret(service, request);

    if (!request_only(request, "", error))
        return false;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session || !WRITE(session, request->arena, SQL_SESSION_CLOSE, error,
                           session_cookie_hash(service, request, secret)))
        return false;
    session_cookie_end(service, request, reply);
    reply_redirect(reply, "/sign-in");
    return true;
}

bool home_show(struct service *service, const struct request *request, struct reply *reply,
               struct error *error)
{
    (void)service;
    if (!request_only(request, "", error))
        return false;
    reply_redirect(reply, request->principal.roles ? home_of(request->principal.roles) : "/sign-in");
    return true;
}
