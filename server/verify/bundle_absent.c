/* Scanners count their scans, and sign the number: what is not in the log, or not yet, leaves a gap. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/bundle_parts.h"
#include "verify/scan_proof.h"

#define ID_TEXT 33u

void bundle_absent_came(const struct run *run, const struct scan_proof *proof)
{
    struct known_scanner *known = id_map_find(run->scanners, proof->scanner);
    char                  digits[24];

    if (known && scan_proof_text(&proof->said[SCAN_NUMBER], digits, sizeof digits))
        missing_came(&known->missing, strtoull(digits, NULL, 10));
}

void bundle_absent_unknown(struct run *run)
{
    struct json_part      recorder = bundle_opened(run, TAG_RECORDER);
    struct known_scanner *known = NULL;
    uint8_t               id[16];

    if (id_map_count(run->scanners) > 0 && scan_proof_party(recorder, id))
        known = id_map_find(run->scanners, id);
    if (known)
        missing_came_unknown(&known->missing);
}

static void tell_range(struct run *run, const struct known_scanner *scanner, const char *id,
                       const struct missing_range *range)
{
    char scans[64], unknown[80] = "";

    if (range->first == range->last)
        snprintf(scans, sizeof scans, "scan %" PRIu64, range->first);
    else
        snprintf(scans, sizeof scans, "scans %" PRIu64 " to %" PRIu64, range->first, range->last);
    if (range->unknown > 0)
        snprintf(unknown, sizeof unknown, ", but for %" PRIu64 " of them", range->unknown);
    finding_add(run->findings, FINDING_ABSENT, scanner->seq, "%s of the scanner of this record, %s%s", scans,
                id, unknown);
    run->check->absent += range->last - range->first + 1 - range->unknown;
}

/* For qsort(): by their first record. */
static int compare_scanners(const void *a, const void *b)
{
    const struct known_scanner *const *one = a, *const *other = b;

    return ((*one)->seq > (*other)->seq) - ((*one)->seq < (*other)->seq);
}

static void list_scanner(void *context, const uint8_t id[16], void *value)
{
    struct known_scanner *scanner = value;

    memcpy(scanner->id, id, sizeof scanner->id);
    buffer_add(context, (const char *)&scanner, sizeof(void *));
}

static void tell_scanner(struct run *run, const struct known_scanner *scanner)
{
    size_t                      count;
    const struct missing_range *ranges = missing_ranges(&scanner->missing, &count);
    char                        id[ID_TEXT];

    sodium_bin2hex(id, sizeof id, scanner->id, sizeof scanner->id);
    for (size_t i = 0; i < count; i++)
        tell_range(run, scanner, id, &ranges[i]);
    if (scanner->missing.more)
        finding_add(run->findings, FINDING_ABSENT, scanner->seq,
                    "perhaps more scans of the scanner of this record, %s: it has more gaps than are kept",
                    id);
}

void bundle_absent_end(struct run *run)
{
    CLEANUP(buffer_free) struct buffer list = {.limit = SIZE_MAX};

    if (!run->all || id_map_count(run->scanners) == 0)
        return;
    id_map_each(run->scanners, list_scanner, &list);
    qsort(list.text, list.length / sizeof(void *), sizeof(void *), compare_scanners);
    for (size_t i = 0; i < list.length / sizeof(void *); i++)
        tell_scanner(run, ((struct known_scanner **)(void *)list.text)[i]);
}
