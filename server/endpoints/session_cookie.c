#include "endpoints/session_cookie.h"

#include <string.h>

#include "store/secret.h"

#define SESSION_SYMBOLS 52u      /* 260 random bits */
#define KNOWN_SECONDS   15552000 /* 180 days */

static bool is_secure(const struct service *service)
{
    return strncmp(service->config->base_url, "https:", 6) == 0;
}

/* The prefix makes browsers refuse a cookie that another host of the domain sets. */
static const char *name_of(const struct service *service, const struct request *request, const char *name)
{
    return is_secure(service) ? arena_format(request->arena, "__Host-%s", name) : name;
}

static void set(const struct service *service, const struct request *request, struct reply *reply,
                const char *name, const char *value, const char *more)
{
    reply_header(reply, "Set-Cookie",
                 arena_format(request->arena, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
                              name_of(service, request, name), value, is_secure(service) ? "; Secure" : "",
                              more));
}

const char *session_cookie_secret(const struct service *service, const struct request *request)
{
    const char *cookie = request_cookie(request, name_of(service, request, "sid"));
    const char *secret = cookie ? secret_normalise(request->arena, cookie, SESSION_SYMBOLS) : NULL;

    return secret && strcmp(secret, cookie) == 0 ? secret : NULL;
}

const char *session_cookie_hash(const struct service *service, const struct request *request,
                                const char *secret)
{
    return secret_hash(request->arena, service->secret, SECRET_SESSION, secret);
}

/* Only this service can make it; it dies with the password. */
static const char *known_value(const struct service *service, const struct request *request,
                               const struct rows *rows)
{
    const char *of = arena_format(request->arena, "%s %s", rows_text(rows, 0, "account_id"),
                                  rows_text(rows, 0, "changed"));

    return secret_hash(request->arena, service->secret, SECRET_KNOWN, of) + 2;
}

bool session_cookie_is_known(const struct service *service, const struct request *request,
                             const struct rows *rows)
{
    const char *cookie = request_cookie(request, name_of(service, request, "known"));

    return cookie && rows_count(rows) > 0 && secret_equal(cookie, known_value(service, request, rows));
}

static const char *agent_of(const struct request *request)
{
    const char *agent = request_header(request, "User-Agent");
    char       *copy = arena_format(request->arena, "%.120s", agent ? agent : "");

    for (char *c = copy; *c; c++)
        if (*c < ' ' || *c >= 0x7F)
            *c = '?';
    return copy;
}

bool session_cookie_open(const struct service *service, struct session *session,
                         const struct request *request, struct reply *reply, const char *login,
                         const char *checked, struct error *error)
{
    const char        *secret = secret_new(request->arena, SESSION_SYMBOLS);
    const struct rows *opened;
    const struct rows *rows = QUERY(session, request->arena, SQL_SIGN_IN_LOOKUP, error, login);

    if (!rows)
        return false;
    if (rows_count(rows) == 0)
        return error_set(error, ERROR_NOT_FOUND, "There is no such account");
    opened =
        WRITE(session, request->arena, SQL_SESSION_OPEN, error, session_cookie_hash(service, request, secret),
              rows_text(rows, 0, "account_id"), agent_of(request), checked);
    if (!opened)
        return false;
    if (!rows_flag(opened, 0, "opened"))
        return error_set(error, ERROR_UNAUTHENTICATED,
                         "The password was changed meanwhile; please sign in with the new one.");
    set(service, request, reply, "sid", secret, "");
    set(service, request, reply, "known", known_value(service, request, rows),
        arena_format(request->arena, "; Max-Age=%d", KNOWN_SECONDS));
    return true;
}

void session_cookie_end(const struct service *service, const struct request *request, struct reply *reply)
{
    set(service, request, reply, "sid", "", "; Max-Age=0");
}
