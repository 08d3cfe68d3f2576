/* event_draft.h: an event as it is submitted, and its form for the SQL function record_events(). */
#ifndef LEDGER_EVENT_DRAFT_H
#define LEDGER_EVENT_DRAFT_H

#include <stddef.h>
#include <stdint.h>

#include "render/json.h"
#include "shared/buffer.h"
#include "store/secret.h"

/* What is submitted. NULL or "": not said. Texts are valid UTF-8, ids canonical uuids. */
struct event_draft {
    const char *event_id, *actor_id, *kind;
    const char *taker_id; /* party of the actor, who takes the device over where no receiver is said; NULL:
                             the database says */
    const char *beside;   /* event_id of the intake that records this, too */
    const char *device_id, *code, *alias; /* one of them says which device */
    const char *step, *reason, *to_id, *place_id, *expected_from_id;
    const char *happened_at;    /* RFC 3339 with offset; not said: when it is recorded */
    int         offset_minutes; /* of happened_at */
    const char *scanner_id;
    int64_t     scanner_seq; /* 0: not from a scanner */
    const char *public_note, *private_note, *corrects, *repair_id;
    const char *detail;        /* a JSON object */
    int64_t     clock_skew_ms; /* server's clock minus the scanner's, as the scanner knew it; 0: not said */
    bool        names_revoked; /* the label that named the place or the receiver was revoked */
    const char *not_theirs;    /* of a correction: a JSON object, from each kind that its sender may not take
                                  back to the sentence that says so */
    bool        undo_once;     /* from a page: what was undone before is not undone again */
    const char *signature;     /* "ed25519", key, signature and statement, as docs/ledger.md says */
};

/* The drafts as record_events() takes them, each marked with the service's key (submission.h). */
void event_draft_compose(struct buffer *out, const struct event_draft *drafts, size_t count,
                         const uint8_t key[SECRET_KEY_SIZE]);

/* The same without the brackets of the array. */
void event_draft_list(struct buffer *out, const struct event_draft *drafts, size_t count,
                      const uint8_t key[SECRET_KEY_SIZE]);

/* The marks alone, "said" and "mac", as members of an object: for events that another function composes. */
void event_draft_add_marks(struct json *json, const struct event_draft *draft,
                           const uint8_t key[SECRET_KEY_SIZE]);

#endif
