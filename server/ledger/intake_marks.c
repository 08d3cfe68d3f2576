#include "ledger/intake_marks.h"

#include <stdio.h>

#include "shared/label.h"
#include "shared/uuid.h"

static void add_one(struct json *json, const char *kind, const struct event_draft *draft, const uint8_t *key)
{
    json_key(json, kind);
    json_object_begin(json);
    json_member(json, "event_id", draft->event_id);
    json_member(json, "beside", draft->beside);
    event_draft_add_marks(json, draft, key);
    json_object_end(json);
}

void intake_marks_add(struct json *json, const struct event_draft *received, const char *label,
                      const uint8_t key[SECRET_KEY_SIZE])
{
    static const char *const beside[] = {"closed", "registered", "label_linked"};
    struct event_draft       draft = *received;
    char                     detail[32 + LABEL_SYMBOLS];

    snprintf(detail, sizeof detail, "{\"label\": \"%.*s\"}", LABEL_SYMBOLS, label);
    json_key(json, "events");
    json_object_begin(json);
    draft.kind = "received";
    add_one(json, draft.kind, &draft, key);
    for (size_t i = 0; i < COUNT_OF(beside); i++) {
        bool earlier = i == 0; /* a visit that is over is closed now, whatever the intake says */
        char event_id[UUID_SIZE];

        uuid_make(event_id);
        draft = (struct event_draft){.event_id = event_id,
                                     .actor_id = received->actor_id,
                                     .kind = beside[i],
                                     .beside = received->event_id,
                                     .happened_at = earlier ? NULL : received->happened_at,
                                     .detail = i == 2 ? detail : NULL};
        add_one(json, draft.kind, &draft, key);
    }
    json_object_end(json);
}
