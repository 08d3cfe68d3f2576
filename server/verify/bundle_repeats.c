/* Ids that stand in the log more than once. An event is recorded once, whoever sends it again: twice it is
 * only there when somebody wrote it into the database again, with the service's own mark. */
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "verify/bundle_parts.h"

#define IDS_MOST     ((uint64_t)1 << 22) /* in one turn: 32 MiB of slots */
#define SLOTS_LEAST  ((size_t)1 << 6)
#define WAITING      16u /* ids whose slots are fetched meanwhile */
#define REPEATS_MOST 100000u
#define ID_AT        (ENTRY_HEAD + 3u)
#define RECORD_LEAST (2u + ID_AT + 16u)

/*
 * The slots, at most half full, hold a part of each id's hash with a key of this run; 0: none. Two ids may
 * meet by chance: then the later one is looked for among the entries in vain.
 */
struct repeats_turn {
    uint32_t     *slots;
    size_t        size;
    uint64_t      number, count;
    unsigned char key[crypto_shorthash_KEYBYTES];
    uint64_t      told;
    struct {
        uint64_t hash;
        uint8_t  id[16];
    } waiting[WAITING];
};

struct repeats_turn *bundle_repeats_begin(const struct run *run)
{
    struct repeats_turn *turn = calloc(1, sizeof *turn);
    uint64_t             all = part_file_size(&run->entries) / RECORD_LEAST;
    uint64_t             most = run->check->ids_at_once ? run->check->ids_at_once : IDS_MOST;

    if (!turn)
        abort();
    if (all > run->check->checkpoint.size)
        all = run->check->checkpoint.size;
    turn->count = all / most + 1;
    turn->size = SLOTS_LEAST;
    while (turn->size / 2 < all / turn->count)
        turn->size *= 2;
    turn->slots = calloc(turn->size, sizeof *turn->slots);
    if (!turn->slots)
        abort();
    crypto_shorthash_keygen(turn->key);
    return turn;
}

static void note_repeat(struct run *run, const uint8_t *id)
{
    if (id_map_count(run->repeats) < REPEATS_MOST)
        (void)id_map_put(run->repeats, id);
}

static void look(struct run *run, struct repeats_turn *turn, uint64_t hash, const uint8_t id[16])
{
    uint32_t part = (uint32_t)(hash >> 32) | (hash >> 32 == 0);
    size_t   at = hash & (turn->size - 1);

    while (turn->slots[at] != 0 && turn->slots[at] != part)
        at = (at + 1) & (turn->size - 1);
    if (turn->slots[at] == part)
        note_repeat(run, id);
    turn->slots[at] = part;
}

void bundle_repeats_tell(struct run *run, struct repeats_turn *turn, const uint8_t *bytes, size_t length)
{
    static const uint8_t head[] = {TAG_EVENT_ID, 0, 16};
    size_t               next = turn->told % WAITING;
    uint64_t             hash;

    if (length < ID_AT + 16 || memcmp(bytes + ENTRY_HEAD, head, sizeof head) != 0)
        return;
    crypto_shorthash((unsigned char *)&hash, bytes + ID_AT, 16, turn->key);
    if ((hash >> 24) % turn->count != turn->number)
        return;
    if (turn->told++ >= WAITING)
        look(run, turn, turn->waiting[next].hash, turn->waiting[next].id);
    turn->waiting[next].hash = hash;
    memcpy(turn->waiting[next].id, bytes + ID_AT, 16);
    __builtin_prefetch(&turn->slots[hash & (turn->size - 1)], 1);
}

bool bundle_repeats_turn(struct run *run, struct repeats_turn *turn)
{
    for (uint64_t i = turn->told < WAITING ? 0 : turn->told - WAITING; i < turn->told; i++)
        look(run, turn, turn->waiting[i % WAITING].hash, turn->waiting[i % WAITING].id);
    turn->told = 0;
    if (++turn->number == turn->count)
        return false;
    memset(turn->slots, 0, turn->size * sizeof *turn->slots);
    return true;
}

void bundle_repeats_end(struct repeats_turn *turn)
{
    free(turn->slots);
    free(turn);
}

void bundle_repeats_lost(struct run *run, const struct entry *incident)
{
    if (entry_number(incident, TAG_INCIDENT) != INCIDENT_BEHIND)
        return;
    buffer_add(&run->lost,
               (const char *)&(struct lost){entry_number(incident, TAG_FROM_SIZE),
                                            entry_number(incident, TAG_TO_SIZE)},
               sizeof(struct lost));
}

/* What a restored database has lost is recorded again when it is sent again: its first row is not here. */
static bool was_lost(const struct run *run, uint64_t seq)
{
    const struct lost *lost = (const struct lost *)(const void *)run->lost.text;

    for (size_t i = 0; i < run->lost.length / sizeof *lost; i++)
        if (lost[i].from <= seq && seq < lost[i].to)
            return true;
    return false;
}

void bundle_repeats_check(struct run *run, const struct entry *entry, uint64_t seq)
{
    const uint8_t *id = entry->field[TAG_EVENT_ID].value;
    struct repeat *repeat = id ? id_map_find(run->repeats, id) : NULL;

    if (!repeat)
        return;
    if (repeat->met && (repeat->has_row || !was_lost(run, repeat->seq)))
        finding_add(run->findings, FINDING_REPEATED, seq, "entry %" PRIu64 " has the same event_id",
                    repeat->seq);
    *repeat = (struct repeat){true, run->has_row && run->row_seq == seq, seq};
}
