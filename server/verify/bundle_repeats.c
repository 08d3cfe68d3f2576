/* Ids that stand in the log more than once. An event is recorded once, whoever sends it again: twice it is
 * only there when somebody wrote it into the database again, with the service's own mark. */
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "verify/bundle_parts.h"

#define IDS_MOST     ((uint64_t)1 << 22) /* in one turn: 64 MiB of slots */
#define SLOTS_LEAST  ((size_t)1 << 6)
#define REPEATS_MOST 100000u
#define ID_AT        (ENTRY_HEAD + 3u)
#define RECORD_LEAST (2u + ID_AT + 16u)

/* Hashes with a key of this run, at most half full: one pair in a million logs of ten million meets by
 * chance. */
struct repeats_turn {
    uint64_t     *slots;
    size_t        size;
    uint64_t      number, count;
    unsigned char key[crypto_shorthash_KEYBYTES];
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

void bundle_repeats_tell(struct run *run, struct repeats_turn *turn, const uint8_t *bytes, size_t length)
{
    static const uint8_t head[] = {TAG_EVENT_ID, 0, 16};
    uint64_t             hash;
    size_t               at;

    if (length < ID_AT + 16 || memcmp(bytes + ENTRY_HEAD, head, sizeof head) != 0)
        return;
    crypto_shorthash((unsigned char *)&hash, bytes + ID_AT, 16, turn->key);
    if ((hash >> 32) % turn->count != turn->number)
        return;
    hash |= hash == 0;
    for (at = hash & (turn->size - 1); turn->slots[at] != 0; at = (at + 1) & (turn->size - 1))
        if (turn->slots[at] == hash) {
            note_repeat(run, bytes + ID_AT);
            return;
        }
    turn->slots[at] = hash;
}

bool bundle_repeats_turn(struct repeats_turn *turn)
{
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

/* What a restored database has lost is recorded again when it is sent again. */
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
    if (repeat->met && !was_lost(run, repeat->seq))
        finding_add(run->findings, FINDING_REPEATED, seq, "entry %" PRIu64 " has the same event_id",
                    repeat->seq);
    *repeat = (struct repeat){true, seq};
}
