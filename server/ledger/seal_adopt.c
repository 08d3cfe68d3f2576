#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/query.h"
#include "ledger/seal_key.h"
#include "ledger/seal_log_inside.h"

#define CHUNK 512u

bool seal_log_read_key(const char *folder, const char *name, bool make, struct note_key *key,
                       struct error *error)
{
    struct note_signer signer = {0};
    int                handle = seal_log_open_folder(folder, make, error);
    bool               done = handle >= 0 && seal_log_load_key(handle, name, make, &signer, error);

    if (handle >= 0)
        close(handle);
    *key = signer.key;
    sodium_memzero(&signer, sizeof signer);
    return done;
}

static bool is_former(const char *file)
{
    return strncmp(file, "log.key.", 8) == 0 && strlen(file) == 16 &&
           strspn(file + 8, "0123456789abcdef") == 8;
}

size_t seal_log_read_keys(const char *folder, struct note_key *keys, size_t most)
{
    struct note_signer signer = {0};
    struct error       none = {0};
    size_t             count = 0;
    DIR *list = most > 0 && seal_log_read_key(folder, "", false, &keys[0], &none) ? opendir(folder) : NULL;

    if (!list)
        return 0;
    count = 1;
    for (struct dirent *item; count < most && (item = readdir(list));)
        if (is_former(item->d_name) && seal_key_read(dirfd(list), item->d_name, &signer, &none))
            keys[count++] = signer.key;
    closedir(list);
    sodium_memzero(&signer, sizeof signer);
    return count;
}

/* One that waits already, or a new one. */
static bool next_key(int folder, const char *name, struct note_signer *next, struct error *error)
{
    struct error missing = {0};

    if (seal_key_read(folder, "log.key.next", next, &missing))
        return true;
    if (missing.kind == ERROR_NOT_FOUND)
        return seal_key_make(folder, "log.key.next", name, next, error);
    *error = missing;
    return false;
}

bool seal_log_make_next_key(const char *folder, struct note_key *key, struct error *error)
{
    struct note_signer signer = {0}, next = {0};
    int                handle = seal_log_open_folder(folder, false, error);
    bool               done = handle >= 0 && seal_log_load_key(handle, "", false, &signer, error) &&
                next_key(handle, signer.key.name, &next, error);

    if (handle >= 0)
        close(handle);
    *key = next.key;
    sodium_memzero(&signer, sizeof signer);
    sodium_memzero(&next, sizeof next);
    return done;
}

struct adopting {
    struct seal_log   log;
    struct session   *session;
    struct checkpoint checkpoint;
    FILE             *file;
};

static bool copy_entry(struct adopting *adopting, const char *hex, struct error *error)
{
    uint8_t record[2 + ENTRY_MOST], leaf[HASH_SIZE];
    size_t  length;

    if (sodium_hex2bin(record + 2, ENTRY_MOST, hex, strlen(hex), NULL, &length, NULL) != 0)
        return error_set(error, ERROR_CONFLICT, "entry %" PRIu64 " in the database is damaged",
                         adopting->log.tree.size);
    record[0] = (uint8_t)(length >> 8);
    record[1] = (uint8_t)length;
    merkle_leaf(record + 2, length, leaf);
    merkle_append(&adopting->log.tree, leaf);
    adopting->log.offset += 2 + length;
    return fwrite(record, 1, 2 + length, adopting->file) == 2 + length ||
           error_set(error, ERROR_UNAVAILABLE, "cannot write entries.log: %s", strerror(errno));
}

static bool copy_entries(struct adopting *adopting, struct error *error)
{
    uint64_t size = adopting->checkpoint.size;

    for (uint64_t from = 0; from < size; from = adopting->log.tree.size) {
        ARENA             *arena = arena_new();
        uint64_t           until = from + CHUNK < size ? from + CHUNK : size;
        const struct rows *rows =
            QUERY(adopting->session, arena, SQL_LOG_ENTRIES, error, arena_format(arena, "%" PRIu64, from),
                  arena_format(arena, "%" PRIu64, until));

        if (!rows)
            return false;
        if (rows_count(rows) != until - from)
            return error_set(error, ERROR_CONFLICT,
                             "of the entries %" PRIu64 " to %" PRIu64 " the database has %zu", from,
                             until - 1, rows_count(rows));
        for (size_t i = 0; i < rows_count(rows); i++)
            if (!copy_entry(adopting, rows_text(rows, i, "entry"), error))
                return false;
    }
    return true;
}

static bool root_fits(const struct adopting *adopting, struct error *error)
{
    uint8_t root[HASH_SIZE];

    merkle_root(&adopting->log.tree, root);
    return memcmp(root, adopting->checkpoint.root, HASH_SIZE) == 0 ||
           error_set(error, ERROR_CONFLICT,
                     "the first %" PRIu64 " entries in the database do not give the root of this checkpoint: "
                     "the database was changed since, or the checkpoint is of another log",
                     adopting->checkpoint.size);
}

static bool write_entries(struct adopting *adopting, struct error *error)
{
    struct seal_log *log = &adopting->log;
    int  handle = openat(log->folder, "entries.log.part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool done;

    adopting->file = handle >= 0 ? fdopen(handle, "we") : NULL;
    if (!adopting->file)
        return error_set(error, ERROR_INTERNAL, "cannot write entries.log: %s", strerror(errno));
    done = copy_entries(adopting, error) && root_fits(adopting, error);
    if (done && (fflush(adopting->file) != 0 || fsync(handle) != 0))
        seal_log_end_process("entries.log");
    fclose(adopting->file);
    if (done && (renameat(log->folder, "entries.log.part", log->folder, "entries.log") != 0 ||
                 fsync(log->folder) != 0))
        seal_log_end_process("entries.log");
    return done && seal_log_commit(log, 0, error);
}

/* A folder that knows more is never taken back: signed sizes do not decrease. */
static bool is_behind(const struct adopting *adopting, struct error *error)
{
    struct seal_state state;
    struct error      damaged = {0};
    bool              found;

    if (!seal_log_read_state(adopting->log.folder, &state, &found, &damaged))
        return true; /* what cannot be read knows nothing */
    return !found || state.size <= adopting->checkpoint.size ||
           error_set(error, ERROR_CONFLICT,
                     "this folder knows of %" PRIu64 " sealed entries, the checkpoint of %" PRIu64
                     ": nothing is taken back",
                     state.size, adopting->checkpoint.size);
}

/* The newest checkpoint that was published must not be newer than the one to adopt. */
static bool is_newest(struct adopting *adopting, struct error *error)
{
    ARENA             *arena = arena_new();
    const struct rows *newest = query_run(adopting->session, arena, SQL_LOG_CHECKPOINT, NULL, 0, error);

    if (!newest)
        return false;
    return rows_count(newest) == 0 ||
           (uint64_t)rows_integer(newest, 0, "size") <= adopting->checkpoint.size ||
           error_set(error, ERROR_CONFLICT,
                     "a checkpoint over %s entries was published, this one is over %" PRIu64
                     ": adopt the newest that anyone holds",
                     rows_text(newest, 0, "size"), adopting->checkpoint.size);
}

/* The key that was named, else the one in the folder; no other vouches for a checkpoint. */
static bool check_signature(struct adopting *adopting, const char *note, size_t length,
                            const struct note_key *key, struct error *error)
{
    struct note_signer own = {0};
    struct error       missing = {0};
    bool               has_own = seal_log_load_key(adopting->log.folder, "", false, &own, &missing);

    sodium_memzero(own.secret, sizeof own.secret);
    if (!key && !has_own)
        return error_set(
            error, ERROR_INVALID,
            "this folder has no key to check the checkpoint with; name the log's verifier key: --key");
    return checkpoint_open(note, length, key ? key : &own.key, 1, &adopting->checkpoint, error);
}

bool seal_log_adopt(const char *folder, struct session *session, const char *note, size_t length,
                    const struct note_key *key, uint64_t *size, struct error *error)
{
    struct adopting adopting = {.session = session, .log = {.entries = -1, .lock = -1}};
    bool            done;

    adopting.log.folder = seal_log_open_folder(folder, true, error);
    if (adopting.log.folder >= 0)
        adopting.log.lock = seal_log_take_lock(adopting.log.folder, folder, error);
    done = adopting.log.lock >= 0 && check_signature(&adopting, note, length, key, error) &&
           is_behind(&adopting, error) && is_newest(&adopting, error) &&
           seal_log_load_key(adopting.log.folder, adopting.checkpoint.origin, true, &adopting.log.signer,
                             error) &&
           write_entries(&adopting, error);
    if (adopting.log.lock >= 0)
        close(adopting.log.lock);
    if (adopting.log.folder >= 0)
        close(adopting.log.folder);
    *size = adopting.checkpoint.size;
    sodium_memzero(&adopting.log, sizeof adopting.log);
    return done;
}
