/* Scanners count their scans, and sign the number: what is not in the log, or not yet, leaves a gap. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "verify/bundle_parts.h"
#include "verify/scan_proof.h"

/* A scanner counts its scans: what it says its number is, nobody else can. */
void bundle_absent_came(const struct run *run, const struct scan_proof *proof)
{
    struct known_scanner *known = id_map_find(run->scanners, proof->scanner);
    char                  digits[24];

    if (known && scan_proof_text(&proof->said[SCAN_NUMBER], digits, sizeof digits))
        missing_came(&known->missing, strtoull(digits, NULL, 10));
}

/* Which number it had went with the signature. */
void bundle_absent_erased(struct run *run)
{
    struct json_part      recorder = bundle_opened(run, TAG_RECORDER);
    struct known_scanner *known = NULL;
    uint8_t               id[16];

    if (scan_proof_party(recorder, id))
        known = id_map_find(run->scanners, id);
    if (known)
        known->erased++;
    else
        run->erased_scans++;
}

static void tell_range(struct run *run, const struct known_scanner *scanner, struct missing_range range)
{
    uint64_t erased = scanner->erased + run->erased_scans;
    char     unless[80] = "";

    if (erased > 0)
        snprintf(unless, sizeof unless, ", unless among %" PRIu64 " whose signature was erased", erased);
    if (range.first == range.last)
        finding_add(run->findings, FINDING_ABSENT, FINDING_NOWHERE,
                    "scan %" PRIu64 " of the scanner that signed record %" PRIu64 "%s", range.first,
                    scanner->seq, unless);
    else
        finding_add(run->findings, FINDING_ABSENT, FINDING_NOWHERE,
                    "scans %" PRIu64 " to %" PRIu64 " of the scanner that signed record %" PRIu64 "%s",
                    range.first, range.last, scanner->seq, unless);
}

static void tell_missing(void *context, const uint8_t id[16], void *value)
{
    struct run                 *run = context;
    const struct known_scanner *scanner = value;
    size_t                      count;
    const struct missing_range *ranges = missing_ranges(&scanner->missing, &count);

    (void)id;
    if (missing_total(&scanner->missing) <= scanner->erased + run->erased_scans)
        return;
    for (size_t i = 0; i < count; i++)
        tell_range(run, scanner, ranges[i]);
    if (scanner->missing.beyond > 0)
        finding_add(run->findings, FINDING_ABSENT, FINDING_NOWHERE,
                    "%" PRIu64 " more of the scanner that signed record %" PRIu64, scanner->missing.beyond,
                    scanner->seq);
}

void bundle_absent_end(struct run *run)
{
    if (run->all)
        id_map_each(run->scanners, tell_missing, run);
}
