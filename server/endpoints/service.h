/* service.h: what every handler works with; it does not change while the service runs. */
#ifndef ENDPOINTS_SERVICE_H
#define ENDPOINTS_SERVICE_H

#include <stdint.h>
#include <time.h>

#include "config.h"
#include "db/pool.h"

struct listener;
struct cluster;
struct cache;
struct answers;
struct recorder;
struct rate_limit;
struct room;
struct sealer;

struct service {
    const struct config *config;
    struct pool         *pool;        /* as spoor_app */
    struct pool         *public_pool; /* as spoor_public: tracking and sticker pages */
    struct pool         *audit_pool;  /* as spoor_audit: auditor's pages and exports */
    struct recorder     *recorder;
    struct answers      *answers;   /* of the recorder, for the sealer */
    struct pool         *seal_pool; /* as spoor_seal: the sealer's one session; NULL: sealed elsewhere */
    struct sealer       *sealer;
    struct cache        *pages;             /* public pages as they were shown last */
    struct cache        *access;            /* who came in with which token */
    struct rate_limit   *misses;            /* of guessed links and codes, by address */
    struct listener     *listener;          /* for /metrics */
    struct cluster      *cluster;           /* NULL: PostgreSQL is somebody else's, as is its disk */
    struct room         *room;              /* on the disk of the cluster */
    char                 verifier_key[300]; /* of the log at start; later: log_keys.h */
    uint8_t              secret[32];        /* key of all keyed hashes; outside the database */
    char   setup_secret[32]; /* printed once while there is no administrator; "" : there is one */
    time_t started;
};

#endif
