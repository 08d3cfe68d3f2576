/*
 * queue.h: every scan is on disk before anything else happens with it.
 *
 * A SQLite file in the state folder (WAL, synchronous=FULL). A scan leaves it only when the server said what
 * became of it; what the server refused stays until a person deals with it. Safe to call from several
 * threads; a second process is told "in use".
 */
#ifndef SCANNER_QUEUE_H
#define SCANNER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/arena.h"
#include "shared/error.h"
#include "shared/uuid.h"

#define QUEUE_RECENT_MS ((int64_t)24 * 60 * 60 * 1000) /* how long the list of recent scans reaches back */

struct queue;

struct queue_item {
    char        event_id[UUID_SIZE];
    int64_t     scanner_seq;
    int64_t     scanned_ms; /* by this machine's clock */
    int64_t     skew_ms;    /* server's clock minus this one */
    bool        skew_known;
    const char *code, *context;
    const char *body;           /* one event as JSON; "" in the list of recent ones */
    const char *attention;      /* why the server refused it; NULL: it waits */
    const char *outcome, *said; /* of recent ones: "" while nothing was heard */
    const char *undoes;         /* of a new one: the event that it takes back; NULL: none */
    int64_t     settled_ms;     /* when a person settled it; 0: nobody did */
};

#define QUEUE_ACKNOWLEDGED_MS ((int64_t)14 * 24 * 60 * 60 * 1000) /* how long what was sent is kept */
#define QUEUE_UNDO            "undo" /* the context of one that takes another back */
#define QUEUE_UNDO_OF_REFUSED "the last scan was refused; there is nothing to undo"

/* Which of those that are kept. */
enum queue_part {
    QUEUE_UNSETTLED, /* what waits and what needs attention */
    QUEUE_ATTENTION, /* what the server refused and nobody has seen to */
    QUEUE_SETTLED    /* what a person has seen to */
};

/* What the server said of one scan. */
struct queue_verdict {
    const char *event_id, *outcome;
    const char *said;    /* for people */
    bool        refused; /* stays, and needs attention; otherwise it leaves the queue */
};

struct queue_summary {
    int64_t waiting, attention, next_seq;
    int64_t first_seq;                      /* the least number that is still here; next_seq where none is */
    int64_t oldest_ms, contact_ms, skew_ms; /* 0: none */
    bool    skew_known;
};

/* ERROR_CONFLICT: another process uses it ("in use"), or a newer spoor-scan made it. A damaged file is kept
 * aside and what can be read of it is taken over: see queue_notice(). */
struct queue *queue_open(const char *folder, int64_t now_ms, struct error *error) MUST_USE;

/* To look only, also while another process works with it. ERROR_NOT_FOUND: there is no queue yet. */
struct queue *queue_look(const char *folder, struct error *error) MUST_USE;
void          queue_close(struct queue *queue); /* NULL is allowed */

/* Whose scans these are. */
struct queue_state {
    char    owner[UUID_SIZE];   /* the scanner's id; "" while nobody said */
    char    owner_name[500];    /* scanner "Bench 2" of https://fix.example.nl */
    char    revoked[UUID_SIZE]; /* the scanner of which the server said that it was revoked; "" for none */
    char    warning[500];       /* what happened to the queue, until a person was told; "" for nothing */
    int64_t skew_ms;
    bool    skew_known;
};

/* What a person must be told since it was opened, a line each; "" for nothing. */
const char *queue_notice(const struct queue *queue);

/* Whether there was no file: it never was, or it is lost. */
bool queue_is_new(const struct queue *queue);

bool queue_state_read(struct queue *queue, struct queue_state *state, struct error *error) MUST_USE;
bool queue_own(struct queue *queue, const char *owner, const char *owner_name, struct error *error) MUST_USE;
bool queue_revoked(struct queue *queue, const char *owner, struct error *error) MUST_USE;
bool queue_warn(struct queue *queue, const char *warning, struct error *error) MUST_USE; /* "": it was told */

/* The number that the next scan gets; counts without gaps. */
int64_t queue_next_seq(struct queue *queue);

/* The server knows this number of this scanner. Where the queue does not, it is an older copy or a new file:
 * it goes on after that number and leaves one out, so that the gap is seen; a warning says so. */
bool queue_known(struct queue *queue, int64_t number, struct error *error) MUST_USE;

/* Returns true only when the scan is safely on disk. ERROR_CONFLICT: its scanner_seq is not queue_next_seq()
 * any more. */
bool queue_store(struct queue *queue, const struct queue_item *item, struct error *error) MUST_USE;

/* The oldest that wait, in order. Those that the disk damaged are moved to "needs attention" instead. */
bool queue_batch(struct queue *queue, struct arena *arena, size_t most, struct queue_item **items,
                 size_t *count, struct error *error) MUST_USE;

/* Those of one part whose number is above `after`, at most `most`, in order. */
bool queue_page(struct queue *queue, struct arena *arena, enum queue_part part, int64_t after, size_t most,
                struct queue_item **items, size_t *count, struct error *error) MUST_USE;

/* What needs attention and was seen to: it is not offered to the server any more, and kept for export. */
bool queue_put_by(struct queue *queue, const char *event_id, int64_t now_ms, struct error *error) MUST_USE;

/* Puts another body in the place of the one that is kept. */
bool queue_rewrite(struct queue *queue, const char *event_id, const char *body, struct error *error) MUST_USE;
bool queue_settle(struct queue *queue, const struct queue_verdict *verdicts, size_t count,
                  struct error *error) MUST_USE;

/* Offers what needs attention to the server once more. */
bool queue_again(struct queue *queue, struct error *error) MUST_USE;

/* Offers what the server acknowledged of late once more: it may have lost that since. */
bool queue_resend(struct queue *queue, struct error *error) MUST_USE;

/* The server answered; skew_ms may be NULL. */
bool queue_heard(struct queue *queue, int64_t now_ms, const int64_t *skew_ms, struct error *error) MUST_USE;
bool queue_summarise(struct queue *queue, struct queue_summary *summary, struct error *error) MUST_USE;

/* The latest scans that were not undone, newest first, whether they were sent or not. */
bool queue_recent(struct queue *queue, struct arena *arena, size_t most, struct queue_item **items,
                  size_t *count, struct error *error) MUST_USE;
/* The latest of one code: NULL in *item where there is none. */
bool queue_recent_of(struct queue *queue, struct arena *arena, const char *code, struct queue_item **item,
                     struct error *error) MUST_USE;
bool queue_recent_event(struct queue *queue, struct arena *arena, const char *event_id,
                        struct queue_item **item, struct error *error) MUST_USE;

#endif
