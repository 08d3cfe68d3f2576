/*
 * cache.h: answers that were given before, kept in memory while nothing they depend on has changed.
 *
 * Never older than the vouching: somebody who hears all changes (db/listen.h) vouches for a short while at a
 * time, and without that nothing is given out. Bounded: a fixed number of entries of at most CACHE_VALUE_MOST
 * bytes each.
 */
#ifndef STORE_CACHE_H
#define STORE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "shared/arena.h"
#include "shared/compiler.h"

#define CACHE_VALUE_MOST  ((size_t)48 * 1024) /* bytes; longer ones are not kept */
#define CACHE_KEY_SIZE    96u
#define CACHE_THING_SIZE  7u /* of its id, the first so many digits stand for a thing */
#define CACHE_THINGS_MOST 2u

struct cache;

/* What a value depends on. */
struct cache_terms {
    const char *things[CACHE_THINGS_MOST]; /* ids, such as a device's; NULL: none */
    time_t      until;                     /* no longer than this; 0: as long as nothing changes */
};

struct cache *cache_new(unsigned entries) MUST_USE;
void          cache_free(struct cache *cache); /* NULL is allowed */

/* Until this moment of CLOCK_MONOTONIC, microseconds, every change has been told to cache_forget(). */
void cache_vouch(struct cache *cache, uint64_t until_us);

/* Take the mark before the database is asked; a value that changed since then is not kept. */
uint64_t cache_mark(struct cache *cache);
void     cache_put(struct cache *cache, const char *key, uint64_t mark, const struct cache_terms *terms,
                   const void *bytes, size_t length);

/* A copy of the value in the arena; NULL: ask the database. */
const void *cache_get(struct cache *cache, struct arena *arena, const char *key, size_t *length) MUST_USE;

/* Things that changed: CACHE_THING_SIZE digits for each, one after the other; "*" stands for everything. */
void cache_forget(struct cache *cache, const char *things);

#endif
