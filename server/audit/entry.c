#include "audit/entry.h"

#include <string.h>

#include "audit/sha256.h"

#define EVENT         (1u << ENTRY_EVENT)
#define ERASURE       (1u << ENTRY_ERASURE)
#define CONFIGURATION (1u << ENTRY_CONFIGURATION)
#define GENESIS       (1u << ENTRY_GENESIS)
#define INCIDENT      (1u << ENTRY_INCIDENT)
#define ALL           (EVENT | ERASURE | CONFIGURATION | GENESIS | INCIDENT)

static const struct {
    const char *name;
    uint16_t    least, most; /* bytes of the value */
    unsigned    allowed, required;
} tags[ENTRY_TAG_COUNT] = {
    [TAG_EVENT_ID] = {"event_id", 16, 16, EVENT | ERASURE, EVENT | ERASURE},
    [TAG_DEVICE] = {"device", 16, 16, EVENT, EVENT},
    [TAG_DEVICE_SEQ] = {"device_seq", 4, 4, EVENT, EVENT},
    [TAG_PREVIOUS] = {"digest of the previous event", 32, 32, EVENT, EVENT},
    [TAG_KIND] = {"kind", 1, 1, EVENT, EVENT},
    [TAG_RECORDED_AT] = {"recorded_at", 8, 8, ALL, ALL},
    [TAG_HAPPENED_AT] = {"happened_at", 8, 8, EVENT, EVENT},
    [TAG_OFFSET] = {"UTC offset", 2, 2, EVENT, EVENT},
    [TAG_STEP] = {"step", 2, 2, EVENT, 0},
    [TAG_FLAGS] = {"flags", 1, 1, EVENT, 0},
    [TAG_REPAIR] = {"repair", 16, 16, EVENT, 0},
    [TAG_HOLDER_BEFORE] = {"holder before", 32, 32, EVENT, 0},
    [TAG_HOLDER] = {"holder", 32, 32, EVENT, EVENT},
    [TAG_PLACE] = {"place", 32, 32, EVENT, 0},
    [TAG_IDENTITY] = {"identity", 32, 32, EVENT, 0},
    [TAG_RECORDER] = {"recorder", 32, 32, EVENT | ERASURE, EVENT | ERASURE},
    [TAG_PUBLIC_NOTE] = {"public note", 32, 32, EVENT, 0},
    [TAG_PRIVATE_NOTE] = {"private note", 32, 32, EVENT, 0},
    [TAG_ATTACHMENTS] = {"attachments", 32, 32, EVENT, 0},
    [TAG_DETAIL] = {"detail", 32, 32, EVENT, 0},
    [TAG_GIVER_SIGNATURE] = {"signature of the giver", 32, 32, EVENT, 0},
    [TAG_SCANNER_SIGNATURE] = {"signature of the scanner", 32, 32, EVENT, 0},
    [TAG_TARGET] = {"target", 16, 16, EVENT | ERASURE, ERASURE},
    [TAG_ERASED] = {"erased fields", 1, 16, ERASURE, ERASURE},
    [TAG_REASON] = {"reason", 2, 2, EVENT | ERASURE, 0},
    [TAG_ORIGIN] = {"origin", 1, 200, GENESIS, GENESIS},
    [TAG_FORMAT] = {"format", 12, 12, GENESIS, GENESIS},
    [TAG_INCIDENT] = {"incident", 1, 1, INCIDENT, INCIDENT},
    [TAG_FROM_SIZE] = {"from size", 8, 8, INCIDENT, 0},
    [TAG_TO_SIZE] = {"to size", 8, 8, INCIDENT, 0},
    [TAG_VERIFIER_KEY] = {"verifier key", 1, 400, CONFIGURATION, CONFIGURATION},
};

static bool known_type(unsigned type)
{
    return type < 32 && (ALL & 1u << type) != 0;
}

const char *entry_tag_name(unsigned tag)
{
    return tag < ENTRY_TAG_COUNT ? tags[tag].name : NULL;
}

static bool check_field(enum entry_type type, unsigned tag, size_t length, struct error *error)
{
    if (tag >= ENTRY_TAG_COUNT || !(tags[tag].allowed & 1u << type))
        return error_set(error, ERROR_INVALID, "field %02X does not belong in an entry of type %02X", tag,
                         (unsigned)type);
    if (length < tags[tag].least || length > tags[tag].most)
        return error_set(error, ERROR_INVALID, "the field \"%s\" has %zu bytes", tags[tag].name, length);
    return true;
}

static bool check_required(const struct entry *entry, struct error *error)
{
    for (unsigned tag = 0; tag < ENTRY_TAG_COUNT; tag++)
        if (!entry->field[tag].value && (tags[tag].required & 1u << entry->type))
            return error_set(error, ERROR_INVALID, "the field \"%s\" is missing", tags[tag].name);
    if (entry->field[TAG_FLAGS].value && entry_number(entry, TAG_FLAGS) == 0)
        return error_set(error, ERROR_INVALID, "flags that are 0 are written");
    for (uint16_t i = 1; i < entry->field[TAG_ERASED].length; i++)
        if (entry->field[TAG_ERASED].value[i] <= entry->field[TAG_ERASED].value[i - 1])
            return error_set(error, ERROR_INVALID, "the erased fields are not in ascending order");
    if (entry->type == ENTRY_GENESIS &&
        memcmp(entry->field[TAG_FORMAT].value, ENTRY_FORMAT_NAME, sizeof ENTRY_FORMAT_NAME - 1) != 0)
        return error_set(error, ERROR_INVALID, "the log is not of the format " ENTRY_FORMAT_NAME);
    return true;
}

static bool parse_fields(struct entry *entry, struct error *error)
{
    unsigned previous = 0;

    for (size_t at = 0; at < entry->body_length;) {
        const uint8_t *field = entry->body + at;
        size_t         left = entry->body_length - at, length;

        if (left < 3)
            return error_set(error, ERROR_INVALID, "the entry ends in the middle of a field");
        length = (size_t)field[1] << 8 | field[2];
        if (length > left - 3)
            return error_set(error, ERROR_INVALID, "the entry ends in the middle of a field");
        if (field[0] <= previous)
            return error_set(error, ERROR_INVALID, "its fields are not in ascending order");
        if (!check_field(entry->type, field[0], length, error))
            return false;
        previous = field[0];
        entry->field[previous] = (struct entry_field){field + 3, (uint16_t)length};
        at += 3 + length;
    }
    return check_required(entry, error);
}

bool entry_parse(const uint8_t *bytes, size_t length, struct entry *entry, struct error *error)
{
    if (length < ENTRY_HEAD || length > ENTRY_MOST || memcmp(bytes, "SPR1", 4) != 0 || !known_type(bytes[4]))
        return error_set(error, ERROR_INVALID, "these %zu bytes do not begin as an entry does", length);
    *entry = (struct entry){
        .type = (enum entry_type)bytes[4], .body = bytes + ENTRY_HEAD, .body_length = length - ENTRY_HEAD};
    return parse_fields(entry, error);
}

uint64_t entry_number(const struct entry *entry, enum entry_tag tag)
{
    uint64_t value = 0;

    for (uint16_t i = 0; i < entry->field[tag].length && i < 8; i++)
        value = value << 8 | entry->field[tag].value[i];
    return value;
}

int64_t entry_signed(const struct entry *entry, enum entry_tag tag)
{
    uint64_t value = entry_number(entry, tag);

    return entry->field[tag].length == 2 ? (int16_t)(uint16_t)value : (int64_t)value;
}

void entry_begin(struct entry_writer *writer, enum entry_type type)
{
    *writer = (struct entry_writer){.length = ENTRY_HEAD};
    memcpy(writer->bytes, "SPR1", 4);
    writer->bytes[4] = (uint8_t)type;
}

void entry_put(struct entry_writer *writer, enum entry_tag tag, const void *value, size_t length)
{
    uint8_t *field = writer->bytes + writer->length;

    if (writer->failed || length > UINT16_MAX || length + 3 > ENTRY_MOST - writer->length) {
        writer->failed = true;
        return;
    }
    field[0] = (uint8_t)tag;
    field[1] = (uint8_t)(length >> 8);
    field[2] = (uint8_t)length;
    if (length > 0)
        memcpy(field + 3, value, length);
    writer->length += 3 + length;
}

void entry_put_number(struct entry_writer *writer, enum entry_tag tag, uint64_t value)
{
    uint8_t  bytes[8];
    uint16_t width = tags[tag].most;

    for (uint16_t i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> 8 * (width - 1 - i));
    entry_put(writer, tag, bytes, width);
}

bool entry_finish(const struct entry_writer *writer, struct error *error)
{
    struct entry entry;

    if (writer->failed)
        return error_set(error, ERROR_TOO_LARGE, "an entry is larger than %u bytes", ENTRY_MOST);
    return entry_parse(writer->bytes, writer->length, &entry, error);
}

void entry_digest(const struct entry *entry, uint8_t digest[HASH_SIZE])
{
    struct sha256 state WRITTEN_FIRST;

    sha256_begin(&state);
    sha256_add(&state, (const uint8_t[]){0x02}, 1);
    sha256_add(&state, entry->body, entry->body_length);
    sha256_end(&state, digest);
}
