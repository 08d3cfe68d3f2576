/* routes.c: all that the service answers. A route without an audience refuses to start. */
#include "endpoints/endpoints.h"

#define KIB 1024

const struct route routes[] = {
    /* method, pattern, handler, who may, door, body limit (bytes), summary */
    {"GET", "/health", health_show, MAY_ANYONE, DOOR_API, 0, "Whether the service and its database work"},
};
const size_t route_count = sizeof routes / sizeof routes[0];
