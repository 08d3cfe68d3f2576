#include "ledger/seal_log_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/seal_key.h"
#include "shared/log.h"

#define STATE_HEAD "spoor-seal/v1"
#define STATE_FORMAT                                                                                         \
    STATE_HEAD "\n%" SCNu64 "\n%64[0-9a-f]\n%" SCNu64 "\n%" SCNu64 "\n%" SCNu64 "\n%" SCNu64 "\n%" SCNu64 "\n"
#define STATE_MOST 512u

void seal_log_end_process(const char *what)
{
    log_line(LOG_LEVEL_ERROR, "msg", "the disk failed; nothing that is cached can be believed", "file", what,
             "reason", strerror(errno), NULL);
    _exit(74); /* EX_IOERR */
}

int seal_log_open_folder(const char *path, bool make, struct error *error)
{
    int folder;

    if (make && mkdir(path, 0700) != 0 && errno != EEXIST) {
        error_set(error, ERROR_INTERNAL, "cannot make the folder %s: %s", path, strerror(errno));
        return -1;
    }
    folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_INTERNAL, "cannot open the folder %s: %s",
                  path, strerror(errno));
    return folder;
}

int seal_log_take_lock(int folder, const char *path, struct error *error)
{
    int lock = openat(folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
        return lock;
    error_set(error, errno == EWOULDBLOCK ? ERROR_UNAVAILABLE : ERROR_INTERNAL,
              errno == EWOULDBLOCK ? "another sealer works in %s" : "cannot lock %s", path);
    if (lock >= 0)
        close(lock);
    return -1;
}

static bool write_public_key(int folder, const struct note_key *key, struct error *error)
{
    char text[NOTE_KEY_SIZE + 1];

    note_key_format(key, text);
    snprintf(text + strlen(text), 2, "\n");
    return seal_key_replace(folder, "log.pub", text, 0644, error);
}

bool seal_log_load_key(int folder, const char *name, bool make, struct note_signer *signer,
                       struct error *error)
{
    struct error missing = {0};

    if (seal_key_read(folder, "log.key", signer, &missing))
        return !make || faccessat(folder, "log.pub", F_OK, 0) == 0 ||
               write_public_key(folder, &signer->key, error);
    if (missing.kind == ERROR_NOT_FOUND && make)
        return seal_key_make(folder, "log.key", name, signer, error) &&
               write_public_key(folder, &signer->key, error);
    *error = missing;
    return false;
}

static bool load_next_key(struct seal_log *log, struct error *error)
{
    struct error missing = {0};

    log->has_next = seal_key_read(log->folder, "log.key.next", &log->next, &missing);
    if (log->has_next || missing.kind == ERROR_NOT_FOUND)
        return true;
    *error = missing;
    return false;
}

/* *found is false where nothing was ever sealed. */
bool seal_log_read_state(int folder, struct seal_state *state, bool *found, struct error *error)
{
    char    text[STATE_MOST] = "";
    int     handle = openat(folder, "state", O_RDONLY | O_CLOEXEC);
    ssize_t length;

    *state = (struct seal_state){0};
    *found = handle >= 0;
    if (handle < 0)
        return errno == ENOENT || error_set(error, ERROR_INTERNAL, "cannot read state: %s", strerror(errno));
    length = read(handle, text, sizeof text - 1);
    close(handle);
    if (length <= 0 || sscanf(text, STATE_FORMAT, &state->size, state->root, &state->offset, &state->epoch,
                              &state->adopted, &state->resumed, &state->erased) < 6)
        return error_set(error, ERROR_CONFLICT,
                         "the file state is damaged; see: spoord seal --help (--adopt)");
    return true;
}

/* One record, with its length in front; more than 4096 bytes are no entry. */
static bool take_record(FILE *file, uint8_t *bytes, size_t *length)
{
    int high = getc(file), low = getc(file);

    if (high == EOF || low == EOF)
        return false;
    *length = (size_t)high << 8 | (size_t)low;
    return *length <= ENTRY_MOST && fread(bytes, 1, *length, file) == *length;
}

static bool add_entry(struct seal_log *log, const uint8_t *bytes, size_t length, seal_log_visit *visit,
                      void *context, struct error *error)
{
    uint8_t leaf[HASH_SIZE];

    merkle_leaf(bytes, length, leaf);
    if (!visit(context, log->tree.size, bytes, length, error))
        return false;
    merkle_append(&log->tree, leaf);
    log->offset += 2 + length;
    return true;
}

static bool root_fits(const struct seal_log *log, const struct seal_state *state)
{
    uint8_t root[HASH_SIZE];
    char    hex[2 * HASH_SIZE + 1];

    merkle_root(&log->tree, root);
    sodium_bin2hex(hex, sizeof hex, root, sizeof root);
    return log->tree.size == state->size && log->offset == state->offset && strcmp(hex, state->root) == 0;
}

static bool replay(struct seal_log *log, const struct seal_state *state, seal_log_visit *visit, void *context,
                   struct error *error)
{
    uint8_t bytes[ENTRY_MOST];
    size_t  length;
    int     copy = openat(log->folder, "entries.log", O_RDONLY | O_CLOEXEC);
    FILE   *file = copy >= 0 ? fdopen(copy, "re") : NULL;
    bool    whole = file != NULL;

    while (whole && log->offset < state->offset) {
        if (!take_record(file, bytes, &length))
            whole = false;
        else if (!add_entry(log, bytes, length, visit, context, error)) {
            fclose(file);
            return error_while(error, "read entries.log");
        }
    }
    if (file)
        fclose(file);
    else if (copy >= 0)
        close(copy);
    return (whole && root_fits(log, state)) || error_set(error, ERROR_CONFLICT,
                                                         "entries.log does not give the root of the %" PRIu64
                                                         " entries that were sealed: it was changed, "
                                                         "or is not whole; see: spoord seal --help (--adopt)",
                                                         state->size);
}

static bool load(struct seal_log *log, seal_log_visit *visit, void *context, struct error *error)
{
    struct seal_state state;
    bool              found;

    if (!seal_log_read_state(log->folder, &state, &found, error))
        return false;
    log->is_new = !found;
    log->entries = openat(log->folder, "entries.log", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (log->entries < 0)
        return error_set(error, ERROR_INTERNAL, "cannot open entries.log: %s", strerror(errno));
    if (!found && lseek(log->entries, 0, SEEK_END) != 0)
        return error_set(error, ERROR_CONFLICT,
                         "entries.log is here, the file state is lost; see: spoord seal --help (--adopt)");
    if (found && !replay(log, &state, visit, context, error))
        return false;
    log->committed = state.size;
    log->adopted = state.adopted;
    log->resumed = state.resumed;
    log->erased = state.erased;
    if (ftruncate(log->entries, (off_t)log->offset) != 0 || fsync(log->entries) != 0)
        seal_log_end_process("entries.log");
    return true;
}

struct seal_log *seal_log_open(const char *folder, const char *name, seal_log_visit *visit, void *context,
                               struct error *error)
{
    struct seal_log *log = calloc(1, sizeof *log);

    if (!log)
        abort();
    log->entries = log->lock = -1;
    log->folder = seal_log_open_folder(folder, true, error);
    if (log->folder >= 0)
        log->lock = seal_log_take_lock(log->folder, folder, error);
    if (log->lock >= 0 && seal_log_load_key(log->folder, name, true, &log->signer, error) &&
        load_next_key(log, error) && load(log, visit, context, error))
        return log;
    seal_log_close(log);
    return NULL;
}

void seal_log_close(struct seal_log *log)
{
    const int handles[] = {log ? log->entries : -1, log ? log->lock : -1, log ? log->folder : -1};

    for (size_t i = 0; i < COUNT_OF(handles); i++)
        if (handles[i] >= 0)
            close(handles[i]);
    if (log)
        sodium_memzero(log, sizeof *log);
    free(log);
}

uint64_t seal_log_size(const struct seal_log *log)
{
    return log->tree.size;
}

const struct merkle *seal_log_tree(const struct seal_log *log)
{
    return &log->tree;
}

const struct note_key *seal_log_key(const struct seal_log *log)
{
    return &log->signer.key;
}

void seal_log_set_adopted(struct seal_log *log, uint64_t seq)
{
    log->adopted = seq;
}

uint64_t seal_log_adopted(const struct seal_log *log)
{
    return log->adopted;
}

void seal_log_set_resumed(struct seal_log *log, uint64_t size)
{
    log->resumed = size;
}

uint64_t seal_log_resumed(const struct seal_log *log)
{
    return log->resumed;
}

void seal_log_set_erased(struct seal_log *log, uint64_t size)
{
    log->erased = size;
}

uint64_t seal_log_erased(const struct seal_log *log)
{
    return log->erased;
}

bool seal_log_is_new(const struct seal_log *log)
{
    return log->is_new;
}

static bool write_all(struct seal_log *log, const uint8_t *records, size_t length, struct error *error)
{
    for (size_t done = 0; done < length;) {
        ssize_t wrote = pwrite(log->entries, records + done, length - done, (off_t)(log->offset + done));

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            int reason = errno;

            if (ftruncate(log->entries, (off_t)log->offset) != 0)
                seal_log_end_process("entries.log");
            return error_set(error, ERROR_UNAVAILABLE, "cannot write entries.log: %s", strerror(reason));
        }
        done += (size_t)wrote;
    }
    if (fdatasync(log->entries) != 0)
        seal_log_end_process("entries.log");
    return true;
}

bool seal_log_append(struct seal_log *log, const uint8_t *records, size_t length, seal_log_visit *visit,
                     void *context, struct error *error)
{
    uint8_t *back = malloc(length + 1);
    off_t    start = (off_t)log->offset;
    bool     done = true;

    if (!back)
        abort();
    if (!write_all(log, records, length, error)) {
        free(back);
        return false;
    }
    if (pread(log->entries, back, length, start) != (ssize_t)length)
        seal_log_end_process("entries.log");
    for (size_t at = 0; done && at + 2 <= length;) {
        size_t size = (size_t)back[at] << 8 | back[at + 1];

        done = add_entry(log, back + at + 2, size, visit, context, error);
        at += 2 + size;
    }
    free(back);
    return done;
}

bool seal_log_commit(struct seal_log *log, uint64_t epoch, struct error *error)
{
    uint8_t root[HASH_SIZE];
    char    hex[2 * HASH_SIZE + 1], text[STATE_MOST];

    merkle_root(&log->tree, root);
    sodium_bin2hex(hex, sizeof hex, root, sizeof root);
    snprintf(text, sizeof text,
             STATE_HEAD "\n%" PRIu64 "\n%s\n%" PRIu64 "\n%" PRIu64 "\n%" PRIu64 "\n%" PRIu64 "\n%" PRIu64
                        "\n",
             log->tree.size, hex, log->offset, epoch, log->adopted, log->resumed, log->erased);
    if (!seal_key_replace(log->folder, "state", text, 0600, error))
        return false;
    log->committed = log->tree.size;
    log->is_new = false;
    return true;
}

void seal_log_sign(const struct seal_log *log, struct buffer *note)
{
    struct checkpoint checkpoint = {.size = log->tree.size};

    if (log->committed != log->tree.size)
        abort(); /* nothing is signed that is not durable */
    snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s", log->signer.key.name);
    merkle_root(&log->tree, checkpoint.root);
    checkpoint_sign(&checkpoint, &log->signer, note);
}

const struct note_key *seal_log_next_key(struct seal_log *log)
{
    struct error unreadable = {0};

    return (log->has_next || load_next_key(log, &unreadable)) && log->has_next ? &log->next.key : NULL;
}

bool seal_log_rotate(struct seal_log *log, struct error *error)
{
    char kept[40];

    snprintf(kept, sizeof kept, "log.key.%08x", (unsigned)log->signer.key.id);
    if (linkat(log->folder, "log.key", log->folder, kept, 0) != 0 && errno != EEXIST)
        return error_set(error, ERROR_INTERNAL, "cannot keep the old key: %s", strerror(errno));
    if ((unlinkat(log->folder, "log.pub", 0) != 0 && errno != ENOENT) || fsync(log->folder) != 0 ||
        renameat(log->folder, "log.key.next", log->folder, "log.key") != 0 || fsync(log->folder) != 0)
        seal_log_end_process("log.key"); /* without log.pub, the next start writes it from log.key */
    log->signer = log->next;
    log->has_next = false;
    return write_public_key(log->folder, &log->signer.key, error);
}
