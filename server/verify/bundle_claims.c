/* What came late and was overtaken: that it can have been, and that what it claims did not come into force.
 */
#include <stdlib.h>
#include <string.h>

#include "shared/moment.h"
#include "verify/bundle_parts.h"

#define FLAG_LATE 2u
#define SKEW_SIZE 20u /* bytes of a number that may be a difference of clocks, with its end */

enum { CLAIMS_STEP = 1, CLAIMS_TO = 2, CLAIMS_PLACE = 4, CLAIMS_REASON = 8 };

static const char *const members[] = {"step", "to", "place", "reason", NULL};

/* By the number of the kind: what it may claim, and of what at least one thing; 0: it may claim nothing. */
static const struct {
    unsigned may, needs;
} kinds[] = {
    [2] = {CLAIMS_TO | CLAIMS_PLACE, CLAIMS_TO | CLAIMS_PLACE},
    [3] = {CLAIMS_TO | CLAIMS_PLACE, CLAIMS_TO | CLAIMS_PLACE},
    [4] = {CLAIMS_STEP | CLAIMS_TO | CLAIMS_PLACE, CLAIMS_STEP | CLAIMS_TO | CLAIMS_PLACE},
    [5] = {CLAIMS_REASON | CLAIMS_PLACE, CLAIMS_REASON},
    [6] = {CLAIMS_PLACE, 0},
    [11] = {CLAIMS_STEP | CLAIMS_TO | CLAIMS_PLACE, 0},
    [17] = {CLAIMS_TO | CLAIMS_PLACE, CLAIMS_TO},
    [18] = {CLAIMS_TO | CLAIMS_PLACE, CLAIMS_TO | CLAIMS_PLACE},
    [19] = {CLAIMS_PLACE, 0},
};

struct claim {
    const struct run          *run;
    const struct entry        *entry;
    const struct device_state *before; /* of its step and times: what they were before this entry */
    uint64_t                   seq;
    int64_t                    made_ms;
    struct json_part           all, value[4]; /* in the order of the members */
};

/* 0: none, or one that no clock has. */
static int64_t skew_ms(struct json_part detail)
{
    struct json_part skew = json_compact_member(detail, "clock_skew_ms");
    char             text[SKEW_SIZE] = "", *end;
    long long        ms;

    if (skew.text && skew.length < sizeof text)
        memcpy(text, skew.text, skew.length);
    ms = strtoll(text, &end, 10);
    return *end == '\0' && ms <= CLOCK_SKEW_MOST_MS && ms >= -CLOCK_SKEW_MOST_MS ? ms : 0;
}

/* When it happened by our clock, as the ledger reckons; where that is not to be known, when it was recorded.
 */
static int64_t made_ms(const struct entry *entry, struct json_part detail)
{
    int64_t happened = (int64_t)entry_number(entry, TAG_HAPPENED_AT) + skew_ms(detail);
    int64_t recorded = (int64_t)entry_number(entry, TAG_RECORDED_AT);

    if (entry->field[TAG_DETAIL].value && !detail.text)
        return recorded;
    return happened < recorded ? happened : recorded;
}

static bool was_late(const struct claim *claim)
{
    return (entry_number(claim->entry, TAG_FLAGS) & FLAG_LATE) != 0;
}

static bool had_a_newer(const struct claim *claim)
{
    return claim->made_ms <= claim->before->newest_ms;
}

static bool may_claim(const struct claim *claim)
{
    CLEANUP(buffer_free) struct buffer others = {.limit = PART_LINE_MOST};
    uint64_t                           kind = entry_number(claim->entry, TAG_KIND);
    unsigned                           given = 0;

    for (unsigned i = 0; i < COUNT_OF(claim->value); i++)
        given |= claim->value[i].text ? 1u << i : 0;
    return kind < COUNT_OF(kinds) && kinds[kind].may && !(given & ~kinds[kind].may) &&
           (!kinds[kind].needs || given & kinds[kind].needs) && json_compact(claim->all, members, &others) &&
           others.length == 2;
}

/* After the database went back, the step before it may be one that was lost. */
static bool kept_its_step(const struct claim *claim)
{
    return !claim->value[0].text || claim->before->seq <= claim->run->incident ||
           entry_number(claim->entry, TAG_STEP) == claim->before->step;
}

static bool kept_its_holder(const struct claim *claim)
{
    const struct entry_field *before = &claim->entry->field[TAG_HOLDER_BEFORE];

    return !claim->value[1].text || !before->value ||
           memcmp(before->value, claim->entry->field[TAG_HOLDER].value, HASH_SIZE) == 0;
}

static bool kept_its_place(const struct claim *claim)
{
    return !claim->value[2].text || !claim->entry->field[TAG_PLACE].value;
}

static bool gave_its_reason(const struct claim *claim)
{
    const struct json_part *claimed = &claim->value[3];
    struct json_part        step, reason = {0};

    bundle_row_words(claim->run, claim->seq, &step, &reason);
    return !claimed->text || !reason.text ||
           (claimed->length == reason.length && memcmp(claimed->text, reason.text, reason.length) == 0);
}

static void check(struct run *run, const struct claim *claim)
{
    static const struct {
        bool (*holds)(const struct claim *claim);
        const char *words;
    } table[] = {{was_late, "it was not late"},
                 {had_a_newer, "nothing newer was known of its device"},
                 {may_claim, "it claims what its kind does not say"},
                 {kept_its_step, "the step changed with it all the same"},
                 {kept_its_holder, "the holder changed with it all the same"},
                 {kept_its_place, "the place changed with it all the same"},
                 {gave_its_reason, "it claims another reason than it gave"}};

    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (!table[i].holds(claim)) {
            finding_add(run->findings, FINDING_CLAIM, claim->seq, "%s", table[i].words);
            return;
        }
}

#define KIND(number) (UINT32_C(1) << (number))

/* received, handed_over, moved, step, returned, reopened, corrected, accepted, announced, registered */
static const uint32_t kinds_that_move =
    KIND(1) | KIND(2) | KIND(3) | KIND(4) | KIND(11) | KIND(13) | KIND(14) | KIND(18) | KIND(21) | KIND(22);
/* received, step, returned, reopened, corrected, announced */
static const uint32_t kinds_that_step = KIND(1) | KIND(4) | KIND(11) | KIND(13) | KIND(14) | KIND(21);

/* What its kind does not say must not come with it; but for the first event after a database went back. */
static void check_kind(struct run *run, const struct entry *entry, uint64_t seq,
                       const struct device_state *before)
{
    const struct entry_field *holder = &entry->field[TAG_HOLDER_BEFORE];
    uint64_t                  kind = entry_number(entry, TAG_KIND);

    if (kind > 31 || !holder->value || before->seq <= run->incident)
        return;
    if (!(kinds_that_move >> kind & 1) &&
        memcmp(holder->value, entry->field[TAG_HOLDER].value, HASH_SIZE) != 0)
        finding_add(run->findings, FINDING_CUSTODY, seq,
                    "its kind hands nothing over, and the holder changed with it");
    if (!(kinds_that_step >> kind & 1) && entry_number(entry, TAG_STEP) != before->step)
        finding_add(run->findings, FINDING_CUSTODY, seq, "its kind is no step, and the step changed with it");
}

void bundle_claims_check(struct run *run, const struct entry *entry, uint64_t seq,
                         struct device_state *device)
{
    struct json_part detail = bundle_opened(run, TAG_DETAIL);
    struct claim     claim = {.run = run,
                              .entry = entry,
                              .before = device,
                              .seq = seq,
                              .made_ms = made_ms(entry, detail),
                              .all = json_compact_member(detail, "claimed")};

    for (size_t i = 0; claim.all.text && i < COUNT_OF(claim.value); i++)
        claim.value[i] = json_compact_member(claim.all, members[i]);
    if (claim.all.text)
        check(run, &claim);
    check_kind(run, entry, seq, device);
    device->seq = seq;
    device->step = (uint16_t)entry_number(entry, TAG_STEP);
    if (claim.made_ms > device->newest_ms)
        device->newest_ms = claim.made_ms;
}
