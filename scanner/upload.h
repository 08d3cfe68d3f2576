/* upload.h: talks to the server; the only file that knows libcurl. */
#ifndef SCANNER_UPLOAD_H
#define SCANNER_UPLOAD_H

#include <stdbool.h>

#include "shared/arena.h"
#include "shared/error.h"

/* POSTs JSON and gives the answer's body. Only an answer of status 200 that says it is JSON counts; redirects
 * are not followed, since a captive portal is not the server. Plain http goes to this machine only.
 * ERROR_UNAVAILABLE: no answer, 5xx, or not an answer of Spoor; ERROR_FORBIDDEN: 401 and 403; ERROR_INVALID:
 * 400 … with the server's own sentence; ERROR_NOT_FOUND: 404. */
bool upload_post(struct arena *arena, const char *url, const char *path, const char *key, const char *body,
                 const char **answer, struct error *error) MUST_USE;

#endif
