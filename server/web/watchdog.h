/*
 * watchdog.h: closes connections by absolute age, whatever trickles in or out meanwhile.
 *
 * libmicrohttpd's own timeout counts silence only, so a client that sends a byte a second stays for ever.
 * Here the age counts: since the connection was made or its last request was answered for a head, the same
 * for the whole request, and since the last piece was offered for an answer. While our own worker is at it,
 * nothing counts.
 */
#ifndef WEB_WATCHDOG_H
#define WEB_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/error.h"

struct watchdog;

enum watchdog_phase { PHASE_HEAD, PHASE_BODY, PHASE_WORK, PHASE_REPLY, PHASE_PIECE, PHASE_COUNT };

/* Longest times in milliseconds. */
struct watchdog_limits {
    unsigned head_ms; /* until the head of a request is complete */
    unsigned
        whole_ms; /* until its body is complete, from the same start; and until the client took the answer */
    unsigned piece_ms; /* until the client took a piece of a long answer */
};

/* One connection; the watchdog's own but for `descriptor`. */
struct watched {
    int                 descriptor;
    enum watchdog_phase phase;
    int64_t             since_ms, began_ms;
    bool                is_closed;
    struct watched     *previous, *next;
};

struct watchdog *watchdog_start(const struct watchdog_limits *limits, struct error *error) MUST_USE;

/* From here on the descriptor may be shut down, but it is never closed. */
void watchdog_enter(struct watchdog *watchdog, struct watched *watched, int descriptor);
void watchdog_phase(struct watchdog *watchdog, struct watched *watched, enum watchdog_phase phase);

/* Must be called before the descriptor is closed: then a new connection cannot be taken for the old one. */
void watchdog_leave(struct watchdog *watchdog, struct watched *watched);

void watchdog_count(struct watchdog *watchdog, unsigned *connections, unsigned long long *closed);

/* No connection may be left. NULL is allowed. */
void watchdog_stop(struct watchdog *watchdog);

/* Milliseconds of a clock that never jumps. */
int64_t watchdog_now_ms(void);

#endif
