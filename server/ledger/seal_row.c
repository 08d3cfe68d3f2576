#include "ledger/seal_row.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "audit/words.h"
#include "render/json_read.h"
#include "shared/moment.h"
#include "shared/scan_signature.h"
#include "shared/uuid.h"

#define FLAG_NUMBER_REUSED 128u
#define LATE_MS            600000 /* as record_events() has it */
#define LATER_MS           3000   /* also there: what is that much older than something newer is overtaken; */
#define LATER_UNKNOWN_MS   60000  /* without the difference of its sender's clock, that much */
#define BESIDE_MOST        3      /* events that an intake records before its own */
#define CLAIM_SIZE         64     /* bytes of an id, or of a step's name */

void seal_row_read(const struct rows *rows, size_t n, struct seal_row *row)
{
    *row = (struct seal_row){
        .seq = rows_integer(rows, n, "seq"),
        .device_seq = rows_integer(rows, n, "device_seq"),
        .recorded_ms = rows_integer(rows, n, "recorded_ms"),
        .happened_ms = rows_integer(rows, n, "happened_ms"),
        .offset_minutes = rows_integer(rows, n, "offset_minutes"),
        .scanner_seq = rows_integer(rows, n, "scanner_seq"),
        .kind_number = rows_integer(rows, n, "kind_number"),
        .step_number = rows_integer(rows, n, "step_number"),
        .reason_number = rows_integer(rows, n, "reason_number"),
        .beside_seq = rows_integer(rows, n, "beside_seq"),
        .beside_kind = rows_text(rows, n, "beside_kind"),
        .beside_device = rows_text(rows, n, "beside_device"),
        .flags = (unsigned)rows_integer(rows, n, "flags"),
        .said = (unsigned)rows_integer(rows, n, "said"),
        .event_id = rows_text(rows, n, "event_id"),
        .device_id = rows_text(rows, n, "device_id"),
        .kind = rows_text(rows, n, "kind"),
        .actor_id = rows_text(rows, n, "actor_id"),
        .scanner_id = rows_text(rows, n, "scanner_id"),
        .from_id = rows_text(rows, n, "from_id"),
        .to_id = rows_text(rows, n, "to_id"),
        .place_id = rows_text(rows, n, "place_id"),
        .step = rows_text(rows, n, "step"),
        .reason = rows_text(rows, n, "reason"),
        .corrects = rows_text(rows, n, "corrects"),
        .repair_id = rows_text(rows, n, "repair_id"),
        .detail = rows_text(rows, n, "detail"),
        .named = rows_text(rows, n, "named"),
        .mac = rows_text(rows, n, "mac"),
        .before_to = rows_text(rows, n, "before_to"),
        .before_place = rows_text(rows, n, "before_place"),
        .before_step = rows_text(rows, n, "before_step"),
        .before_seq = rows_text(rows, n, "before_seq"),
    };
}

static bool from_hex(const char *text, uint8_t *bytes, size_t size)
{
    size_t got;

    return sodium_hex2bin(bytes, size, text, strlen(text), NULL, &got, NULL) == 0 && got == size;
}

bool seal_openings_read(const struct rows *rows, struct arena *arena, struct seal_openings *openings,
                        struct error *error)
{
    struct seal_opening *list = ARENA_NEW(arena, struct seal_opening, rows_count(rows) + 1);

    for (size_t i = 0; i < rows_count(rows); i++) {
        list[i].seq = rows_integer(rows, i, "seq");
        list[i].tag = (unsigned)rows_integer(rows, i, "tag");
        list[i].value = rows_text(rows, i, "value");
        if (!from_hex(rows_text(rows, i, "salt"), list[i].salt, SALT_SIZE))
            return error_set(error, ERROR_INTERNAL, "a salt of record %" PRId64 " is damaged", list[i].seq);
    }
    *openings = (struct seal_openings){list, rows_count(rows)};
    return true;
}

const struct seal_opening *seal_openings_find(const struct seal_openings *openings, int64_t seq, unsigned tag)
{
    size_t low = 0, high = openings->count;

    while (low < high) {
        size_t                     middle = low + (high - low) / 2;
        const struct seal_opening *at = &openings->list[middle];

        if (at->seq == seq && at->tag == tag)
            return at;
        if (at->seq < seq || (at->seq == seq && at->tag < tag))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static const char *opened(const struct seal_openings *openings, int64_t seq, unsigned tag)
{
    const struct seal_opening *opening = seal_openings_find(openings, seq, tag);

    return opening ? opening->value : "";
}

/* A scan whose number was used before is recorded without scanner and number; it came with those that its
 * scanner signed. */
static void take_signed_number(const char *signature, char scanner[SCAN_SCANNER_SIZE],
                               struct submission *submission)
{
    const char *statement = strrchr(signature, ' ');

    if (statement && scan_statement_number(statement + 1, scanner, &submission->scanner_seq))
        submission->scanner_id = scanner;
}

/* What an event that was overtaken claimed stands in its detail: then that was said, and the row's own value
 * is the one before it. */
static bool take_claim(const struct seal_row *row, const char *name, unsigned said, const char *after,
                       const char *before, char claim[CLAIM_SIZE], const char **value)
{
    json_inner_text(row->detail, "claimed", name, claim, CLAIM_SIZE);
    if (!*claim)
        return true;
    if (row->said & said)
        *value = claim;
    return *row->before_seq == '\0' || strcmp(after, before) == 0;
}

/* Only what came later than it happened can have been overtaken: the mark covers when it happened. */
static bool take_claims(const struct seal_row *row, char claims[3][CLAIM_SIZE], struct submission *submission)
{
    int64_t      skew = json_integer_of(row->detail, "clock_skew_ms");
    int64_t      least = json_has_member(row->detail, "clock_skew_ms") ? LATER_MS : LATER_UNKNOWN_MS;
    const char **taker = row->said & SAID_TAKER ? &submission->taker_id : &submission->to_id;

    if (!json_has_member(row->detail, "claimed"))
        return true;
    if (skew > CLOCK_SKEW_MOST_MS || skew < -CLOCK_SKEW_MOST_MS)
        skew = 0;
    return row->recorded_ms - row->happened_ms - skew > least &&
           take_claim(row, "step", SAID_STEP, row->step, row->before_step, claims[0], &submission->step) &&
           take_claim(row, "to", SAID_TO | SAID_TAKER, row->to_id, row->before_to, claims[1], taker) &&
           take_claim(row, "place", SAID_PLACE, row->place_id, row->before_place, claims[2],
                      &submission->place_id);
}

unsigned seal_row_wrong_word(const struct seal_row *row)
{
    if (!words_fit(words_kind, row->kind, (uint64_t)row->kind_number))
        return TAG_KIND;
    if (*row->step && !words_fit(words_step, row->step, (uint64_t)row->step_number))
        return TAG_STEP;
    return *row->reason && !words_fit(words_reason, row->reason, (uint64_t)row->reason_number) ? TAG_REASON
                                                                                               : 0;
}

/* Whoever did not say when it happened said it as it happened. */
static bool happened_when_it_was_told(const struct seal_row *row)
{
    int64_t ms = row->recorded_ms - row->happened_ms;

    return row->said & SAID_HAPPENED_AT || (ms <= LATE_MS && ms >= -LATE_MS);
}

/* What an intake records besides, it records right before it, of the same device; it registers a new one
 * only. */
static bool stands_beside_its_intake(const struct seal_row *row)
{
    return !(row->said & SAID_BESIDE) ||
           ((row->device_seq == 0 || strcmp(row->kind, "registered") != 0) &&
            strcmp(row->beside_kind, "received") == 0 && strcmp(row->beside_device, row->device_id) == 0 &&
            row->beside_seq > row->seq && row->beside_seq - row->seq <= BESIDE_MOST);
}

bool seal_row_is_ours(const struct seal_row *row, const struct seal_openings *openings,
                      const uint8_t service_key[SECRET_KEY_SIZE])
{
    uint8_t           carried[SUBMISSION_MAC_SIZE], made[SUBMISSION_MAC_SIZE];
    char              scanner[SCAN_SCANNER_SIZE], claims[3][CLAIM_SIZE];
    struct submission submission = {.event_id = row->event_id,
                                    .actor_id = row->actor_id,
                                    .kind = row->kind,
                                    .named = row->said & SAID_BESIDE ? NULL : row->named,
                                    .beside = row->said & SAID_BESIDE ? row->named : NULL,
                                    .taker_id = row->said & SAID_TAKER ? row->to_id : NULL,
                                    .step = row->said & SAID_STEP ? row->step : NULL,
                                    .reason = row->reason,
                                    .to_id = row->said & SAID_TO ? row->to_id : NULL,
                                    .place_id = row->said & SAID_PLACE ? row->place_id : NULL,
                                    .corrects = row->corrects,
                                    .repair_id = row->said & SAID_REPAIR ? row->repair_id : NULL,
                                    .scanner_id = row->scanner_id,
                                    .public_note = opened(openings, row->seq, TAG_PUBLIC_NOTE),
                                    .private_note = opened(openings, row->seq, TAG_PRIVATE_NOTE),
                                    .signature = opened(openings, row->seq, TAG_SCANNER_SIGNATURE),
                                    .device_id = row->said & SAID_DEVICE ? row->device_id : NULL,
                                    .detail = row->detail,
                                    .happened = (row->said & SAID_HAPPENED_AT) != 0,
                                    .happened_at_ms = row->happened_ms,
                                    .offset_minutes = row->offset_minutes,
                                    .scanner_seq = row->scanner_seq};

    if (seal_row_wrong_word(row) || !happened_when_it_was_told(row) || !stands_beside_its_intake(row) ||
        !from_hex(row->mac, carried, sizeof carried) || !take_claims(row, claims, &submission))
        return false;
    if (row->flags & FLAG_NUMBER_REUSED)
        take_signed_number(submission.signature, scanner, &submission);
    submission_mac(service_key, &submission, made);
    return sodium_memcmp(carried, made, sizeof made) == 0;
}

void seal_uuid_bytes(const char *text, uint8_t bytes[16])
{
    size_t got;

    memset(bytes, 0, 16);
    sodium_hex2bin(bytes, 16, text, strlen(text), "-", &got, NULL);
}

static void put_uuid(struct entry_writer *writer, enum entry_tag tag, const char *text)
{
    uint8_t bytes[16];

    if (*text == '\0')
        return;
    seal_uuid_bytes(text, bytes);
    entry_put(writer, tag, bytes, sizeof bytes);
}

static void put_number_if(struct entry_writer *writer, enum entry_tag tag, int64_t value)
{
    if (value != 0)
        entry_put_number(writer, tag, (uint64_t)value);
}

struct building {
    const struct seal_row      *row;
    const struct seal_openings *openings;
    const struct seal_link     *before;
    const struct seal_erased   *erased;
    struct entry_writer        *writer;
};

/* Puts the commitment to the opening; of one that was erased, what was sealed. `wanted`: without it the row
 * is not whole. `begins`: how the value must begin, up to a blank; "" : anything. */
static bool put_commitment(const struct building *building, enum entry_tag tag, bool wanted,
                           const char *begins, struct error *error)
{
    const struct seal_opening *opening = seal_openings_find(building->openings, building->row->seq, tag);
    uint8_t                    commitment[HASH_SIZE];
    size_t                     length = strlen(begins);

    if (!opening && building->erased && building->erased->tags >> tag & 1) {
        const struct entry_field *field = &building->erased->sealed->field[tag];

        if (field->value)
            entry_put(building->writer, tag, field->value, field->length);
        return true;
    }
    if (!opening)
        return !wanted || error_set(error, ERROR_CONFLICT, "the value behind its field \"%s\" is gone",
                                    entry_tag_name(tag));
    if (length > 0 && (strncmp(opening->value, begins, length) != 0 || opening->value[length] != ' '))
        return error_set(error, ERROR_CONFLICT, "its field \"%s\" names somebody else than the row",
                         entry_tag_name(tag));
    commitment_make(commitment_of_tag(tag), opening->value, strlen(opening->value), opening->salt,
                    commitment);
    entry_put(building->writer, tag, commitment, sizeof commitment);
    return true;
}

static bool follows(const struct seal_row *row, const struct seal_link *before, struct error *error)
{
    int64_t expected = before ? (int64_t)before->device_seq + 1 : 0;

    if (row->device_seq != expected)
        return error_set(error, ERROR_CONFLICT,
                         "it is number %" PRId64 " of its device, where %" PRId64 " follows", row->device_seq,
                         expected);
    if (before && before->lost && *row->before_seq == '\0')
        return true;
    if (strcmp(row->from_id, row->before_to) != 0)
        return error_set(error, ERROR_CONFLICT,
                         "its holder before is not the holder after the record before it");
    return true;
}

static bool put_custody(const struct building *building, struct error *error)
{
    const struct seal_row *row = building->row;

    if (building->before)
        entry_put(building->writer, TAG_HOLDER_BEFORE, building->before->holder, HASH_SIZE);
    if (building->before && strcmp(row->from_id, row->to_id) == 0) {
        if (seal_openings_find(building->openings, row->seq, TAG_HOLDER))
            return error_set(error, ERROR_CONFLICT, "it names a new holder, but custody did not change");
        entry_put(building->writer, TAG_HOLDER, building->before->holder, HASH_SIZE);
        return true;
    }
    return put_commitment(building, TAG_HOLDER, true, row->to_id, error);
}

/* Of a detail that was erased the row shows what does not name the person; only the commitment is proven. */
static bool put_detail(const struct building *building, struct error *error)
{
    const struct seal_opening *opening =
        seal_openings_find(building->openings, building->row->seq, TAG_DETAIL);
    bool erased = building->erased && building->erased->tags >> TAG_DETAIL & 1;

    if ((opening || !erased) && strcmp(opening ? opening->value : "", building->row->detail) != 0)
        return error_set(error, ERROR_CONFLICT, "its detail is not what was recorded");
    return put_commitment(building, TAG_DETAIL, *building->row->detail != '\0', "", error);
}

static bool put_values(const struct building *building, struct error *error)
{
    const struct seal_row     *row = building->row;
    bool                       left = strcmp(row->place_id, row->before_place) != 0;
    const struct seal_opening *place = seal_openings_find(building->openings, row->seq, TAG_PLACE);

    if (place && (!left || (*row->place_id == '\0') != (*place->value == '\0')))
        return error_set(error, ERROR_CONFLICT, "its place is not what was recorded");
    return put_custody(building, error) && put_commitment(building, TAG_PLACE, left, row->place_id, error) &&
           put_commitment(building, TAG_IDENTITY, row->device_seq == 0, "", error) &&
           put_commitment(building, TAG_RECORDER, true, row->actor_id, error) &&
           put_commitment(building, TAG_PUBLIC_NOTE, false, "", error) &&
           put_commitment(building, TAG_PRIVATE_NOTE, false, "", error) && put_detail(building, error) &&
           put_commitment(building, TAG_SCANNER_SIGNATURE, false, "ed25519", error);
}

bool seal_row_build(const struct seal_row *row, const struct seal_openings *openings,
                    const struct seal_link *before, const struct seal_erased *erased,
                    struct entry_writer *writer, struct error *error)
{
    static const uint8_t  zeros[HASH_SIZE] = {0};
    const struct building building = {row, openings, before, erased, writer};

    if (!follows(row, before, error))
        return false;
    entry_begin(writer, ENTRY_EVENT);
    put_uuid(writer, TAG_EVENT_ID, row->event_id);
    put_uuid(writer, TAG_DEVICE, row->device_id);
    entry_put_number(writer, TAG_DEVICE_SEQ, (uint64_t)row->device_seq);
    entry_put(writer, TAG_PREVIOUS, before ? before->digest : zeros, HASH_SIZE);
    entry_put_number(writer, TAG_KIND, (uint64_t)row->kind_number);
    entry_put_number(writer, TAG_RECORDED_AT, (uint64_t)row->recorded_ms);
    entry_put_number(writer, TAG_HAPPENED_AT, (uint64_t)row->happened_ms);
    entry_put_number(writer, TAG_OFFSET, (uint64_t)row->offset_minutes);
    put_number_if(writer, TAG_STEP, row->step_number);
    put_number_if(writer, TAG_FLAGS, row->flags);
    put_uuid(writer, TAG_REPAIR, row->repair_id);
    if (!put_values(&building, error))
        return false;
    put_uuid(writer, TAG_TARGET, row->corrects);
    put_number_if(writer, TAG_REASON, row->reason_number);
    return entry_finish(writer, error);
}

/* The mark covers the notice's id, which says when the service made it. */
static bool was_made_when_recorded(const struct rows *rows, size_t n)
{
    int64_t ms = rows_integer(rows, n, "recorded_ms") - uuid_made_ms(rows_text(rows, n, "notice_id"));

    return ms <= LATE_MS && ms >= -LATE_MS;
}

bool seal_notice_is_ours(const struct rows *rows, size_t n, const uint8_t service_key[SECRET_KEY_SIZE])
{
    uint8_t carried[SUBMISSION_MAC_SIZE], made[SUBMISSION_MAC_SIZE];

    if (!was_made_when_recorded(rows, n) || !from_hex(rows_text(rows, n, "mac"), carried, sizeof carried))
        return false;
    submission_erasure_mac(service_key, rows_text(rows, n, "target"), rows_text(rows, n, "erased"),
                           rows_text(rows, n, "actor_id"), rows_text(rows, n, "reason"),
                           rows_text(rows, n, "notice_id"), made);
    return sodium_memcmp(carried, made, sizeof made) == 0;
}

static void put_erased(struct entry_writer *writer, const char *list)
{
    uint8_t tags[16];
    size_t  count = 0;

    for (char *end; *list && count < sizeof tags; list = end)
        tags[count++] = (uint8_t)strtoul(list, &end, 10);
    entry_put(writer, TAG_ERASED, tags, count);
}

static bool put_erasure(const struct rows *rows, size_t n, const struct seal_openings *openings,
                        const uint8_t *recorder, struct entry_writer *writer, struct error *error)
{
    struct seal_row       row = {.seq = rows_integer(rows, n, "seq")};
    const struct building building = {.row = &row, .openings = openings, .writer = writer};

    if (recorder)
        entry_put(writer, TAG_RECORDER, recorder, HASH_SIZE);
    else if (!put_commitment(&building, TAG_RECORDER, true, rows_text(rows, n, "actor_id"), error))
        return false;
    put_uuid(writer, TAG_TARGET, rows_text(rows, n, "target"));
    put_erased(writer, rows_text(rows, n, "erased"));
    put_number_if(writer, TAG_REASON, rows_integer(rows, n, "reason_number"));
    return true;
}

bool seal_notice_build(const struct rows *rows, size_t n, const struct seal_openings *openings,
                       const char *origin, const uint8_t *recorder, struct entry_writer *writer,
                       struct error *error)
{
    enum entry_type type = (enum entry_type)rows_integer(rows, n, "type");
    const char     *key = rows_text(rows, n, "verifier_key");

    entry_begin(writer, type);
    if (type == ENTRY_ERASURE)
        put_uuid(writer, TAG_EVENT_ID, rows_text(rows, n, "notice_id"));
    entry_put_number(writer, TAG_RECORDED_AT, (uint64_t)rows_integer(rows, n, "recorded_ms"));
    if (type == ENTRY_ERASURE && !put_erasure(rows, n, openings, recorder, writer, error))
        return false;
    if (type == ENTRY_GENESIS) {
        entry_put(writer, TAG_ORIGIN, origin, strlen(origin));
        entry_put(writer, TAG_FORMAT, ENTRY_FORMAT_NAME, sizeof ENTRY_FORMAT_NAME - 1);
    } else if (type == ENTRY_INCIDENT) {
        entry_put_number(writer, TAG_INCIDENT, (uint64_t)rows_integer(rows, n, "incident"));
        entry_put_number(writer, TAG_FROM_SIZE, (uint64_t)rows_integer(rows, n, "from_size"));
        entry_put_number(writer, TAG_TO_SIZE, (uint64_t)rows_integer(rows, n, "to_size"));
    } else if (type == ENTRY_CONFIGURATION) {
        entry_put(writer, TAG_VERIFIER_KEY, key, strlen(key));
    }
    return entry_finish(writer, error);
}
