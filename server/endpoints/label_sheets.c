#include <string.h>

#include "endpoints/endpoints.h"
#include "endpoints/service.h"
#include "render/label_sheet.h"
#include "store/label_store.h"
#include "web/reply.h"
#include "web/request.h"

#define SHEET_BYTES ((size_t)64 * 1024 * 1024)

bool labels_sheet(struct service *service, const struct request *request, struct reply *reply,
                  struct error *error)
{
    const char *layout = *request_query(request, "layout") ? request_query(request, "layout") : "L7160";
    struct label_sheet sheet = {.layout = label_layout_find(layout),
                                .base_url = service->config->base_url,
                                .help_line = service->config->help_line};
    struct label      *labels;
    size_t             count;

    if (!request_only(request, "layout", error))
        return false;
    if (!sheet.layout)
        return error_field(error, "layout", "There is no layout '%.20s'; L7160 is one", layout);
    {
        SESSION *session = pool_borrow(service->pool, service->config->session_wait_ms, error);

        if (!session ||
            !label_store_batch(session, request->arena, request_part(request, 0), &labels, &count, error))
            return false;
    }
    reply->type = "application/pdf";
    reply->body.limit = SHEET_BYTES;
    reply_download(request, reply, arena_format(request->arena, "labels-%s.pdf", request_part(request, 0)));
    return label_sheet_write(request->arena, &sheet, labels, count, &reply->body, error);
}
