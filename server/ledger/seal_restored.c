#include "ledger/seal_restored.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/query.h"
#include "ledger/erasing.h"
#include "ledger/seal_log_inside.h"
#include "ledger/seal_row.h"
#include "shared/log.h"

#define AT_ONCE    512u
#define TAGS_MOST  16u
#define UUID_BYTES 16u

/* An erasure as the log has it. */
struct seal_erasure {
    uint64_t seq;
    int64_t  recorded_ms;
    uint8_t  notice_id[UUID_BYTES], target[UUID_BYTES], tags[TAGS_MOST];
    unsigned tag_count, reason;
};

void seal_restored_note(struct sealer *sealer, uint64_t seq, const struct entry *entry)
{
    const struct entry_field *erased = &entry->field[TAG_ERASED];
    struct seal_erasure      *kept;

    if (!entry->field[TAG_EVENT_ID].value || !entry->field[TAG_TARGET].value || !erased->value ||
        erased->length > TAGS_MOST)
        return;
    if (sealer->erasure_count == sealer->erasure_room) {
        sealer->erasure_room = sealer->erasure_room ? 2 * sealer->erasure_room : 64;
        sealer->erasures = reallocarray(sealer->erasures, sealer->erasure_room, sizeof *sealer->erasures);
        if (!sealer->erasures)
            abort();
    }
    kept = &sealer->erasures[sealer->erasure_count++];
    *kept = (struct seal_erasure){.seq = seq,
                                  .recorded_ms = (int64_t)entry_number(entry, TAG_RECORDED_AT),
                                  .tag_count = (unsigned)erased->length,
                                  .reason = (unsigned)entry_number(entry, TAG_REASON)};
    memcpy(kept->notice_id, entry->field[TAG_EVENT_ID].value, UUID_BYTES);
    memcpy(kept->target, entry->field[TAG_TARGET].value, UUID_BYTES);
    memcpy(kept->tags, erased->value, erased->length);
}

void seal_restored_forget(struct sealer *sealer)
{
    free(sealer->erasures);
    sealer->erasures = NULL;
    sealer->erasure_count = sealer->erasure_room = 0;
}

/* Going on behind what was sealed. */

struct device_lists {
    struct arena *arena;
    struct buffer ids, seqs;
};

static void list_device(void *context, const uint8_t device[16], void *value)
{
    const struct seal_link *link = value;
    struct device_lists    *lists = context;
    char                    hex[33];

    sodium_bin2hex(hex, sizeof hex, device, 16);
    buffer_format(&lists->ids, "%c%s", lists->ids.length ? ',' : '{', hex);
    buffer_format(&lists->seqs, "%c%" PRIu32, lists->seqs.length ? ',' : '{', link->device_seq);
}

/* A ledger that is shorter than what was sealed was restored from an older copy. */
static bool resume_if_behind(struct sealer *sealer, struct arena *arena, struct error *error)
{
    const struct rows  *head = query_run(sealer->session, arena, SQL_SEAL_HEAD, NULL, 0, error), *resumed;
    struct device_lists lists = {.arena = arena, .ids = {.limit = SIZE_MAX}, .seqs = {.limit = SIZE_MAX}};

    if (!head)
        return false;
    if ((uint64_t)rows_integer(head, 0, "next_seq") >= seal_log_size(sealer->log))
        return true;
    log_line(LOG_LEVEL_ERROR, "msg", "the database is older than what was sealed; an incident is recorded",
             NULL);
    seal_log_set_resumed(sealer->log, seal_log_size(sealer->log));
    if (!seal_log_commit(sealer->log, sealer->epoch, error))
        return false;
    id_map_each(sealer->chains, list_device, &lists);
    buffer_text(&lists.ids, lists.ids.length ? "}" : "{}");
    buffer_text(&lists.seqs, lists.seqs.length ? "}" : "{}");
    resumed =
        WRITE(sealer->session, arena, SQL_SEAL_RESUME, error, arena_format(arena, "%" PRIu64, sealer->epoch),
              arena_format(arena, "%" PRIu64, seal_log_size(sealer->log)), lists.ids.text, lists.seqs.text);
    buffer_free(&lists.ids);
    buffer_free(&lists.seqs);
    return resumed != NULL;
}

/* Erasing again. */

/* What erase_again.sql asks for, as arrays. */
struct told {
    struct buffer seqs, ids, moments, targets, tags, reasons;
};

static void add_uuid(struct buffer *list, char before, const uint8_t id[UUID_BYTES])
{
    char hex[2 * UUID_BYTES + 1];

    sodium_bin2hex(hex, sizeof hex, id, UUID_BYTES);
    buffer_format(list, "%c%s", before, hex);
}

static void add_erasure(struct told *told, const struct seal_erasure *erasure)
{
    char before = told->seqs.length ? ',' : '{';

    buffer_format(&told->seqs, "%c%" PRIu64, before, erasure->seq);
    add_uuid(&told->ids, before, erasure->notice_id);
    buffer_format(&told->moments, "%c%" PRId64, before, erasure->recorded_ms);
    add_uuid(&told->targets, before, erasure->target);
    buffer_format(&told->tags, "%c\"", before);
    for (unsigned i = 0; i < erasure->tag_count; i++)
        buffer_format(&told->tags, "%s%u", i ? " " : "", erasure->tags[i]);
    buffer_text(&told->tags, "\"");
    buffer_format(&told->reasons, "%c%u", before, erasure->reason);
}

static const struct rows *erase_some(struct sealer *sealer, struct arena *arena, size_t from, size_t until,
                                     struct error *error)
{
    struct told          told = {{.limit = SIZE_MAX}, {.limit = SIZE_MAX}, {.limit = SIZE_MAX},
                                 {.limit = SIZE_MAX}, {.limit = SIZE_MAX}, {.limit = SIZE_MAX}};
    struct buffer *const arrays[] = {&told.seqs,    &told.ids,  &told.moments,
                                     &told.targets, &told.tags, &told.reasons};
    const struct rows   *named;

    for (size_t i = from; i < until; i++)
        add_erasure(&told, &sealer->erasures[i]);
    for (size_t i = 0; i < COUNT_OF(arrays); i++)
        buffer_text(arrays[i], "}");
    named = WRITE(sealer->session, arena, SQL_ERASE_AGAIN, error,
                  arena_format(arena, "%" PRIu64, sealer->epoch), told.seqs.text, told.ids.text,
                  told.moments.text, told.targets.text, told.tags.text, told.reasons.text);
    for (size_t i = 0; i < COUNT_OF(arrays); i++)
        buffer_free(arrays[i]);
    return named;
}

/* Somebody whom an erasure that the log tells of had taken, and whom the older copy names again. */
static bool erase_person(struct sealer *sealer, struct arena *arena, const struct rows *named, size_t n,
                         struct error *error)
{
    const char  *person = rows_text(named, n, "party_id");
    struct error refused = {0};

    if (erasing_run(sealer->session, arena, sealer->options.service_key,
                    &(struct erasing){.person = person,
                                      .actor = rows_text(named, n, "actor_id"),
                                      .reason = rows_text(named, n, "reason"),
                                      .only_left = true},
                    &refused)) {
        log_line(LOG_LEVEL_WARNING, "msg", "who was erased was in the restored database, and is erased again",
                 "person", person, "next", "spoord erase person with this id --yes sweeps the disk", NULL);
        return true;
    }
    if (refused.kind == ERROR_UNAVAILABLE || refused.kind == ERROR_UNKNOWN_OUTCOME) {
        *error = refused;
        return false;
    }
    log_line(LOG_LEVEL_ERROR, "msg", "who was erased is in the restored database again; erase them by hand",
             "person", person, "reason", refused.message, NULL);
    return true;
}

static bool erase_batch(struct sealer *sealer, size_t from, size_t until, struct error *error)
{
    ARENA             *arena = arena_new();
    const struct rows *named = erase_some(sealer, arena, from, until, error);
    bool               done = named != NULL;

    for (size_t i = 0; done && i < rows_count(named); i++)
        done = erase_person(sealer, arena, named, i, error);
    return done;
}

static bool erase_again(struct sealer *sealer, struct error *error)
{
    size_t count = sealer->erasure_count;

    while (count > 0 && sealer->erasures[count - 1].seq >= seal_log_resumed(sealer->log))
        count--; /* the database that was restored had not gone back behind these */
    for (size_t from = 0; from < count; from += AT_ONCE)
        if (!erase_batch(sealer, from, count - from < AT_ONCE ? count : from + AT_ONCE, error))
            return false;
    if (seal_log_erased(sealer->log) == seal_log_resumed(sealer->log))
        return true;
    seal_log_set_erased(sealer->log, seal_log_resumed(sealer->log));
    return seal_log_commit(sealer->log, sealer->epoch, error);
}

bool seal_restored_resume(struct sealer *sealer, struct arena *arena, struct error *error)
{
    bool done = resume_if_behind(sealer, arena, error) && erase_again(sealer, error);

    seal_restored_forget(sealer);
    return done;
}

/* The state is read first: what is sealed in between is in the database as well. */
static bool read_state(const struct sealer *sealer, struct seal_state *state)
{
    struct error none = {0};
    bool         found = false;
    int          folder = seal_log_open_folder(sealer->options.folder, false, &none);

    if (folder < 0)
        return false; /* the sealer says it when it comes to that */
    if (!seal_log_read_state(folder, state, &found, &none))
        found = false;
    close(folder);
    return found;
}

bool sealer_resume(struct sealer *sealer, struct error *error)
{
    ARENA             *arena = arena_new();
    struct seal_state  state;
    const bool         found = read_state(sealer, &state);
    SESSION           *session = found ? pool_borrow(sealer->options.pool, 2000, error) : NULL;
    const struct rows *head = session ? query_run(session, arena, SQL_SEAL_HEAD, NULL, 0, error) : NULL;

    if (!found)
        return true;
    if (!head)
        return false;
    if ((uint64_t)rows_integer(head, 0, "next_seq") >= state.size && state.erased == state.resumed)
        return true;
    pool_give_back(&session);
    return seal_open_ready(sealer, error);
}
