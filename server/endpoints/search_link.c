#include "endpoints/search_link.h"

#include <string.h>

#include "db/query.h"
#include "endpoints/page.h"
#include "store/secret.h"

#define LINK_SYMBOLS 26u

static const char *secret_of(const struct request *request, const char *text)
{
    const char *path = strcasestr(text, "/t/");
    const char *secret =
        path ? arena_format(request->arena, "%.*s", (int)strcspn(path + 3, "/?# \t\r\n"), path + 3) : NULL;

    return secret ? secret_normalise(request->arena, secret, LINK_SYMBOLS) : NULL;
}

bool search_is_link(const struct request *request, const char *text)
{
    return secret_of(request, text) != NULL;
}

bool search_link(const struct service *service, struct session *session, const struct request *request,
                 const char *text, const char **device_id, struct error *error)
{
    const char *hash = secret_hash(request->arena, service->secret, SECRET_LINK, secret_of(request, text));
    const struct rows *rows = QUERY(session, request->arena, SQL_DEVICE_TRACKED, error, hash);

    *device_id = rows && rows_count(rows) > 0 ? rows_text(rows, 0, "device_id") : "";
    return rows != NULL;
}

bool search_open_link(const struct service *service, const struct request *request, struct reply *reply,
                      const char *text, const char **problem, struct error *error)
{
    SESSION    *session = pool_borrow(service->pool, service->config->session_wait_ms, error);
    const char *device_id;

    if (!session || !search_link(service, session, request, text, &device_id, error))
        return false;
    *problem = *device_id ? NULL : page_text(request, "No repair has this tracking link");
    if (*device_id)
        reply_redirect(reply, arena_format(request->arena, "/bench?device=%s", device_id));
    return true;
}
