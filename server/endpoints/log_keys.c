#include "endpoints/log_keys.h"

#include <string.h>

#include "audit/checkpoint.h"
#include "ledger/log_store.h"
#include "ledger/seal_log.h"

static bool signed_newest(struct session *session, struct arena *arena, const struct note_key *keys,
                          size_t count)
{
    struct log_head   head;
    struct checkpoint opened;
    struct error      none = {0};

    return log_store_head(session, arena, &head, &none) &&
           (head.size == 0 || checkpoint_open(head.note, strlen(head.note), keys, count, &opened, &none));
}

size_t log_keys(const struct service *service, struct session *session, struct arena *arena,
                struct note_key keys[LOG_KEYS_MOST])
{
    size_t count = seal_log_read_keys(service->config->seal_folder, keys, LOG_KEYS_MOST);

    return service->config->seal || count == 0 || signed_newest(session, arena, keys, count) ? count : 0;
}

const char *log_keys_current(const struct service *service, struct session *session, struct arena *arena)
{
    struct note_key keys[LOG_KEYS_MOST];
    char           *text;

    if (log_keys(service, session, arena, keys) == 0)
        return "";
    text = arena_take(arena, NOTE_KEY_SIZE);
    note_key_format(&keys[0], text);
    return text;
}
