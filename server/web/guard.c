#include "web/guard.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LENGTH_DIGITS_MAX 8

static const char token_symbols[] =
    "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* What decides who, what and how long must not stand there twice. */
static const char *const once[] = {
    "Host",   "Content-Length", "Content-Type",   "Content-Encoding", "Transfer-Encoding", "Authorization",
    "Cookie", "Origin",         "Sec-Fetch-Site", "Expect",           "Idempotency-Key",
};

static const char *const known_methods[] = {"GET",   "HEAD",  "POST",    "PUT",    "DELETE",
                                            "PATCH", "TRACE", "CONNECT", "OPTIONS"};

static bool refuse(struct guard_refusal *refusal, unsigned status, enum error_kind kind, const char *sentence)
{
    refusal->status = status;
    return error_set(&refusal->error, kind, "%s", sentence);
}

static bool is_in(const char *text, const char *symbols)
{
    return *text != '\0' && text[strspn(text, symbols)] == '\0';
}

const char *guard_header(const struct guard_head *head, const char *name)
{
    for (size_t i = 0; i < head->header_count; i++)
        if (strcasecmp(head->headers[i].name, name) == 0)
            return head->headers[i].value;
    return NULL;
}

static size_t times(const struct guard_head *head, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < head->header_count; i++)
        if (strcasecmp(head->headers[i].name, name) == 0)
            count++;
    return count;
}

size_t guard_length(const struct guard_head *head)
{
    const char *length = guard_header(head, "Content-Length");

    return length ? strtoul(length, NULL, 10) : 0;
}

static bool has_bad_escape(const char *path, size_t length)
{
    static const char *const bad[] = {"%00", "%2f", "%5c"};

    for (size_t at = 0; at + 3 <= length; at++)
        for (size_t i = 0; i < COUNT_OF(bad); i++)
            if (strncasecmp(path + at, bad[i], 3) == 0)
                return true;
    return false;
}

static bool judge_target(const char *target, struct guard_refusal *refusal)
{
    if (!target || *target != '/')
        return refuse(refusal, 400, ERROR_INVALID, "The address of a request must begin with a slash.");
    if (strlen(target) > GUARD_TARGET_MAX)
        return refuse(refusal, 414, ERROR_TOO_LARGE, "The address is longer than 2048 bytes.");
    for (const char *at = target; *at; at++)
        if (*at < '!' || *at > '~')
            return refuse(refusal, 400, ERROR_INVALID,
                          "The address has a symbol that must be percent-encoded.");
    if (has_bad_escape(target, strcspn(target, "?")))
        return refuse(refusal, 400, ERROR_INVALID, "The address has an escaped NUL, slash or backslash.");
    return true;
}

static bool judge_line(const struct guard_head *head, struct guard_refusal *refusal)
{
    if (!head->version || (strcmp(head->version, "HTTP/1.1") != 0 && strcmp(head->version, "HTTP/1.0") != 0))
        return refuse(refusal, 505, ERROR_INVALID, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    for (size_t i = 0; i < COUNT_OF(known_methods); i++)
        if (head->method && strcmp(head->method, known_methods[i]) == 0)
            return judge_target(head->target, refusal);
    return refuse(refusal, 501, ERROR_METHOD, "The method of this request is not known here.");
}

static bool has_control(const char *value)
{
    for (; *value; value++)
        if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7F)
            return true;
    return false;
}

static bool judge_headers(const struct guard_head *head, struct guard_refusal *refusal)
{
    size_t bytes = 0;

    if (head->has_nul)
        return refuse(refusal, 400, ERROR_INVALID, "A header has a NUL byte.");
    for (size_t i = 0; i < head->header_count; i++) {
        bytes += strlen(head->headers[i].name) + strlen(head->headers[i].value);
        if (!is_in(head->headers[i].name, token_symbols))
            return refuse(refusal, 400, ERROR_INVALID, "A header's name has a symbol that no name may have.");
        if (has_control(head->headers[i].value))
            return refuse(refusal, 400, ERROR_INVALID, "A header's value has a control character.");
    }
    if (bytes > GUARD_HEAD_MAX)
        return refuse(refusal, 431, ERROR_TOO_LARGE, "The headers of this request are larger than 8 KiB.");
    for (size_t i = 0; i < COUNT_OF(once); i++)
        if (times(head, once[i]) > 1)
            return refuse(refusal, 400, ERROR_INVALID, "A header that may stand there once was sent twice.");
    return true;
}

static bool judge_length(const char *length, struct guard_refusal *refusal)
{
    if (length && !is_in(length, "0123456789"))
        return refuse(refusal, 400, ERROR_INVALID, "Content-Length must be a whole number.");
    if (length && strlen(length) > LENGTH_DIGITS_MAX)
        return refuse(refusal, 413, ERROR_TOO_LARGE, "The body is larger than anything that is taken here.");
    return true;
}

bool guard_frame(const struct guard_head *head, struct guard_refusal *refusal)
{
    const char *length = guard_header(head, "Content-Length"), *expect = guard_header(head, "Expect");

    if (!judge_line(head, refusal) || !judge_headers(head, refusal) || !judge_length(length, refusal))
        return false;
    if (guard_header(head, "Transfer-Encoding"))
        return length ? refuse(refusal, 400, ERROR_INVALID,
                               "A body has either Content-Length or Transfer-Encoding.")
                      : refuse(refusal, 411, ERROR_INVALID,
                               "A body needs Content-Length; chunks are not taken.");
    if (expect && strcasecmp(expect, "100-continue") != 0)
        return refuse(refusal, 417, ERROR_INVALID, "The only expectation that is met here is 100-continue.");
    return true;
}

/* The colon of the port, or the end of the text. */
static const char *port_of(const char *host)
{
    const char *bracket = *host == '[' ? strchr(host, ']') : NULL;
    const char *colon = strchr(bracket ? bracket : host, ':');

    return colon ? colon : host + strlen(host);
}

static bool is_host(const char *host)
{
    const char *port = port_of(host);
    char        name[256];
    bool        is_name;

    if (snprintf(name, sizeof name, "%.*s", (int)(port - host), host) >= (int)sizeof name)
        return false;
    is_name = is_in(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");
    if (*name == '[' && name[strlen(name) - 1] == ']')
        is_name = strspn(name + 1, "0123456789abcdefABCDEF:.") == strlen(name) - 2;
    if (*port == '\0')
        return is_name;
    return is_name && is_in(port + 1, "0123456789") && strlen(port + 1) <= 5 &&
           strtoul(port + 1, NULL, 10) <= 65535;
}

static bool is_this_machine(const char *host, unsigned port)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    char                     ours[64];

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        (void)snprintf(ours, sizeof ours, "%s:%u", names[i], port);
        if (strcasecmp(host, ours) == 0)
            return true;
    }
    return false;
}

bool guard_host(const struct guard_head *head, const char *host, bool from_loopback, unsigned port,
                struct guard_refusal *refusal)
{
    const char *named = guard_header(head, "Host");

    if (!named || !is_host(named))
        return refuse(refusal, 400, ERROR_INVALID, "A request must name its host.");
    if (strcasecmp(named, host) == 0 || (from_loopback && is_this_machine(named, port)))
        return true;
    return refuse(refusal, 421, ERROR_INVALID, "This host is not served here.");
}

/* "application/json" or "application/json; charset=utf-8". */
static bool is_type(const char *type, const char *wanted)
{
    size_t      length = strlen(wanted);
    const char *rest;

    if (!type || strncasecmp(type, wanted, length) != 0)
        return false;
    rest = type + length + strspn(type + length, " \t");
    if (*rest == '\0')
        return true;
    if (*rest != ';')
        return false;
    rest += 1 + strspn(rest + 1, " \t");
    return strcasecmp(rest, "charset=utf-8") == 0 || strcasecmp(rest, "charset=\"utf-8\"") == 0;
}

static bool judge_type(const struct guard_head *head, const struct route *route,
                       struct guard_refusal *refusal)
{
    const char *type = guard_header(head, "Content-Type"), *encoding = guard_header(head, "Content-Encoding");

    if (encoding && strcasecmp(encoding, "identity") != 0)
        return refuse(refusal, 415, ERROR_UNSUPPORTED,
                      "A compressed body is not taken; please send it plain.");
    if (route->door == DOOR_API && !is_type(type, "application/json"))
        return refuse(refusal, 415, ERROR_UNSUPPORTED, "The body must be application/json in UTF-8.");
    if (route->door == DOOR_PAGE && !is_type(type, "application/x-www-form-urlencoded"))
        return refuse(refusal, 415, ERROR_UNSUPPORTED,
                      "A form must come as application/x-www-form-urlencoded in UTF-8.");
    return true;
}

bool guard_body(const struct guard_head *head, const struct route *route, struct guard_refusal *refusal)
{
    bool   may_have_body = strcmp(head->method, "POST") == 0;
    size_t length = guard_length(head);

    if (!may_have_body)
        return length == 0 || refuse(refusal, 400, ERROR_INVALID, "Only a POST may have a body.");
    if (!guard_header(head, "Content-Length"))
        return refuse(refusal, 411, ERROR_INVALID, "A POST needs Content-Length.");
    if (length > route->body_limit)
        return refuse(refusal, 413, ERROR_TOO_LARGE, "The body is larger than this address takes.");
    return length == 0 || judge_type(head, route, refusal);
}
