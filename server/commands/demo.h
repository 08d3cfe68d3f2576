/* demo.h: a small believable workshop, made by recording events as everybody does. */
#ifndef COMMANDS_DEMO_H
#define COMMANDS_DEMO_H

#include <stdbool.h>
#include <stddef.h>

#include "endpoints/service.h"
#include "shared/arena.h"
#include "shared/error.h"

#define DEMO_ACCOUNTS 5

struct demo {
    struct {
        const char *login, *password, *does;
    } accounts[DEMO_ACCOUNTS];
    size_t      account_count;
    const char *sticker; /* code of a label in use */
    const char *link;    /* secret of a tracking link */
};

/* Fills an empty ledger; gives the demo accounts new passwords, and one repair a new tracking link, at each
 * start. A ledger that holds something else is left alone, but for its demo accounts. */
bool demo_prepare(struct service *service, struct arena *arena, struct demo *demo,
                  struct error *error) MUST_USE;

#endif
