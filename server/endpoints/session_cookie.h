/* session_cookie.h: what a browser keeps of somebody who signed in: the session, and that it is known here.
 */
#ifndef ENDPOINTS_SESSION_COOKIE_H
#define ENDPOINTS_SESSION_COOKIE_H

#include <stdbool.h>

#include "db/query.h"
#include "endpoints/service.h"
#include "web/reply.h"
#include "web/request.h"

/* The session's secret, or NULL where no whole one was sent. */
const char *session_cookie_secret(const struct service *service, const struct request *request);

/* The keyed hash of that secret, for the database; a secret is needed. */
const char *session_cookie_hash(const struct service *service, const struct request *request,
                                const char *secret);

/* A new session for the account of that login, with its cookies. `checked` is the password's hash that was
 * found right; ERROR_UNAUTHENTICATED: it was changed meanwhile, or the account is closed. */
bool session_cookie_open(const struct service *service, struct session *session,
                         const struct request *request, struct reply *reply, const char *login,
                         const char *checked, struct error *error) MUST_USE;

/* Ends the session's cookie; the device stays known. */
void session_cookie_end(const struct service *service, const struct request *request, struct reply *reply);

/* Whether this browser signed in to the account since its password was last set: then the guesses of others
 * do not make it wait. `rows` are of SQL_SIGN_IN_LOOKUP. */
bool session_cookie_is_known(const struct service *service, const struct request *request,
                             const struct rows *rows);

#endif
