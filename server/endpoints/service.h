/* service.h: what every handler works with; it does not change while the service runs. */
#ifndef ENDPOINTS_SERVICE_H
#define ENDPOINTS_SERVICE_H

#include <stdint.h>
#include <time.h>

#include "config.h"
#include "db/pool.h"

struct listener;
struct cluster;
struct recorder;

#define SECRET_SIZE 32 /* bytes */

struct service {
    const struct config *config;
    struct pool         *pool;        /* as spoor_app */
    struct pool         *public_pool; /* as spoor_public: tracking and sticker pages */
    struct pool         *audit_pool;  /* as spoor_audit: auditor's pages and exports */
    struct recorder     *recorder;
    struct listener     *listener; /* for /metrics */
    struct cluster      *cluster;  /* NULL: PostgreSQL is somebody else's */
    uint8_t              secret[SECRET_SIZE]; /* key of all keyed hashes; outside the database */
    time_t               started;
};

#endif
