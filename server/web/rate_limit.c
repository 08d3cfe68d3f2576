#include "web/rate_limit.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "web/watchdog.h"

#define SETS       2048
#define NEIGHBOURS 8 /* places of a set */

struct bucket {
    uint64_t key; /* hash; 0: free */
    double   used;
    int64_t  at_ms; /* when `used` was true */
};

struct rate_limit {
    pthread_mutex_t lock;
    uint64_t        seed; /* nobody outside can aim at one set */
    struct bucket   sets[SETS][NEIGHBOURS];
};

struct rate_limit *rate_limit_new(void)
{
    struct rate_limit *limit = calloc(1, sizeof *limit);

    if (!limit || getrandom(&limit->seed, sizeof limit->seed, 0) != (ssize_t)sizeof limit->seed)
        abort();
    pthread_mutex_init(&limit->lock, NULL);
    return limit;
}

/* FNV-1a, begun with the seed and mixed at the end (the finalizer of MurmurHash3). */
static uint64_t hash_of(const struct rate_limit *limit, const char *key)
{
    uint64_t hash = limit->seed ^ 14695981039346656037u;

    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 1099511628211u;
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53u;
    return (hash ^ hash >> 33) | 1;
}

static struct bucket *bucket_of(struct rate_limit *limit, const char *key)
{
    uint64_t       hash = hash_of(limit, key);
    struct bucket *set = limit->sets[(hash >> 1) % SETS], *oldest = &set[0];

    for (size_t i = 0; i < NEIGHBOURS; i++) {
        if (set[i].key == hash)
            return &set[i];
        if (set[i].key == 0 || (oldest->key != 0 && set[i].at_ms < oldest->at_ms))
            oldest = &set[i];
    }
    *oldest = (struct bucket){.key = hash};
    return oldest;
}

static bool use(struct rate_limit *limit, const char *key, unsigned per_minute, double count, int64_t now_ms,
                struct error *error)
{
    double         per_ms = per_minute / 60000.0, used;
    struct bucket *bucket;
    bool           may;

    pthread_mutex_lock(&limit->lock);
    bucket = bucket_of(limit, key);
    used = fmax(0, bucket->used - (double)(now_ms - bucket->at_ms) * per_ms);
    may = used + 1 <= per_minute;
    bucket->used = may ? used + count : used;
    bucket->at_ms = now_ms;
    pthread_mutex_unlock(&limit->lock);
    if (may)
        return true;
    error_set(error, ERROR_TOO_MANY, "That was tried too often; please wait a moment and try again.");
    error->retry_after_s = per_minute > 0 ? (unsigned)ceil((used + 1 - per_minute) / per_ms / 1000) : 60;
    return false;
}

bool rate_limit_take_at(struct rate_limit *limit, const char *key, unsigned per_minute, int64_t now_ms,
                        struct error *error)
{
    return use(limit, key, per_minute, 1, now_ms, error);
}

bool rate_limit_take(struct rate_limit *limit, const char *key, unsigned per_minute, struct error *error)
{
    return use(limit, key, per_minute, 1, watchdog_now_ms(), error);
}

bool rate_limit_allows(struct rate_limit *limit, const char *key, unsigned per_minute, struct error *error)
{
    return use(limit, key, per_minute, 0, watchdog_now_ms(), error);
}

void rate_limit_free(struct rate_limit *limit)
{
    if (!limit)
        return;
    pthread_mutex_destroy(&limit->lock);
    free(limit);
}
