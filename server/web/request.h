/* request.h: what a handler may ask about the request it answers. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/arena.h"
#include "shared/error.h"
#include "web/form.h"
#include "web/router.h"

/* Who is asking, filled in by the authenticator before the handler runs. */
struct principal {
    unsigned    roles;    /* MAY_… bits; 0: nobody signed in */
    const char *actor_id; /* uuid; "" : nobody */
    const char *party_id; /* uuid: who holds what this actor takes over */
    const char *name;     /* for people */
    const char *login;
    const char *place_id;   /* the bench that is remembered; "" : none */
    const char *form_token; /* the token that each of this session's forms must carry */
    bool        is_scanner;
    const char *sign_key;    /* of a scanner: its public key in hexadecimal digits; "": it has none */
    const char *server_name; /* of a scanner: the name that this server had when it was enrolled */
};

struct request {
    struct arena       *arena; /* freed when the reply has been sent */
    const struct route *route;
    struct path_parts   parts;
    const char         *id; /* of this request, for the log and the error page */
    const char         *method, *path, *version;
    const char         *address; /* of the client: "192.0.2.7" */
    bool                from_loopback;
    const char         *language; /* "en" or "nl": ?lang=, else the cookie-free Accept-Language */
    struct principal    principal;
    struct field       *query; /* of the address, in order */
    size_t              query_count;
    struct field       *form; /* of an application/x-www-form-urlencoded body */
    size_t              form_count;
    const char         *body; /* as it came, ended by a NUL that does not count */
    size_t              body_length;
    struct field       *headers; /* as they came, in order; ask request_header() */
    size_t              header_count;
};

/* The nth braced part of the route's pattern; "" beyond the last. */
const char *request_part(const struct request *request, size_t n);

/* A form field (or query parameter), or "" if it was not sent. Names that a handler never asks for are
 * refused by request_only(); a name that was sent twice is refused before the handler runs. */
const char *request_field(const struct request *request, const char *name);
const char *request_query(const struct request *request, const char *name);

/* ERROR_INVALID names the first form field or query parameter that is not in the list (names separated by
 * blanks; "token" and "lang" are always allowed). Call it first in every handler that reads fields. */
bool request_only(const struct request *request, const char *names, struct error *error) MUST_USE;

/* A header's value, or NULL. Names match without case. Cookie is NULL on a route of the API's door,
 * Authorization on one of the pages' door: neither door takes the other's key. */
const char *request_header(const struct request *request, const char *name);

/* A cookie's value, or NULL: also where the cookie came twice, and always on a route of the API's door. */
const char *request_cookie(const struct request *request, const char *name);

/* Checked values. `label` is what people call the field: "Problem". Limits are in code points; `least` 0: may
 * be left out ("" then); blanks alone count as nothing. ERROR_INVALID names the field. A line has no control
 * characters, and no invisible ones that turn or split what is read (bidi overrides, U+200B). A text may have
 * line ends, which become LF, and tabs, which become blanks. A uuid (version 4
 * or 7) comes back in lower case; "" where it is not required and was not sent. */
bool request_line(const struct request *request, const char *name, const char *label, size_t least,
                  size_t most, const char **value, struct error *error) MUST_USE;
bool request_text(const struct request *request, const char *name, const char *label, size_t least,
                  size_t most, const char **value, struct error *error) MUST_USE;
bool request_uuid(const struct request *request, const char *name, const char *label, bool required,
                  const char **value, struct error *error) MUST_USE;

/* A day that exists, such as 2026-11-26; "" where it was not sent. */
bool request_day(const struct request *request, const char *name, const char *label, const char **value,
                 struct error *error) MUST_USE;

#endif
