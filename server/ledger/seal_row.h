/*
 * seal_row.h: a row of the ledger with its openings, and the entry that it becomes. The sealer builds entries
 * this way; the auditor's pages build them again and compare.
 */
#ifndef LEDGER_SEAL_ROW_H
#define LEDGER_SEAL_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/commitment.h"
#include "audit/entry.h"
#include "db/query.h"
#include "ledger/submission.h"
#include "shared/arena.h"
#include "shared/error.h"

/* Texts are as the database writes them, "" for nothing; they live as long as the rows. */
struct seal_row {
    int64_t     seq, device_seq, recorded_ms, happened_ms, offset_minutes, scanner_seq;
    int64_t     kind_number, step_number, reason_number; /* 0: none */
    unsigned    flags, said;
    int64_t     beside_seq; /* of the event that SAID_BESIDE names */
    const char *beside_kind, *beside_device;
    const char *event_id, *device_id, *kind, *actor_id, *scanner_id, *from_id, *to_id, *place_id, *step,
        *reason, *corrects, *repair_id, *detail, *named, *mac, *before_to, *before_place, *before_step,
        *before_seq;
};

struct seal_opening {
    int64_t     seq;
    unsigned    tag;
    const char *value;
    uint8_t     salt[SALT_SIZE];
};

/* All openings of some rows, ascending by seq and tag. */
struct seal_openings {
    const struct seal_opening *list;
    size_t                     count;
};

/* The device's entry before this one. */
struct seal_link {
    uint32_t device_seq;
    uint8_t  digest[HASH_SIZE];
    uint8_t  holder[HASH_SIZE];
    bool lost; /* its row may be missing: the database was restored from an older copy, and an incident says
                  so */
};

/* What is lawfully gone: bit n is set when the opening of tag n was erased; then the commitment comes from
 * the entry that was sealed. */
struct seal_erased {
    uint64_t            tags;
    const struct entry *sealed; /* NULL when nothing is erased */
};

/* A row of sql/queries/seal_events.sql or seal_device_events.sql. */
void seal_row_read(const struct rows *rows, size_t n, struct seal_row *row);

/* The rows of sql/queries/seal_openings.sql. ERROR_INTERNAL: a salt is not 32 bytes. */
bool seal_openings_read(const struct rows *rows, struct arena *arena, struct seal_openings *openings,
                        struct error *error) MUST_USE;

const struct seal_opening *seal_openings_find(const struct seal_openings *openings, int64_t seq,
                                              unsigned tag);

/* The field of which the word does not belong to its number (audit/words.h): TAG_KIND, TAG_STEP, TAG_REASON;
 * 0: none. Entries hold the numbers, which tables of the database give. */
unsigned seal_row_wrong_word(const struct seal_row *row);

/* Whether the row carries the mark of who recorded it (submission.h). */
bool seal_row_is_ours(const struct seal_row *row, const struct seal_openings *openings,
                      const uint8_t service_key[SECRET_KEY_SIZE]);

/* The entry; `before` is NULL for a device's first event. ERROR_CONFLICT says what does not follow: a gap in
 * device_seq, a holder that was not the holder before, an opening that is missing or says something else. */
bool seal_row_build(const struct seal_row *row, const struct seal_openings *openings,
                    const struct seal_link *before, const struct seal_erased *erased,
                    struct entry_writer *writer, struct error *error) MUST_USE;

/* The row of sql/queries/seal_notices.sql as an entry; `origin` is the log's name. `recorder`: the commitment
 * to whom a restore has lost (HASH_SIZE bytes), or NULL. */
bool seal_notice_build(const struct rows *rows, size_t n, const struct seal_openings *openings,
                       const char *origin, const uint8_t *recorder, struct entry_writer *writer,
                       struct error *error) MUST_USE;

/* Whether an erasure carries the mark of the service (submission.h). */
bool seal_notice_is_ours(const struct rows *rows, size_t n, const uint8_t service_key[SECRET_KEY_SIZE]);

/* 16 bytes of a uuid in canonical form. */
void seal_uuid_bytes(const char *text, uint8_t bytes[16]);

#endif
