#include <inttypes.h>
#include <string.h>

#include "verify/bundle_parts.h"
#include "verify/hex.h"

static bool read_salt(const struct json_value *value, uint8_t salt[SALT_SIZE])
{
    return value->length == 2 + 2 * SALT_SIZE && value->text[0] == '"' &&
           hex_read(value->text + 1, salt, SALT_SIZE);
}

static bool read_line(struct run *run, const char *line, size_t length, uint64_t *seq, uint64_t *tag)
{
    static const struct json_name names[] = {JSON_NAME("seq"), JSON_NAME("tag"), JSON_NAME("value"),
                                             JSON_NAME("salt")};
    struct json_value             values[4];

    if (!line || !json_line_parse(line, length, names, 4, values))
        return false;
    run->opening_raw = values[2];
    return json_line_number(&values[0], seq) && json_line_number(&values[1], tag) &&
           json_line_text(&values[2], &run->opening_room, &run->opening_value, &run->opening_length) &&
           read_salt(&values[3], run->opening_salt);
}

/* The next line; lines that are not in order or not well formed are told, the latter also passed over. */
void bundle_openings_next(struct run *run)
{
    const char *line;
    size_t      length;
    uint64_t    seq, tag;

    for (run->has_opening = false; !run->has_opening && part_file_line(&run->openings, &line, &length);) {
        if (!read_line(run, line, length, &seq, &tag)) {
            finding_add(run->findings, FINDING_ENCODING, FINDING_NOWHERE,
                        "line %" PRIu64 " of openings.jsonl", run->openings.line);
            continue;
        }
        if (run->check->openings > 0 &&
            (seq < run->opening_seq || (seq == run->opening_seq && tag <= run->opening_tag)))
            finding_add(run->findings, FINDING_ENCODING, seq,
                        "line %" PRIu64 " of openings.jsonl is not in order", run->openings.line);
        run->opening_seq = seq;
        run->opening_tag = tag;
        run->check->openings++;
        run->has_opening = true;
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

static void take_opening(struct run *run, const struct entry *entry, uint64_t seq)
{
    unsigned       tag = run->opening_tag < ENTRY_TAG_COUNT ? (unsigned)run->opening_tag : 0;
    struct buffer *raw = &run->raw[tag];

    if (!entry || !wants_opening(entry, tag))
        finding_add(run->findings, FINDING_SMUGGLED, seq, "a value for its field %" PRIu64, run->opening_tag);
    else if (entry->type == ENTRY_EVENT && !bundle_in_scope(run, entry))
        finding_add(run->findings, FINDING_SMUGGLED, seq, "a value that the bundle's scope does not have");
    else if (!commitment_opens(entry, tag, run->opening_value, run->opening_length, run->opening_salt))
        finding_add(run->findings, FINDING_VALUE, seq,
                    "the value of its field \"%s\" does not open the commitment", entry_tag_name(tag));
    else {
        run->opened |= UINT64_C(1) << tag; /* all commitments have tags below 64 */
        raw->length = 0;
        buffer_add(raw, run->opening_raw.text, run->opening_raw.length);
    }
}

static void check_erased(struct run *run, const struct entry *entry, uint64_t seq, unsigned tag)
{
    if (run->opened >> tag & 1)
        finding_add(run->findings, FINDING_TARGET, seq,
                    "its field \"%s\" was erased, and its value is still here", entry_tag_name(tag));
    else if (!entry->field[tag].value)
        finding_add(run->findings, FINDING_TARGET, seq,
                    "an erasure took its field %02X, which it does not have", tag);
}

static void check_presence(struct run *run, const struct entry *entry, uint64_t seq)
{
    for (unsigned tag = TAG_HOLDER; tag <= TAG_SCANNER_SIGNATURE; tag++)
        if (!bundle_is_erased(run, tag) && !(run->opened >> tag & 1) && wants_opening(entry, tag))
            finding_add(run->findings, FINDING_MISSING, seq, "the value of its field \"%s\"",
                        entry_tag_name(tag));
    for (unsigned tag = 0; run->target && tag < 64; tag++)
        if (bundle_is_erased(run, tag))
            check_erased(run, entry, seq, tag);
}

void bundle_openings_check(struct run *run, const struct entry *entry, uint64_t seq)
{
    run->opened = 0;
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

struct json_part bundle_opened(struct run *run, unsigned tag)
{
    const struct buffer *raw = &run->raw[tag];
    struct json_value    value = {raw->text, raw->length, false};
    struct json_part     plain = {0};

    if (!(run->opened >> tag & 1))
        return plain;
    value.escaped = memchr(raw->text, '\\', raw->length) != NULL;
    if (!json_line_text(&value, &run->plain[tag], &plain.text, &plain.length))
        plain.text = NULL;
    return plain;
}
