#include <string.h>

#include "endpoints/endpoints.h"
#include "web/assets.h"
#include "web/reply.h"
#include "web/request.h"

static const struct asset *find(const char *name)
{
    for (size_t i = 0; i < asset_count; i++)
        if (strcmp(assets[i].name, name) == 0)
            return &assets[i];
    return NULL;
}

/* The files are compiled in: no name from a request ever opens one. Names carry no hash; the client asks each
 * time and mostly hears 304. */
bool static_show(struct service *service, const struct request *request, struct reply *reply,
                 struct error *error)
{
    const struct asset *asset = find(request_part(request, 0));
    const char         *known = request_header(request, "If-None-Match");
    const char         *encodings = request_header(request, "Accept-Encoding");
    const char         *etag;

    (void)service;
    if (!request_only(request, "", error))
        return false;
    if (!asset)
        return error_set(error, ERROR_NOT_FOUND, "There is no such file");
    etag = arena_format(request->arena, "\"%s\"", asset->hash);
    reply->type = asset->type;
    reply->revalidate = true;
    reply_header(reply, "ETag", etag);
    reply_header(reply, "Vary", "Accept-Encoding");
    if (known && strstr(known, etag)) {
        reply->status = 304;
        return true;
    }
    reply->fixed = asset->bytes;
    reply->fixed_length = asset->length;
    if (encodings && strstr(encodings, "gzip") && asset->gzip_length < asset->length) {
        reply_header(reply, "Content-Encoding", "gzip");
        reply->fixed = asset->gzip;
        reply->fixed_length = asset->gzip_length;
    }
    return true;
}
