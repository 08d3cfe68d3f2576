/*
 * router.h: finds the route of a request.
 *
 * A pattern such as "/devices/{code}" matches one path segment per brace; the first route that matches wins.
 * "{tile*}" at the end matches all segments that are left, joined by slashes.
 * Patterns under /d/ and /t/ match without case (codes are printed in upper case).
 */
#ifndef WEB_ROUTER_H
#define WEB_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/error.h"

struct service; /* what handlers work with; only main.c, commands and the handlers look inside */
struct request;
struct reply;

/* Answers by filling in the reply; on false the error becomes the reply. */
typedef bool handler(struct service *service, const struct request *request, struct reply *reply,
                     struct error *error);

/* Who may use a route. A route is open to whoever has one of its roles. */
enum {
    MAY_TECHNICIAN = 1 << 0,
    MAY_LEAD = 1 << 1,
    MAY_AUDITOR = 1 << 2,
    MAY_EDITOR = 1 << 3,
    MAY_ADMIN = 1 << 4,
    MAY_SCANNER = 1 << 5,  /* an enrolled scanner */
    MAY_ANYONE = 1 << 6,   /* without signing in */
    MAY_LOOPBACK = 1 << 7, /* from this machine, without signing in */
    MAY_REVOKED = 1 << 8,  /* a scanner that was revoked: what it scanned before is still taken */
    MAY_ACCOUNT = MAY_TECHNICIAN | MAY_LEAD | MAY_AUDITOR | MAY_EDITOR | MAY_ADMIN
};

/* How a route is entered: pages by cookie and form, the API by bearer token and JSON; neither takes the
 * other's. */
enum door { DOOR_PAGE, DOOR_API };

/* What it is to a disk that is almost full: one that writes is refused then, unless it is urgent: it shuts
 * somebody out. */
enum use { READS, WRITES, URGENT };

struct route {
    const char *method; /* "GET" (answers HEAD too) or "POST" */
    const char *pattern;
    handler    *handle;
    unsigned    may; /* MAY_…; 0 is refused at start */
    enum door   door;
    enum use    use;
    size_t      body_limit; /* bytes; 0: this route takes no body */
    const char *summary;    /* one line, for `spoord routes` and the OpenAPI test */
};

#define PATH_PARTS_MAX 3
#define PATH_PART_SIZE 200

/* The segments that stood where the pattern has braces, decoded once, in their order. */
struct path_parts {
    char   text[PATH_PARTS_MAX][PATH_PART_SIZE];
    size_t count;
};

/* NULL if there is none: ERROR_NOT_FOUND, or ERROR_METHOD if only the method is wrong.
 * `path` is as it came (percent-encoded); ERROR_INVALID where a segment cannot be decoded. */
const struct route *router_find(const struct route *routes, size_t count, const char *method,
                                const char *path, struct path_parts *parts, struct error *error) MUST_USE;

/* The methods that a path is known for, "GET, HEAD, POST", for the Allow header; "" if the path is unknown.
 */
void router_allow(const struct route *routes, size_t count, const char *path, char *allow, size_t size);

#endif
