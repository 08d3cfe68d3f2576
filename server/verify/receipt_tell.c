#include "verify/receipt_tell.h"

#include <inttypes.h>

#include "audit/words.h"
#include "shared/moment.h"
#include "verify/finding.h"
#include "verify/row_text.h"

#define LAST_MS INT64_C(253402300799999) /* of the year 9999 */

static const char *const types[] = {[ENTRY_ERASURE] = "Values of an earlier record were erased",
                                    [ENTRY_CONFIGURATION] = "A new key of the log was announced",
                                    [ENTRY_GENESIS] = "The log began",
                                    [ENTRY_INCIDENT] = "An incident of the log"};

static void tell(FILE *out, const char *name, const char *text)
{
    fprintf(out, "  %-14s %s\n", name, text);
}

static void tell_what(const struct entry *entry, FILE *out)
{
    uint64_t    kind = entry_number(entry, TAG_KIND);
    const char *words = entry->type == ENTRY_EVENT ? words_kind_plain(kind) : types[entry->type];

    if (words)
        tell(out, "what", words);
    else
        fprintf(out, "  %-14s kind %" PRIu64 " of this desk\n", "what", kind);
}

/* A step or reason that a desk made itself has a number only. */
static void tell_named(const struct entry *entry, enum entry_tag tag, const char *words(uint64_t number),
                       FILE *out)
{
    uint64_t number = entry_number(entry, tag);

    if (!entry->field[tag].value)
        return;
    if (words(number))
        tell(out, entry_tag_name(tag), words(number));
    else
        fprintf(out, "  %-14s number %" PRIu64 " of this desk\n", entry_tag_name(tag), number);
}

static void tell_id(const struct entry *entry, const char *name, enum entry_tag tag, FILE *out)
{
    char text[ROW_TEXT_SIZE];

    if (!entry->field[tag].value)
        return;
    text[row_text_uuid(entry->field[tag].value, text) - 1] = '\0'; /* without the quotes */
    tell(out, name, text + 1);
}

static void tell_time(const struct entry *entry, const char *name, enum entry_tag tag, int offset_minutes,
                      FILE *out)
{
    char          text[MOMENT_SIZE] = "";
    uint64_t      ms = entry_number(entry, tag);
    struct moment moment = {.ms = (int64_t)ms, .offset_minutes = offset_minutes};

    if (!entry->field[tag].value)
        return;
    if (ms > LAST_MS)
        tell(out, name, "at a time that no calendar has");
    else if (offset_minutes) {
        moment_format(&moment, text);
        tell(out, name, text);
    } else {
        moment_format_utc(moment.ms, text);
        tell(out, name, text);
    }
}

static void tell_entry(const struct entry *entry, FILE *out)
{
    tell_what(entry, out);
    tell_id(entry, "device", TAG_DEVICE, out);
    if (entry->field[TAG_DEVICE_SEQ].value)
        fprintf(out, "  %-14s record %" PRIu64 " of this device\n", "",
                entry_number(entry, TAG_DEVICE_SEQ) + 1);
    tell_time(entry, "happened", TAG_HAPPENED_AT, (int)entry_signed(entry, TAG_OFFSET), out);
    tell_time(entry, "recorded", TAG_RECORDED_AT, 0, out);
    tell_named(entry, TAG_STEP, words_step, out);
    tell_named(entry, TAG_REASON, words_reason, out);
    tell_id(entry, "repair", TAG_REPAIR, out);
    tell_id(entry, "about record", TAG_TARGET, out);
    tell_id(entry, "id", TAG_EVENT_ID, out);
}

void receipt_tell(const struct receipt *receipt, struct arena *arena, FILE *out)
{
    struct entry entry;
    struct error wrong = {0};

    if (entry_parse(receipt->entry, receipt->entry_length, &entry, &wrong))
        tell_entry(&entry, out);
    for (size_t i = 0; i < receipt->opening_count; i++) {
        const struct receipt_opening *opening = &receipt->openings[i];
        char *value = arena_format(arena, "%.*s", (int)opening->length, (const char *)opening->value);

        finding_printable(value);
        tell(out, entry_tag_name(opening->tag), value);
    }
}
