#include "ledger/log_store.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit/receipt.h"
#include "ledger/seal_row.h"

#define POLL_MS   25u
#define KEPT_MOST 64u /* tiles that the source of a proof keeps */

static const char *number(struct arena *arena, uint64_t value)
{
    return arena_format(arena, "%" PRIu64, value);
}

static uint8_t *from_hex(struct arena *arena, const char *text, size_t *length)
{
    uint8_t *bytes = arena_take(arena, strlen(text) / 2 + 1);

    return sodium_hex2bin(bytes, strlen(text) / 2, text, strlen(text), NULL, length, NULL) == 0 ? bytes
                                                                                                : NULL;
}

bool log_store_head(struct session *session, struct arena *arena, struct log_head *head, struct error *error)
{
    const struct rows *rows = query_run(session, arena, SQL_LOG_CHECKPOINT, NULL, 0, error);
    struct checkpoint  checkpoint;

    *head = (struct log_head){.note = ""};
    if (!rows)
        return false;
    if (rows_count(rows) == 0)
        return true;
    head->note = rows_text(rows, 0, "note");
    if (!checkpoint_parse(head->note, strlen(head->note), &checkpoint, error))
        return error_while(error, "read the newest checkpoint");
    head->size = checkpoint.size;
    head->signed_ms = rows_integer(rows, 0, "signed_ms");
    memcpy(head->root, checkpoint.root, HASH_SIZE);
    return true;
}

static const struct rows *entries(struct session *session, struct arena *arena, uint64_t from, uint64_t until,
                                  struct error *error)
{
    const struct rows *rows =
        QUERY(session, arena, SQL_LOG_ENTRIES, error, number(arena, from), number(arena, until));

    if (rows && rows_count(rows) != until - from) {
        error_set(error, ERROR_CONFLICT, "of the entries %" PRIu64 " to %" PRIu64 " the database has %zu",
                  from, until - 1, rows_count(rows));
        return NULL;
    }
    return rows;
}

bool log_store_entry(struct session *session, struct arena *arena, uint64_t seq, const uint8_t **bytes,
                     size_t *length, struct error *error)
{
    const struct rows *rows =
        QUERY(session, arena, SQL_LOG_ENTRIES, error, number(arena, seq), number(arena, seq + 1));

    if (!rows)
        return false;
    if (rows_count(rows) == 0)
        return error_set(error, ERROR_NOT_FOUND, "This record is not sealed yet");
    *bytes = from_hex(arena, rows_text(rows, 0, "entry"), length);
    return *bytes || error_set(error, ERROR_INTERNAL, "an entry is damaged");
}

/* Hashes of one tile: of level 0 from the entries, of higher ones from the tiles below, unless it is
 * complete. */
static bool load_hashes(struct session *session, struct arena *arena, unsigned level, uint64_t index,
                        unsigned width, uint8_t (*hashes)[HASH_SIZE], struct error *error);

static bool load_complete(struct session *session, struct arena *arena, unsigned level, uint64_t index,
                          uint8_t (*hashes)[HASH_SIZE], struct error *error)
{
    const struct rows *rows =
        QUERY(session, arena, SQL_LOG_TILE, error, number(arena, level), number(arena, index));
    const uint8_t *bytes;
    size_t         length;

    if (!rows)
        return false;
    bytes = rows_count(rows) ? from_hex(arena, rows_text(rows, 0, "hashes"), &length) : NULL;
    if (!bytes || length != (size_t)TILE_WIDTH * HASH_SIZE)
        return error_set(error, ERROR_CONFLICT,
                         "the database lacks a tile of the tree (level %u, %" PRIu64 ")", level, index);
    memcpy(hashes, bytes, length);
    return true;
}

static bool load_leaves(struct session *session, struct arena *arena, uint64_t index, unsigned width,
                        uint8_t (*hashes)[HASH_SIZE], struct error *error)
{
    const struct rows *rows = entries(session, arena, index * TILE_WIDTH, index * TILE_WIDTH + width, error);

    for (unsigned i = 0; rows && i < width; i++) {
        size_t         length;
        const uint8_t *bytes = from_hex(arena, rows_text(rows, i, "entry"), &length);

        if (!bytes)
            return error_set(error, ERROR_INTERNAL, "an entry is damaged");
        merkle_leaf(bytes, length, hashes[i]);
    }
    return rows != NULL;
}

static bool load_hashes(struct session *session, struct arena *arena, unsigned level, uint64_t index,
                        unsigned width, uint8_t (*hashes)[HASH_SIZE], struct error *error)
{
    uint8_t below[TILE_WIDTH][HASH_SIZE];

    if (width == TILE_WIDTH)
        return load_complete(session, arena, level, index, hashes, error);
    if (level == 0)
        return load_leaves(session, arena, index, width, hashes, error);
    for (unsigned i = 0; i < width; i++) {
        struct merkle tree = {0};

        if (!load_complete(session, arena, level - 1, index * TILE_WIDTH + i, below, error))
            return false;
        for (unsigned n = 0; n < TILE_WIDTH; n++)
            merkle_append(&tree, below[n]);
        merkle_root(&tree, hashes[i]);
    }
    return true;
}

static bool add_entries(struct session *session, struct arena *arena, const struct tile *tile,
                        struct buffer *out, struct error *error)
{
    uint64_t           from = tile->index * TILE_WIDTH;
    const struct rows *rows = entries(session, arena, from, from + tile->width, error);

    for (size_t i = 0; rows && i < rows_count(rows); i++) {
        size_t         length;
        const uint8_t *bytes = from_hex(arena, rows_text(rows, i, "entry"), &length);

        if (!bytes)
            return error_set(error, ERROR_INTERNAL, "an entry is damaged");
        buffer_add(out, (const char[]){(char)(length >> 8), (char)length}, 2);
        buffer_add(out, (const char *)bytes, length);
    }
    return rows != NULL;
}

/* How wide a tile is in a tree of this size. */
static unsigned width_at(const struct tile *tile, uint64_t size)
{
    uint64_t nodes = tile_nodes(tile->level, size), before = tile->index * TILE_WIDTH;

    if (tile->index > INT64_MAX / TILE_WIDTH || nodes <= before)
        return 0;
    return nodes - before < TILE_WIDTH ? (unsigned)(nodes - before) : TILE_WIDTH;
}

bool log_store_tile(struct session *session, struct arena *arena, const struct tile *tile, uint64_t size,
                    struct buffer *out, struct error *error)
{
    uint8_t hashes[TILE_WIDTH][HASH_SIZE];

    if (width_at(tile, size) < tile->width)
        return error_set(error, ERROR_NOT_FOUND, "The log has no such tile (yet)");
    if (tile->level == TILE_ENTRIES)
        return add_entries(session, arena, tile, out, error);
    if (!load_hashes(session, arena, tile->level, tile->index, tile->width, hashes, error))
        return false;
    buffer_add(out, (const char *)hashes, (size_t)tile->width * HASH_SIZE);
    return true;
}

struct log_nodes {
    struct session *session;
    struct arena   *arena;
    uint64_t        size;
    struct {
        unsigned level, width;
        uint64_t index;
        uint8_t (*hashes)[HASH_SIZE];
    } kept[KEPT_MOST];
    size_t kept_count;
};

struct log_nodes *log_store_nodes(struct session *session, struct arena *arena, uint64_t size)
{
    struct log_nodes *nodes = ARENA_NEW(arena, struct log_nodes, 1);

    nodes->session = session;
    nodes->arena = arena;
    nodes->size = size;
    return nodes;
}

static uint8_t (*tile_of(struct log_nodes *nodes, unsigned level, uint64_t index,
                         struct error *error))[HASH_SIZE]
{
    const struct tile tile = {.level = level, .index = index, .width = TILE_WIDTH};
    unsigned          width = width_at(&tile, nodes->size);
    uint8_t(*hashes)[HASH_SIZE];

    for (size_t i = 0; i < nodes->kept_count; i++)
        if (nodes->kept[i].level == level && nodes->kept[i].index == index)
            return nodes->kept[i].hashes;
    hashes = arena_take(nodes->arena, (size_t)TILE_WIDTH * HASH_SIZE);
    if (width == 0 || !load_hashes(nodes->session, nodes->arena, level, index, width, hashes, error))
        return NULL;
    if (nodes->kept_count < KEPT_MOST) {
        nodes->kept[nodes->kept_count].level = level;
        nodes->kept[nodes->kept_count].index = index;
        nodes->kept[nodes->kept_count++].hashes = hashes;
    }
    return hashes;
}

bool log_store_read_node(void *source, unsigned level, uint64_t index, uint8_t hash[HASH_SIZE],
                         struct error *error)
{
    unsigned      within = level % 8; /* levels between the node and its tile's hashes */
    uint64_t      first = index << within;
    struct merkle tree = {0};
    uint8_t(*hashes)[HASH_SIZE] = tile_of(source, level / 8, first / TILE_WIDTH, error);

    if (!hashes)
        return error->kind != ERROR_NONE ? false
                                         : error_set(error, ERROR_INTERNAL, "the tree has no such node");
    for (uint64_t i = 0; i < (uint64_t)1 << within; i++)
        merkle_append(&tree, hashes[first % TILE_WIDTH + i]);
    merkle_root(&tree, hash);
    return true;
}

static bool add_openings(struct session *session, struct arena *arena, uint64_t seq, uint64_t tags,
                         struct receipt *receipt, struct error *error)
{
    struct seal_openings openings;
    const struct rows   *rows =
        QUERY(session, arena, SQL_SEAL_OPENINGS, error, number(arena, seq), number(arena, seq + 1));

    if (!rows || !seal_openings_read(rows, arena, &openings, error))
        return false;
    receipt->openings = ARENA_NEW(arena, struct receipt_opening, openings.count + 1);
    for (size_t i = 0; i < openings.count; i++) {
        const struct seal_opening *opening = &openings.list[i];

        if (tags >> opening->tag & 1)
            receipt->openings[receipt->opening_count++] =
                (struct receipt_opening){.tag = opening->tag,
                                         .value = (const uint8_t *)opening->value,
                                         .length = strlen(opening->value),
                                         .salt = opening->salt};
    }
    return true;
}

bool log_store_receipt(struct session *session, struct arena *arena, uint64_t seq, uint64_t tags,
                       struct buffer *out, bool *sealed, struct error *error)
{
    struct receipt  receipt = {.index = seq};
    struct log_head head;

    if (!log_store_head(session, arena, &head, error))
        return false;
    *sealed = seq < head.size;
    if (!*sealed)
        return true;
    receipt.checkpoint = head.note;
    receipt.checkpoint_length = strlen(head.note);
    if (!log_store_entry(session, arena, seq, &receipt.entry, &receipt.entry_length, error) ||
        !merkle_prove_inclusion(seq, head.size, log_store_read_node,
                                log_store_nodes(session, arena, head.size), receipt.path, &receipt.path_count,
                                error) ||
        (tags && !add_openings(session, arena, seq, tags, &receipt, error)))
        return false;
    receipt_format(&receipt, out);
    return true;
}

bool log_store_wait(struct session *session, struct arena *arena, uint64_t seq, unsigned wait_ms,
                    bool *sealed, struct error *error)
{
    struct log_head head;

    for (unsigned waited = 0;; waited += POLL_MS) {
        if (!log_store_head(session, arena, &head, error))
            return false;
        *sealed = seq < head.size;
        if (*sealed || waited >= wait_ms)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
}
