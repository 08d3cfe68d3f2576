#include "verify/finding.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "render/json.h"
#include "shared/utf8.h"

static const struct {
    const char *code, *name;
    bool        warning;
} table[FINDING_COUNT] = {
    [FINDING_SIGNATURE] = {"F01", "the checkpoint's signature is wrong", false},
    [FINDING_ROOT] = {"F03", "the entries do not give the signed root", false},
    [FINDING_PREFIX] = {"F04", "something older is not the beginning of this log", false},
    [FINDING_SHORTER] = {"F05", "the log is shorter than something that is held", false},
    [FINDING_RECEIPT] = {"F07", "the entry of a receipt is not in its place", false},
    [FINDING_VALUE] = {"F08", "a row or value is not what was sealed", false},
    [FINDING_MISSING] = {"F09", "a row or value is missing, and no erasure says so", false},
    [FINDING_SMUGGLED] = {"F10", "a row or value belongs to no entry", false},
    [FINDING_CHAIN] = {"F11", "a device's events do not follow each other", false},
    [FINDING_CLOCK] = {"F12", "the time of recording goes back", false},
    [FINDING_LATE] = {"F14", "recorded much later than it happened", true},
    [FINDING_CUSTODY] = {"F15", "a gap in the chain of custody without its flag", false},
    [FINDING_ENCODING] = {"F16", "not written in the one way that is allowed", false},
    [FINDING_TARGET] = {"F17", "an erasure or correction without a valid target", false},
    [FINDING_TILE] = {"F19", "a tile differs from the tree", false},
    [FINDING_NAME] = {"F20", "a name of the desk's own that nothing proves", true},
    [FINDING_SCAN] = {"F21", "a scanner's signature does not prove this record", false},
    [FINDING_CLAIM] = {"F22", "what is called overtaken was not, or not so", false},
    [FINDING_REPEATED] = {"F23", "an event is in the log twice", false},
    [FINDING_RENAMED] = {"F24", "a person, place or scanner has two names", true},
    [FINDING_ABSENT] = {"F25", "scans that their scanner counted are not in the log", true},
};

const char *finding_code(enum finding finding)
{
    return table[finding].code;
}

bool finding_is_warning(enum finding finding)
{
    return table[finding].warning;
}

static void tell_json(const struct findings *findings, enum finding finding, uint64_t seq,
                      const char *details)
{
    CLEANUP(buffer_free) struct buffer line = {.limit = 4096};
    struct json                        json;

    json_begin(&json, &line);
    json_object_begin(&json);
    json_member(&json, "finding", table[finding].code);
    json_member(&json, "name", table[finding].name);
    json_key(&json, "warning");
    json_flag(&json, table[finding].warning);
    if (seq != FINDING_NOWHERE) {
        json_key(&json, "seq");
        json_number(&json, (long long)seq);
    }
    json_member(&json, "details", details);
    json_object_end(&json);
    fprintf(findings->out, "%s\n", line.text);
}

void finding_printable(char *text)
{
    for (size_t length; *text; text += length) {
        uint32_t code = 0;

        length = utf8_decode(text, strlen(text), &code);
        if (length == 0 || code < ' ' || (code >= 0x7F && code < 0xA0)) {
            length = length ? length : 1;
            memset(text, '?', length);
        }
    }
}

/* Warnings have lines of their own: an honest log has many that came late, and one of another kind must not
 * be lost behind them. */
static bool is_told(const struct findings *findings, enum finding finding)
{
    uint64_t warnings = 0;

    if (!findings->out)
        return false;
    if (table[finding].warning)
        return findings->warnings &&
               (findings->most_of_warning == 0 || findings->told_of[finding] < findings->most_of_warning);
    for (unsigned i = 0; i < FINDING_COUNT; i++)
        warnings += table[i].warning ? findings->told_of[i] : 0;
    return findings->told - warnings < findings->most;
}

void finding_add(struct findings *findings, enum finding finding, uint64_t seq, const char *format, ...)
{
    char    details[500];
    va_list arguments;

    findings->count[finding]++;
    if (!is_told(findings, finding))
        return;
    findings->told++;
    findings->told_of[finding]++;
    va_start(arguments, format);
    vsnprintf(details, sizeof details, format, arguments);
    va_end(arguments);
    finding_printable(details);
    if (findings->json)
        tell_json(findings, finding, seq, details);
    else if (seq == FINDING_NOWHERE)
        fprintf(findings->out, "%s  %s: %s\n", table[finding].code, table[finding].name, details);
    else
        fprintf(findings->out, "%s  record %" PRIu64 ": %s: %s\n", table[finding].code, seq,
                table[finding].name, details);
}

static uint64_t count_all(const struct findings *findings, bool warnings)
{
    uint64_t total = 0;

    for (unsigned i = 0; i < FINDING_COUNT; i++)
        total += table[i].warning == warnings ? findings->count[i] : 0;
    return total;
}

uint64_t finding_total(const struct findings *findings)
{
    return count_all(findings, false);
}

uint64_t finding_warnings(const struct findings *findings)
{
    return count_all(findings, true);
}
