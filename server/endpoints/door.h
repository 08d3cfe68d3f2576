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

/* The sign-in form for whoever recorded something and is no longer signed in; it leads back to the device. */
handler sign_in_again;

#endif
