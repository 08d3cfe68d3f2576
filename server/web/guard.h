/*
 * guard.h: what is judged about a request's head before anything else looks at it.
 *
 * libmicrohttpd 0.9.75 lets requests be smuggled (two Content-Length, Content-Length with chunked, odd names)
 * and takes any method, version and target. The guard refuses what we have no use for. A refusal is answered
 * with "Connection: close".
 */
#ifndef WEB_GUARD_H
#define WEB_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/error.h"
#include "web/form.h"
#include "web/router.h"

/* Bytes of path and query, and of all header names and values; libmicrohttpd itself refuses heads above 16
 * KiB. */
#define GUARD_TARGET_MAX ((size_t)2048)
#define GUARD_HEAD_MAX   ((size_t)8192)

struct guard_head {
    const char         *method, *target, *version; /* as they came; target with its query; any may be NULL */
    const struct field *headers;
    size_t              header_count;
    bool                has_nul; /* a name or value had a NUL */
};

struct guard_refusal {
    unsigned     status; /* of HTTP; 0: not refused */
    struct error error;
};

/* Framing: line, header names and values, what may stand there once, Transfer-Encoding, Content-Length,
 * Expect. */
bool guard_frame(const struct guard_head *head, struct guard_refusal *refusal) MUST_USE;

/* Host must be `host` (without case); for a client on this machine also localhost, 127.0.0.1 or [::1] with
 * our port. */
bool guard_host(const struct guard_head *head, const char *host, bool from_loopback, unsigned port,
                struct guard_refusal *refusal) MUST_USE;

/* The body that the head announces, against the route: length, type, encoding. */
bool guard_body(const struct guard_head *head, const struct route *route,
                struct guard_refusal *refusal) MUST_USE;

/* The first value of a header, without case, or NULL. */
const char *guard_header(const struct guard_head *head, const char *name);

/* The announced length of the body; 0 if there is none. Only after guard_frame(). */
size_t guard_length(const struct guard_head *head);

#endif
