#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/sha256.h"
#include "audit/words.h"
#include "verify/bundle_parts.h"
#include "verify/row_text.h"

enum member {
    SEQ,
    EVENT_ID,
    DEVICE_ID,
    DEVICE_SEQ,
    KIND,
    KIND_NUMBER,
    RECORDED_AT,
    HAPPENED_AT,
    OFFSET,
    STEP,
    STEP_NUMBER,
    FLAGS,
    REPAIR_ID,
    HOLDER,
    PLACE,
    DEVICE,
    RECORDER,
    PUBLIC_NOTE,
    PRIVATE_NOTE,
    DETAIL,
    CORRECTS,
    REASON,
    REASON_NUMBER
};

static const struct json_name names[ROW_MEMBERS] = {
    JSON_NAME("seq"),          JSON_NAME("event_id"),     JSON_NAME("device_id"),
    JSON_NAME("device_seq"),   JSON_NAME("kind"),         JSON_NAME("kind_number"),
    JSON_NAME("recorded_at"),  JSON_NAME("happened_at"),  JSON_NAME("offset_minutes"),
    JSON_NAME("step"),         JSON_NAME("step_number"),  JSON_NAME("flags"),
    JSON_NAME("repair_id"),    JSON_NAME("holder"),       JSON_NAME("place"),
    JSON_NAME("device"),       JSON_NAME("recorder"),     JSON_NAME("public_note"),
    JSON_NAME("private_note"), JSON_NAME("detail"),       JSON_NAME("corrects"),
    JSON_NAME("reason"),       JSON_NAME("reason_number")};

void bundle_rows_next(struct run *run)
{
    const char *line;
    size_t      length;
    uint64_t    seq;

    for (run->has_row = false; !run->has_row && part_file_line(&run->rows, &line, &length);) {
        if (!line || !json_line_parse(line, length, names, ROW_MEMBERS, run->row) ||
            !json_line_number(&run->row[SEQ], &seq)) {
            finding_add(run->findings, FINDING_ENCODING, FINDING_NOWHERE, "line %" PRIu64 " of events.jsonl",
                        run->rows.line);
            continue;
        }
        if (run->check->rows > 0 && seq <= run->row_seq)
            finding_add(run->findings, FINDING_ENCODING, seq,
                        "line %" PRIu64 " of events.jsonl is not in order", run->rows.line);
        run->row_seq = seq;
        run->check->rows++;
        run->has_row = true;
    }
}

struct comparing {
    struct run                *run;
    const struct entry        *entry;
    const struct device_state *device;
    uint64_t                   seq;
};

static void differs(const struct comparing *comparing, enum member member)
{
    const struct json_value *given = &comparing->run->row[member];

    finding_add(comparing->run->findings, FINDING_VALUE, comparing->seq, "%.*s in the row reads %.*s",
                (int)names[member].length - 2, names[member].text,
                (int)(given->length < 120 ? given->length : 120), given->text);
}

static void expect(const struct comparing *comparing, enum member member, const char *expected, size_t length)
{
    if (!json_line_is(&comparing->run->row[member], expected, length))
        differs(comparing, member);
}

static void expect_null(const struct comparing *comparing, enum member member)
{
    expect(comparing, member, "null", 4);
}

static void expect_number(const struct comparing *comparing, enum member member, enum entry_tag tag)
{
    char    text[ROW_TEXT_SIZE];
    int64_t number = tag == TAG_OFFSET ? entry_signed(comparing->entry, tag)
                                       : (int64_t)entry_number(comparing->entry, tag);

    expect(comparing, member, text, row_text_number(number, text));
}

static void expect_uuid(const struct comparing *comparing, enum member member, enum entry_tag tag)
{
    const uint8_t *id = comparing->entry->field[tag].value;
    char           text[ROW_TEXT_SIZE];

    if (id)
        expect(comparing, member, text, row_text_uuid(id, text));
    else
        expect_null(comparing, member);
}

static void expect_moment(const struct comparing *comparing, enum member member, enum entry_tag tag)
{
    char text[ROW_TEXT_SIZE] WRITTEN_FIRST;

    expect(comparing, member, text, row_text_moment((int64_t)entry_number(comparing->entry, tag), text));
}

static void expect_erased(const struct comparing *comparing, enum member member, uint64_t seq)
{
    char text[ROW_TEXT_SIZE] WRITTEN_FIRST;

    expect(comparing, member, text, row_text_erased(seq, text));
}

static struct own_name *find_own_name(struct run *run, bool is_step, uint64_t number)
{
    for (size_t i = 0; i < run->own_name_count; i++)
        if (run->own_names[i].is_step == is_step && run->own_names[i].number == number)
            return &run->own_names[i];
    return NULL;
}

/* A number that the desk gave out: its name is not sealed, but one number has one name. */
static void check_own_name(const struct comparing *comparing, enum member member, uint64_t number)
{
    struct run              *run = comparing->run;
    const struct json_value *given = &run->row[member];
    struct own_name         *own = find_own_name(run, member == STEP, number);

    if (own) {
        expect(comparing, member, own->name, strlen(own->name));
        return;
    }
    if (given->length >= OWN_NAME_SIZE || given->text[0] != '"' || run->own_name_count == OWN_NAMES_MOST) {
        differs(comparing, member);
        return;
    }
    own = &run->own_names[run->own_name_count++];
    *own = (struct own_name){.is_step = member == STEP, .number = number};
    memcpy(own->name, given->text, given->length);
    finding_add(run->findings, FINDING_NAME, comparing->seq, "%s %" PRIu64 " is called %s",
                member == STEP ? "step" : "reason", number, own->name);
}

static void expect_word(const struct comparing *comparing, enum member member, enum member number_member,
                        enum entry_tag tag, const char *(*word)(uint64_t number))
{
    const struct json_value *given = &comparing->run->row[member];
    uint64_t                 number = entry_number(comparing->entry, tag);
    const char              *known = word(number);

    if (!comparing->entry->field[tag].value) {
        expect_null(comparing, member);
        expect_null(comparing, number_member);
        return;
    }
    expect_number(comparing, number_member, tag);
    if (!known && member != KIND)
        check_own_name(comparing, member, number);
    else if (!known || given->length != strlen(known) + 2 || given->text[0] != '"' ||
             memcmp(given->text + 1, known, given->length - 2) != 0)
        differs(comparing, member);
}

static void expect_known(const struct comparing *comparing, enum member member,
                         const struct known_value *known)
{
    const struct json_value *given = &comparing->run->row[member];
    uint8_t                  hash[HASH_SIZE];

    if (known->state == VALUE_NONE)
        expect_null(comparing, member);
    if (known->state == VALUE_ERASED)
        expect_erased(comparing, member, known->erased_by);
    if (known->state != VALUE_TEXT)
        return;
    sha256(given->text, given->length, hash);
    if (memcmp(hash, known->hash, HASH_SIZE) != 0)
        differs(comparing, member);
}

/* A value of this very entry: as opened, erased, or not there. */
static void expect_opened(const struct comparing *comparing, enum member member, enum entry_tag tag)
{
    const struct run *run = comparing->run;

    if (!comparing->entry->field[tag].value)
        expect_null(comparing, member);
    else if (bundle_is_erased(run, tag))
        expect_erased(comparing, member, run->target->erased_by[tag]);
    else if (run->opened >> tag & 1)
        expect(comparing, member, run->raw[tag].text, run->raw[tag].length);
}

static void compare(const struct comparing *comparing)
{
    expect_uuid(comparing, EVENT_ID, TAG_EVENT_ID);
    expect_uuid(comparing, DEVICE_ID, TAG_DEVICE);
    expect_number(comparing, DEVICE_SEQ, TAG_DEVICE_SEQ);
    expect_word(comparing, KIND, KIND_NUMBER, TAG_KIND, words_kind);
    expect_moment(comparing, RECORDED_AT, TAG_RECORDED_AT);
    expect_moment(comparing, HAPPENED_AT, TAG_HAPPENED_AT);
    expect_number(comparing, OFFSET, TAG_OFFSET);
    expect_word(comparing, STEP, STEP_NUMBER, TAG_STEP, words_step);
    expect_number(comparing, FLAGS, TAG_FLAGS);
    expect_uuid(comparing, REPAIR_ID, TAG_REPAIR);
    expect_known(comparing, HOLDER, &comparing->device->holder_value);
    expect_known(comparing, PLACE, &comparing->device->place_value);
    expect_opened(comparing, DEVICE, TAG_IDENTITY);
    expect_opened(comparing, RECORDER, TAG_RECORDER);
    expect_opened(comparing, PUBLIC_NOTE, TAG_PUBLIC_NOTE);
    expect_opened(comparing, PRIVATE_NOTE, TAG_PRIVATE_NOTE);
    expect_opened(comparing, DETAIL, TAG_DETAIL);
    expect_uuid(comparing, CORRECTS, TAG_TARGET);
    expect_word(comparing, REASON, REASON_NUMBER, TAG_REASON, words_reason);
}

void bundle_row_words(const struct run *run, uint64_t seq, struct json_part *step, struct json_part *reason)
{
    if (!run->has_row || run->row_seq != seq)
        return;
    *step = (struct json_part){run->row[STEP].text, run->row[STEP].length};
    *reason = (struct json_part){run->row[REASON].text, run->row[REASON].length};
}

void bundle_rows_check(struct run *run, const struct entry *entry, uint64_t seq,
                       const struct device_state *device)
{
    bool found = false;

    for (; run->has_row && run->row_seq <= seq; bundle_rows_next(run)) {
        if (run->row_seq < seq)
            continue; /* told when it was read: it is not in order */
        if (found || !entry || entry->type != ENTRY_EVENT || !bundle_in_scope(run, entry))
            finding_add(run->findings, FINDING_SMUGGLED, seq, "a row that the bundle's scope does not have");
        else
            compare(&(struct comparing){run, entry, device, seq});
        found = true;
    }
    if (!found && entry && entry->type == ENTRY_EVENT && bundle_in_scope(run, entry))
        finding_add(run->findings, FINDING_MISSING, seq, "its row");
}

void bundle_rows_end(struct run *run)
{
    for (; run->has_row; bundle_rows_next(run))
        finding_add(run->findings, FINDING_SMUGGLED, run->row_seq, "a row behind the end of the log");
}
