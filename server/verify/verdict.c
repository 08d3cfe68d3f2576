#include "verify/verdict.h"

#include <inttypes.h>
#include <stdio.h>

#include "shared/moment.h"

/* What the auditor held beside the bundle: each fits, or it may be a slip of the pen. */
static void tell_held(const struct bundle_check *check, const struct findings *findings, bool from_paper)
{
    for (size_t i = 0; finding_total(findings) == 0 && i < check->older_count; i++)
        printf("%s fits: the log begins with its %" PRIu64 " entries%s.\n", check->older[i].name,
               check->older[i].checkpoint.size,
               check->older[i].entry ? ", and the record is in its place" : "");
    if (from_paper && (findings->count[FINDING_PREFIX] || findings->count[FINDING_SHORTER]))
        printf("What --seal says must be right to the last character: compare it with the paper again.\n");
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void tell_warnings(const struct bundle_check *check, const struct findings *findings)
{
    uint64_t late = findings->count[FINDING_LATE], own = findings->count[FINDING_NAME];
    uint64_t renamed = findings->count[FINDING_RENAMED];

    if (late)
        printf("Recorded more than 10 minutes after it happened (F14): %" PRIu64
               " event%s; that alone is no fault.\n",
               late, plural(late));
    if (own)
        printf("The desk's own, only their numbers are sealed (F20): %" PRIu64 " name%s.\n", own,
               plural(own));
    if (renamed)
        printf("Not what the same id was called before (F24; --warnings lists them): %" PRIu64
               " name%s. Spoor "
               "renames nobody but whom it erases: somebody did so in the database.\n",
               renamed, plural(renamed));
    if (findings->count[FINDING_ABSENT])
        printf("Counted by scanners, and not in the log (F25; --warnings lists them): %" PRIu64 " scan%s; "
               "refused, kept for a lead, still on the scanner, skipped by a scanner whose queue was "
               "replaced, or taken out before they were sealed.\n",
               check->absent, plural(check->absent));
    if (findings->count[FINDING_ABSENT] && check->absent == 0)
        printf("More gaps than are kept: look at them one by one (--warnings --json).\n");
}

void verdict_tell(const struct bundle_check *check, const struct findings *findings, bool from_paper)
{
    uint64_t total = finding_total(findings);
    char     moment[MOMENT_SIZE] = "";

    moment_format_utc(check->newest_ms, moment);
    if (total == 0)
        printf("INTACT. %" PRIu64 " entries, %" PRIu64 " rows and %" PRIu64
               " values are what was sealed under \"%s\"; the newest was recorded on %s.\n",
               check->checkpoint.size, check->rows, check->openings, check->checkpoint.origin, moment);
    else
        printf("NOT INTACT. %" PRIu64 " finding%s, below; do not rely on this history before %s explained.\n",
               total, plural(total), total == 1 ? "it is" : "they are");
    if (check->signatures)
        printf("%" PRIu64 " record%s what %s scanner signed; each signature was checked.\n",
               check->signatures, check->signatures == 1 ? " carries" : "s carry",
               check->signatures == 1 ? "its" : "their");
    tell_warnings(check, findings);
    tell_held(check, findings, from_paper);
}

void verdict_tell_json(const struct bundle_check *check, const struct findings *findings, bool stale)
{
    printf("{\"intact\": %s, \"stale\": %s, \"findings\": %" PRIu64 ", \"entries\": %" PRIu64
           ", \"rows\": %" PRIu64 ", \"values\": %" PRIu64 ", \"signatures\": %" PRIu64
           ", \"warnings\": %" PRIu64 "}\n",
           finding_total(findings) ? "false" : "true", stale ? "true" : "false", finding_total(findings),
           check->checkpoint.size, check->rows, check->openings, check->signatures,
           finding_warnings(findings));
}
