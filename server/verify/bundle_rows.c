#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "render/json.h"
#include "shared/moment.h"
#include "verify/bundle_parts.h"
#include "verify/words.h"

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

static const char *const names[ROW_MEMBERS] = {
    "seq",          "event_id",    "device_id",      "device_seq", "kind",         "kind_number",
    "recorded_at",  "happened_at", "offset_minutes", "step",       "step_number",  "flags",
    "repair_id",    "holder",      "place",          "device",     "recorder",     "public_note",
    "private_note", "detail",      "corrects",       "reason",     "reason_number"};

void bundle_rows_next(struct run *run)
{
    uint64_t seq;

    for (run->has_row = false; !run->has_row && json_lines_next(&run->rows);) {
        if (!json_line_parse(run->rows.line, run->rows.length, names, ROW_MEMBERS, run->row) ||
            !json_line_number(&run->row[SEQ], &seq)) {
            finding_add(run->findings, FINDING_ENCODING, FINDING_NOWHERE, "line %" PRIu64 " of events.jsonl",
                        run->rows.number);
            continue;
        }
        if (run->check->rows > 0 && seq <= run->row_seq)
            finding_add(run->findings, FINDING_ENCODING, seq,
                        "line %" PRIu64 " of events.jsonl is not in order", run->rows.number);
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
    finding_add(comparing->run->findings, FINDING_VALUE, comparing->seq, "\"%s\" in the row reads %.*s",
                names[member],
                (int)(comparing->run->row[member].length < 120 ? comparing->run->row[member].length : 120),
                comparing->run->row[member].text);
}

static void expect(const struct comparing *comparing, enum member member, const char *expected)
{
    if (!json_line_is(&comparing->run->row[member], expected))
        differs(comparing, member);
}

static void expect_number(const struct comparing *comparing, enum member member, enum entry_tag tag)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, entry_signed(comparing->entry, tag));
    if (tag != TAG_OFFSET)
        snprintf(text, sizeof text, "%" PRIu64, entry_number(comparing->entry, tag));
    expect(comparing, member, text);
}

static void expect_uuid(const struct comparing *comparing, enum member member, enum entry_tag tag)
{
    const uint8_t *id = comparing->entry->field[tag].value;
    char           hex[33], text[40] = "null";

    if (id) {
        sodium_bin2hex(hex, sizeof hex, id, 16);
        snprintf(text, sizeof text, "\"%.8s-%.4s-%.4s-%.4s-%.12s\"", hex, hex + 8, hex + 12, hex + 16,
                 hex + 20);
    }
    expect(comparing, member, text);
}

static void expect_moment(const struct comparing *comparing, enum member member, enum entry_tag tag)
{
    char moment[MOMENT_SIZE], text[MOMENT_SIZE + 2];

    moment_format_utc((int64_t)entry_number(comparing->entry, tag), moment);
    snprintf(text, sizeof text, "\"%s\"", moment);
    expect(comparing, member, text);
}

/* A number that the desk gave out: its name is not sealed, but one number has one name. */
static void check_own_name(const struct comparing *comparing, enum member member, uint64_t number)
{
    struct run              *run = comparing->run;
    const struct json_value *given = &run->row[member];

    for (size_t i = 0; i < run->own_name_count; i++)
        if (run->own_names[i].is_step == (member == STEP) && run->own_names[i].number == number) {
            expect(comparing, member, run->own_names[i].name);
            return;
        }
    if (given->length >= OWN_NAME_SIZE || given->text[0] != '"' || run->own_name_count == OWN_NAMES_MOST) {
        differs(comparing, member);
        return;
    }
    run->own_names[run->own_name_count].is_step = member == STEP;
    run->own_names[run->own_name_count].number = number;
    snprintf(run->own_names[run->own_name_count++].name, OWN_NAME_SIZE, "%.*s", (int)given->length,
             given->text);
    finding_add(run->findings, FINDING_NAME, comparing->seq, "%s %" PRIu64 " is called %.*s", names[member],
                number, (int)given->length, given->text);
}

static void expect_word(const struct comparing *comparing, enum member member, enum member number_member,
                        enum entry_tag tag, const char *(*word)(uint64_t number))
{
    uint64_t    number = entry_number(comparing->entry, tag);
    const char *known = word(number);
    char        text[64];

    if (!comparing->entry->field[tag].value) {
        expect(comparing, member, "null");
        expect(comparing, number_member, "null");
        return;
    }
    expect_number(comparing, number_member, tag);
    snprintf(text, sizeof text, "\"%s\"", known ? known : "");
    if (known)
        expect(comparing, member, text);
    else if (member == KIND)
        differs(comparing, member);
    else
        check_own_name(comparing, member, number);
}

static void expect_known(const struct comparing *comparing, enum member member,
                         const struct known_value *known)
{
    const struct json_value *given = &comparing->run->row[member];
    uint8_t                  hash[HASH_SIZE];
    char                     erased[48];

    if (known->state == VALUE_NONE)
        expect(comparing, member, "null");
    if (known->state == VALUE_ERASED) {
        snprintf(erased, sizeof erased, "{\"erased\": %" PRIu64 "}", known->erased_by);
        expect(comparing, member, erased);
    }
    if (known->state != VALUE_TEXT)
        return;
    crypto_hash_sha256(hash, (const uint8_t *)given->text, given->length);
    if (memcmp(hash, known->hash, HASH_SIZE) != 0)
        differs(comparing, member);
}

/* A value of this very entry: as opened, erased, or not there. */
static void expect_opened(const struct comparing *comparing, enum member member, enum entry_tag tag)
{
    const struct opened *opened = &comparing->run->opened[tag];
    const struct target *target =
        id_map_find(comparing->run->targets, comparing->entry->field[TAG_EVENT_ID].value);
    char erased[48];

    if (!comparing->entry->field[tag].value) {
        expect(comparing, member, "null");
    } else if (target && target->erased >> tag & 1) {
        snprintf(erased, sizeof erased, "{\"erased\": %" PRIu64 "}", target->erased_by[tag]);
        expect(comparing, member, erased);
    } else if (opened->present) {
        expect(comparing, member, opened->raw.text);
    }
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
