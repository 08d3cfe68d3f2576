#include "verify/bundle_check.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verify/bundle_parts.h"

#define PROGRESS_EVERY 20000u
#define BATCH_MOST     512u /* entries that the sealer puts under one checkpoint */

static bool read_checkpoint(struct run *run, struct error *error)
{
    struct error wrong = {0};

    if (!part_file_small(run->folder, "checkpoint", run->checkpoint, BUNDLE_CHECKPOINT_MOST,
                         &run->checkpoint_length, error))
        return false;
    if (!checkpoint_open(run->checkpoint, run->checkpoint_length, run->check->keys, run->check->key_count,
                         &run->check->checkpoint, &wrong))
        finding_add(run->findings, FINDING_SIGNATURE, FINDING_NOWHERE, "%s", wrong.message);
    return true;
}

/* "device 0d3c5c3e-7f6b-4a57-9a0e-3f1a2b4c5d6e": in the one form that is written. */
static bool read_device_scope(struct run *run, const char *text)
{
    size_t got;
    char   hex[33], again[64];

    if (strlen(text) != 44 || sodium_hex2bin(run->scope_device, 16, text + 7, 36, "-", &got, NULL) != 0 ||
        got != 16)
        return false;
    sodium_bin2hex(hex, sizeof hex, run->scope_device, 16);
    snprintf(again, sizeof again, "device %.8s-%.4s-%.4s-%.4s-%.12s\n", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
    return strcmp(again, text) == 0;
}

static bool read_scope(struct run *run, struct error *error)
{
    char   text[80];
    size_t length;

    if (!part_file_small(run->folder, "scope", text, sizeof text - 1, &length, error))
        return false;
    run->all = strcmp(text, "all\n") == 0 && length == 4;
    return run->all || (length == strlen(text) && read_device_scope(run, text)) ||
           error_set(error, ERROR_INVALID, "the bundle's scope is neither \"all\" nor \"device\" with an id");
}

bool bundle_in_scope(const struct run *run, const struct entry *entry)
{
    if (run->all)
        return true;
    return entry->type == ENTRY_EVENT && memcmp(entry->field[TAG_DEVICE].value, run->scope_device, 16) == 0;
}

/* The next record of the file of entries; NULL at its end, or where no record is. */
static const uint8_t *next_record(struct run *run, size_t *length)
{
    const uint8_t *head = part_file_take(&run->entries, 2), *bytes;

    if (!head)
        return NULL;
    *length = (size_t)head[0] << 8 | head[1];
    bytes = *length <= ENTRY_MOST ? part_file_take(&run->entries, *length) : NULL;
    run->torn = !bytes;
    return bytes;
}

/* Whether the entry may point to an event: then it is worth being read twice. */
static bool may_point(const uint8_t *bytes, size_t length)
{
    for (size_t at = ENTRY_HEAD; length >= ENTRY_HEAD && at + 3 <= length && bytes[at] <= TAG_TARGET;
         at += 3 + ((size_t)bytes[at + 1] << 8 | bytes[at + 2]))
        if (bytes[at] == TAG_TARGET)
            return true;
    return false;
}

static void collect_target(struct run *run, const uint8_t *bytes, size_t length, uint64_t seq)
{
    struct entry entry;
    struct error ignored;

    if (may_point(bytes, length) && entry_parse(bytes, length, &entry, &ignored))
        targets_collect(run->targets, &entry, seq);
}

/* What must be known of later entries when an earlier one is looked at. */
static void look_ahead(struct run *run)
{
    struct repeats_turn *turn = bundle_repeats_begin(run);
    const uint8_t       *bytes;
    size_t               length;
    bool                 first = true;

    do {
        for (uint64_t seq = 0; seq < run->check->checkpoint.size && (bytes = next_record(run, &length));
             seq++) {
            bundle_repeats_tell(run, turn, bytes, length);
            if (first)
                collect_target(run, bytes, length, seq);
        }
        part_file_rewind(&run->entries);
        first = false;
    } while (bundle_repeats_turn(run, turn));
    bundle_repeats_end(turn);
}

static void check_target(struct run *run, const struct entry *entry, uint64_t seq)
{
    const struct target *target;

    if (!entry->field[TAG_TARGET].value)
        return;
    target = id_map_find(run->targets, entry->field[TAG_TARGET].value);
    if (!target || !target->met || target->seq >= seq)
        finding_add(run->findings, FINDING_TARGET, seq,
                    "the event that it points to is not in the log before it");
    else if (entry->type == ENTRY_EVENT && memcmp(target->device, entry->field[TAG_DEVICE].value, 16) != 0)
        finding_add(run->findings, FINDING_TARGET, seq, "the event that it corrects is of another device");
}

static void check_time(struct run *run, const struct entry *entry, uint64_t seq)
{
    int64_t recorded = (int64_t)entry_number(entry, TAG_RECORDED_AT);

    if (recorded < run->check->newest_ms)
        finding_add(run->findings, FINDING_CLOCK, seq, "by %" PRId64 " ms", run->check->newest_ms - recorded);
    else
        run->check->newest_ms = recorded;
    if (entry->type == ENTRY_EVENT && recorded - (int64_t)entry_number(entry, TAG_HAPPENED_AT) > LATE_MS)
        finding_add(run->findings, FINDING_LATE, seq, "by %" PRId64 " minutes",
                    (recorded - (int64_t)entry_number(entry, TAG_HAPPENED_AT)) / 60000);
}

static void check_genesis(struct run *run, const struct entry *entry, uint64_t seq)
{
    const struct entry_field *origin = &entry->field[TAG_ORIGIN];
    const char               *name = run->check->checkpoint.origin;

    if ((entry->type == ENTRY_GENESIS) != (seq == 0))
        finding_add(run->findings, FINDING_ENCODING, seq, "the genesis is the first entry, and only that");
    else if (seq == 0 && (origin->length != strlen(name) || memcmp(origin->value, name, origin->length) != 0))
        finding_add(run->findings, FINDING_ROOT, seq,
                    "the log began under another name than the checkpoint's");
}

/* From the next checkpoint on another key signs; it must be one of this log. */
static void check_configuration(struct run *run, const struct entry *entry, uint64_t seq)
{
    const struct entry_field *key = &entry->field[TAG_VERIFIER_KEY];
    char                      text[NOTE_KEY_SIZE] = "", again[NOTE_KEY_SIZE] = "";
    struct error              wrong = {0};

    if (key->length < sizeof text)
        memcpy(text, key->value, key->length);
    if (note_key_parse(text, &run->announced_key, &wrong))
        note_key_format(&run->announced_key, again);
    if (*text == '\0' || strcmp(text, again) != 0 || strlen(text) != key->length)
        finding_add(run->findings, FINDING_ENCODING, seq, "it announces a key that is none");
    else
        run->announced = seq;
}

static void check_entry(struct run *run, const uint8_t *bytes, size_t length, uint64_t seq)
{
    struct entry entry   WRITTEN_FIRST;
    struct error         wrong = {0};
    struct device_state *device = NULL;
    bool                 read = entry_parse(bytes, length, &entry, &wrong);

    run->target = NULL;
    if (!read) {
        finding_add(run->findings, FINDING_ENCODING, seq, "%s", wrong.message);
    } else {
        check_genesis(run, &entry, seq);
        check_time(run, &entry, seq);
        run->target = targets_meet(run->targets, &entry, seq);
        check_target(run, &entry, seq);
        bundle_repeats_check(run, &entry, seq);
    }
    if (read && entry.type == ENTRY_INCIDENT) {
        run->incident = seq;
        bundle_repeats_lost(run, &entry);
    }
    if (read && entry.type == ENTRY_CONFIGURATION)
        check_configuration(run, &entry, seq);
    bundle_openings_check(run, read ? &entry : NULL, seq);
    bundle_names_check(run, seq);
    if (read && entry.type == ENTRY_EVENT) {
        device = bundle_chain_check(run, &entry, seq);
        bundle_scans_check(run, &entry, seq, device);
        bundle_claims_check(run, &entry, seq, device);
    }
    bundle_rows_check(run, read ? &entry : NULL, seq, device);
}

/* Whether what is held from before is the beginning of this tree. */
static void check_older(struct run *run)
{
    uint8_t root[HASH_SIZE];

    for (size_t i = 0; i < run->check->older_count; i++) {
        struct older_checkpoint *older = &run->check->older[i];

        if (older->checkpoint.size != run->tree.size || older->met)
            continue;
        merkle_root(&run->tree, root);
        older->met = true;
        if (memcmp(root, older->checkpoint.root, HASH_SIZE) != 0)
            finding_add(run->findings, FINDING_PREFIX, FINDING_NOWHERE,
                        "%s, of %" PRIu64 " entries, gives another root than this log had at that size",
                        older->name, older->checkpoint.size);
    }
}

static void check_held_entries(struct run *run, const uint8_t *bytes, size_t length, uint64_t seq)
{
    for (size_t i = 0; i < run->check->older_count; i++) {
        const struct older_checkpoint *older = &run->check->older[i];

        if (older->entry && older->index == seq &&
            (older->entry_length != length || memcmp(older->entry, bytes, length) != 0))
            finding_add(run->findings, FINDING_RECEIPT, seq, "%s holds another entry for this place",
                        older->name);
    }
}

/* The map of devices outgrows the processor's caches: the next entry's device is fetched ahead. */
static void expect_device(const struct run *run)
{
    const size_t device_at = 2 + ENTRY_HEAD + 3 + 16 + 3; /* behind the length, the head and the event's id */
    const uint8_t *record = part_file_peek(&run->entries, device_at + 16);

    if (record)
        id_map_expect(run->devices, record + device_at);
}

static bool is_enough(const struct run *run)
{
    return run->check->only_whether && finding_total(run->findings) > 0;
}

static void check_entries(struct run *run)
{
    const uint8_t *bytes;
    uint8_t        leaf[HASH_SIZE];
    size_t         length;
    uint64_t       all = run->check->checkpoint.size;

    check_older(run);
    while (run->tree.size < all && !is_enough(run) && (bytes = next_record(run, &length))) {
        expect_device(run);
        check_entry(run, bytes, length, run->tree.size);
        check_held_entries(run, bytes, length, run->tree.size);
        merkle_leaf(bytes, length, leaf);
        tile_edge_append(&run->edge, leaf, bundle_tiles_check, run);
        merkle_append(&run->tree, leaf);
        check_older(run);
        if (run->check->progress && (run->tree.size % PROGRESS_EVERY == 0 || run->tree.size == all))
            run->check->progress(run->tree.size, all);
    }
    if (run->tree.size == all && !part_file_at_end(&run->entries))
        finding_add(run->findings, FINDING_ROOT, run->tree.size, "more is here than was signed");
    else if (run->torn || !part_file_at_end(&run->entries))
        finding_add(run->findings, FINDING_ENCODING, run->tree.size,
                    "the file of entries ends, or goes wrong, in the middle of it");
}

/* The old key signs once more, the batch that holds the announcement; after that the new one does. */
static void check_signer(struct run *run)
{
    const struct checkpoint *head = &run->check->checkpoint;
    bool                     present;

    if (run->announced == 0 || run->announced + BATCH_MOST >= head->size ||
        run->findings->count[FINDING_SIGNATURE] > 0)
        return;
    if (!note_verify(run->checkpoint, run->checkpoint_length, &run->announced_key, &present))
        finding_add(run->findings, FINDING_SIGNATURE, run->announced,
                    "another key was put in force here, and the checkpoint is not signed by it");
}

static void check_end(struct run *run)
{
    const struct checkpoint *signed_head = &run->check->checkpoint;
    uint8_t                  root[HASH_SIZE];

    merkle_root(&run->tree, root);
    if (run->tree.size != signed_head->size)
        finding_add(run->findings, FINDING_ROOT, FINDING_NOWHERE,
                    "%" PRIu64 " entries are here, and %" PRIu64 " were signed", run->tree.size,
                    signed_head->size);
    else if (memcmp(root, signed_head->root, HASH_SIZE) != 0)
        finding_add(run->findings, FINDING_ROOT, FINDING_NOWHERE,
                    "one of the %" PRIu64 " was changed, or their order", run->tree.size);
    for (size_t i = 0; i < run->check->older_count; i++)
        if (!run->check->older[i].met)
            finding_add(run->findings, FINDING_SHORTER, FINDING_NOWHERE, "%s has %" PRIu64 " entries",
                        run->check->older[i].name, run->check->older[i].checkpoint.size);
}

static bool open_all(struct run *run, struct error *error)
{
    run->folder = open(run->check->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (run->folder < 0)
        return error_set(error, ERROR_NOT_FOUND, "cannot open the folder %s: %s", run->check->folder,
                         strerror(errno));
    return (read_checkpoint(run, error) && read_scope(run, error) &&
            part_file_open(&run->entries, run->folder, "entries", error) &&
            part_file_open(&run->openings, run->folder, "openings.jsonl", error) &&
            part_file_open(&run->rows, run->folder, "events.jsonl", error)) ||
           error_while(error, run->check->folder);
}

static void free_scanner(void *context, const uint8_t id[16], void *scanner)
{
    (void)context;
    (void)id;
    missing_free(&((struct known_scanner *)scanner)->missing);
}

static void close_all(struct run *run)
{
    part_file_close(&run->openings);
    part_file_close(&run->rows);
    part_file_close(&run->entries);
    if (run->folder >= 0)
        close(run->folder);
    buffer_free(&run->opening_room);
    for (unsigned tag = 0; tag < ENTRY_TAG_COUNT; tag++) {
        buffer_free(&run->raw[tag]);
        buffer_free(&run->plain[tag]);
    }
    id_map_free(run->targets);
    id_map_free(run->devices);
    id_map_each(run->scanners, free_scanner, NULL);
    id_map_free(run->scanners);
    id_map_free(run->scanner_keys);
    id_map_free(run->labels);
    id_map_free(run->names);
    id_map_free(run->named);
    id_map_free(run->repeats);
    buffer_free(&run->lost);
    free(run);
}

static void check_all(struct run *run)
{
    look_ahead(run);
    bundle_openings_next(run);
    bundle_rows_next(run);
    check_entries(run);
    if (is_enough(run))
        return;
    bundle_tiles_end(run);
    bundle_openings_end(run);
    bundle_rows_end(run);
    bundle_absent_end(run);
    check_end(run);
    check_signer(run);
}

bool bundle_check_run(struct bundle_check *check, struct error *error)
{
    struct run *run = calloc(1, sizeof *run);
    bool        opened;

    if (!run)
        abort();
    run->check = check;
    run->findings = check->findings;
    run->folder = -1;
    run->targets = id_map_new(sizeof(struct target));
    run->devices = id_map_new(sizeof(struct device_state));
    run->scanners = id_map_new(sizeof(struct known_scanner));
    run->scanner_keys = id_map_new(16);
    run->labels = id_map_new(16);
    run->names = id_map_new(sizeof(bool));
    run->named = id_map_new(sizeof(uint64_t));
    randombytes_buf(run->name_key, sizeof run->name_key);
    run->repeats = id_map_new(sizeof(struct repeat));
    run->lost.limit = SIZE_MAX;
    run->opening_room.limit = PART_LINE_MOST;
    for (unsigned tag = 0; tag < ENTRY_TAG_COUNT; tag++)
        run->raw[tag].limit = run->plain[tag].limit = PART_LINE_MOST;
    opened = open_all(run, error);
    if (opened) {
        check_all(run);
        opened = part_file_whole(&run->entries, "entries", error) &&
                 part_file_whole(&run->openings, "openings.jsonl", error) &&
                 part_file_whole(&run->rows, "events.jsonl", error);
    }
    close_all(run);
    return opened;
}
