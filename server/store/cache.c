#include "store/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAYS  4u    /* entries that a key may stand in */
#define MARKS 4096u /* several things share one: then an entry is forgotten too early, never too late */

struct entry {
    char     key[CACHE_KEY_SIZE]; /* "" : free */
    uint64_t mark, used;
    unsigned things[CACHE_THINGS_MOST]; /* places in changed[] */
    time_t   until;
    size_t   length;
    void    *bytes;
};

struct cache {
    pthread_mutex_t lock;
    uint64_t        until_us;
    uint64_t        clock; /* counts changes, marks and uses */
    uint64_t        all_changed, changed[MARKS];
    unsigned        sets;
    struct entry    entries[];
};

struct cache *cache_new(unsigned entries)
{
    unsigned      sets = (entries + WAYS - 1) / WAYS;
    struct cache *cache = calloc(1, sizeof *cache + (size_t)sets * WAYS * sizeof cache->entries[0]);

    if (!cache)
        abort();
    cache->sets = sets;
    pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < (size_t)cache->sets * WAYS; i++)
        free(cache->entries[i].bytes);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

void cache_vouch(struct cache *cache, uint64_t until_us)
{
    pthread_mutex_lock(&cache->lock);
    cache->until_us = until_us;
    pthread_mutex_unlock(&cache->lock);
}

uint64_t cache_mark(struct cache *cache)
{
    uint64_t mark;

    pthread_mutex_lock(&cache->lock);
    mark = ++cache->clock;
    pthread_mutex_unlock(&cache->lock);
    return mark;
}

static unsigned place_of(const char *thing)
{
    char     digits[CACHE_THING_SIZE + 1] = "";
    unsigned value;

    if (!thing)
        return MARKS;
    memcpy(digits, thing, strnlen(thing, CACHE_THING_SIZE));
    value = (unsigned)strtoul(digits, NULL, 16);
    return (value ^ value >> 12) % MARKS;
}

static struct entry *set_of(struct cache *cache, const char *key)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */

    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * 1099511628211u;
    return &cache->entries[(hash ^ hash >> 32) % cache->sets * WAYS];
}

static bool is_current(const struct cache *cache, const struct entry *entry)
{
    if (cache->all_changed > entry->mark || (entry->until && time(NULL) >= entry->until))
        return false;
    for (size_t i = 0; i < CACHE_THINGS_MOST; i++)
        if (entry->things[i] < MARKS && cache->changed[entry->things[i]] > entry->mark)
            return false;
    return true;
}

/* Its own place, else a free one, else the one whose use is longest ago. */
static struct entry *place_for(struct cache *cache, const char *key)
{
    struct entry *set = set_of(cache, key), *oldest = set;

    for (size_t i = 0; i < WAYS; i++)
        if (strcmp(set[i].key, key) == 0)
            return &set[i];
    for (size_t i = 1; i < WAYS; i++)
        if (set[i].used < oldest->used)
            oldest = &set[i];
    return oldest;
}

void cache_put(struct cache *cache, const char *key, uint64_t mark, const struct cache_terms *terms,
               const void *bytes, size_t length)
{
    struct entry entry = {.mark = mark, .until = terms->until, .length = length}, *place;

    if (strlen(key) >= sizeof entry.key || *key == '\0' || length > CACHE_VALUE_MOST)
        return;
    memcpy(entry.key, key, strlen(key));
    for (size_t i = 0; i < CACHE_THINGS_MOST; i++)
        entry.things[i] = place_of(terms->things[i]);
    pthread_mutex_lock(&cache->lock);
    if (is_current(cache, &entry)) {
        place = place_for(cache, key);
        entry.bytes = realloc(place->bytes, length + 1);
        if (!entry.bytes)
            abort();
        memcpy(entry.bytes, bytes, length);
        entry.used = ++cache->clock;
        *place = entry;
    }
    pthread_mutex_unlock(&cache->lock);
}

static struct timespec monotonic(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now;
}

static bool is_vouched(const struct cache *cache)
{
    struct timespec now = monotonic();

    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 < cache->until_us;
}

const void *cache_get(struct cache *cache, struct arena *arena, const char *key, size_t *length)
{
    struct entry *entry;
    void         *copy = NULL;

    pthread_mutex_lock(&cache->lock);
    entry = place_for(cache, key);
    if (strcmp(entry->key, key) == 0 && is_vouched(cache) && is_current(cache, entry)) {
        copy = arena_take(arena, entry->length + 1);
        memcpy(copy, entry->bytes, entry->length);
        *length = entry->length;
        entry->used = ++cache->clock;
    }
    pthread_mutex_unlock(&cache->lock);
    return copy;
}

void cache_forget(struct cache *cache, const char *things)
{
    pthread_mutex_lock(&cache->lock);
    ++cache->clock;
    if (*things == '*')
        cache->all_changed = cache->clock;
    for (; *things && *things != '*'; things += strnlen(things, CACHE_THING_SIZE))
        cache->changed[place_of(things)] = cache->clock;
    pthread_mutex_unlock(&cache->lock);
}
