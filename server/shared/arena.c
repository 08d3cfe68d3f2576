#include "shared/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)4096) /* bytes; larger pieces get a block of their own */

struct block {
    struct block *next;
    size_t        used, size; /* bytes of memory[] */
    alignas(max_align_t) unsigned char memory[];
};

struct deferred {
    struct deferred *next;
    void (*release)(void *thing);
    void *thing;
};

struct arena {
    struct block    *blocks; /* the one that is being filled comes first */
    struct deferred *latest;
};

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);

    if (!memory) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return memory;
}

struct arena *arena_new(void)
{
    return allocate(sizeof(struct arena));
}

static struct block *block_new(size_t size)
{
    struct block *block = allocate(sizeof *block + size);

    block->size = size;
    return block;
}

/* A block with room for `size` bytes; a large piece does not end the block that is being filled. */
static struct block *block_for(struct arena *arena, size_t size)
{
    struct block *first = arena->blocks;

    if (first && first->size - first->used >= size)
        return first;
    struct block *block = block_new(size > BLOCK_SIZE / 4 ? size : BLOCK_SIZE);

    if (first && size > BLOCK_SIZE / 4) {
        block->next = first->next;
        first->next = block;
    } else {
        block->next = first;
        arena->blocks = block;
    }
    return block;
}

void *arena_take(struct arena *arena, size_t size)
{
    size_t        aligned = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct block *block;
    void         *memory;

    if (aligned < size)
        abort();
    block = block_for(arena, aligned);
    memory = block->memory + block->used;
    block->used += aligned;
    return memory;
}

char *arena_copy(struct arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(arena_take(arena, size), text, size);
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    int     length;
    char   *text;

    va_start(args, format);
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        abort();
    text = arena_take(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void arena_defer(struct arena *arena, void (*release)(void *thing), void *thing)
{
    struct deferred *deferred = arena_take(arena, sizeof *deferred);

    *deferred = (struct deferred){.next = arena->latest, .release = release, .thing = thing};
    arena->latest = deferred;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    for (struct deferred *deferred = arena->latest; deferred; deferred = deferred->next)
        deferred->release(deferred->thing);
    while (arena->blocks) {
        struct block *block = arena->blocks;

        arena->blocks = block->next;
        free(block);
    }
    free(arena);
}

void arena_end(struct arena **arena)
{
    arena_free(*arena);
}
