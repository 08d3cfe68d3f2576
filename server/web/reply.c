#include "web/reply.h"

#include <string.h>

#include "web/request.h"

static const unsigned statuses[ERROR_KIND_COUNT] = {
    [ERROR_NONE] = 500,      [ERROR_INVALID] = 400,     [ERROR_UNAUTHENTICATED] = 401,
    [ERROR_FORBIDDEN] = 403, [ERROR_NOT_FOUND] = 404,   [ERROR_METHOD] = 405,
    [ERROR_CONFLICT] = 409,  [ERROR_TOO_LARGE] = 413,   [ERROR_UNSUPPORTED] = 415,
    [ERROR_TOO_MANY] = 429,  [ERROR_UNAVAILABLE] = 503, [ERROR_UNKNOWN_OUTCOME] = 503,
    [ERROR_INTERNAL] = 500,  [ERROR_NO_ROOM] = 507,
};

unsigned reply_status_of(enum error_kind kind)
{
    return kind < ERROR_KIND_COUNT ? statuses[kind] : 500;
}

static bool has_control(const char *value)
{
    for (; *value; value++)
        if ((unsigned char)*value < ' ' || *value == 0x7F)
            return true;
    return false;
}

void reply_header(struct reply *reply, const char *name, const char *value)
{
    if (reply->header_count == REPLY_HEADERS_MAX || has_control(value))
        return;
    reply->header_names[reply->header_count] = name;
    reply->header_values[reply->header_count++] = value;
}

void reply_redirect(struct reply *reply, const char *path)
{
    reply->status = 303;
    reply_header(reply, "Location", path);
}

void reply_download(const struct request *request, struct reply *reply, const char *file_name)
{
    char *safe = arena_copy(request->arena, file_name), *out = safe;

    for (const char *in = file_name; *in; in++)
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", *in))
            *out++ = *in;
    *out = '\0';
    reply_header(reply, "Content-Disposition",
                 arena_format(request->arena, "attachment; filename=\"%s\"", *safe ? safe : "download"));
}
