/* bundle_parts.h: what the files of the bundle's check share; nobody else includes this. */
#ifndef VERIFY_BUNDLE_PARTS_H
#define VERIFY_BUNDLE_PARTS_H

#include <sodium.h>

#include "audit/commitment.h"
#include "audit/merkle.h"
#include "audit/tile_edge.h"
#include "shared/buffer.h"
#include "shared/id_map.h"
#include "shared/scan_signature.h"
#include "verify/bundle_check.h"
#include "verify/device_state.h"
#include "verify/json_compact.h"
#include "verify/json_line.h"
#include "verify/missing.h"
#include "verify/part_file.h"
#include "verify/scan_proof.h"
#include "verify/targets.h"

#define ROW_MEMBERS    23u
#define OWN_NAMES_MOST 512u
#define OWN_NAME_SIZE  48u
#define LATE_MS        600000

/* A name that the desk gave out itself: nothing proves it, but it must always be the same. */
struct own_name {
    bool     is_step;
    uint64_t number;
    char     name[OWN_NAME_SIZE]; /* as it stands in the row */
};

/* By its id: what a scanner signed with, for which server, and which of its scans are here. */
struct known_scanner {
    uint8_t        key[SCAN_KEY_SIZE], server[HASH_SIZE];
    uint64_t       seq; /* its first record that is signed */
    struct missing missing;
    uint8_t        id[16]; /* at the end only */
};

/* What a restored database did not have any more: entries from this one up to but without that one. */
struct lost {
    uint64_t from, to;
};

/* The latest entry that has this id. */
struct repeat {
    bool     met, has_row;
    uint64_t seq;
};

struct repeats_turn;

struct run {
    struct bundle_check *check;
    struct findings     *findings;
    int                  folder;
    struct part_file     entries;
    bool                 torn; /* the file of entries goes wrong in the middle */
    struct merkle        tree;
    struct tile_edge     edge;
    struct id_map       *targets;      /* struct target */
    struct id_map       *devices;      /* struct device_state */
    struct id_map       *scanners;     /* struct known_scanner */
    struct id_map       *scanner_keys; /* by the key's hash: whose it is */
    struct id_map       *labels;       /* by the code's hash: what it is on */
    struct id_map       *names;        /* hashes of values that begin with an id: met before */
    struct id_map       *named;        /* by that id: the first record that names it, uint64_t */
    uint8_t              name_key[crypto_shorthash_siphashx24_KEYBYTES];
    struct id_map       *repeats; /* struct repeat, by ids that stand in the log more than once */
    struct buffer        lost;    /* struct lost, one after the other */
    bool                 all;     /* scope; else: */
    uint8_t              scope_device[16];
    uint64_t             incident;  /* seq of the latest; 0: none */
    uint64_t             announced; /* seq of the latest configuration; 0: none */
    struct note_key      announced_key;
    char                 checkpoint[BUNDLE_CHECKPOINT_MOST + 1];
    size_t               checkpoint_length;

    /* of the entry that is looked at */
    const struct target *target;                 /* NULL: nothing points to it */
    uint64_t             opened;                 /* bit n: the value of tag n is here: */
    struct buffer        raw[ENTRY_TAG_COUNT];   /* its form in JSON */
    struct buffer        plain[ENTRY_TAG_COUNT]; /* room for it without escapes */

    struct part_file  openings;
    bool              has_opening; /* the next one: */
    uint64_t          opening_seq, opening_tag;
    struct json_value opening_raw;
    const char       *opening_value;
    size_t            opening_length;
    struct buffer     opening_room;
    uint8_t           opening_salt[SALT_SIZE];

    struct part_file  rows;
    bool              has_row; /* the next one: */
    uint64_t          row_seq;
    struct json_value row[ROW_MEMBERS];

    struct own_name own_names[OWN_NAMES_MOST];
    size_t          own_name_count;
};

bool bundle_in_scope(const struct run *run, const struct entry *entry);

/* Whether an erasure took the value of this tag of the entry that is looked at. */
bool bundle_is_erased(const struct run *run, unsigned tag);

/* An event's place in its device's chain; what the device is after it. */
struct device_state *bundle_chain_check(struct run *run, const struct entry *entry, uint64_t seq);

/* The openings of this entry (NULL: it could not be read), each against its commitment; then what must be
 * there. */
void bundle_openings_check(struct run *run, const struct entry *entry, uint64_t seq);
void bundle_openings_next(struct run *run);
void bundle_openings_end(struct run *run); /* what is left belongs to no entry */

/* A value of this entry, unescaped; none where it is not here. */
struct json_part bundle_opened(struct run *run, unsigned tag);

/* The row of this entry, each member against it. */
void bundle_rows_check(struct run *run, const struct entry *entry, uint64_t seq,
                       const struct device_state *device);
void bundle_rows_next(struct run *run);
void bundle_rows_end(struct run *run);

/* The names of step and reason in the row of this entry, as they stand there; none where it is not the next.
 */
void bundle_row_words(const struct run *run, uint64_t seq, struct json_part *step, struct json_part *reason);

/* What a scanner signed of this event. */
void bundle_scans_check(struct run *run, const struct entry *entry, uint64_t seq,
                        const struct device_state *device);

/* Which scans of a scanner are here; of one whose signature was erased, or is worth nothing, nobody knows the
 * number. At the end, which are not. */
void bundle_absent_came(const struct run *run, const struct scan_proof *proof);
void bundle_absent_unknown(struct run *run);
void bundle_absent_end(struct run *run);

/* Whether those whom this entry names have the name that they had before. */
void bundle_names_check(struct run *run, uint64_t seq);

/* What an event that was overtaken claims; then notes of the device what the next one is held against. */
void bundle_claims_check(struct run *run, const struct entry *entry, uint64_t seq,
                         struct device_state *device);

/* Ids that come again are found before the entries are looked at one by one: begin, then in each turn tell
 * all entries, until no other turn is needed; end. */
struct repeats_turn *bundle_repeats_begin(const struct run *run);
void bundle_repeats_tell(struct run *run, struct repeats_turn *turn, const uint8_t *bytes, size_t length);
bool bundle_repeats_turn(struct run *run, struct repeats_turn *turn);
void bundle_repeats_end(struct repeats_turn *turn);

void bundle_repeats_lost(struct run *run, const struct entry *incident);
void bundle_repeats_check(struct run *run, const struct entry *entry, uint64_t seq);

/* A tile that the leaves so far complete (a tile_edge_complete); at the end, those that they leave
 * incomplete, and whether there are others. */
void bundle_tiles_check(void *run, unsigned level, uint64_t index, const uint8_t (*hashes)[HASH_SIZE]);
void bundle_tiles_end(struct run *run);

#endif
