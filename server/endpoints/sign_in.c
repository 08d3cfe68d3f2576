#include <string.h>

#include "db/query.h"
#include "endpoints/door.h"
#include "endpoints/endpoints.h"
#include "endpoints/page.h"
#include "store/secret.h"
#include "web/reply.h"

#define SESSION_SYMBOLS 52u /* 260 random bits */
#define WRONG           "This name and password do not belong together"

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
                       const char *login, const char *problem, struct error *error)
{
    struct view *view = page_view(service, request, "");

    reply->status = 401;
    view_text(view, "title", page_text(request, "Sign in"));
    view_text(view, "login", login);
    view_text(view, "error", page_text(request, problem));
    return page_show(service, request, reply, "sign_in", view, error);
}

/* Seconds that this account or this address still has to wait; delays grow with failures, nobody is locked
 * out. */
static bool may_try(struct session *session, const struct request *request, const char *login,
                    struct error *error)
{
    const char *keys[] = {arena_format(request->arena, "account:%s", login),
                          arena_format(request->arena, "address:%s", request->address)};

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const struct rows *rows = QUERY(session, request->arena, SQL_SIGN_IN_DELAY, error, keys[i]);

        if (!rows)
            return false;
        if (rows_integer(rows, 0, "seconds") > 0) {
            error_set(error, ERROR_TOO_MANY, "Too many wrong tries. Try again in %lld seconds",
                      (long long)rows_integer(rows, 0, "seconds"));
            error->retry_after_s = (unsigned)rows_integer(rows, 0, "seconds");
            return false;
        }
    }
    return true;
}

static bool note_try(struct session *session, const struct request *request, const char *login, bool correct,
                     struct error *error)
{
    const char    *keys[] = {arena_format(request->arena, "account:%s", login),
                             arena_format(request->arena, "address:%s", request->address)};
    enum statement statement = correct ? SQL_SIGN_IN_SUCCEEDED : SQL_SIGN_IN_FAILED;

    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (!WRITE(session, request->arena, statement, error, keys[i]))
            return false;
    return true;
}

static bool open_session(struct service *service, struct session *session, const struct request *request,
                         struct reply *reply, const char *account_id, struct error *error)
{
    const char *secret = secret_new(request->arena, SESSION_SYMBOLS);
    const char *agent = request_header(request, "User-Agent");
    char        shortened[121] = "";

    for (size_t i = 0; agent && agent[i] && i + 1 < sizeof shortened; i++)
        shortened[i] = agent[i] >= ' ' && agent[i] < 0x7F ? agent[i] : '?';
    if (!WRITE(session, request->arena, SQL_SESSION_OPEN, error, door_session_hash(service, request, secret),
               account_id, shortened))
        return false;
    door_set_cookie(service, request, reply, secret);
    return true;
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
                    const char **account_id, const char **hash, struct error *error)
{
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session || !may_try(session, request, login, error))
        return false;
    const struct rows *rows = QUERY(session, request->arena, SQL_SIGN_IN_LOOKUP, error, login);

    if (!rows)
        return false;
    if (rows_count(rows) > 0 && !rows_flag(rows, 0, "disabled")) {
        *account_id = rows_text(rows, 0, "account_id");
        *hash = rows_text(rows, 0, "password_hash");
    }
    return true;
}

bool sign_in(struct service *service, const struct request *request, struct reply *reply, struct error *error)
{
    const char *login, *account_id = NULL, *hash = NULL;
    bool        correct;

    if (!request_only(request, "login password", error) ||
        !request_line(request, "login", "Sign-in name", 1, 64, &login, error))
        return false;
    login = lower(request, login);
    if (!look_up(service, request, login, &account_id, &hash, error) ||
        !secret_password_check(hash, request_field(request, "password"), &correct, error))
        return false;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session || !note_try(session, request, login, correct, error))
        return false;
    if (!correct)
        return form_again(service, request, reply, login, WRONG, error);
    if (!open_session(service, session, request, reply, account_id, error))
        return false;
    reply_redirect(reply, "/");
    return true;
}

bool sign_out(struct service *service, const struct request *request, struct reply *reply,
              struct error *error)
{
    const char *secret = request_cookie(request, door_cookie_name(service));

    if (!request_only(request, "", error))
        return false;
    SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

    if (!session || !WRITE(session, request->arena, SQL_SESSION_CLOSE, error,
                           door_session_hash(service, request, secret)))
        return false;
    door_set_cookie(service, request, reply, NULL);
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
