#include "forge/forge.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/words.h"
#include "render/json.h"
#include "shared/moment.h"

static void stop(const char *what)
{
    fprintf(stderr, "forge: %s: %s\n", what, strerror(errno));
    abort();
}

static FILE *make_file(const struct forge *forge, const char *path)
{
    char  full[512], part[512];
    FILE *file;

    snprintf(full, sizeof full, "%s/%s", forge->folder, path);
    for (const char *slash = strchr(full + strlen(forge->folder) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - full), full);
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            stop(part);
    }
    file = fopen(full, "wbe");
    if (!file)
        stop(full);
    return file;
}

static void write_tile(void *context, unsigned level, uint64_t index, unsigned width,
                       const uint8_t (*hashes)[HASH_SIZE])
{
    char  path[TILE_PATH_SIZE], full[TILE_PATH_SIZE + 8];
    FILE *file;

    tile_path(&(struct tile){.level = level, .index = index, .width = width}, path);
    snprintf(full, sizeof full, "tile/%s", path);
    file = make_file(context, full);
    fwrite(hashes, HASH_SIZE, width, file);
    fclose(file);
}

static void complete(void *context, unsigned level, uint64_t index, const uint8_t (*hashes)[HASH_SIZE])
{
    write_tile(context, level, index, TILE_WIDTH, hashes);
}

void forge_bytes(struct forge *forge, const uint8_t *bytes, size_t length)
{
    uint8_t leaf[HASH_SIZE];

    putc((int)(length >> 8), forge->entries);
    putc((int)(length & 0xFF), forge->entries);
    fwrite(bytes, 1, length, forge->entries);
    merkle_leaf(bytes, length, leaf);
    merkle_append(&forge->tree, leaf);
    tile_edge_append(&forge->edge, leaf, complete, forge);
}

void forge_begin(struct forge *forge, const char *folder, int64_t recorded_ms)
{
    static const uint8_t secret[NOTE_SECRET_SIZE] = {1, 2, 3};
    struct entry_writer  writer;
    struct error         error = {0};

    *forge = (struct forge){.folder = folder};
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        stop(folder);
    if (!note_signer_from(FORGE_NAME, secret, &forge->signer, &error))
        stop(error.message);
    forge->entries = make_file(forge, "entries");
    forge->events = make_file(forge, "events.jsonl");
    forge->openings = make_file(forge, "openings.jsonl");
    entry_begin(&writer, ENTRY_GENESIS);
    entry_put_number(&writer, TAG_RECORDED_AT, (uint64_t)recorded_ms);
    entry_put(&writer, TAG_ORIGIN, FORGE_NAME, strlen(FORGE_NAME));
    entry_put(&writer, TAG_FORMAT, ENTRY_FORMAT_NAME, strlen(ENTRY_FORMAT_NAME));
    forge_bytes(forge, writer.bytes, writer.length);
}

static void write_text(FILE *file, const char *text)
{
    CLEANUP(buffer_free) struct buffer out = {.limit = 65536};
    struct json                        json;

    json_begin(&json, &out);
    json_text(&json, text);
    fwrite(out.text, 1, out.length, file);
}

/* Commits to the value, and writes how to open it. */
static void commit(struct forge *forge, struct entry_writer *writer, enum entry_tag tag, const char *value)
{
    uint8_t salt[SALT_SIZE] = {0}, made[HASH_SIZE];
    char    hex[2 * SALT_SIZE + 1];

    if (!value)
        return;
    forge->salts++;
    memcpy(salt, &forge->salts, sizeof forge->salts);
    commitment_make(commitment_of_tag(tag), value, strlen(value), salt, made);
    entry_put(writer, tag, made, sizeof made);
    fprintf(forge->openings, "{\"seq\": %" PRIu64 ", \"tag\": %u, \"value\": ", forge->tree.size,
            (unsigned)tag);
    write_text(forge->openings, value);
    sodium_bin2hex(hex, sizeof hex, salt, sizeof salt);
    fprintf(forge->openings, ", \"salt\": \"%s\"}\n", hex);
}

static void put_if(struct entry_writer *writer, enum entry_tag tag, uint64_t value)
{
    if (value)
        entry_put_number(writer, tag, value);
}

static void put_chain(struct entry_writer *writer, const struct forge_event *event)
{
    const struct forge_device *device = event->device;
    uint8_t                    previous[HASH_SIZE];

    memcpy(previous, device->digest, HASH_SIZE);
    previous[0] = (uint8_t)(previous[0] ^ event->wrong_previous);
    entry_put(writer, TAG_EVENT_ID, event->event_id, 16);
    entry_put(writer, TAG_DEVICE, device->id, 16);
    entry_put_number(writer, TAG_DEVICE_SEQ, device->next + event->skipped);
    entry_put(writer, TAG_PREVIOUS, previous, HASH_SIZE);
}

static void put_holders(struct forge *forge, struct entry_writer *writer, const struct forge_event *event)
{
    struct forge_device *device = event->device;
    uint8_t              before[HASH_SIZE];

    memcpy(before, device->holder, HASH_SIZE);
    before[0] = (uint8_t)(before[0] ^ event->wrong_holder);
    if (device->next > 0)
        entry_put(writer, TAG_HOLDER_BEFORE, before, HASH_SIZE);
    if (event->holder) {
        commit(forge, writer, TAG_HOLDER, event->holder);
        snprintf(device->holder_text, sizeof device->holder_text, "%s", event->holder);
    } else {
        entry_put(writer, TAG_HOLDER, before, HASH_SIZE);
    }
    commit(forge, writer, TAG_PLACE, event->place);
    if (event->place)
        snprintf(device->place_text, sizeof device->place_text, "%s", event->place);
}

static void member(struct forge *forge, const char *name, const char *value)
{
    fprintf(forge->events, ", \"%s\": ", name);
    if (value && *value)
        write_text(forge->events, value);
    else
        fputs("null", forge->events);
}

static void number(struct forge *forge, const char *name, bool there, int64_t value)
{
    fprintf(forge->events, ", \"%s\": ", name);
    if (there)
        fprintf(forge->events, "%" PRId64, value);
    else
        fputs("null", forge->events);
}

static void id(struct forge *forge, const char *name, const uint8_t *bytes)
{
    char hex[33], text[37] = "";

    if (bytes) {
        sodium_bin2hex(hex, sizeof hex, bytes, 16);
        snprintf(text, sizeof text, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
    }
    member(forge, name, text);
}

static void write_row(struct forge *forge, const struct forge_event *event)
{
    const struct forge_device *device = event->device;
    char                       recorded[MOMENT_SIZE], happened[MOMENT_SIZE];

    moment_format_utc(event->recorded_ms, recorded);
    moment_format_utc(event->happened_ms, happened);
    fprintf(forge->events, "{\"seq\": %" PRIu64, forge->tree.size);
    id(forge, "event_id", event->event_id);
    id(forge, "device_id", device->id);
    number(forge, "device_seq", true, device->next + event->skipped);
    member(forge, "kind", words_kind(event->kind));
    number(forge, "kind_number", true, event->kind);
    member(forge, "recorded_at", recorded);
    member(forge, "happened_at", happened);
    number(forge, "offset_minutes", true, event->offset_minutes);
    member(forge, "step", event->step_name ? event->step_name : event->step ? words_step(event->step) : NULL);
    number(forge, "step_number", event->step != 0, event->step);
    number(forge, "flags", true, event->flags);
    id(forge, "repair_id", NULL);
    member(forge, "holder", device->holder_text);
    member(forge, "place", device->place_text);
    member(forge, "device", event->identity);
    member(forge, "recorder", event->recorder);
    member(forge, "public_note", event->public_note);
    member(forge, "private_note", event->private_note);
    member(forge, "detail", event->detail);
    id(forge, "corrects", event->corrects);
    member(forge, "reason", event->reason ? words_reason(event->reason) : NULL);
    number(forge, "reason_number", event->reason != 0, event->reason);
    fputs("}\n", forge->events);
}

static void make_id(const struct forge *forge, uint8_t event_id[16])
{
    uint8_t hash[HASH_SIZE];

    if (!sodium_is_zero(event_id, 16))
        return;
    crypto_hash_sha256(hash, (const uint8_t *)&forge->tree.size, sizeof forge->tree.size);
    memcpy(event_id, hash, 16);
}

void forge_event(struct forge *forge, struct forge_event *event)
{
    struct entry_writer writer;
    struct entry        entry;
    struct error        error = {0};

    make_id(forge, event->event_id);
    entry_begin(&writer, ENTRY_EVENT);
    put_chain(&writer, event);
    entry_put_number(&writer, TAG_KIND, event->kind);
    entry_put_number(&writer, TAG_RECORDED_AT, (uint64_t)event->recorded_ms);
    entry_put_number(&writer, TAG_HAPPENED_AT, (uint64_t)event->happened_ms);
    entry_put_number(&writer, TAG_OFFSET, (uint64_t)event->offset_minutes);
    put_if(&writer, TAG_STEP, event->step);
    put_if(&writer, TAG_FLAGS, event->flags);
    put_holders(forge, &writer, event);
    commit(forge, &writer, TAG_IDENTITY, event->identity);
    commit(forge, &writer, TAG_RECORDER, event->recorder);
    commit(forge, &writer, TAG_PUBLIC_NOTE, event->public_note);
    commit(forge, &writer, TAG_PRIVATE_NOTE, event->private_note);
    commit(forge, &writer, TAG_DETAIL, event->detail);
    commit(forge, &writer, TAG_SCANNER_SIGNATURE, event->signature);
    if (event->corrects)
        entry_put(&writer, TAG_TARGET, event->corrects, 16);
    put_if(&writer, TAG_REASON, event->reason);
    if (!entry_finish(&writer, &error) || !entry_parse(writer.bytes, writer.length, &entry, &error))
        stop(error.message);
    write_row(forge, event);
    memcpy(event->device->holder, entry.field[TAG_HOLDER].value, HASH_SIZE);
    entry_digest(&entry, event->device->digest);
    event->device->next += 1 + event->skipped;
    forge_bytes(forge, writer.bytes, writer.length);
}

void forge_erasure(struct forge *forge, const uint8_t target[16], unsigned tag, int64_t recorded_ms)
{
    struct entry_writer writer;
    uint8_t             event_id[16] = {0}, tags[] = {(uint8_t)tag};

    make_id(forge, event_id);
    entry_begin(&writer, ENTRY_ERASURE);
    entry_put(&writer, TAG_EVENT_ID, event_id, 16);
    entry_put_number(&writer, TAG_RECORDED_AT, (uint64_t)recorded_ms);
    commit(forge, &writer, TAG_RECORDER, "00000000-0000-4000-8000-000000000001 The lead");
    entry_put(&writer, TAG_TARGET, target, 16);
    entry_put(&writer, TAG_ERASED, tags, sizeof tags);
    forge_bytes(forge, writer.bytes, writer.length);
}

void forge_configuration(struct forge *forge, const struct note_key *next, int64_t recorded_ms)
{
    struct entry_writer writer;
    char                text[NOTE_KEY_SIZE];

    note_key_format(next, text);
    entry_begin(&writer, ENTRY_CONFIGURATION);
    entry_put_number(&writer, TAG_RECORDED_AT, (uint64_t)recorded_ms);
    entry_put(&writer, TAG_VERIFIER_KEY, text, strlen(text));
    forge_bytes(forge, writer.bytes, writer.length);
}

void forge_sign(const struct forge *forge, const struct checkpoint *checkpoint, struct buffer *out)
{
    out->limit = 4096;
    checkpoint_sign(checkpoint, &forge->signer, out);
}

static void write_small(const struct forge *forge, const char *path, const char *text)
{
    FILE *file = make_file(forge, path);

    fputs(text, file);
    fclose(file);
}

void forge_end(struct forge *forge)
{
    CLEANUP(buffer_free) struct buffer note = {0};

    for (unsigned level = 0; level < TILE_LEVELS; level++)
        if (forge->edge.level[level].width > 0)
            write_tile(forge, level, forge->edge.level[level].done, forge->edge.level[level].width,
                       (const uint8_t(*)[HASH_SIZE])forge->edge.level[level].hashes);
    fclose(forge->entries);
    fclose(forge->events);
    fclose(forge->openings);
    write_small(forge, "scope", forge->scope ? forge->scope : "all\n");
    snprintf(forge->checkpoint.origin, sizeof forge->checkpoint.origin, "%s", FORGE_NAME);
    forge->checkpoint.size = forge->tree.size;
    merkle_root(&forge->tree, forge->checkpoint.root);
    forge_sign(forge, &forge->checkpoint, &note);
    write_small(forge, "checkpoint", note.text);
}
