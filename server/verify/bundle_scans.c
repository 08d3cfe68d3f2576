/* What scanners signed: each signature, what it says, whose key it is, and that none is left out. */
#include <inttypes.h>
#include <string.h>

#include "audit/sha256.h"
#include "shared/label.h"
#include "verify/bundle_parts.h"
#include "verify/scan_proof.h"

#define CODE_SIZE         256u
#define KIND_LABEL_LINKED 15u

static void tell(struct run *run, uint64_t seq, const char *words)
{
    finding_add(run->findings, FINDING_SCAN, seq, "%s", words);
}

/* An id for what has another size. */
static void short_id(const void *bytes, size_t length, uint8_t id[16])
{
    uint8_t hash[HASH_SIZE];

    sha256(bytes, length, hash);
    memcpy(id, hash, 16);
}

static bool owns_key(const struct run *run, const struct scan_proof *proof)
{
    uint8_t  id[16];
    uint8_t *owner;

    short_id(proof->key, sizeof proof->key, id);
    owner = id_map_find(run->scanner_keys, id);
    if (owner)
        return memcmp(owner, proof->scanner, sizeof proof->scanner) == 0;
    memcpy(id_map_put(run->scanner_keys, id), proof->scanner, sizeof proof->scanner);
    return true;
}

/* One scanner has one key and one server, from its enrolment on; one key is one scanner's. NULL: so it is. */
static const char *differs_from_before(struct run *run, const struct scan_proof *proof,
                                       const struct known_scanner *now)
{
    const struct known_scanner *known = id_map_find(run->scanners, proof->scanner);

    if (!known && !scan_proof_key_is_sound(proof))
        return "the key is none that can sign";
    if (!owns_key(run, proof))
        return "the key is another scanner's";
    if (known && memcmp(known->key, now->key, sizeof now->key) != 0)
        return "the key is another one than this scanner signed with before";
    if (known && memcmp(known->server, now->server, sizeof now->server) != 0)
        return "it was signed for another server than this scanner signed for before";
    return NULL;
}

static bool check_scanner(struct run *run, const struct scan_proof *proof, uint64_t seq)
{
    const struct scan_part *server = &proof->said[SCAN_SERVER];
    struct known_scanner    now = {.seq = seq};
    const char             *differs;

    memcpy(now.key, proof->key, sizeof now.key);
    sha256(server->bytes ? (const void *)server->bytes : "", server->length, now.server);
    differs = differs_from_before(run, proof, &now);
    if (differs)
        tell(run, seq, differs);
    else if (!id_map_find(run->scanners, proof->scanner))
        memcpy(id_map_put(run->scanners, proof->scanner), &now, sizeof now);
    return !differs;
}

/* A label is of one device, place or person for good: what it was found to be before, it must be again. */
static void check_label(struct run *run, const struct scan_part *said, const uint8_t *meant, uint64_t seq)
{
    char         text[CODE_SIZE];
    struct label label;
    struct error none = {0};
    uint8_t      id[16], *before;

    if (!meant || !scan_proof_text(said, text, sizeof text) || !label_parse(text, &label, &none))
        return;
    short_id(label.code, LABEL_SYMBOLS, id);
    before = id_map_find(run->labels, id);
    if (!before)
        memcpy(id_map_put(run->labels, id), meant, 16);
    else if (memcmp(before, meant, 16) != 0)
        tell(run, seq, "the label that was scanned stood for something else before");
}

/* A label that was put on a device stands for that one from then on, also when a scan made an unknown one of
 * it before. */
static void learn_label(struct run *run, const struct entry *entry)
{
    struct json_part quoted = json_compact_member(bundle_opened(run, TAG_DETAIL), "label");
    char             text[CODE_SIZE];
    struct label     label;
    struct error     none = {0};
    uint8_t          id[16];

    if (entry_number(entry, TAG_KIND) != KIND_LABEL_LINKED || quoted.length < 2 ||
        quoted.length - 2 >= sizeof text)
        return;
    memcpy(text, quoted.text + 1, quoted.length - 2);
    text[quoted.length - 2] = '\0';
    if (!label_parse(text, &label, &none))
        return;
    short_id(label.code, LABEL_SYMBOLS, id);
    memcpy(id_map_put(run->labels, id), entry->field[TAG_DEVICE].value, 16);
}

static void check_labels(struct run *run, const struct scan_proof *proof, const struct scan_record *record,
                         uint64_t seq)
{
    uint64_t kind = entry_number(record->entry, TAG_KIND);
    uint8_t  place[16], to[16];
    bool     claims_place = scan_proof_claimed(record, "place", place);
    bool     claims_to = scan_proof_claimed(record, "to", to);

    check_label(run, &proof->said[SCAN_CODE], record->entry->field[TAG_DEVICE].value, seq);
    if (scan_proof_takes_place(kind))
        check_label(run, &proof->said[SCAN_PLACE], claims_place ? place : record->place, seq);
    if (claims_to || scan_proof_takes_receiver(kind))
        check_label(run, &proof->said[SCAN_TO], claims_to ? to : record->holder, seq);
}

static void collect(struct run *run, const struct entry *entry, uint64_t seq,
                    const struct device_state *device, struct scan_record *record)
{
    static const enum entry_tag values[] = {TAG_PLACE, TAG_RECORDER, TAG_PUBLIC_NOTE, TAG_PRIVATE_NOTE,
                                            TAG_DETAIL};

    *record = (struct scan_record){.entry = entry};
    for (size_t i = 0; i < COUNT_OF(values); i++)
        record->value[values[i]] = bundle_opened(run, values[i]);
    if (device->holder_value.state == VALUE_TEXT)
        record->holder = device->holder_value.party;
    if (device->place_value.state == VALUE_TEXT)
        record->place = device->place_value.party;
    record->nowhere = device->place_value.state == VALUE_NONE;
    bundle_row_words(run, seq, &record->step, &record->reason);
}

/* Whether its number is its scanner's word. */
static bool check_signed(struct run *run, const struct entry *entry, uint64_t seq,
                         const struct device_state *device, struct json_part value)
{
    struct scan_proof  proof;
    struct scan_record record;
    const char        *differs;
    bool               is_its_own;

    if (!scan_proof_read(value.text, value.length, &proof)) {
        tell(run, seq, "it is not written as a scanner's signature is");
        return false;
    }
    if (!scan_proof_fits(&proof)) {
        tell(run, seq, "it does not fit the key and what was signed");
        return false;
    }
    collect(run, entry, seq, device, &record);
    differs = scan_proof_differs(&proof, &record);
    if (differs)
        finding_add(run->findings, FINDING_SCAN, seq, "its scanner signed %s", differs);
    run->check->signatures++;
    is_its_own = check_scanner(run, &proof, seq);
    check_labels(run, &proof, &record, seq);
    if (is_its_own)
        bundle_absent_came(run, &proof);
    return is_its_own;
}

/* Who has signed once signs always. */
static void check_unsigned(struct run *run, uint64_t seq)
{
    uint8_t id[16];

    if (id_map_count(run->scanners) == 0 || !scan_proof_party(bundle_opened(run, TAG_RECORDER), id) ||
        !id_map_find(run->scanners, id))
        return;
    tell(run, seq, "it is not signed, and its recorder is a scanner that signs");
}

void bundle_scans_check(struct run *run, const struct entry *entry, uint64_t seq,
                        const struct device_state *device)
{
    struct json_part value = {0};

    if (!bundle_in_scope(run, entry))
        return;
    learn_label(run, entry);
    if (entry->field[TAG_SCANNER_SIGNATURE].value)
        value = bundle_opened(run, TAG_SCANNER_SIGNATURE);
    else
        check_unsigned(run, seq);
    if (!value.text || !check_signed(run, entry, seq, device, value))
        bundle_absent_unknown(run);
}
