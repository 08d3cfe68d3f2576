/* csrf.h: whether a form was sent by one of our own pages. */
#ifndef WEB_CSRF_H
#define WEB_CSRF_H

#include <stdbool.h>

#include "shared/error.h"
#include "web/request.h"

/* `origin` is ours: "https://repair.example.org". Sec-Fetch-Site must say same-origin; only where the browser
 * does not send it, Origin must be ours. Somebody who is signed in must also send the session's token as the
 * field "token". ERROR_FORBIDDEN otherwise. */
bool csrf_check(const struct request *request, const char *origin, struct error *error) MUST_USE;

#endif
