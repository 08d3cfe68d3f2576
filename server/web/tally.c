#include "web/tally.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHAINS 1024

struct entry {
    struct entry *next;
    unsigned      count;
    char          key[];
};

struct tally {
    pthread_mutex_t lock;
    struct entry   *chains[CHAINS]; /* entries exist only while somebody is in: memory is bounded by who is */
};

struct tally *tally_new(void)
{
    struct tally *tally = calloc(1, sizeof *tally);

    if (!tally)
        abort();
    pthread_mutex_init(&tally->lock, NULL);
    return tally;
}

/* FNV-1a. A client cannot choose its address freely, so a chain cannot be made long on purpose. */
static struct entry **place_of(struct tally *tally, const char *key)
{
    uint32_t       hash = 2166136261u;
    struct entry **place;

    for (const char *at = key; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    place = &tally->chains[hash % CHAINS];
    while (*place && strcmp((*place)->key, key) != 0)
        place = &(*place)->next;
    return place;
}

static struct entry *entry_new(const char *key)
{
    size_t        size = strlen(key) + 1;
    struct entry *entry = calloc(1, sizeof *entry + size);

    if (!entry)
        abort();
    memcpy(entry->key, key, size);
    return entry;
}

bool tally_enter(struct tally *tally, const char *key, unsigned most)
{
    struct entry **place;
    bool           has_room;

    pthread_mutex_lock(&tally->lock);
    place = place_of(tally, key);
    has_room = (*place ? (*place)->count : 0) < most;
    if (has_room) {
        if (!*place)
            *place = entry_new(key);
        (*place)->count++;
    }
    pthread_mutex_unlock(&tally->lock);
    return has_room;
}

void tally_leave(struct tally *tally, const char *key)
{
    pthread_mutex_lock(&tally->lock);
    struct entry **place = place_of(tally, key), *entry = *place;

    if (entry && --entry->count == 0) {
        *place = entry->next;
        free(entry);
    }
    pthread_mutex_unlock(&tally->lock);
}

void tally_free(struct tally *tally)
{
    if (!tally)
        return;
    for (size_t i = 0; i < CHAINS; i++)
        while (tally->chains[i]) {
            struct entry *entry = tally->chains[i];

            tally->chains[i] = entry->next;
            free(entry);
        }
    pthread_mutex_destroy(&tally->lock);
    free(tally);
}
