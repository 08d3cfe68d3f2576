/*
 * seal_log.h: the sealer's own folder, which the database's administrator need not be able to write:
 *
 *   log.key       name of the log and the Ed25519 seed, 0600      log.key.next   after `spoord key rotate`
 *   log.key.<id>  keys that were in force before
 *   log.pub       the verifier key, for everybody                 lock           held by the sealer at work
 *   entries.log   every entry, "length u16 | bytes", only ever added to
 *   state         size, root, bytes of entries.log, epoch, adopted, resumed, erased: what may be signed;
 * replaced as a whole
 *
 * The order is the point: entries are durable and were read back before the state says so, and the state is
 * durable before anything is signed. After a failed fsync nothing that the page cache says can be believed:
 * the process ends.
 */
#ifndef LEDGER_SEAL_LOG_H
#define LEDGER_SEAL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/merkle.h"
#include "db/pool.h"
#include "shared/error.h"

struct seal_log;

/* Called for every entry in order while a log is opened. */
typedef bool seal_log_visit(void *context, uint64_t index, const uint8_t *bytes, size_t length,
                            struct error *error);

/* Opens the folder, makes it and its key where there is none, takes its lock, reads entries.log to the size
 * that the state tells and drops what lies behind. `name` is used only for a new key. ERROR_UNAVAILABLE:
 * another process works here; ERROR_CONFLICT: entries.log does not give the root of the state. */
struct seal_log *seal_log_open(const char *folder, const char *name, seal_log_visit *visit, void *context,
                               struct error *error) MUST_USE;
void             seal_log_close(struct seal_log *log); /* NULL is allowed */

uint64_t               seal_log_size(const struct seal_log *log);
const struct merkle   *seal_log_tree(const struct seal_log *log);
const struct note_key *seal_log_key(const struct seal_log *log);
bool                   seal_log_is_new(const struct seal_log *log); /* nothing was ever sealed here */

/* Adds entries, "length u16 | bytes" each, makes them durable, reads them back and hashes those. Ends the
 * process when the disk fails. */
bool seal_log_append(struct seal_log *log, const uint8_t *records, size_t length, seal_log_visit *visit,
                     void *context, struct error *error) MUST_USE;

/* Makes the new size durable. Ends the process when the disk fails. */
bool seal_log_commit(struct seal_log *log, uint64_t epoch, struct error *error) MUST_USE;

/* The checkpoint over what was committed last; adds the signed note. */
void seal_log_sign(const struct seal_log *log, struct buffer *note);

/* Records before this seq were there when the log began: they carry no mark of the service. Kept with the
 * state. */
void     seal_log_set_adopted(struct seal_log *log, uint64_t seq);
uint64_t seal_log_adopted(const struct seal_log *log);

/* At this size the sealer itself found that the database had gone back: the one place where an incident may
 * say so. Kept with the state. */
void     seal_log_set_resumed(struct seal_log *log, uint64_t size);
uint64_t seal_log_resumed(const struct seal_log *log);

/* Of a database that had gone back at this size, what the log says was erased was erased again, once. Kept
 * with the state. */
void     seal_log_set_erased(struct seal_log *log, uint64_t size);
uint64_t seal_log_erased(const struct seal_log *log);

/* Rotation. seal_log_next_key: NULL when there is none. seal_log_rotate puts it in force. */
const struct note_key *seal_log_next_key(struct seal_log *log);
bool                   seal_log_rotate(struct seal_log *log, struct error *error) MUST_USE;

/* Without opening the log: the key in force; makes one where there is none. */
bool seal_log_read_key(const char *folder, const char *name, bool make, struct note_key *key,
                       struct error *error) MUST_USE;
/* The same, and behind it those that were in force before; gives how many there are, at most `most`. */
size_t seal_log_read_keys(const char *folder, struct note_key *keys, size_t most);
/* The key that waits to be announced; makes it where there is none. */
bool seal_log_make_next_key(const char *folder, struct note_key *key, struct error *error) MUST_USE;

/* Fills a folder that was lost, or is behind, from the entries in the database, up to the checkpoint, whose
 * root must come out. `key` checks its signature; NULL: the folder's own. ERROR_FORBIDDEN: not signed by it;
 * ERROR_CONFLICT: the root does not come out, or the folder or the database knows of more. */
bool seal_log_adopt(const char *folder, struct session *session, const char *note, size_t length,
                    const struct note_key *key, uint64_t *size, struct error *error) MUST_USE;

#endif
