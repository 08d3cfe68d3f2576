/*
 * linger.h: reads on for a moment where an answer was sent before the end of its request.
 *
 * A socket that is closed with unread bytes is reset, and a reset may take the answer away from a client that
 * is still sending. So a second descriptor of it is kept until the client has seen the answer and closed, for
 * at most two seconds, and what comes is thrown away (RFC 9112, section 9.6).
 */
#ifndef WEB_LINGER_H
#define WEB_LINGER_H

#include "shared/error.h"

struct linger_room;

/* NULL: see the error. */
struct linger_room *linger_start(struct error *error) MUST_USE;

/* Keeps a copy of the descriptor, whose answer is written; never waits. When the room is full, nothing is
 * kept. */
void linger_keep(struct linger_room *room, int descriptor);

/* Closes what is kept. NULL is allowed. */
void linger_stop(struct linger_room *room);

#endif
