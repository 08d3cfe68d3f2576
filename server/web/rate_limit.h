/*
 * rate_limit.h: how often something may be tried, for each key. In memory, of bounded size; safe to call from
 * any thread.
 *
 * A token bucket: a key may be used `per_minute` times at once, and gets that many again over a minute. When
 * there are more keys than places, the key that was quiet longest among its neighbours is forgotten.
 */
#ifndef WEB_RATE_LIMIT_H
#define WEB_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/error.h"

struct rate_limit;

struct rate_limit *rate_limit_new(void) MUST_USE;

/* Uses the key once. ERROR_TOO_MANY says in how many seconds it may be used again. A key is any text, such as
 * "track 192.0.2.7"; see client_network() for whom to count together. */
bool rate_limit_take(struct rate_limit *limit, const char *key, unsigned per_minute,
                     struct error *error) MUST_USE;

/* Whether the key may be used, without using it: to count misses only, ask before and take after a miss. */
bool rate_limit_allows(struct rate_limit *limit, const char *key, unsigned per_minute,
                       struct error *error) MUST_USE;

/* As rate_limit_take() at a time of the caller's (milliseconds of any clock that never goes back): for tests.
 */
bool rate_limit_take_at(struct rate_limit *limit, const char *key, unsigned per_minute, int64_t now_ms,
                        struct error *error) MUST_USE;

void rate_limit_free(struct rate_limit *limit);

#endif
