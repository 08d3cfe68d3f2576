#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "verify/bundle_parts.h"

/* The next line; lines that are not in order or not well formed are told and passed over. */
void bundle_openings_next(struct run *run)
{
    static const char *const names[] = {"seq", "tag", "value", "salt"};
    struct json_value        values[4];
    uint64_t                 seq, tag;
    size_t                   got;

    for (run->has_opening = false; !run->has_opening && json_lines_next(&run->openings);) {
        run->opening_value.length = run->opening_raw.length = 0;
        if (!json_line_parse(run->openings.line, run->openings.length, names, 4, values) ||
            !json_line_number(&values[0], &seq) || !json_line_number(&values[1], &tag) ||
            !json_line_text(&values[2], &run->opening_value) || values[3].length != 2 + 2 * SALT_SIZE ||
            strspn(values[3].text + 1, "0123456789abcdef") != (size_t)2 * SALT_SIZE ||
            sodium_hex2bin(run->opening_salt, SALT_SIZE, values[3].text + 1, (size_t)2 * SALT_SIZE, NULL,
                           &got, NULL) != 0) {
            finding_add(run->findings, FINDING_ENCODING, FINDING_NOWHERE,
                        "line %" PRIu64 " of openings.jsonl", run->openings.number);
            continue;
        }
        if (run->check->openings > 0 &&
            (seq < run->opening_seq || (seq == run->opening_seq && tag <= run->opening_tag)))
            finding_add(run->findings, FINDING_ENCODING, seq,
                        "line %" PRIu64 " of openings.jsonl is not in order", run->openings.number);
        buffer_add(&run->opening_raw, values[2].text, values[2].length);
        run->opening_seq = seq;
        run->opening_tag = tag;
        run->check->openings++;
        run->has_opening = true;
    }
}

static void take_opening(struct run *run, const struct entry *entry, uint64_t seq)
{
    unsigned       tag = run->opening_tag < ENTRY_TAG_COUNT ? (unsigned)run->opening_tag : 0;
    struct opened *opened = &run->opened[tag];

    if (!entry || commitment_of_tag(tag) == COMMIT_NONE || !entry->field[tag].value)
        finding_add(run->findings, FINDING_SMUGGLED, seq, "a value for the field %u, which it does not have",
                    (unsigned)run->opening_tag);
    else if (!commitment_opens(entry, tag, run->opening_value.text, run->opening_value.length,
                               run->opening_salt))
        finding_add(run->findings, FINDING_VALUE, seq,
                    "the value of its field \"%s\" does not open the commitment", entry_tag_name(tag));
    else {
        opened->present = true;
        opened->raw.length = 0;
        buffer_add(&opened->raw, run->opening_raw.text, run->opening_raw.length);
    }
}

/* A holder is committed to anew only when custody changes. */
static bool wants_opening(const struct entry *entry, unsigned tag)
{
    const struct entry_field *field = &entry->field[tag], *before = &entry->field[TAG_HOLDER_BEFORE];

    if (!field->value || tag == TAG_HOLDER_BEFORE || commitment_of_tag(tag) == COMMIT_NONE)
        return false;
    return tag != TAG_HOLDER || !before->value || memcmp(field->value, before->value, HASH_SIZE) != 0;
}

static void check_presence(struct run *run, const struct entry *entry, uint64_t seq)
{
    const struct target *target =
        entry->type == ENTRY_EVENT ? id_map_find(run->targets, entry->field[TAG_EVENT_ID].value) : NULL;

    for (unsigned tag = 0; tag < ENTRY_TAG_COUNT; tag++) {
        bool erased = target && tag < 64 && (target->erased >> tag & 1);

        if (erased && run->opened[tag].present)
            finding_add(run->findings, FINDING_TARGET, seq,
                        "its field \"%s\" was erased, and its value is still here", entry_tag_name(tag));
        else if (erased && !entry->field[tag].value)
            finding_add(run->findings, FINDING_TARGET, seq,
                        "an erasure took its field %02X, which it does not have", tag);
        else if (!erased && !run->opened[tag].present && wants_opening(entry, tag))
            finding_add(run->findings, FINDING_MISSING, seq, "the value of its field \"%s\"",
                        entry_tag_name(tag));
    }
}

void bundle_openings_check(struct run *run, const struct entry *entry, uint64_t seq)
{
    for (unsigned tag = 0; tag < ENTRY_TAG_COUNT; tag++)
        run->opened[tag].present = false;
    while (run->has_opening && run->opening_seq <= seq) {
        if (run->opening_seq == seq)
            take_opening(run, entry, seq);
        bundle_openings_next(run);
    }
    if (entry && bundle_in_scope(run, entry))
        check_presence(run, entry, seq);
}

void bundle_openings_end(struct run *run)
{
    for (; run->has_opening; bundle_openings_next(run))
        finding_add(run->findings, FINDING_SMUGGLED, run->opening_seq, "a value behind the end of the log");
}
