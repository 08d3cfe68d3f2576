/* arena.h: memory that is all released at once, when one piece of work is done. */
#ifndef SHARED_ARENA_H
#define SHARED_ARENA_H

#include <stddef.h>

#include "shared/compiler.h"

struct arena;

/* The caller frees the arena. Running out of memory ends the program. */
struct arena *arena_new(void) MUST_USE;

/* Zeroed memory, aligned for any type, that lives as long as the arena; never NULL. */
void *arena_take(struct arena *arena, size_t size) MUST_USE;

/* A copy of the text that lives as long as the arena. */
char *arena_copy(struct arena *arena, const char *text) MUST_USE;

/* As printf, into text that lives as long as the arena. */
char *arena_format(struct arena *arena, const char *format, ...) MUST_USE PRINTF_LIKE(2, 3);

/* Calls release(thing) when the arena is freed, the latest deferred first. */
void arena_defer(struct arena *arena, void (*release)(void *thing), void *thing);

/* Releases all that was taken or deferred. NULL is allowed. */
void arena_free(struct arena *arena);

/* For CLEANUP: ARENA *arena = arena_new(); */
void arena_end(struct arena **arena);
#define ARENA CLEANUP(arena_end) struct arena

#define ARENA_NEW(arena, type, count) ((type *)arena_take((arena), sizeof(type) * (count)))

#endif
