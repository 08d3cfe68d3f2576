#include "db/cluster.h"
#include "endpoints/endpoints.h"
#include "endpoints/service.h"
#include "web/reply.h"
#include "web/request.h"

/* Says nothing of versions: anyone may ask. */
bool health_show(struct service *service, const struct request *request, struct reply *reply,
                 struct error *error)
{
    struct pool_state state;

    if (!request_only(request, "", error))
        return false;
    pool_state(service->pool, &state);
    reply->status = state.reachable ? 200 : 503;
    reply->type = "application/json";
    buffer_format(&reply->body, "{\"process\": \"up\", \"database\": \"%s\"}\n",
                  state.reachable ? "up" : "down");
    return true;
}
