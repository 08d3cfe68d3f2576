#include "ledger/seal_open.h"
#include "ledger/seal_answers.h"
#include "ledger/seal_restored.h"

#include <stdlib.h>
#include <string.h>

#include "db/query.h"
#include "shared/log.h"

static void set_chains(struct sealer *sealer, struct id_map *chains)
{
    pthread_mutex_lock(&sealer->chains_lock);
    id_map_free(sealer->chains);
    sealer->chains = chains;
    pthread_mutex_unlock(&sealer->chains_lock);
}

/* Back to the beginning: the log is read again, the lock in the database taken again. The lock ends with the
 * session: whoever else seals may have its turn. */
void seal_open_give_up(struct sealer *sealer)
{
    if (sealer->epoch)
        pool_end(&sealer->session);
    sealer->epoch = 0;
    seal_log_close(sealer->log);
    set_chains(sealer, NULL);
    free(sealer->edge);
    seal_batch_free(&sealer->batch);
    seal_restored_forget(sealer);
    pool_give_back(&sealer->session);
    sealer->log = NULL;
    sealer->edge = NULL;
    sealer->unstored = false;
    /* What was learnt of entries that are not durable; reading the log again tells the rest. */
    sealer->announced = (struct note_key){0};
    sealer->last_recorded_ms = 0;
}

/* Reading the log. */

static void mark_lost(void *context, const uint8_t device[16], void *link)
{
    (void)context;
    (void)device;
    ((struct seal_link *)link)->lost = true;
}

/* What an entry means for the entries after it. */
void seal_open_learn(struct sealer *sealer, const struct entry *entry)
{
    struct error unreadable = {0};
    char         text[NOTE_KEY_SIZE] = "";

    sealer->last_recorded_ms = (int64_t)entry_number(entry, TAG_RECORDED_AT);
    if (entry->type == ENTRY_EVENT) {
        pthread_mutex_lock(&sealer->chains_lock);
        chain_map_put(sealer->chains, entry);
        pthread_mutex_unlock(&sealer->chains_lock);
    }
    if (entry->type == ENTRY_INCIDENT && entry_number(entry, TAG_INCIDENT) == INCIDENT_BEHIND)
        id_map_each(sealer->chains, mark_lost, NULL);
    if (entry->type != ENTRY_CONFIGURATION || entry->field[TAG_VERIFIER_KEY].length >= sizeof text)
        return;
    memcpy(text, entry->field[TAG_VERIFIER_KEY].value, entry->field[TAG_VERIFIER_KEY].length);
    if (!note_key_parse(text, &sealer->announced, &unreadable))
        sealer->announced.name[0] = '\0';
}

static void ignore_tile(void *context, unsigned level, uint64_t index, const uint8_t (*hashes)[HASH_SIZE])
{
    (void)context;
    (void)level;
    (void)index;
    (void)hashes;
}

/* While the log is read at the start: entries that the database lacks go into the batch. */
static bool visit_old(void *context, uint64_t index, const uint8_t *bytes, size_t length, struct error *error)
{
    struct sealer *sealer = context;
    struct entry   entry;
    uint8_t        leaf[HASH_SIZE];

    if (!entry_parse(bytes, length, &entry, error) ||
        !seal_compare_entry(&sealer->compare, bytes, length, error))
        return false;
    seal_open_learn(sealer, &entry);
    if (entry.type == ENTRY_ERASURE)
        seal_restored_note(sealer, index, &entry);
    merkle_leaf(bytes, length, leaf);
    tile_edge_append(sealer->edge, leaf, index < sealer->stored ? ignore_tile : seal_batch_add_tile,
                     &sealer->batch);
    if (index < sealer->stored)
        return true;
    seal_batch_add(&sealer->batch, bytes, length);
    if (sealer->batch.count < BATCH_ROWS)
        return true;
    if (!seal_batch_store(&sealer->batch, sealer->session, sealer->epoch, error))
        return false;
    seal_batch_start(&sealer->batch, index + 1);
    return true;
}

static bool rotate_if_announced(struct sealer *sealer, struct error *error)
{
    const struct note_key *next = sealer->announced.name[0] ? seal_log_next_key(sealer->log) : NULL;

    if (!next || next->id != sealer->announced.id ||
        memcmp(next->public_key, sealer->announced.public_key, sizeof next->public_key) != 0)
        return true;
    log_line(LOG_LEVEL_INFO, "msg", "the log's next key is in force", NULL);
    return seal_log_rotate(sealer->log, error);
}

bool seal_open_store(struct sealer *sealer, struct error *error)
{
    if (!sealer->unstored)
        return true;
    if (!seal_batch_store(&sealer->batch, sealer->session, sealer->epoch, error))
        return false;
    sealer->unstored = false;
    return rotate_if_announced(sealer, error);
}

/* Starting. */

static bool begin(struct sealer *sealer, struct arena *arena, struct error *error)
{
    const struct rows *begun = query_write(sealer->session, arena, SQL_SEAL_BEGIN, NULL, 0, error);
    const struct rows *head = begun ? query_run(sealer->session, arena, SQL_SEAL_HEAD, NULL, 0, error) : NULL;

    if (!head)
        return false;
    if (rows_null(begun, 0, "epoch"))
        return error_set(error, ERROR_UNAVAILABLE,
                         "another sealer, or a backup, is at work on this database");
    sealer->epoch = (uint64_t)rows_integer(begun, 0, "epoch");
    sealer->stored = (uint64_t)rows_integer(head, 0, "stored_size");
    return true;
}

/* What was in the ledger before the log began carries no mark; from here on everything must. */
static bool begin_log(struct sealer *sealer, struct arena *arena, struct error *error)
{
    const struct rows *head = query_run(sealer->session, arena, SQL_SEAL_HEAD, NULL, 0, error);

    if (!head || !seal_log_is_new(sealer->log))
        return head != NULL;
    seal_log_set_adopted(sealer->log, (uint64_t)rows_integer(head, 0, "next_seq"));
    return seal_log_commit(sealer->log, sealer->epoch, error);
}

static bool open_log(struct sealer *sealer, struct arena *arena, struct error *error)
{
    set_chains(sealer, id_map_new(sizeof(struct seal_link)));
    sealer->edge = calloc(1, sizeof *sealer->edge);
    if (!sealer->edge)
        abort();
    seal_batch_start(&sealer->batch, sealer->stored);
    if (!seal_compare_start(&sealer->compare, sealer->session, sealer->stored, error))
        return false;
    sealer->log = seal_log_open(sealer->options.folder, sealer->options.name, visit_old, sealer, error);
    if (!sealer->log || !seal_compare_end(&sealer->compare, error))
        return false;
    if (seal_log_size(sealer->log) > 0) {
        seal_log_sign(sealer->log, &sealer->batch.note);
        sealer->unstored = true;
        if (!seal_open_store(sealer, error))
            return false;
    }
    if (!seal_restored_resume(sealer, arena, error))
        return false;
    seal_answers_restored(sealer);
    return begin_log(sealer, arena, error);
}

bool seal_open_ready(struct sealer *sealer, struct error *error)
{
    ARENA *arena = arena_new();

    if (sealer->log)
        return true;
    sealer->session = pool_borrow(sealer->options.pool, 2000, error);
    if (sealer->session && begin(sealer, arena, error) && open_log(sealer, arena, error))
        return true;
    seal_open_give_up(sealer);
    return false;
}
