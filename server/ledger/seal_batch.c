#include "ledger/seal_batch.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "shared/arena.h"

#define BATCH_MOST ((size_t)16 * 1024 * 1024) /* bytes of each part */

static struct buffer empty(void)
{
    return (struct buffer){.limit = BATCH_MOST};
}

void seal_batch_start(struct seal_batch *batch, uint64_t first)
{
    seal_batch_free(batch);
    *batch = (struct seal_batch){.first = first,
                                 .records = empty(),
                                 .entries = empty(),
                                 .levels = empty(),
                                 .positions = empty(),
                                 .hashes = empty(),
                                 .note = empty()};
}

void seal_batch_free(struct seal_batch *batch)
{
    struct buffer *const parts[] = {&batch->records,   &batch->entries, &batch->levels,
                                    &batch->positions, &batch->hashes,  &batch->note};

    for (size_t i = 0; i < COUNT_OF(parts); i++)
        buffer_free(parts[i]);
}

/* One more element of an array of bytea: {"\\x00","\\x01" */
static void add_bytes(struct buffer *array, const uint8_t *bytes, size_t length)
{
    char hex[257];

    buffer_text(array, array->length ? ",\"\\\\x" : "{\"\\\\x");
    for (size_t at = 0; at < length; at += 128) {
        size_t part = length - at < 128 ? length - at : 128;

        sodium_bin2hex(hex, sizeof hex, bytes + at, part);
        buffer_text(array, hex);
    }
    buffer_text(array, "\"");
}

void seal_batch_add(struct seal_batch *batch, const uint8_t *entry, size_t length)
{
    buffer_add(&batch->records, (const char[]){(char)(length >> 8), (char)length}, 2);
    buffer_add(&batch->records, (const char *)entry, length);
    add_bytes(&batch->entries, entry, length);
    batch->count++;
}

void seal_batch_add_tile(void *context, unsigned level, uint64_t index, const uint8_t (*hashes)[HASH_SIZE])
{
    struct seal_batch *batch = context;

    buffer_format(&batch->levels, "%c%u", batch->levels.length ? ',' : '{', level);
    buffer_format(&batch->positions, "%c%" PRIu64, batch->positions.length ? ',' : '{', index);
    add_bytes(&batch->hashes, hashes[0], (size_t)256 * HASH_SIZE);
}

static const char *closed(struct arena *arena, const struct buffer *array)
{
    return array->length ? arena_format(arena, "%s}", array->text) : "{}";
}

bool seal_batch_store(struct seal_batch *batch, struct session *session, uint64_t epoch, struct error *error)
{
    ARENA *arena = arena_new();

    if (batch->records.overflowed || batch->entries.overflowed || batch->hashes.overflowed)
        return error_set(error, ERROR_INTERNAL, "too much was to be sealed at once");
    return WRITE(session, arena, SQL_SEAL_STORE, error, arena_format(arena, "%" PRIu64, epoch),
                 arena_format(arena, "%" PRIu64, batch->first), closed(arena, &batch->entries),
                 closed(arena, &batch->levels), closed(arena, &batch->positions),
                 closed(arena, &batch->hashes), arena_format(arena, "%" PRIu64, batch->first + batch->count),
                 batch->note.length ? batch->note.text : NULL) != NULL;
}
