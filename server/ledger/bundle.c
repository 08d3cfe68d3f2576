#include "ledger/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit/tile.h"
#include "audit/tile_edge.h"
#include "ledger/bundle_row.h"
#include "ledger/log_store.h"

#define CHUNK      2000u
#define CHUNK_TEXT "2000"

#define WAIT_MS      50u
#define WAIT_MOST_MS 2000u

struct writing {
    struct session              *session;
    const struct bundle_options *options;
    struct bundle_report        *report;
    struct log_head              head;
    int64_t                      late_erasures; /* recorded, but not under the checkpoint */
    int                          folder;
    struct tile_edge             edge;
    struct error                *error;
    bool                         failed;
};

/* Makes the folders on the way to the file. */
static FILE *open_file(struct writing *writing, const char *path, struct error *error)
{
    char  part[128];
    int   handle;
    FILE *file;

    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        if (mkdirat(writing->folder, part, 0700) != 0 && errno != EEXIST)
            break;
    }
    handle = openat(writing->folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    file = handle >= 0 ? fdopen(handle, "we") : NULL;
    if (!file)
        error_set(error, ERROR_CONFLICT, "cannot make %s/%s: %s; name a folder that does not exist yet",
                  writing->options->folder, path, strerror(errno));
    return file;
}

static bool close_file(FILE *file, struct error *error)
{
    bool whole = fflush(file) == 0 && fsync(fileno(file)) == 0;

    if (fclose(file) != 0 || !whole)
        return error_set(error, ERROR_UNAVAILABLE, "cannot write the bundle: %s", strerror(errno));
    return true;
}

static bool write_file(struct writing *writing, const char *path, const void *bytes, size_t length,
                       struct error *error)
{
    FILE *file = open_file(writing, path, error);

    if (!file)
        return false;
    if (fwrite(bytes, 1, length, file) != length) {
        fclose(file);
        return error_set(error, ERROR_UNAVAILABLE, "cannot write %s: %s", path, strerror(errno));
    }
    return close_file(file, error);
}

static void write_tile(struct writing *writing, const struct tile *tile, const uint8_t (*hashes)[HASH_SIZE])
{
    char path[TILE_PATH_SIZE], full[TILE_PATH_SIZE + 8];

    tile_path(tile, path);
    snprintf(full, sizeof full, "tile/%s", path);
    if (!writing->failed &&
        !write_file(writing, full, hashes, (size_t)tile->width * HASH_SIZE, writing->error))
        writing->failed = true;
}

static void write_complete_tile(void *context, unsigned level, uint64_t index,
                                const uint8_t (*hashes)[HASH_SIZE])
{
    const struct tile tile = {.level = level, .index = index, .width = TILE_WIDTH};

    write_tile(context, &tile, hashes);
}

static void write_partial_tiles(struct writing *writing)
{
    for (unsigned level = 0; level < TILE_LEVELS; level++) {
        const struct tile tile = {.level = level,
                                  .index = writing->edge.level[level].done,
                                  .width = writing->edge.level[level].width};

        if (tile.width > 0)
            write_tile(writing, &tile, (const uint8_t(*)[HASH_SIZE])writing->edge.level[level].hashes);
    }
}

static const char *number(struct arena *arena, uint64_t value)
{
    return arena_format(arena, "%" PRIu64, value);
}

static bool add_entry(struct writing *writing, FILE *file, const char *hex, struct error *error)
{
    uint8_t record[2 + ENTRY_MOST], leaf[HASH_SIZE];
    size_t  length;

    if (sodium_hex2bin(record + 2, ENTRY_MOST, hex, strlen(hex), NULL, &length, NULL) != 0)
        return error_set(error, ERROR_INTERNAL, "an entry in the database is damaged");
    record[0] = (uint8_t)(length >> 8);
    record[1] = (uint8_t)length;
    merkle_leaf(record + 2, length, leaf);
    tile_edge_append(&writing->edge, leaf, write_complete_tile, writing);
    return fwrite(record, 1, length + 2, file) == length + 2 ||
           error_set(error, ERROR_UNAVAILABLE, "cannot write entries: %s", strerror(errno));
}

static bool write_entries(struct writing *writing, FILE *file, struct error *error)
{
    for (uint64_t from = 0; from < writing->head.size;) {
        ARENA             *arena = arena_new();
        uint64_t           until = from + CHUNK < writing->head.size ? from + CHUNK : writing->head.size;
        const struct rows *rows =
            QUERY(writing->session, arena, SQL_LOG_ENTRIES, error, number(arena, from), number(arena, until));

        if (!rows)
            return false;
        for (size_t i = 0; i < rows_count(rows); i++)
            if (!add_entry(writing, file, rows_text(rows, i, "entry"), error))
                return false;
        if (writing->failed)
            return false;
        writing->report->entries += rows_count(rows);
        from = until;
        if (writing->options->progress)
            writing->options->progress(from, writing->head.size);
    }
    return true;
}

/* All rows of a query that goes on from a seq; an opening's seq may have more than one row, but never as many
 * as a chunk. */
static bool write_lines(struct writing *writing, FILE *file, enum statement statement,
                        void (*format)(const struct rows *rows, size_t n, struct buffer *out),
                        uint64_t *count, struct error *error)
{
    for (int64_t from = INT64_MIN;;) { /* also what somebody put in below the first number */
        ARENA                             *arena = arena_new();
        CLEANUP(buffer_free) struct buffer lines = {.limit = (size_t)256 * 1024 * 1024};
        const struct rows                 *rows =
            QUERY(writing->session, arena, statement, error, arena_format(arena, "%" PRId64, from),
                  number(arena, writing->head.size), writing->options->device_id, CHUNK_TEXT);
        size_t whole;

        if (!rows)
            return false;
        whole = rows_count(rows);
        from = whole ? rows_integer(rows, whole - 1, "seq") : from;
        if (whole == CHUNK) /* the last seq may go on in the next chunk */
            while (whole > 0 && rows_integer(rows, whole - 1, "seq") == from)
                whole--;
        for (size_t i = 0; i < whole; i++)
            format(rows, i, &lines);
        if (lines.length > 0 && fwrite(lines.text, 1, lines.length, file) != lines.length)
            return error_set(error, ERROR_UNAVAILABLE, "cannot write the bundle: %s", strerror(errno));
        *count += whole;
        if (rows_count(rows) < CHUNK)
            return true;
    }
}

static bool write_stream(struct writing *writing, const char *path, enum statement statement,
                         void (*format)(const struct rows *rows, size_t n, struct buffer *out),
                         uint64_t *count, struct error *error)
{
    FILE *file = open_file(writing, path, error);
    bool  done = file && (format ? write_lines(writing, file, statement, format, count, error)
                                 : write_entries(writing, file, error));

    if (!done) {
        if (file)
            fclose(file);
        return false;
    }
    return close_file(file, error);
}

static bool write_scope(struct writing *writing, struct error *error)
{
    char scope[64] = "all\n";

    if (writing->options->device_id)
        snprintf(scope, sizeof scope, "device %s\n", writing->options->device_id);
    return write_file(writing, "scope", scope, strlen(scope), error);
}

static bool count_late_erasures(struct writing *writing, int64_t *count, struct error *error)
{
    ARENA             *arena = arena_new();
    const struct rows *late =
        QUERY(writing->session, arena, SQL_BUNDLE_LATE_ERASURES, error, number(arena, writing->head.size));

    *count = late ? rows_integer(late, 0, "erasures") : 0;
    return late != NULL;
}

/* Where something was erased just now, waits until that is sealed. What is never sealed is written as it is:
 * who checks the bundle shall see it. */
static bool read_head(struct writing *writing, struct arena *arena, struct error *error)
{
    for (unsigned waited = 0;; waited += WAIT_MS) {
        if (!log_store_head(writing->session, arena, &writing->head, error) ||
            !count_late_erasures(writing, &writing->late_erasures, error))
            return false;
        if (writing->late_erasures == 0 || waited >= WAIT_MOST_MS)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = WAIT_MS * 1000000L}, NULL);
    }
}

static bool nothing_was_erased(struct writing *writing, struct error *error)
{
    int64_t late;

    if (!count_late_erasures(writing, &late, error))
        return false;
    return late == writing->late_erasures ||
           error_set(error, ERROR_CONFLICT,
                     "something was erased while the bundle was written; write it again");
}

static bool write_all(struct writing *writing, struct arena *arena, struct error *error)
{
    if (!read_head(writing, arena, error))
        return false;
    if (writing->head.size == 0)
        return error_set(error, ERROR_NOT_FOUND, "nothing is sealed yet");
    if (!write_stream(writing, "entries", SQL_LOG_ENTRIES, NULL, NULL, error))
        return false;
    write_partial_tiles(writing);
    return !writing->failed && write_scope(writing, error) &&
           write_stream(writing, "events.jsonl", SQL_BUNDLE_ROWS, bundle_row_event, &writing->report->rows,
                        error) &&
           write_stream(writing, "openings.jsonl", SQL_BUNDLE_OPENINGS, bundle_row_opening,
                        &writing->report->openings, error) &&
           nothing_was_erased(writing, error) &&
           write_file(writing, "checkpoint", writing->head.note, strlen(writing->head.note), error);
}

bool bundle_write(struct session *session, const struct bundle_options *options, struct bundle_report *report,
                  struct error *error)
{
    ARENA         *arena = arena_new();
    struct writing writing = {.session = session, .options = options, .report = report, .error = error};
    bool           done;

    *report = (struct bundle_report){0};
    if (mkdir(options->folder, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERROR_INVALID, "cannot make the folder %s: %s", options->folder,
                         strerror(errno));
    writing.folder = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (writing.folder < 0)
        return error_set(error, ERROR_INVALID, "%s is not a folder: %s", options->folder, strerror(errno));
    done = write_all(&writing, arena, error);
    close(writing.folder);
    return done;
}
