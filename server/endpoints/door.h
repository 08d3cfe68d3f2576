/* door.h: who comes in, and what is said to whom is turned away. */
#ifndef ENDPOINTS_DOOR_H
#define ENDPOINTS_DOOR_H

#include <stdbool.h>

#include "endpoints/service.h"
#include "web/listener.h"
#include "web/request.h"

/* Pages: the session cookie. API: `Authorization: Bearer`, a scanner's key or an API token; cookies are not
 * read. */
authenticator door_authenticate;

/* Pages: an error page, or the sign-in page for who is not signed in. API: application/problem+json (RFC
 * 9457). */
error_page door_error_page;

/* The cookie's name: "__Host-sid" under https, "sid" on plain loopback. */
const char *door_cookie_name(const struct service *service);

/* Set-Cookie for a new session (secret), or to end one (secret NULL). */
void door_set_cookie(const struct service *service, const struct request *request, struct reply *reply,
                     const char *secret);

/* The keyed hash of a session's secret, for the database. */
const char *door_session_hash(const struct service *service, const struct request *request,
                              const char *secret);

#endif
