#include "verify/bundle_check.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/tile.h"
#include "verify/bundle_parts.h"

#define CHECKPOINT_MOST 65536u
#define PROGRESS_EVERY  20000u

static FILE *open_part(struct run *run, const char *name, struct error *error)
{
    int   handle = openat(run->folder, name, O_RDONLY | O_CLOEXEC);
    FILE *file = handle >= 0 ? fdopen(handle, "re") : NULL;

    if (!file) {
        if (handle >= 0)
            close(handle);
        error_set(error, ERROR_NOT_FOUND, "cannot read %s/%s: %s", run->check->folder, name, strerror(errno));
    }
    return file;
}

static bool read_small(struct run *run, const char *name, char *text, size_t size, size_t *length,
                       struct error *error)
{
    FILE *file = open_part(run, name, error);

    if (!file)
        return false;
    *length = fread(text, 1, size - 1, file);
    fclose(file);
    text[*length] = '\0';
    return true;
}

static bool read_checkpoint(struct run *run, struct error *error)
{
    char        *text = malloc(CHECKPOINT_MOST);
    struct error wrong = {0};
    size_t       length;
    bool         read;

    if (!text)
        abort();
    read = read_small(run, "checkpoint", text, CHECKPOINT_MOST, &length, error);
    if (read && !checkpoint_open(text, length, run->check->keys, run->check->key_count,
                                 &run->check->checkpoint, &wrong))
        finding_add(run->findings, FINDING_SIGNATURE, FINDING_NOWHERE, "%s", wrong.message);
    free(text);
    return read;
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

    if (!read_small(run, "scope", text, sizeof text, &length, error))
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

/* One record; *length 0: its bytes are no entry's. False at the end. */
static bool next_record(struct run *run, uint8_t *bytes, size_t *length, uint64_t seq)
{
    int high = getc(run->entries), low = getc(run->entries);

    if (high == EOF)
        return false;
    *length = low == EOF ? 0 : (size_t)high << 8 | (size_t)low;
    if (low == EOF || *length > ENTRY_MOST || fread(bytes, 1, *length, run->entries) != *length) {
        finding_add(run->findings, FINDING_ENCODING, seq,
                    "the file of entries ends, or goes wrong, in the middle of it");
        return false;
    }
    return true;
}

static void collect_targets(struct run *run)
{
    uint8_t      bytes[ENTRY_MOST];
    size_t       length;
    struct entry entry;
    struct error ignored;

    for (uint64_t seq = 0;; seq++) {
        int high = getc(run->entries), low = getc(run->entries);

        length = high == EOF || low == EOF ? ENTRY_MOST + 1 : (size_t)high << 8 | (size_t)low;
        if (length > ENTRY_MOST || fread(bytes, 1, length, run->entries) != length)
            break;
        if (length > ENTRY_HEAD && entry_parse(bytes, length, &entry, &ignored))
            targets_collect(run->targets, &entry, seq);
    }
    rewind(run->entries);
}

static void check_tile(struct run *run, const struct tile *tile, const uint8_t (*hashes)[HASH_SIZE])
{
    char    path[TILE_PATH_SIZE], name[TILE_PATH_SIZE + 8];
    uint8_t stored[TILE_WIDTH * HASH_SIZE + 1] = {0};
    size_t  size = (size_t)tile->width * HASH_SIZE, got = 0;
    int     handle;

    tile_path(tile, path);
    snprintf(name, sizeof name, "tile/%s", path);
    handle = openat(run->folder, name, O_RDONLY | O_CLOEXEC);
    for (ssize_t part = 1; handle >= 0 && part > 0 && got<size + 1; got += part> 0 ? (size_t)part : 0)
        part = read(handle, stored + got, size + 1 - got);
    if (handle >= 0)
        close(handle);
    if (handle < 0 || got != size || memcmp(stored, hashes, size) != 0)
        finding_add(run->findings, FINDING_TILE, FINDING_NOWHERE, "%s%s", name,
                    handle < 0 ? " is missing" : "");
}

static void check_complete_tile(void *context, unsigned level, uint64_t index,
                                const uint8_t (*hashes)[HASH_SIZE])
{
    check_tile(context, &(struct tile){.level = level, .index = index, .width = TILE_WIDTH}, hashes);
}

static void check_partial_tiles(struct run *run)
{
    for (unsigned level = 0; level < TILE_LEVELS; level++)
        if (run->edge.level[level].width > 0)
            check_tile(run,
                       &(struct tile){.level = level,
                                      .index = run->edge.level[level].done,
                                      .width = run->edge.level[level].width},
                       (const uint8_t(*)[HASH_SIZE])run->edge.level[level].hashes);
}

static void check_chain(struct run *run, const struct entry *entry, uint64_t seq,
                        const struct device_state *before)
{
    static const uint8_t      zeros[HASH_SIZE] = {0};
    uint64_t                  device_seq = entry_number(entry, TAG_DEVICE_SEQ);
    const struct entry_field *holder = &entry->field[TAG_HOLDER_BEFORE];

    if (device_seq != (before ? (uint64_t)before->device_seq + 1 : 0))
        finding_add(run->findings, FINDING_CHAIN, seq, "it is number %" PRIu64 " of its device", device_seq);
    else if (memcmp(entry->field[TAG_PREVIOUS].value, before ? before->digest : zeros, HASH_SIZE) != 0)
        finding_add(run->findings, FINDING_CHAIN, seq, "it does not name the digest of the event before it");
    if (before && (!holder->value || memcmp(holder->value, before->holder, HASH_SIZE) != 0) &&
        !(entry_number(entry, TAG_FLAGS) & 1))
        finding_add(run->findings, FINDING_CUSTODY, seq,
                    "its holder before is not the holder after the event before it");
}

static void learn_value(const struct run *run, const struct entry *entry, unsigned tag,
                        struct known_value *known)
{
    const struct target *target = id_map_find(run->targets, entry->field[TAG_EVENT_ID].value);
    const struct opened *opened = &run->opened[tag];

    if (target && target->erased >> tag & 1) {
        *known = (struct known_value){.state = VALUE_ERASED, .erased_by = target->erased_by[tag]};
    } else if (!opened->present) {
        known->state = VALUE_UNKNOWN;
    } else {
        known->state = opened->raw.length == 2 ? VALUE_NONE : VALUE_TEXT;
        crypto_hash_sha256(known->hash, (const uint8_t *)opened->raw.text, opened->raw.length);
    }
}

static struct device_state *learn_device(struct run *run, const struct entry *entry)
{
    struct device_state      *device = id_map_put(run->devices, entry->field[TAG_DEVICE].value);
    const struct entry_field *before = &entry->field[TAG_HOLDER_BEFORE], *after = &entry->field[TAG_HOLDER];

    if (device->holder_value.state == VALUE_UNKNOWN && entry_number(entry, TAG_DEVICE_SEQ) == 0)
        device->place_value.state = VALUE_NONE;
    device->device_seq = (uint32_t)entry_number(entry, TAG_DEVICE_SEQ);
    entry_digest(entry, device->digest);
    if (!before->value || memcmp(before->value, after->value, HASH_SIZE) != 0)
        learn_value(run, entry, TAG_HOLDER, &device->holder_value);
    if (entry->field[TAG_PLACE].value)
        learn_value(run, entry, TAG_PLACE, &device->place_value);
    memcpy(device->holder, after->value, HASH_SIZE);
    return device;
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

static void check_entry(struct run *run, const uint8_t *bytes, size_t length, uint64_t seq)
{
    struct entry         entry;
    struct error         wrong = {0};
    struct device_state *device = NULL;
    bool                 read = entry_parse(bytes, length, &entry, &wrong);

    if (!read) {
        finding_add(run->findings, FINDING_ENCODING, seq, "%s", wrong.message);
    } else {
        check_genesis(run, &entry, seq);
        check_time(run, &entry, seq);
        targets_meet(run->targets, &entry, seq);
        check_target(run, &entry, seq);
    }
    bundle_openings_check(run, read ? &entry : NULL, seq);
    if (read && entry.type == ENTRY_EVENT) {
        check_chain(run, &entry, seq, id_map_find(run->devices, entry.field[TAG_DEVICE].value));
        device = learn_device(run, &entry);
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

static void check_entries(struct run *run)
{
    uint8_t  bytes[ENTRY_MOST], leaf[HASH_SIZE];
    size_t   length;
    uint64_t all = run->check->checkpoint.size;

    check_older(run);
    while (next_record(run, bytes, &length, run->tree.size)) {
        check_entry(run, bytes, length, run->tree.size);
        check_held_entries(run, bytes, length, run->tree.size);
        merkle_leaf(bytes, length, leaf);
        tile_edge_append(&run->edge, leaf, check_complete_tile, run);
        merkle_append(&run->tree, leaf);
        check_older(run);
        if (run->check->progress && (run->tree.size % PROGRESS_EVERY == 0 || run->tree.size == all))
            run->check->progress(run->tree.size, all);
    }
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
    if (!read_checkpoint(run, error) || !read_scope(run, error))
        return false;
    run->entries = open_part(run, "entries", error);
    run->openings.file = run->entries ? open_part(run, "openings.jsonl", error) : NULL;
    run->rows.file = run->openings.file ? open_part(run, "events.jsonl", error) : NULL;
    return run->rows.file != NULL;
}

static void close_all(struct run *run)
{
    json_lines_close(&run->openings);
    json_lines_close(&run->rows);
    if (run->entries)
        fclose(run->entries);
    if (run->folder >= 0)
        close(run->folder);
    buffer_free(&run->opening_value);
    buffer_free(&run->opening_raw);
    for (unsigned tag = 0; tag < ENTRY_TAG_COUNT; tag++)
        buffer_free(&run->opened[tag].raw);
    id_map_free(run->targets);
    id_map_free(run->devices);
    free(run);
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
    run->opening_value.limit = run->opening_raw.limit = 1u << 20;
    for (unsigned tag = 0; tag < ENTRY_TAG_COUNT; tag++)
        run->opened[tag].raw.limit = 1u << 20;
    opened = open_all(run, error);
    if (opened) {
        collect_targets(run);
        bundle_openings_next(run);
        bundle_rows_next(run);
        check_entries(run);
        check_partial_tiles(run);
        bundle_openings_end(run);
        bundle_rows_end(run);
        check_end(run);
    }
    close_all(run);
    return opened;
}
