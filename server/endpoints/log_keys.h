/* log_keys.h: the log's verifier keys, as the sealer's folder has them now: a rotation needs no restart. */
#ifndef ENDPOINTS_LOG_KEYS_H
#define ENDPOINTS_LOG_KEYS_H

#include "audit/note.h"
#include "endpoints/service.h"
#include "shared/arena.h"

#define LOG_KEYS_MOST 32u

/* The one in force first, then those before it; 0: the folder is not here. Where another process seals, they
 * count only if one of them signed the newest checkpoint: the folder may be left over from before. */
size_t log_keys(const struct service *service, struct session *session, struct arena *arena,
                struct note_key keys[LOG_KEYS_MOST]);

/* The one in force as a text; "" : sealed elsewhere. */
const char *log_keys_current(const struct service *service, struct session *session, struct arena *arena);

#endif
