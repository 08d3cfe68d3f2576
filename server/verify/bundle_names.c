/* Names: Spoor never calls a person, place or scanner otherwise than before (but for those whom it erased),
 * so one id has one name in the whole log. Another one was written into the database's tables, by whoever
 * rules it. */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "verify/bundle_parts.h"
#include "verify/scan_proof.h"

/* What the value is, in 16 bytes that nobody can aim at: the key is of this run. */
static void short_hash(const struct run *run, const struct buffer *value, uint8_t hash[16])
{
    crypto_shorthash_siphashx24(hash, (const unsigned char *)value->text, value->length, run->name_key);
}

/* The id at the beginning of the value, which stands here in quotes. */
static bool read_id(const struct buffer *value, uint8_t id[16])
{
    return value->length > 0 && scan_proof_party((struct json_part){value->text + 1, value->length - 1}, id);
}

static void meet(struct run *run, uint64_t seq, unsigned tag)
{
    uint8_t   hash[16], id[16];
    uint64_t *first;

    short_hash(run, &run->raw[tag], hash);
    if (id_map_find(run->names, hash))
        return;
    (void)id_map_put(run->names, hash);
    if (!read_id(&run->raw[tag], id)) {
        if (tag != TAG_PLACE || run->raw[tag].length > 2) /* "": no place any more */
            finding_add(run->findings, FINDING_ENCODING, seq,
                        "its field \"%s\" does not begin with an id and a blank", entry_tag_name(tag));
        return;
    }
    first = id_map_find(run->named, id);
    if (first)
        finding_add(run->findings, FINDING_RENAMED, seq,
                    "its field \"%s\" calls %.36s otherwise than record %" PRIu64
                    " does; which of the names is true, this does not tell",
                    entry_tag_name(tag), run->raw[tag].text + 1, *first);
    else
        *(uint64_t *)id_map_put(run->named, id) = seq;
}

void bundle_names_check(struct run *run, uint64_t seq)
{
    static const enum entry_tag named[] = {TAG_HOLDER, TAG_PLACE, TAG_RECORDER};

    for (size_t i = 0; i < COUNT_OF(named); i++)
        if (run->opened >> named[i] & 1)
            meet(run, seq, named[i]);
}
