/*
 * submission.h: the mark that the service puts on each event that it records, with a key that is not in the
 * database: a row that somebody wrote by hand, or changed before it was sealed, does not carry it.
 *
 * HMAC-SHA-256 over what was submitted and by whom: for each value that was said, in the order of the table
 * in submission.c, "number u8 | length u32 | text". Ids in canonical form, times as milliseconds since 1970,
 * numbers decimal. The device itself is covered as the code or number by which it was called, or by its id
 * when the sender gave that; the detail in its canonical form (render/json_read.h), without the members that
 * the database derives. A change of this is another form: db/migrate.h, MARK_FORM.
 */
#ifndef LEDGER_SUBMISSION_H
#define LEDGER_SUBMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/compiler.h"
#include "store/secret.h"

#define SUBMISSION_MAC_SIZE 32u /* bytes */

/* Members of an event's detail that record_events() writes: no sender may give them. */
#define EVENT_DETAIL_DERIVED "skipped claimed"

/* Values whose column holds something even when the sender did not say it: the bits of spoor.event.said. */
enum submission_said {
    SAID_STEP = 1,
    SAID_TO = 2,
    SAID_PLACE = 4,
    SAID_HAPPENED_AT = 8,
    SAID_REPAIR = 16,
    SAID_DEVICE = 32,
    SAID_BESIDE = 64, /* the row has it where `named` would stand */
    SAID_TAKER = 128  /* the row has it as the receiver */
};

/* NULL or "": not said. */
struct submission {
    const char *event_id, *actor_id, *kind;
    const char *named; /* code, serial number or asset tag */
    const char *device_id;
    const char *detail; /* a JSON object; its derived members do not count */
    const char *step, *reason, *to_id, *place_id, *corrects, *repair_id, *scanner_id;
    const char *public_note, *private_note, *signature;
    const char *beside;   /* the event_id of the intake that records this, too: it stands right before that */
    const char *taker_id; /* party of who submits it, who takes the device over where nobody else is said */
    bool        happened; /* whether happened_at_ms was said */
    int64_t     happened_at_ms, offset_minutes, scanner_seq;
    int64_t     clock_skew_ms; /* 0: as the detail says, which is where the row has it */
};

/* Derived from the service's key, so that no key serves two purposes. */
void submission_mac(const uint8_t service_key[SECRET_KEY_SIZE], const struct submission *submission,
                    uint8_t mac[SUBMISSION_MAC_SIZE]);

/* The same for the erasure of an event's values: `tags` as "17 21", ascending; `notice_id` of version 7,
 * which says when: such a mark is of no use later. */
void submission_erasure_mac(const uint8_t service_key[SECRET_KEY_SIZE], const char *event_id,
                            const char *tags, const char *actor_id, const char *reason, const char *notice_id,
                            uint8_t mac[SUBMISSION_MAC_SIZE]);

/* The same for what an erasure left of an event's detail: `rest` is its SHA-256, in hexadecimal digits. */
void submission_rest_mac(const uint8_t service_key[SECRET_KEY_SIZE], const char *event_id, const char *rest,
                         uint8_t mac[SUBMISSION_MAC_SIZE]);

unsigned submission_said(const struct submission *submission);

#endif
