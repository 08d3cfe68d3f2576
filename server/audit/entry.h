/*
 * entry.h: what is hashed into the ledger's tree for each fact. A leaf holds no personal data: people, places
 * and texts are commitments (commitment.h).
 *
 *   entry = "SPR1" | type u8 | body          body = fields, tags strictly ascending, each at most once
 *   field = tag u8 | length u16 | value      integers are big-endian
 *
 * Anything else is not canonical and is refused. docs/ledger.md describes the format for other programs.
 */
#ifndef AUDIT_ENTRY_H
#define AUDIT_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/compiler.h"
#include "shared/error.h"

#define ENTRY_MOST      4096u /* bytes of an entry */
#define ENTRY_HEAD      5u    /* bytes before the body */
#define ENTRY_TAG_COUNT 0x50u
#define HASH_SIZE       32u /* bytes of SHA-256 */

enum entry_type {
    ENTRY_EVENT = 0x01,
    ENTRY_ERASURE = 0x02,
    ENTRY_CONFIGURATION = 0x05,
    ENTRY_GENESIS = 0x06,
    ENTRY_INCIDENT = 0x07
};

enum entry_incident {
    INCIDENT_BEHIND =
        1, /* the database was older than the log: entries from size to size had no row any more */
    INCIDENT_CLOCK = 2
};

enum entry_tag {
    TAG_EVENT_ID = 0x01,
    TAG_DEVICE = 0x02,
    TAG_DEVICE_SEQ = 0x03,
    TAG_PREVIOUS = 0x04, /* digest of this device's previous body; zeros at device_seq 0 */
    TAG_KIND = 0x05,
    TAG_RECORDED_AT = 0x06, /* milliseconds since 1970 */
    TAG_HAPPENED_AT = 0x07,
    TAG_OFFSET = 0x08, /* minutes east of UTC, signed */
    TAG_STEP = 0x09,   /* number of the step after */
    TAG_FLAGS = 0x0A,  /* absent when 0 */
    TAG_REPAIR = 0x0B,
    TAG_HOLDER_BEFORE = 0x10, /* byte-identical to tag 11 of the device's previous entry */
    TAG_HOLDER = 0x11,        /* C('P'): a fresh one only when custody changes, else equal to tag 10 */
    TAG_PLACE = 0x12,       /* C('L'): only when the place changed; an empty value says "no place any more" */
    TAG_IDENTITY = 0x13,    /* C('D'): at device_seq 0 */
    TAG_RECORDER = 0x14,    /* C('R') */
    TAG_PUBLIC_NOTE = 0x15, /* C('N') */
    TAG_PRIVATE_NOTE = 0x16,
    TAG_ATTACHMENTS = 0x17,       /* C('F') */
    TAG_DETAIL = 0x18,            /* C('T'): the facts without a field of their own, as the rows show them */
    TAG_GIVER_SIGNATURE = 0x20,   /* C('S') */
    TAG_SCANNER_SIGNATURE = 0x21, /* C('S'): key, signature and what was signed */
    TAG_TARGET = 0x30,            /* the event that this one corrects or erases from */
    TAG_ERASED = 0x31,            /* the tags whose openings were destroyed, ascending */
    TAG_REASON = 0x32,
    TAG_ORIGIN = 0x42,
    TAG_FORMAT = 0x43, /* "spoor-log/v1" */
    TAG_INCIDENT = 0x44,
    TAG_FROM_SIZE = 0x45,
    TAG_TO_SIZE = 0x46,
    TAG_VERIFIER_KEY = 0x47 /* of a configuration: the key that signs from the next checkpoint on */
};

#define ENTRY_FORMAT_NAME "spoor-log/v1"

struct entry_field {
    const uint8_t *value; /* NULL: absent; points into the bytes that were read */
    uint16_t       length;
};

struct entry {
    enum entry_type    type;
    struct entry_field field[ENTRY_TAG_COUNT];
    const uint8_t     *body;
    size_t             body_length;
};

/* Reads and checks the encoding: types, tags, order, exact lengths, required fields. The entry points into
 * `bytes`. ERROR_INVALID says what is not canonical. */
bool entry_parse(const uint8_t *bytes, size_t length, struct entry *entry, struct error *error) MUST_USE;

/* The value of an integer field; 0 when it is absent. Offsets are read with entry_signed. */
uint64_t entry_number(const struct entry *entry, enum entry_tag tag);
int64_t  entry_signed(const struct entry *entry, enum entry_tag tag);

/* Writing: begin, put the fields in ascending order of their tags, finish. Mistakes are remembered and told
 * by entry_finish, which checks the result as a reader would. */
struct entry_writer {
    uint8_t bytes[ENTRY_MOST];
    size_t  length;
    bool    failed;
};
void entry_begin(struct entry_writer *writer, enum entry_type type);
void entry_put(struct entry_writer *writer, enum entry_tag tag, const void *value, size_t length);
void entry_put_number(struct entry_writer *writer, enum entry_tag tag, uint64_t value);
bool entry_finish(const struct entry_writer *writer, struct error *error) MUST_USE;

/* SHA-256(0x02 | body): links a device's events to each other. */
void entry_digest(const struct entry *entry, uint8_t digest[HASH_SIZE]);

/* "holder after" of TAG_HOLDER, for messages; NULL for a tag that does not exist. */
const char *entry_tag_name(unsigned tag);

#endif
