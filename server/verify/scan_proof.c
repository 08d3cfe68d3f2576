#include "verify/scan_proof.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "audit/sha256.h"
#include "audit/words.h"
#include "shared/moment.h"
#include "shared/uuid.h"
#include "verify/hex.h"

#define WORD      "ed25519 "
#define KEY_AT    (sizeof WORD - 1)
#define SIGN_AT   (KEY_AT + 2 * (size_t)SCAN_KEY_SIZE + 1)
#define SAID_AT   (SIGN_AT + 2 * (size_t)SCAN_SIGNATURE_SIZE + 1)
#define TEXT_SIZE 128u
#define FLAG_LATE 2u

/* What an event takes over, by the number of its kind; elsewhere the record holds what was true before. */
enum takes { TAKES_STEP = 1, TAKES_TO = 2 };
static const uint8_t taken[] = {[1] = TAKES_STEP | TAKES_TO,
                                [2] = TAKES_TO,
                                [3] = TAKES_TO,
                                [4] = TAKES_STEP | TAKES_TO,
                                [11] = TAKES_STEP | TAKES_TO,
                                [18] = TAKES_TO,
                                [21] = TAKES_STEP | TAKES_TO,
                                [22] = TAKES_TO};
#define KIND_CORRECTED 14u

static bool takes(uint64_t kind, enum takes what)
{
    return kind < sizeof taken && (taken[kind] & what);
}

bool scan_proof_takes_receiver(uint64_t kind)
{
    return takes(kind, TAKES_TO);
}

bool scan_proof_takes_place(uint64_t kind)
{
    return kind != KIND_CORRECTED;
}

bool scan_proof_text(const struct scan_part *said, char *text, size_t size)
{
    if (!said->bytes || said->length >= size || memchr(said->bytes, '\0', said->length))
        return false;
    memcpy(text, said->bytes, said->length);
    text[said->length] = '\0';
    return true;
}

static bool read_uuid(const struct scan_part *said, uint8_t id[16])
{
    char   text[TEXT_SIZE], canonical[UUID_SIZE];
    size_t got;

    return scan_proof_text(said, text, sizeof text) && uuid_parse_any(text, canonical) &&
           sodium_hex2bin(id, 16, canonical, UUID_SIZE - 1, "-", &got, NULL) == 0 && got == 16;
}

/* As the ledger writes it, in small letters: every entry asks. */
bool scan_proof_party(struct json_part value, uint8_t id[16])
{
    const char *text = value.text;

    return text && value.length >= UUID_SIZE && text[8] == '-' && text[13] == '-' && text[18] == '-' &&
           text[23] == '-' && text[UUID_SIZE - 1] == ' ' && hex_read(text, id, 4) &&
           hex_read(text + 9, id + 4, 2) && hex_read(text + 14, id + 6, 2) &&
           hex_read(text + 19, id + 8, 2) && hex_read(text + 24, id + 10, 6);
}

/* A number as it is counted: digits, from 1 on. */
static bool is_count(const struct scan_part *said)
{
    for (size_t i = 0; i < said->length; i++)
        if (said->bytes[i] < '0' || said->bytes[i] > '9')
            return false;
    return said->length > 0 && said->length < 20 && said->bytes[0] != '0';
}

bool scan_proof_read(const char *value, size_t length, struct scan_proof *proof)
{
    if (length < SAID_AT || (length - SAID_AT) % 2 != 0 || (length - SAID_AT) / 2 > SCAN_STATEMENT_MOST ||
        memcmp(value, WORD, KEY_AT) != 0 || value[SIGN_AT - 1] != ' ' || value[SAID_AT - 1] != ' ')
        return false;
    proof->length = (length - SAID_AT) / 2;
    return hex_read(value + KEY_AT, proof->key, SCAN_KEY_SIZE) &&
           hex_read(value + SIGN_AT, proof->signature, SCAN_SIGNATURE_SIZE) &&
           hex_read(value + SAID_AT, proof->statement, proof->length) &&
           scan_statement_read(proof->statement, proof->length, proof->said) &&
           read_uuid(&proof->said[SCAN_SCANNER], proof->scanner) && is_count(&proof->said[SCAN_NUMBER]);
}

bool scan_proof_key_is_sound(const struct scan_proof *proof)
{
    return crypto_core_ed25519_is_valid_point(proof->key) == 1;
}

bool scan_proof_fits(const struct scan_proof *proof)
{
    return crypto_sign_verify_detached(proof->signature, proof->statement, proof->length, proof->key) == 0;
}

/* What is compared, one after the other. */
struct comparison_of {
    const struct scan_part   *said;
    const struct scan_record *record;
    const struct entry       *entry;
    uint64_t                  kind;
    struct json_part          claimed; /* of an event that was overtaken */
};

static bool same_event(const struct comparison_of *of)
{
    uint8_t id[16];

    return read_uuid(&of->said[SCAN_EVENT], id) &&
           memcmp(id, of->entry->field[TAG_EVENT_ID].value, sizeof id) == 0;
}

static bool is_said(const struct scan_part *said, const char *word, size_t length)
{
    return said->length == length && memcmp(said->bytes, word, length) == 0;
}

static bool same_kind(const struct comparison_of *of)
{
    const char *word = words_kind(of->kind);

    return word && is_said(&of->said[SCAN_KIND], word, strlen(word));
}

static bool same_recorder(const struct comparison_of *of)
{
    struct json_part recorder = of->record->value[TAG_RECORDER];
    uint8_t          id[16], scanner[16];

    return !recorder.text || (scan_proof_party(recorder, id) && read_uuid(&of->said[SCAN_SCANNER], scanner) &&
                              memcmp(id, scanner, sizeof id) == 0);
}

/* What does not say when it happened, happened when it was recorded. */
static bool same_time(const struct comparison_of *of)
{
    int64_t       happened = (int64_t)entry_number(of->entry, TAG_HAPPENED_AT);
    char          text[TEXT_SIZE];
    struct moment moment = {0};
    struct error  none = {0};

    if (!of->said[SCAN_HAPPENED_AT].bytes)
        return happened == (int64_t)entry_number(of->entry, TAG_RECORDED_AT) &&
               entry_signed(of->entry, TAG_OFFSET) == 0;
    return scan_proof_text(&of->said[SCAN_HAPPENED_AT], text, sizeof text) &&
           moment_parse(text, &moment, &none) && moment.ms == happened &&
           moment.offset_minutes == entry_signed(of->entry, TAG_OFFSET);
}

/* A text in JSON against what was said; ids and names of steps hold nothing that is escaped. */
static bool is_quoted(struct json_part quoted, const struct scan_part *said)
{
    return quoted.length >= 2 && quoted.text[0] == '"' && is_said(said, quoted.text + 1, quoted.length - 2);
}

static bool is_word(const struct comparison_of *of, enum scan_field field, enum entry_tag tag,
                    const char *(*word)(uint64_t number), struct json_part in_row)
{
    const char *known = word(entry_number(of->entry, tag));

    if (!of->entry->field[tag].value)
        return false;
    if (known)
        return is_said(&of->said[field], known, strlen(known));
    return !in_row.text || is_quoted(in_row, &of->said[field]);
}

static bool same_step(const struct comparison_of *of)
{
    struct json_part claimed = json_compact_member(of->claimed, "step");

    if (!of->said[SCAN_STEP].bytes || !takes(of->kind, TAKES_STEP))
        return true;
    if (claimed.text)
        return is_quoted(claimed, &of->said[SCAN_STEP]);
    return is_word(of, SCAN_STEP, TAG_STEP, words_step, of->record->step);
}

static bool same_reason(const struct comparison_of *of)
{
    struct json_part claimed = json_compact_member(of->claimed, "reason");

    if (!of->said[SCAN_REASON].bytes)
        return !of->entry->field[TAG_REASON].value;
    if (claimed.text)
        return is_quoted(claimed, &of->said[SCAN_REASON]);
    return is_word(of, SCAN_REASON, TAG_REASON, words_reason, of->record->reason);
}

static bool read_claimed(struct json_part claimed, const char *name, uint8_t id[16])
{
    struct json_part quoted = json_compact_member(claimed, name);

    if (!quoted.text || quoted.length < 3)
        return false;
    return read_uuid(&(struct scan_part){(const uint8_t *)quoted.text + 1, quoted.length - 2}, id);
}

/* Badges are told by others (scan_proof.h); an id is told here. */
static bool same_receiver(const struct comparison_of *of)
{
    uint8_t id[16], claimed[16];

    if (!read_uuid(&of->said[SCAN_TO], id))
        return true;
    if (json_compact_member(of->claimed, "to").text)
        return read_claimed(of->claimed, "to", claimed) && memcmp(id, claimed, sizeof id) == 0;
    return !takes(of->kind, TAKES_TO) || !of->record->holder ||
           memcmp(id, of->record->holder, sizeof id) == 0;
}

/* What place a label is, is told by others too. One that was overtaken stands in what is claimed. */
static bool same_place(const struct comparison_of *of)
{
    struct json_part place = of->record->value[TAG_PLACE];
    bool             claims = json_compact_member(of->claimed, "place").text != NULL;

    if (!scan_proof_takes_place(of->kind))
        return true;
    if (of->said[SCAN_PLACE].bytes)
        return claims || !of->record->nowhere;
    return !claims && (!place.text || place.length == 0);
}

static bool same_target(const struct comparison_of *of)
{
    const uint8_t *target = of->entry->field[TAG_TARGET].value;
    uint8_t        id[16];

    if (!target || !of->said[SCAN_CORRECTS].bytes)
        return !target && !of->said[SCAN_CORRECTS].bytes;
    return read_uuid(&of->said[SCAN_CORRECTS], id) && memcmp(id, target, sizeof id) == 0;
}

static bool same_note(const struct comparison_of *of, enum entry_tag tag, enum scan_field field)
{
    struct json_part note = of->record->value[tag];
    uint8_t          hash[HASH_SIZE];

    if (!of->entry->field[tag].value || !of->said[field].bytes)
        return !of->entry->field[tag].value && !of->said[field].bytes;
    if (!note.text)
        return true;
    sha256(note.text, note.length, hash);
    return is_said(&of->said[field], (const char *)hash, sizeof hash);
}

static bool same_public_note(const struct comparison_of *of)
{
    return same_note(of, TAG_PUBLIC_NOTE, SCAN_PUBLIC_NOTE);
}

static bool same_private_note(const struct comparison_of *of)
{
    return same_note(of, TAG_PRIVATE_NOTE, SCAN_PRIVATE_NOTE);
}

static bool hides_detail(const struct comparison_of *of)
{
    return of->entry->field[TAG_DETAIL].value && !of->record->value[TAG_DETAIL].text;
}

static bool same_skew(const struct comparison_of *of)
{
    struct json_part kept = json_compact_member(of->record->value[TAG_DETAIL], "clock_skew_ms");

    if (hides_detail(of) || !of->said[SCAN_SKEW].bytes)
        return true; /* without one, a member of this name is the sender's own: same_detail() tells */
    return kept.text && is_said(&of->said[SCAN_SKEW], kept.text, kept.length);
}

static bool is_signed_detail(const struct comparison_of *of, struct json_part detail,
                             const char *const *without)
{
    CLEANUP(buffer_free) struct buffer compact = {.limit = SCAN_STATEMENT_MOST * 8u};
    uint8_t                            hash[HASH_SIZE];

    if (!json_compact(detail, without, &compact))
        return false;
    if (compact.length == 2 && !of->said[SCAN_DETAIL].bytes)
        return true;
    sha256(compact.text, compact.length, hash);
    return is_said(&of->said[SCAN_DETAIL], (const char *)hash, sizeof hash);
}

/* Some members are put in by the service, the difference of the clock only where it was said; where a sender
 * used these names, they are signed. */
static bool same_detail(const struct comparison_of *of)
{
    static const char *const derived[] = {"clock_skew_ms", "skipped", "claimed"};
    static const char        nothing[] = "{}";
    struct json_part         detail = of->record->value[TAG_DETAIL];

    if (hides_detail(of))
        return true;
    if (!detail.text)
        detail = (struct json_part){nothing, 2};
    for (unsigned kept = 0; kept < 1u << COUNT_OF(derived); kept++) {
        const char *without[COUNT_OF(derived) + 1] = {0};
        size_t      count = 0;

        for (size_t i = 0; i < COUNT_OF(derived); i++)
            if (!(kept >> i & 1) && (i > 0 || of->said[SCAN_SKEW].bytes))
                without[count++] = derived[i];
        if (is_signed_detail(of, detail, without))
            return true;
    }
    return false;
}

/* Only what came late can have been overtaken. */
static bool same_claim(const struct comparison_of *of)
{
    return !of->claimed.text || (entry_number(of->entry, TAG_FLAGS) & FLAG_LATE);
}

const char *scan_proof_differs(const struct scan_proof *proof, const struct scan_record *record)
{
    static const struct {
        bool (*same)(const struct comparison_of *of);
        const char *words;
    } table[] = {{same_event, "another event"},
                 {same_kind, "another kind of event"},
                 {same_recorder, "another recorder"},
                 {same_time, "another time"},
                 {same_step, "another step"},
                 {same_reason, "another reason"},
                 {same_receiver, "another receiver"},
                 {same_place, "another place"},
                 {same_target, "a correction of another event"},
                 {same_public_note, "another public note"},
                 {same_private_note, "another private note"},
                 {same_skew, "another difference of its clock"},
                 {same_detail, "other details"},
                 {same_claim, "a claim of one that was not late"}};
    const struct comparison_of of = {proof->said, record, record->entry,
                                     entry_number(record->entry, TAG_KIND),
                                     json_compact_member(record->value[TAG_DETAIL], "claimed")};

    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (!table[i].same(&of))
            return table[i].words;
    return NULL;
}

bool scan_proof_claimed(const struct scan_record *record, const char *name, uint8_t id[16])
{
    return read_claimed(json_compact_member(record->value[TAG_DETAIL], "claimed"), name, id);
}
