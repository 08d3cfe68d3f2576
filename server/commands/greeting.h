/* greeting.h: what `spoord serve` prints when it is ready. */
#ifndef COMMANDS_GREETING_H
#define COMMANDS_GREETING_H

#include <stdbool.h>

#include "commands/demo.h"
#include "endpoints/service.h"
#include "shared/arena.h"
#include "shared/error.h"

/* While there is no administrator: makes the secret with which the first one is made on /setup. */
bool greeting_prepare(struct service *service, struct arena *arena, struct error *error) MUST_USE;

/* The address; the demo's accounts and links (demo may be NULL); the set-up secret; how commands find it. */
void greeting_print(const struct service *service, const struct demo *demo);

#endif
