#include "ledger/seal_check.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/sha256.h"
#include "ledger/seal_differs.h"
#include "ledger/seal_locate.h"
#include "ledger/submission.h"

static bool database_is_away(const struct error *error)
{
    return error->kind == ERROR_UNAVAILABLE || error->kind == ERROR_UNKNOWN_OUTCOME;
}

bool seal_check_begin(struct seal_check *check, struct error *error)
{
    struct checkpoint opened;
    struct error      damaged = {0};

    check->signature = SIGNATURE_BAD;
    if (!log_store_head(check->session, check->arena, &check->head, &damaged)) {
        if (database_is_away(&damaged)) {
            *error = damaged;
            return false;
        }
        check->head.size = 0; /* the note in the database is no checkpoint: nothing is vouched for */
        return true;
    }
    if (check->head.size == 0 || check->options->key_count == 0)
        check->signature = SIGNATURE_UNCHECKED;
    else if (checkpoint_open(check->head.note, strlen(check->head.note), check->options->keys,
                             check->options->key_count, &opened, &damaged))
        check->signature = SIGNATURE_GOOD;
    snprintf(check->origin, sizeof check->origin, "%.*s", (int)strcspn(check->head.note, "\n"),
             check->head.note);
    check->nodes = log_store_nodes(check->session, check->arena, check->head.size);
    return true;
}

/* Loading what the rows need beside themselves. */

static const char *list_of(struct arena *arena, const struct rows *rows, const char *const *columns,
                           size_t count)
{
    CLEANUP(buffer_free) struct buffer list = {.limit = (size_t)8 * 1024 * 1024};

    buffer_text(&list, "{");
    for (size_t i = 0; i < rows_count(rows); i++)
        for (size_t n = 0; n < count; n++)
            if (!rows_null(rows, i, columns[n]))
                buffer_format(&list, "%s%s", list.length > 1 ? "," : "", rows_text(rows, i, columns[n]));
    buffer_text(&list, "}");
    return arena_copy(arena, list.text);
}

/* Damaged salts are as good as none: the rows that need them are then named. */
static bool load_openings(struct seal_check *check, const char *seqs, struct seal_openings *openings,
                          struct error *error)
{
    const struct rows *rows = QUERY(check->session, check->arena, SQL_AUDIT_OPENINGS, error, seqs);
    struct error       damaged = {0};

    if (!rows)
        return false;
    if (!seal_openings_read(rows, check->arena, openings, &damaged))
        *openings = (struct seal_openings){0};
    return true;
}

static bool load(struct seal_check *check, struct error *error)
{
    static const char *const seqs[] = {"seq"}, *const events[] = {"event_id", "holder_event"};

    if (!load_openings(check, list_of(check->arena, check->rows, seqs, 1), &check->openings, error))
        return false;
    /* after the openings: one that is destroyed meanwhile is then seen with its erasure */
    check->erasures = QUERY(check->session, check->arena, SQL_AUDIT_ERASURES, error,
                            list_of(check->arena, check->rows, events, 2));
    return check->erasures != NULL;
}

/* One entry. */

struct sealed_entry {
    const uint8_t *bytes;
    size_t         length;
    struct entry   entry;
    bool           readable;
};

static struct sealed_entry entry_of(struct arena *arena, const char *hex)
{
    struct sealed_entry sealed = {0};
    uint8_t            *bytes = arena_take(arena, strlen(hex) / 2 + 1);
    struct error        none = {0};

    if (sodium_hex2bin(bytes, strlen(hex) / 2, hex, strlen(hex), NULL, &sealed.length, NULL) != 0)
        return sealed;
    sealed.bytes = bytes;
    sealed.readable = sealed.length > 0 && entry_parse(bytes, sealed.length, &sealed.entry, &none);
    return sealed;
}

/* Whether the signed tree has this leaf here. */
static bool in_tree(struct seal_check *check, uint64_t seq, const uint8_t leaf[HASH_SIZE], bool *included,
                    struct error *error)
{
    uint8_t      path[MERKLE_PATH_MOST][HASH_SIZE];
    size_t       count;
    struct error damaged = {0};

    *included = false;
    if (check->signature == SIGNATURE_BAD)
        return true;
    if (!merkle_prove_inclusion(seq, check->head.size, log_store_read_node, check->nodes, path, &count,
                                &damaged)) {
        if (database_is_away(&damaged))
            *error = damaged;
        return !database_is_away(&damaged);
    }
    *included = merkle_included(seq, check->head.size, leaf, (const uint8_t(*)[HASH_SIZE])path, count,
                                check->head.root);
    return true;
}

static bool prove(struct seal_check *check, uint64_t seq, const struct sealed_entry *sealed,
                  struct seal_result *result, struct error *error)
{
    merkle_leaf(sealed->bytes, sealed->length, result->leaf);
    result->has_leaf = true;
    if (!in_tree(check, seq, result->leaf, &result->in_tree, error))
        return false;
    if (!result->in_tree && result->state == SEAL_INTACT) {
        result->state = SEAL_UNPROVEN;
        result->fault = FAULT_TREE;
    }
    return true;
}

static void broken(struct seal_result *result, enum seal_fault fault, unsigned tag)
{
    *result = (struct seal_result){.state = SEAL_BROKEN, .fault = fault, .tag = tag};
}

/* Erasures. */

/* Of an erasure that was put back after a restore: who asked for it is lost, its commitment stands in the
 * log. */
static const uint8_t *lost_recorder(const struct rows *notices, size_t n, const struct sealed_entry *sealed)
{
    bool lost = rows_integer(notices, n, "type") == ENTRY_ERASURE && rows_flag(notices, n, "put_back");

    return lost ? sealed->entry.field[TAG_RECORDER].value : NULL;
}

/* Whether the notice gives the very entry that was sealed. */
static bool notice_agrees(const struct seal_check *check, const struct rows *notices, size_t n,
                          const struct sealed_entry *sealed)
{
    struct seal_opening  by;
    struct seal_openings openings = {&by, 0};
    struct entry_writer *writer = ARENA_NEW(check->arena, struct entry_writer, 1);
    const char          *salt = rows_text(notices, n, "salt");
    struct error         none = {0};
    size_t               got;

    by = (struct seal_opening){
        .seq = rows_integer(notices, n, "seq"), .tag = TAG_RECORDER, .value = rows_text(notices, n, "value")};
    if (sodium_hex2bin(by.salt, SALT_SIZE, salt, strlen(salt), NULL, &got, NULL) == 0 && got == SALT_SIZE)
        openings.count = 1;
    return sealed->readable &&
           seal_notice_build(notices, n, &openings, check->origin, lost_recorder(notices, n, sealed), writer,
                             &none) &&
           writer->length == sealed->length && memcmp(writer->bytes, sealed->bytes, sealed->length) == 0;
}

/* An erasure that is not sealed as it stands takes nothing lawfully; one that waits to be sealed and is ours
 * does. */
static bool weigh_erasures(struct seal_check *check, struct error *error)
{
    size_t count = rows_count(check->erasures);

    check->erasure_holds = ARENA_NEW(check->arena, bool, count + 1);
    for (size_t i = 0; i < count; i++) {
        uint64_t            seq = (uint64_t)rows_integer(check->erasures, i, "seq");
        struct sealed_entry sealed = entry_of(check->arena, rows_text(check->erasures, i, "entry"));
        struct seal_result  result = {.state = SEAL_INTACT};

        if (seq < check->head.size && notice_agrees(check, check->erasures, i, &sealed) &&
            !prove(check, seq, &sealed, &result, error))
            return false;
        check->erasure_holds[i] = seq < check->head.size
                                      ? result.in_tree
                                      : seal_notice_is_ours(check->erasures, i, check->options->service_key);
    }
    return true;
}

static bool has_tag(const char *list, unsigned tag)
{
    for (char *end; *list; list = end) {
        if (strtoul(list, &end, 10) == tag)
            return true;
        if (end == list)
            return false;
    }
    return false;
}

long seal_check_erased(const struct seal_check *check, int64_t seq, unsigned tag)
{
    for (size_t i = 0; i < rows_count(check->erasures); i++)
        if (rows_integer(check->erasures, i, "of_seq") == seq && check->erasure_holds[i] &&
            has_tag(rows_text(check->erasures, i, "erased"), tag))
            return (long)i;
    return -1;
}

static uint64_t erased_tags(const struct seal_check *check, int64_t seq)
{
    uint64_t tags = 0;

    for (unsigned tag = TAG_HOLDER; tag <= TAG_SCANNER_SIGNATURE; tag++)
        if (seal_check_erased(check, seq, tag) >= 0)
            tags |= (uint64_t)1 << tag;
    return tags;
}

/* Rows. */

static bool link_of(struct seal_check *check, size_t n, struct seal_link *link)
{
    struct sealed_entry before = entry_of(check->arena, rows_text(check->rows, n, "entry_before"));

    *link = (struct seal_link){0};
    if (!before.readable || before.entry.type != ENTRY_EVENT)
        return false;
    link->device_seq = (uint32_t)entry_number(&before.entry, TAG_DEVICE_SEQ);
    entry_digest(&before.entry, link->digest);
    memcpy(link->holder, before.entry.field[TAG_HOLDER].value, HASH_SIZE);
    return true;
}

/* Whether row and openings give the very entry that was sealed. */
static bool gives_entry(struct seal_check *check, size_t n, const struct seal_row *row,
                        const struct sealed_entry *sealed, uint64_t erased)
{
    struct seal_erased   gone = {erased, &sealed->entry};
    struct entry_writer *writer = ARENA_NEW(check->arena, struct entry_writer, 1);
    struct seal_link     link;
    bool                 linked = link_of(check, n, &link);
    struct error         none = {0};

    return seal_row_build(row, &check->openings, linked ? &link : NULL, erased ? &gone : NULL, writer,
                          &none) &&
           writer->length == sealed->length && memcmp(writer->bytes, sealed->bytes, sealed->length) == 0;
}

/* Of a detail that was erased no entry says what is left in the row: the mark of the service that erased
 * does. */
static bool rest_is_ours(const struct seal_check *check, size_t n, const struct seal_row *row,
                         uint64_t erased)
{
    uint8_t     hash[HASH_SIZE], carried[SUBMISSION_MAC_SIZE], made[SUBMISSION_MAC_SIZE];
    char        hex[2 * HASH_SIZE + 1];
    const char *mac = rows_text(check->rows, n, "left_mac");
    size_t      got;

    if (!(erased >> TAG_DETAIL & 1) || seal_openings_find(&check->openings, row->seq, TAG_DETAIL))
        return true;
    sha256(row->detail, strlen(row->detail), hash);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    submission_rest_mac(check->options->service_key, row->event_id, hex, made);
    return sodium_hex2bin(carried, sizeof carried, mac, strlen(mac), NULL, &got, NULL) == 0 &&
           got == sizeof carried && sodium_memcmp(carried, made, sizeof made) == 0;
}

static void check_sealed(struct seal_check *check, size_t n, const struct seal_row *row,
                         const struct sealed_entry *sealed, struct seal_result *result)
{
    uint64_t               erased = erased_tags(check, row->seq);
    struct seal_difference found;

    if (gives_entry(check, n, row, sealed, erased)) {
        if (!rest_is_ours(check, n, row, erased))
            broken(result, FAULT_FIELD, TAG_DETAIL);
        else if (seal_row_wrong_word(row))
            broken(result, FAULT_FIELD, seal_row_wrong_word(row));
        return;
    }
    found = seal_differs(row, &check->openings, erased, &sealed->entry);
    broken(result, found.fault == FAULT_NONE ? FAULT_CHAIN : found.fault, found.tag);
    result->others = found.others;
}

static bool check_row(struct seal_check *check, size_t n, struct error *error)
{
    struct seal_result *result = &check->results[n];
    struct sealed_entry sealed;
    struct seal_row     row;

    seal_row_read(check->rows, n, &row);
    *result = (struct seal_result){.state = SEAL_INTACT};
    if ((uint64_t)row.seq >= check->head.size) {
        result->state = SEAL_WAITING;
        if (check->head.size > 0 && !seal_row_is_ours(&row, &check->openings, check->options->service_key))
            broken(result, FAULT_MARK, 0);
        return true;
    }
    sealed = entry_of(check->arena, rows_text(check->rows, n, "entry"));
    if (!sealed.bytes || sealed.length == 0)
        broken(result, FAULT_NO_ENTRY, 0);
    else if (!sealed.readable || sealed.entry.type != ENTRY_EVENT)
        broken(result, FAULT_ENTRY, 0);
    else
        check_sealed(check, n, &row, &sealed, result);
    return result->fault == FAULT_NO_ENTRY || prove(check, (uint64_t)row.seq, &sealed, result, error);
}

/* A row that is at odds only with the one before it is not at fault when that one is, or is gone. */
static bool blames_another(const struct seal_check *check, size_t i)
{
    const struct seal_result *result = &check->results[i];
    int64_t                   before = rows_integer(check->rows, i, "before_seq");

    if (result->fault == FAULT_CHAIN && rows_null(check->rows, i, "before_seq"))
        return rows_integer(check->rows, i, "device_seq") > 0;
    for (size_t n = 0; n < check->count; n++)
        if (rows_integer(check->rows, n, "seq") == before && check->results[n].state == SEAL_BROKEN)
            return result->fault == FAULT_CHAIN ||
                   (result->fault == FAULT_FIELD && result->tag == TAG_PLACE &&
                    check->results[n].tag == TAG_PLACE);
    return false;
}

static void forgive(struct seal_check *check)
{
    for (size_t i = check->count; i-- > 0;)
        if (check->results[i].state == SEAL_BROKEN && blames_another(check, i))
            check->results[i].state = check->results[i].in_tree ? SEAL_INTACT : SEAL_UNPROVEN;
}

/* Names the altered leaf where the signed heads tell; rows before it are proven by the head before it. */
static bool locate(struct seal_check *check, struct error *error)
{
    uint64_t first = 0, last = 0;
    bool     doubtful = false;

    for (size_t i = 0; i < check->count; i++)
        doubtful |= check->results[i].fault == FAULT_TREE;
    if (!doubtful || check->signature != SIGNATURE_GOOD)
        return true;
    if (!seal_locate(check, &first, &last, error))
        return error->kind == ERROR_NONE;
    for (size_t i = 0; i < check->count; i++) {
        struct seal_result *result = &check->results[i];
        uint64_t            seq = (uint64_t)rows_integer(check->rows, i, "seq");

        if (result->fault != FAULT_TREE)
            continue;
        if (seq < first)
            result->state = SEAL_INTACT;
        else if (seq == first && first == last)
            result->state = SEAL_BROKEN;
    }
    return true;
}

bool seal_check_rows(struct seal_check *check, const struct rows *rows, struct error *error)
{
    check->rows = rows;
    check->count = rows_count(rows);
    check->results = ARENA_NEW(check->arena, struct seal_result, check->count + 1);
    if (!load(check, error) || !weigh_erasures(check, error))
        return false;
    for (size_t i = 0; i < check->count; i++)
        if (!check_row(check, i, error))
            return false;
    forgive(check);
    if (!locate(check, error))
        return false;
    for (size_t i = 0; i < check->count; i++)
        check->state_count[check->results[i].state]++;
    return true;
}

static void check_notice(struct seal_check *check, size_t n, struct sealed_entry *sealed,
                         struct seal_result *result)
{
    if (!sealed->bytes || sealed->length == 0)
        broken(result, FAULT_NO_ENTRY, 0);
    else if (!notice_agrees(check, check->notices, n, sealed))
        broken(result, sealed->readable ? FAULT_FIELD : FAULT_ENTRY, 0);
}

bool seal_check_notices(struct seal_check *check, const struct rows *notices, struct error *error)
{
    check->notices = notices;
    check->notice_count = rows_count(notices);
    check->notice_results = ARENA_NEW(check->arena, struct seal_result, check->notice_count + 1);
    for (size_t i = 0; i < check->notice_count; i++) {
        struct seal_result *result = &check->notice_results[i];
        uint64_t            seq = (uint64_t)rows_integer(notices, i, "seq");
        struct sealed_entry sealed = entry_of(check->arena, rows_text(notices, i, "entry"));

        *result = (struct seal_result){.state = seq < check->head.size ? SEAL_INTACT : SEAL_WAITING};
        if (seq < check->head.size)
            check_notice(check, i, &sealed, result);
        else if (rows_integer(notices, i, "type") == ENTRY_ERASURE &&
                 !seal_notice_is_ours(notices, i, check->options->service_key))
            broken(result, FAULT_MARK, 0);
        if (seq < check->head.size && result->fault != FAULT_NO_ENTRY &&
            !prove(check, seq, &sealed, result, error))
            return false;
        check->state_count[result->state]++;
    }
    return true;
}

static void add_gap(struct seal_check *check, int64_t first, int64_t last)
{
    if (first <= last)
        check->gaps[check->gap_count++] = (struct seal_gap){first, last};
}

void seal_check_gaps(struct seal_check *check, const int64_t *numbers, size_t count, int64_t top,
                     int64_t bottom)
{
    check->gaps = ARENA_NEW(check->arena, struct seal_gap, count + 1);
    check->gap_count = 0;
    for (size_t i = 0; i < count; i++) {
        add_gap(check, numbers[i] + 1, top);
        top = numbers[i] - 1;
    }
    add_gap(check, bottom, top);
}
