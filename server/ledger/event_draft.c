#include "ledger/event_draft.h"

#include <stdio.h>

#include "ledger/submission.h"
#include "shared/moment.h"

static void add_numbers(struct json *json, const struct event_draft *draft)
{
    if (draft->happened_at && *draft->happened_at) {
        json_key(json, "offset_minutes");
        json_number(json, draft->offset_minutes);
    }
    if (draft->scanner_seq > 0) {
        json_member(json, "scanner_id", draft->scanner_id);
        json_key(json, "scanner_seq");
        json_number(json, draft->scanner_seq);
    }
    if (draft->clock_skew_ms) {
        json_key(json, "clock_skew_ms");
        json_number(json, draft->clock_skew_ms);
    }
    if (draft->names_revoked) {
        json_key(json, "revoked_label");
        json_raw(json, "true");
    }
    if (draft->not_theirs) {
        json_key(json, "not_theirs");
        json_raw(json, draft->not_theirs);
    }
    if (draft->undo_once) {
        json_key(json, "undo_once");
        json_raw(json, "true");
    }
    if (draft->detail && *draft->detail) {
        json_key(json, "detail");
        json_raw(json, draft->detail);
    }
}

void event_draft_add_marks(struct json *json, const struct event_draft *draft,
                           const uint8_t key[SECRET_KEY_SIZE])
{
    struct moment moment = {0};
    struct error  unreadable;
    uint8_t       mac[SUBMISSION_MAC_SIZE];
    char          text[3 + 2 * sizeof mac] = "\\x";
    bool          happened =
        draft->happened_at && *draft->happened_at && moment_parse(draft->happened_at, &moment, &unreadable);
    struct submission submission = {.event_id = draft->event_id,
                                    .actor_id = draft->actor_id,
                                    .kind = draft->kind,
                                    .named = draft->code && *draft->code ? draft->code : draft->alias,
                                    .step = draft->step,
                                    .reason = draft->reason,
                                    .to_id = draft->to_id,
                                    .place_id = draft->place_id,
                                    .corrects = draft->corrects,
                                    .repair_id = draft->repair_id,
                                    .scanner_id = draft->scanner_seq > 0 ? draft->scanner_id : NULL,
                                    .public_note = draft->public_note,
                                    .private_note = draft->private_note,
                                    .signature = draft->signature,
                                    .beside = draft->beside,
                                    .taker_id = draft->taker_id,
                                    .device_id = draft->device_id,
                                    .detail = draft->detail,
                                    .clock_skew_ms = draft->clock_skew_ms,
                                    .happened = happened,
                                    .happened_at_ms = moment.ms,
                                    .offset_minutes = happened ? draft->offset_minutes : 0,
                                    .scanner_seq = draft->scanner_seq};

    submission_mac(key, &submission, mac);
    for (size_t i = 0; i < sizeof mac; i++)
        snprintf(text + 2 + 2 * i, 3, "%02x", mac[i]);
    json_key(json, "said");
    json_number(json, submission_said(&submission));
    json_member(json, "mac", text);
}

static void add_draft(struct json *json, const struct event_draft *draft, const uint8_t *key)
{
    const struct {
        const char *key, *text;
    } members[] = {
        {"event_id", draft->event_id},
        {"actor", draft->actor_id},
        {"kind", draft->kind},
        {"device_id", draft->device_id},
        {"code", draft->code},
        {"alias", draft->alias},
        {"step", draft->step},
        {"reason", draft->reason},
        {"to", draft->to_id},
        {"place", draft->place_id},
        {"expected_from", draft->expected_from_id},
        {"happened_at", draft->happened_at},
        {"public_note", draft->public_note},
        {"private_note", draft->private_note},
        {"corrects", draft->corrects},
        {"repair_id", draft->repair_id},
        {"signature", draft->signature},
    };

    json_object_begin(json);
    for (size_t i = 0; i < COUNT_OF(members); i++)
        json_member(json, members[i].key, members[i].text);
    add_numbers(json, draft);
    event_draft_add_marks(json, draft, key);
    json_object_end(json);
}

void event_draft_list(struct buffer *out, const struct event_draft *drafts, size_t count,
                      const uint8_t key[SECRET_KEY_SIZE])
{
    struct json json;

    json_begin(&json, out);
    for (size_t i = 0; i < count; i++)
        add_draft(&json, &drafts[i], key);
}

void event_draft_compose(struct buffer *out, const struct event_draft *drafts, size_t count,
                         const uint8_t key[SECRET_KEY_SIZE])
{
    buffer_text(out, "[");
    event_draft_list(out, drafts, count, key);
    buffer_text(out, "]");
}
