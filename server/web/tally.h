/* tally.h: how many there are of each key at this moment, each with a limit. Safe to call from any thread. */
#ifndef WEB_TALLY_H
#define WEB_TALLY_H

#include <stdbool.h>

#include "shared/compiler.h"

struct tally;

struct tally *tally_new(void) MUST_USE;

/* Counts one more; false, and nothing counted, where there are `most` of this key already. */
bool tally_enter(struct tally *tally, const char *key, unsigned most) MUST_USE;

/* One less of a key that entered. */
void tally_leave(struct tally *tally, const char *key);

void tally_free(struct tally *tally);

#endif
