/* label_store.h: minted labels. */
#ifndef STORE_LABEL_STORE_H
#define STORE_LABEL_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "db/pool.h"
#include "shared/arena.h"
#include "shared/error.h"
#include "shared/label.h"

#define LABEL_BATCH_MOST 5000u

/* Mints `count` new codes as a batch. ERROR_CONFLICT: there is a batch of this name. actor_id may be NULL. */
bool label_store_mint(struct session *session, struct arena *arena, const char *batch, size_t count,
                      const char *actor_id, struct label *labels, struct error *error) MUST_USE;

/* The codes of a batch, in their order. ERROR_NOT_FOUND: no such batch. */
bool label_store_batch(struct session *session, struct arena *arena, const char *batch, struct label **labels,
                       size_t *count, struct error *error) MUST_USE;

/* *code: of the label of a place; a new one where it had none. ERROR_NOT_FOUND: there is no such place. */
bool label_store_place(struct session *session, struct arena *arena, const char *place_id,
                       const char *actor_id, const char **code, struct error *error) MUST_USE;

#endif
