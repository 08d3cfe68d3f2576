/* seal_log_inside.h: what seal_log.c and seal_adopt.c know of a log; nobody else includes this. */
#ifndef LEDGER_SEAL_LOG_INSIDE_H
#define LEDGER_SEAL_LOG_INSIDE_H

#include "ledger/seal_log.h"

struct seal_log {
    int                folder, lock, entries; /* file descriptors */
    struct note_signer signer, next;
    bool               has_next, is_new;
    struct merkle      tree;
    uint64_t           committed; /* size that the state tells */
    uint64_t           adopted;
    uint64_t           resumed; /* size at which the database was last found to have gone back; 0: never */
    uint64_t           erased;  /* such a size, up to which what the log says was erased was erased again */
    uint64_t           offset;  /* bytes of entries.log that belong to the tree */
};

/* The size and root that the file state tells. */
struct seal_state {
    uint64_t size, offset, epoch, adopted, resumed, erased;
    char     root[2 * HASH_SIZE + 1];
};

/* *found is false where nothing was ever sealed. ERROR_CONFLICT: damaged. */
bool seal_log_read_state(int folder, struct seal_state *state, bool *found, struct error *error) MUST_USE;

void seal_log_end_process(const char *what);
int  seal_log_open_folder(const char *path, bool make, struct error *error) MUST_USE; /* < 0: error */
int  seal_log_take_lock(int folder, const char *path, struct error *error) MUST_USE;  /* < 0: error */
bool seal_log_load_key(int folder, const char *name, bool make, struct note_signer *signer,
                       struct error *error) MUST_USE;

#endif
