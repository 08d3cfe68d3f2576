/*
 * forge.h: makes logs as the service does, entry by entry, and writes them as bundles (docs/ledger.md), but
 * signs whatever it is told: for tests that need a log whose owner lies, and for logs too large to record one
 * by one.
 */
#ifndef TESTS_FORGE_H
#define TESTS_FORGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "audit/checkpoint.h"
#include "audit/commitment.h"
#include "audit/tile_edge.h"

#define FORGE_NAME "forge.example/log"

struct forge_device {
    uint8_t  id[16], digest[HASH_SIZE], holder[HASH_SIZE];
    uint32_t next;                            /* device_seq of its next event */
    char     holder_text[64], place_text[64]; /* as the rows show them; "" for none */
};

struct forge {
    const char        *folder;
    const char        *scope; /* of the bundle; NULL: all */
    struct note_signer signer;
    struct merkle      tree;
    struct tile_edge   edge;
    FILE              *entries, *events, *openings;
    uint64_t           salts; /* how many were made */
    struct checkpoint  checkpoint;
};

/* NULL or 0: not there. */
struct forge_event {
    struct forge_device *device;
    unsigned             kind;
    int64_t              recorded_ms, happened_ms;
    int                  offset_minutes;
    unsigned             step, flags, reason;
    const char          *step_name; /* of a step that the desk made up */
    const char          *holder, *place, *identity, *recorder, *public_note, *private_note, *detail;
    const char          *signature; /* of a scanner */
    const uint8_t       *corrects;
    uint8_t              event_id[16]; /* zeros: one is made */

    /* lies, told in the entry itself */
    uint32_t skipped;        /* added to device_seq */
    bool     wrong_previous; /* names another digest than that of the event before */
    bool     wrong_holder;   /* names another holder before */
};

/* Makes the folder and the first entry. */
void forge_begin(struct forge *forge, const char *folder, int64_t recorded_ms);
void forge_event(struct forge *forge, struct forge_event *event); /* fills in event_id */
void forge_erasure(struct forge *forge, const uint8_t target[16], unsigned tag, int64_t recorded_ms);
void forge_bytes(struct forge *forge, const uint8_t *bytes,
                 size_t length); /* any entry, without row or value */
void forge_configuration(struct forge *forge, const struct note_key *next, int64_t recorded_ms);
/* The tiles that are not complete, the scope and the checkpoint; closes all. */
void forge_end(struct forge *forge);

/* Signs a checkpoint and gives its text; the caller frees the buffer. */
void forge_sign(const struct forge *forge, const struct checkpoint *checkpoint, struct buffer *out);

#endif
