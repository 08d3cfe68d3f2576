#include "ledger/seal_differs.h"

#include <stddef.h>
#include <string.h>

static const struct {
    enum entry_tag tag;
    size_t         at;
} numbers[] = {
    {TAG_DEVICE_SEQ, offsetof(struct seal_row, device_seq)},
    {TAG_KIND, offsetof(struct seal_row, kind_number)},
    {TAG_RECORDED_AT, offsetof(struct seal_row, recorded_ms)},
    {TAG_HAPPENED_AT, offsetof(struct seal_row, happened_ms)},
    {TAG_OFFSET, offsetof(struct seal_row, offset_minutes)},
    {TAG_STEP, offsetof(struct seal_row, step_number)},
    {TAG_REASON, offsetof(struct seal_row, reason_number)},
};

static const struct {
    enum entry_tag tag;
    size_t         at;
} ids[] = {
    {TAG_EVENT_ID, offsetof(struct seal_row, event_id)},
    {TAG_DEVICE, offsetof(struct seal_row, device_id)},
    {TAG_REPAIR, offsetof(struct seal_row, repair_id)},
    {TAG_TARGET, offsetof(struct seal_row, corrects)},
};

/* The commitments, and the column that the opening must begin with; none: the opening alone says it. */
static const struct {
    enum entry_tag tag;
    size_t         at;
    bool           begins, whole;
} values[] = {
    {TAG_HOLDER, offsetof(struct seal_row, to_id), true, false},
    {TAG_PLACE, offsetof(struct seal_row, place_id), true, false},
    {TAG_IDENTITY, 0, false, false},
    {TAG_RECORDER, offsetof(struct seal_row, actor_id), true, false},
    {TAG_PUBLIC_NOTE, 0, false, false},
    {TAG_PRIVATE_NOTE, 0, false, false},
    {TAG_DETAIL, offsetof(struct seal_row, detail), false, true},
    {TAG_SCANNER_SIGNATURE, 0, false, false},
};

static const char *text_at(const struct seal_row *row, size_t at)
{
    const char *text;

    memcpy(&text, (const char *)row + at, sizeof text);
    return text;
}

static int64_t number_at(const struct seal_row *row, size_t at)
{
    int64_t number;

    memcpy(&number, (const char *)row + at, sizeof number);
    return number;
}

static bool number_agrees(const struct entry *sealed, enum entry_tag tag, int64_t number)
{
    return tag == TAG_OFFSET ? entry_signed(sealed, tag) == number
                             : entry_number(sealed, tag) == (uint64_t)number;
}

static bool id_agrees(const struct entry_field *field, const char *text)
{
    uint8_t bytes[16];

    if (*text == '\0' || !field->value)
        return (*text == '\0') == (field->value == NULL);
    seal_uuid_bytes(text, bytes);
    return field->length == sizeof bytes && memcmp(field->value, bytes, sizeof bytes) == 0;
}

/* An opening names a party as "<id> <name>"; "" says that there is none any more. */
static bool names(const char *value, const char *id)
{
    size_t length = strlen(id);

    if (length == 0)
        return *value == '\0';
    return strncmp(value, id, length) == 0 && value[length] == ' ';
}

static bool custody_kept(const struct entry *sealed)
{
    const struct entry_field *before = &sealed->field[TAG_HOLDER_BEFORE], *after = &sealed->field[TAG_HOLDER];

    return before->value && after->value && memcmp(before->value, after->value, HASH_SIZE) == 0;
}

/* Without an opening: is one needed, or does the row say something that nobody sealed? */
static enum seal_fault without_opening(const struct seal_row *row, const struct entry *sealed, size_t n)
{
    enum entry_tag tag = values[n].tag;

    if (tag == TAG_HOLDER && custody_kept(sealed))
        return strcmp(row->from_id, row->to_id) == 0 ? FAULT_NONE : FAULT_FIELD;
    if (sealed->field[tag].value)
        return FAULT_GONE;
    if (tag == TAG_PLACE)
        return strcmp(row->place_id, row->before_place) == 0 || *row->before_seq == '\0' ? FAULT_NONE
                                                                                         : FAULT_FIELD;
    return values[n].whole && *text_at(row, values[n].at) ? FAULT_FIELD : FAULT_NONE;
}

static enum seal_fault value_differs(const struct seal_row *row, const struct seal_openings *openings,
                                     uint64_t erased, const struct entry *sealed, size_t n)
{
    enum entry_tag             tag = values[n].tag;
    const struct seal_opening *opening = seal_openings_find(openings, row->seq, tag);

    if (!opening)
        return erased >> tag & 1 ? FAULT_NONE : without_opening(row, sealed, n);
    if (!commitment_opens(sealed, tag, opening->value, strlen(opening->value), opening->salt) ||
        (values[n].begins && !names(opening->value, text_at(row, values[n].at))) ||
        (values[n].whole && strcmp(opening->value, text_at(row, values[n].at)) != 0))
        return FAULT_FIELD;
    return FAULT_NONE;
}

/* Keeps the first, and the tags of all. */
static void add(struct seal_difference *found, enum entry_tag tag, enum seal_fault fault)
{
    if (fault == FAULT_NONE)
        return;
    if (found->fault == FAULT_NONE)
        *found = (struct seal_difference){fault, tag, 0};
    else
        found->others |= UINT64_C(1) << tag; /* all tags are below 64 */
}

static enum seal_fault unless(bool agrees)
{
    return agrees ? FAULT_NONE : FAULT_FIELD;
}

struct seal_difference seal_differs(const struct seal_row *row, const struct seal_openings *openings,
                                    uint64_t erased, const struct entry *sealed)
{
    struct seal_difference found = {.fault = FAULT_NONE};

    for (size_t i = 0; i < COUNT_OF(ids); i++)
        add(&found, ids[i].tag, unless(id_agrees(&sealed->field[ids[i].tag], text_at(row, ids[i].at))));
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        add(&found, numbers[i].tag,
            unless(number_agrees(sealed, numbers[i].tag, number_at(row, numbers[i].at))));
    add(&found, TAG_FLAGS, unless(entry_number(sealed, TAG_FLAGS) == row->flags));
    for (size_t i = 0; i < COUNT_OF(values); i++)
        add(&found, values[i].tag, value_differs(row, openings, erased, sealed, i));
    return found;
}
