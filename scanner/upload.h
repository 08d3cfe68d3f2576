/* upload.h: talks to the server; the only file that knows libcurl. */
#ifndef SCANNER_UPLOAD_H
#define SCANNER_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/arena.h"
#include "shared/error.h"

struct upload;

struct upload_answer {
    const char *body;
    bool        skew_known;
    int64_t     skew_ms; /* the server's clock minus this one, within about a second */
};

/* Keeps its connection from one call to the next; for one thread. */
struct upload *upload_new(void) MUST_USE;
void           upload_free(struct upload *upload); /* NULL is allowed */

/* POSTs JSON. Only an answer of status 200 that is whole and says it is JSON counts; redirects are not
 * followed, since a captive portal is not the server. Plain http goes to this machine only.
 * ERROR_UNAVAILABLE: no answer, 5xx, 429 (see retry_after_s), or not an answer of Spoor; ERROR_FORBIDDEN: 401
 * and 403; ERROR_INVALID: 400 and 422 with the server's own sentence and field; ERROR_TOO_LARGE: 413;
 * ERROR_NOT_FOUND: 404. */
bool upload_post(struct upload *upload, struct arena *arena, const char *url, const char *path,
                 const char *key, const char *body, struct upload_answer *answer,
                 struct error *error) MUST_USE;

/* GETs JSON in the same way, and waits no longer than so many seconds. */
bool upload_get(struct upload *upload, struct arena *arena, const char *url, const char *path,
                const char *key, long seconds, struct upload_answer *answer, struct error *error) MUST_USE;

#endif
