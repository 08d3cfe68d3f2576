#include <inttypes.h>
#include <string.h>

#include "audit/sha256.h"
#include "verify/bundle_parts.h"
#include "verify/scan_proof.h"

bool bundle_is_erased(const struct run *run, unsigned tag)
{
    return run->target && tag < 64 && (run->target->erased >> tag & 1) != 0;
}

static void check_place(struct run *run, const struct entry *entry, uint64_t seq,
                        const struct device_state *before)
{
    static const uint8_t      zeros[HASH_SIZE] = {0};
    uint64_t                  device_seq = entry_number(entry, TAG_DEVICE_SEQ);
    const struct entry_field *holder = &entry->field[TAG_HOLDER_BEFORE];

    if (entry->field[TAG_IDENTITY].value && device_seq > 0)
        finding_add(run->findings, FINDING_CHAIN, seq,
                    "it says what the device is, and is not its first event");
    if (device_seq != (before ? (uint64_t)before->device_seq + 1 : 0))
        finding_add(run->findings, FINDING_CHAIN, seq, "it is number %" PRIu64 " of its device", device_seq);
    else if (memcmp(entry->field[TAG_PREVIOUS].value, before ? before->digest : zeros, HASH_SIZE) != 0)
        finding_add(run->findings, FINDING_CHAIN, seq, "it does not name the digest of the event before it");
    if (!before && holder->value)
        finding_add(run->findings, FINDING_CHAIN, seq,
                    "it is the first of its device and has a holder before");
    if (before && (!holder->value || memcmp(holder->value, before->holder, HASH_SIZE) != 0) &&
        !(entry_number(entry, TAG_FLAGS) & 1))
        finding_add(run->findings, FINDING_CUSTODY, seq,
                    "its holder before is not the holder after the event before it");
}

static void learn_value(const struct run *run, unsigned tag, struct known_value *known)
{
    const struct buffer *raw = &run->raw[tag];

    if (bundle_is_erased(run, tag)) {
        *known = (struct known_value){.state = VALUE_ERASED, .erased_by = run->target->erased_by[tag]};
    } else if (!(run->opened >> tag & 1)) {
        known->state = VALUE_UNKNOWN;
    } else {
        known->state = raw->length == 2 ? VALUE_NONE : VALUE_TEXT;
        sha256(raw->text, raw->length, known->hash);
        if (known->state == VALUE_TEXT &&
            !scan_proof_party((struct json_part){raw->text + 1, raw->length - 2}, known->party))
            memset(known->party, 0, sizeof known->party);
    }
}

struct device_state *bundle_chain_check(struct run *run, const struct entry *entry, uint64_t seq)
{
    struct device_state      *device = id_map_find(run->devices, entry->field[TAG_DEVICE].value);
    const struct entry_field *before = &entry->field[TAG_HOLDER_BEFORE], *after = &entry->field[TAG_HOLDER];

    check_place(run, entry, seq, device);
    if (!device) {
        device = id_map_put(run->devices, entry->field[TAG_DEVICE].value);
        if (entry_number(entry, TAG_DEVICE_SEQ) == 0)
            device->place_value.state = VALUE_NONE;
    }
    device->device_seq = (uint32_t)entry_number(entry, TAG_DEVICE_SEQ);
    entry_digest(entry, device->digest);
    if (!before->value || memcmp(before->value, after->value, HASH_SIZE) != 0)
        learn_value(run, TAG_HOLDER, &device->holder_value);
    if (entry->field[TAG_PLACE].value)
        learn_value(run, TAG_PLACE, &device->place_value);
    memcpy(device->holder, after->value, HASH_SIZE);
    return device;
}
